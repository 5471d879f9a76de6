package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"io"
	"runtime"
	"runtime/cgo"
	"sync"
)

// Limits bound what one call may cost; a field that is 0 keeps its default, which safelight.h
// lists.
type Limits struct {
	// SourceBytes bounds the bytes of a source.
	SourceBytes uint64 `json:"source_bytes,omitempty"`
	// SourcePixels bounds the pixels of a source frame.
	SourcePixels uint64 `json:"source_pixels,omitempty"`
	// SourceSide bounds the longest side of a source.
	SourceSide uint32 `json:"source_side,omitempty"`
	// Frames bounds the frames of a source.
	Frames uint32 `json:"frames,omitempty"`
	// AnimationPixels bounds the pixels of all frames of an animation together.
	AnimationPixels uint64 `json:"animation_pixels,omitempty"`
	// AnimationTransformPixels bounds them where it is transformed; a larger one is passed through.
	AnimationTransformPixels uint64 `json:"animation_transform_pixels,omitempty"`
	// OutputPixels bounds the pixels of a result.
	OutputPixels uint64 `json:"output_pixels,omitempty"`
	// OutputSide bounds the longest side of a result.
	OutputSide uint32 `json:"output_side,omitempty"`
	// AVIFSideAuto bounds the longest side of an AVIF that format=auto picks.
	AVIFSideAuto uint32 `json:"avif_side_auto,omitempty"`
	// AVIFSide bounds the longest side of an AVIF asked for by name.
	AVIFSide uint32 `json:"avif_side,omitempty"`
	// Memory bounds the bytes that pixels and codecs of one call hold at once.
	Memory uint64 `json:"memory,omitempty"`
	// Scans bounds the scans of a progressive JPEG.
	Scans uint32 `json:"scans,omitempty"`
	// ProfileBytes bounds the bytes of a colour profile.
	ProfileBytes uint32 `json:"profile_bytes,omitempty"`
	// EXIFBytes bounds the bytes of EXIF data.
	EXIFBytes uint32 `json:"exif_bytes,omitempty"`
	// TimeMS bounds the milliseconds of one call.
	TimeMS uint64 `json:"time_ms,omitempty"`
	// Threads is how many threads one call may use. More never changes the bytes.
	Threads uint32 `json:"threads,omitempty"`
}

// Engine renders under limits of its own. A nil *Engine has the default limits; the functions of
// the package use it.
type Engine struct {
	handle *C.safelight_engine
	hooks  cgo.Handle
	closes sync.Once
}

// NewEngine makes an engine. Close it when it is no longer needed.
func NewEngine(limits Limits) (*Engine, error) {
	text, err := json.Marshal(limits)
	if err != nil {
		return nil, err
	}
	engine := new(Engine)
	var failure *C.safelight_error
	data, n := chars(string(text))
	if err := taken(C.safelight_engine_new(data, n, &engine.handle, &failure), failure); err != nil {
		return nil, err
	}
	runtime.SetFinalizer(engine, (*Engine).Close)
	return engine, nil
}

// Close frees the engine; calls that still run with it go on. Closing twice is fine, and a closed
// engine answers ErrInvalid.
func (engine *Engine) Close() error {
	if engine != nil {
		// The handle is a key: a second time it finds nothing.
		C.safelight_engine_free(engine.handle)
		engine.closes.Do(func() {
			if engine.hooks != 0 {
				engine.hooks.Delete()
			}
		})
		runtime.SetFinalizer(engine, nil)
	}
	return nil
}

func (engine *Engine) key() *C.safelight_engine {
	if engine == nil {
		return nil
	}
	return engine.handle
}

// Render turns an image into a better one. The headers are those of the request that the image is
// for: Accept decides what format=auto becomes. The job ends with ctx.
func (engine *Engine) Render(ctx context.Context, data []byte, options OptionSource, headers ...Headers) (*Image, error) {
	text, err := textOfOptions(options)
	if err != nil {
		return nil, err
	}
	job, done, err := newJob(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	source, size := octets(data)
	asked, askedLen := chars(text)
	lines, linesLen := chars(headerLines(headers))
	var image *C.safelight_image
	var failure *C.safelight_error
	status := C.safelight_render(engine.key(), source, size, asked, askedLen, lines, linesLen, job, &image, &failure)
	runtime.KeepAlive(engine)
	if err := taken(status, failure); err != nil {
		return nil, err
	}
	return newImage(image)
}

// RenderFrom is Render for a source that is read to its end first. Bound a reader that you do not
// trust, with http.MaxBytesReader or io.LimitReader.
func (engine *Engine) RenderFrom(ctx context.Context, source io.Reader, options OptionSource, headers ...Headers) (*Image, error) {
	data, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	return engine.Render(ctx, data, options, headers...)
}

// Probe reads the header of an image; no pixel is decoded.
func (engine *Engine) Probe(data []byte) (*Probed, error) {
	source, size := octets(data)
	text, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_probe(engine.key(), source, size, out, failure)
	})
	runtime.KeepAlive(engine)
	probed := new(Probed)
	if err := decoded(text, err, probed); err != nil {
		return nil, err
	}
	return probed, nil
}

// Explain says what Render would do with the same arguments, as JSON: the source, the plan with
// its final sizes and its memory, the canonical text of the options, and warnings. Pixels are
// decoded only where the options ask what pixels alone can tell.
func (engine *Engine) Explain(ctx context.Context, data []byte, options OptionSource, headers ...Headers) (json.RawMessage, error) {
	text, err := textOfOptions(options)
	if err != nil {
		return nil, err
	}
	job, done, err := newJob(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	source, size := octets(data)
	asked, askedLen := chars(text)
	lines, linesLen := chars(headerLines(headers))
	answer, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_explain(engine.key(), source, size, asked, askedLen, lines, linesLen, job, out, failure)
	})
	runtime.KeepAlive(engine)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(answer), nil
}

var defaults *Engine

// Render is [Engine.Render] with the default limits.
func Render(ctx context.Context, data []byte, options OptionSource, headers ...Headers) (*Image, error) {
	return defaults.Render(ctx, data, options, headers...)
}

// RenderFrom is [Engine.RenderFrom] with the default limits.
func RenderFrom(ctx context.Context, source io.Reader, options OptionSource, headers ...Headers) (*Image, error) {
	return defaults.RenderFrom(ctx, source, options, headers...)
}

// Probe is [Engine.Probe] with the default limits.
func Probe(data []byte) (*Probed, error) {
	return defaults.Probe(data)
}

// Explain is [Engine.Explain] with the default limits.
func Explain(ctx context.Context, data []byte, options OptionSource, headers ...Headers) (json.RawMessage, error) {
	return defaults.Explain(ctx, data, options, headers...)
}
