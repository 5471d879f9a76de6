package safelight

/*
#include "hooks.h"
*/
import "C"

import (
	"encoding/json"
	"errors"
	"runtime"
	"runtime/cgo"
	"unsafe"
)

// Pixels are RGBA, 8 bits a sample, sRGB, alpha straight, rows from the top without gaps. They may
// be used for the time of the call only.
type Pixels struct {
	Width, Height int
	Data          []byte
}

// Hooks are what the host does for an engine. A hook that is nil is not there. Any goroutine may
// call them, and several at once.
type Hooks struct {
	// Segment makes segment=foreground work: it writes one byte a pixel to mask, 0 for background
	// and 255 for the subject.
	Segment func(picture Pixels, mask []byte) error
	// Upscale makes upscale=generate work: it fills larger.Data.
	Upscale func(picture, larger Pixels) error
	// Decode makes HEIC sources work: it fills picture.Data, upright. Its size is the header's.
	Decode func(source []byte, picture Pixels) error
}

// NewEngineWithHooks makes an engine whose host does a part of the work. Close it when it is no
// longer needed.
func NewEngineWithHooks(limits Limits, hooks Hooks) (*Engine, error) {
	text, err := json.Marshal(limits)
	if err != nil {
		return nil, err
	}
	engine := &Engine{hooks: cgo.NewHandle(hooks)}
	var failure *C.safelight_error
	data, n := chars(string(text))
	status := C.safelight_go_engine(data, n, C.int(hooks.which()), C.uintptr_t(engine.hooks), &engine.handle, &failure)
	if err := taken(status, failure); err != nil {
		engine.hooks.Delete()
		return nil, err
	}
	runtime.SetFinalizer(engine, (*Engine).Close)
	return engine, nil
}

// which has a bit for every hook that there is.
func (hooks Hooks) which() int {
	which := 0
	for bit, there := range []bool{hooks.Segment != nil, hooks.Upscale != nil, hooks.Decode != nil} {
		if there {
			which |= 1 << bit
		}
	}
	return which
}

func octetsAt(data *C.uint8_t, n int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(data)), n)
}

func pixelsAt(data *C.uint8_t, width, height C.uint32_t) Pixels {
	w, h := int(width), int(height)
	return Pixels{Width: w, Height: h, Data: octetsAt(data, 4*w*h)}
}

// statusOf is the kind of a hook's error; one that is not ours is the host's own trouble.
func statusOf(err error) C.int32_t {
	var ours *Error
	switch {
	case err == nil:
		return C.SAFELIGHT_OK
	case errors.As(err, &ours):
		return C.int32_t(ours.Kind)
	default:
		return C.SAFELIGHT_STORAGE
	}
}

//export safelightGoSegment
func safelightGoSegment(user C.uintptr_t, pixels *C.uint8_t, width, height C.uint32_t, mask *C.uint8_t) C.int32_t {
	hooks := cgo.Handle(user).Value().(Hooks)
	return statusOf(hooks.Segment(pixelsAt(pixels, width, height), octetsAt(mask, int(width)*int(height))))
}

//export safelightGoUpscale
func safelightGoUpscale(user C.uintptr_t, pixels *C.uint8_t, width, height, toWidth, toHeight C.uint32_t, larger *C.uint8_t) C.int32_t {
	hooks := cgo.Handle(user).Value().(Hooks)
	return statusOf(hooks.Upscale(pixelsAt(pixels, width, height), pixelsAt(larger, toWidth, toHeight)))
}

//export safelightGoDecode
func safelightGoDecode(user C.uintptr_t, data *C.uint8_t, n C.size_t, width, height C.uint32_t, pixels *C.uint8_t) C.int32_t {
	hooks := cgo.Handle(user).Value().(Hooks)
	return statusOf(hooks.Decode(octetsAt(data, int(n)), pixelsAt(pixels, width, height)))
}
