//go:build !safelight_pkgconfig

package safelight

// The library of this source tree, linked statically: `make build` puts it there.

/*
#cgo CFLAGS: -I${SRCDIR}/../../include
#cgo LDFLAGS: ${SRCDIR}/../../target/release/libsafelight.a -lgcc_s -lpthread -ldl -lm
*/
import "C"
