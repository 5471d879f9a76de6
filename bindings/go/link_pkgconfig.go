//go:build safelight_pkgconfig

package safelight

// An installed library, found by pkg-config: `make install` puts it there.

/*
#cgo pkg-config: safelight
*/
import "C"
