package safelight

/*
#include <safelight.h>
*/
import "C"

// Version is the version of the library, for example 0.1.0.
func Version() string {
	return C.GoString(C.safelight_version())
}

// Backend is one codec library inside.
type Backend struct {
	// Role is what it does, for example jpeg.
	Role string `json:"role"`
	// Name of the library and its version.
	Name string `json:"name"`
	// Accelerated says whether its SIMD or assembly runs on this machine.
	Accelerated bool `json:"accelerated"`
}

// Backends lists the codec libraries inside.
func Backends() ([]Backend, error) {
	text, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_backends(out, failure)
	})
	var backends []Backend
	return backends, decoded(text, err, &backends)
}

// PanicOnPurpose panics inside the library and returns ErrInternal: a way to prove that a fault of
// the library reaches a program as an error and does not end it.
func PanicOnPurpose() error {
	var failure *C.safelight_error
	return taken(C.safelight_panic_on_purpose(&failure), failure)
}
