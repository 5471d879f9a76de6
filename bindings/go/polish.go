package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
)

// PolishOptions say what polishing may change, and what the client takes. The zero value is
// lossless, for a client that takes neither WebP nor AVIF.
type PolishOptions struct {
	// Mode is "lossless" or "lossy"; empty is lossless.
	Mode string `json:"mode,omitempty"`
	// WebP says that the client takes WebP.
	WebP bool `json:"webp,omitempty"`
	// AVIF says that the client takes AVIF, which only lossy makes.
	AVIF bool `json:"avif,omitempty"`
	// Accept is the request's Accept header: WebP and AVIF are taken when it names them.
	Accept string `json:"accept,omitempty"`
	// Floor is the SSIMULACRA2 score against the source that a lossy result keeps; 0 is 80.
	Floor float64 `json:"floor,omitempty"`
}

// Polished is a polished file, or the source with the reason why it is not.
type Polished struct {
	// Data has fewer bytes than the source, or is the source itself.
	Data []byte
	// Format of Data: "jpeg", "png", "gif", "webp", "avif", or the source's; empty for bytes that
	// are no picture.
	Format string
	// ContentType is the media type of Data.
	ContentType string
	// Status is "ok", or why Data is not what was wanted; safelight.h lists them. But for "ok" and
	// "webp_bigger" Data is the source.
	Status string
	// Width and Height as seen; 0 where the header could not be read.
	Width, Height int
	// Quality of the encoder, 1 to 100; 0 where nothing was lost.
	Quality int
	// Score is SSIMULACRA2 against the source; 0 where nothing was lost.
	Score float64
	// OriginalFormat is the format of the source; empty where it is not known.
	OriginalFormat string
	// OriginalSize is the number of the source's bytes.
	OriginalSize int
	// Header is the value of the response header Cf-Polished.
	Header string
	// Bgj is the value of the response header Cf-Bgj.
	Bgj string
}

// Polish makes a file smaller without changing what it shows, or as little as the floor allows. It
// is never larger than the source: a picture that cannot be polished comes back as it is, with the
// reason as its status. Only a cancelled or late job and wrong options are errors.
func (engine *Engine) Polish(ctx context.Context, source []byte, options PolishOptions) (*Polished, error) {
	asked, err := json.Marshal(options)
	if err != nil {
		return nil, err
	}
	job, done, err := newJob(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	data, size := octets(source)
	text, n := chars(string(asked))
	var image *C.safelight_image
	var failure *C.safelight_error
	status := C.safelight_polish(engine.key(), data, size, text, n, job, &image, &failure)
	runtime.KeepAlive(engine)
	if err := taken(status, failure); err != nil {
		return nil, err
	}
	return newPolished(image)
}

// Polish is [Engine.Polish] with the default limits.
func Polish(ctx context.Context, source []byte, options PolishOptions) (*Polished, error) {
	return defaults.Polish(ctx, source, options)
}

// newPolished copies a result to Go memory and frees it.
func newPolished(image *C.safelight_image) (*Polished, error) {
	defer C.safelight_image_free(image)
	var info struct {
		Status, Format, MIME, Header, Bgj string
		Width, Height, Quality            int
		Score                             float64
		Original                          struct {
			Format string
			Size   int
		}
	}
	said := text(C.safelight_image_info(image), C.safelight_image_info_len(image))
	if err := json.Unmarshal([]byte(said), &info); err != nil {
		return nil, err
	}
	return &Polished{
		Data:           copied(C.safelight_image_data(image), C.safelight_image_len(image)),
		Format:         info.Format,
		ContentType:    info.MIME,
		Status:         info.Status,
		Width:          info.Width,
		Height:         info.Height,
		Quality:        info.Quality,
		Score:          info.Score,
		OriginalFormat: info.Original.Format,
		OriginalSize:   info.Original.Size,
		Header:         info.Header,
		Bgj:            info.Bgj,
	}, nil
}
