package safelight

/*
#include <safelight.h>
*/
import "C"

import "context"

// Kind says who must act on an error. A Kind is an error itself, so that errors.Is(err,
// ErrInvalid) asks for the kind of err.
type Kind int32

// The kinds. Their numbers are permanent.
const (
	// ErrInvalid: an option, a URL or an argument is wrong.
	ErrInvalid Kind = C.SAFELIGHT_INVALID
	// ErrSignature: a signature is missing, wrong or expired.
	ErrSignature Kind = C.SAFELIGHT_SIGNATURE
	// ErrForbidden: a source or an option is not allowed here.
	ErrForbidden Kind = C.SAFELIGHT_FORBIDDEN
	// ErrNotFound: there is no such thing.
	ErrNotFound Kind = C.SAFELIGHT_NOT_FOUND
	// ErrTooLarge: a limit was passed.
	ErrTooLarge Kind = C.SAFELIGHT_TOO_LARGE
	// ErrUnsupported: the format or feature is not available.
	ErrUnsupported Kind = C.SAFELIGHT_UNSUPPORTED
	// ErrMalformed: the image is broken.
	ErrMalformed Kind = C.SAFELIGHT_MALFORMED
	// ErrCancelled: the context was cancelled; it is context.Canceled, too.
	ErrCancelled Kind = C.SAFELIGHT_CANCELLED
	// ErrTimeout: the time was up, that of the context or that of the engine; it is
	// context.DeadlineExceeded, too.
	ErrTimeout Kind = C.SAFELIGHT_TIMEOUT
	// ErrStorage: a store or another backend failed.
	ErrStorage Kind = C.SAFELIGHT_STORAGE
	// ErrInternal: a fault of the library.
	ErrInternal Kind = C.SAFELIGHT_INTERNAL
	// ErrConflict: something of that name is there already.
	ErrConflict Kind = C.SAFELIGHT_CONFLICT
	// ErrBusy: there is too much to do just now; later it may work.
	ErrBusy Kind = C.SAFELIGHT_BUSY
)

// String is the kind's name in every language, for example NOT_FOUND.
func (kind Kind) String() string {
	return C.GoString(C.safelight_kind_name(C.int32_t(kind)))
}

func (kind Kind) Error() string {
	return kind.String()
}

// Error is why a call failed.
type Error struct {
	// Kind says who must act.
	Kind Kind
	// Message is one line that says what was expected and what came. A client may see it.
	Message string
	// Context is detail for the log, often empty. It may name paths and hosts.
	Context string
}

func (err *Error) Error() string {
	return err.Message
}

// Code is the name of the kind, for example NOT_FOUND.
func (err *Error) Code() string {
	return err.Kind.String()
}

// Is reports whether target is the kind of err, or the error of package context that means the
// same.
func (err *Error) Is(target error) bool {
	switch target {
	case context.Canceled:
		return err.Kind == ErrCancelled
	case context.DeadlineExceeded:
		return err.Kind == ErrTimeout
	default:
		return target == err.Kind
	}
}
