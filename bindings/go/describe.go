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

// Assets are overlay pictures and fonts by the names that the option draw calls them. They travel
// with a context, as a deadline does.
type Assets map[string][]byte

type assetsKey struct{}

// WithAssets is ctx with assets at hand.
func WithAssets(ctx context.Context, assets Assets) context.Context {
	return context.WithValue(ctx, assetsKey{}, assets)
}

// addAssets gives a job what its context carries.
func addAssets(ctx context.Context, job *C.safelight_job) error {
	assets, _ := ctx.Value(assetsKey{}).(Assets)
	for name, data := range assets {
		text, n := chars(name)
		bytes, size := octets(data)
		var failure *C.safelight_error
		if err := taken(C.safelight_job_add_asset(job, text, n, bytes, size, &failure), failure); err != nil {
			return err
		}
	}
	return nil
}

// Described says what a picture shows. Positions are shares, 0 to 1, of the picture as seen.
type Described struct {
	// Format of the source.
	Format string `json:"format"`
	// Width and Height as seen.
	Width  int `json:"width"`
	Height int `json:"height"`
	// Color is the mean, as #rrggbb.
	Color string `json:"color"`
	// Palette has the main colours with their shares, and a colour of text that reads well on each.
	Palette []struct {
		Color string  `json:"color"`
		Share float64 `json:"share"`
		Text  string  `json:"text"`
	} `json:"palette"`
	// BlurHash and ThumbHash are placeholders; PHash is a perceptual hash.
	BlurHash  string `json:"blurhash"`
	ThumbHash string `json:"thumbhash"`
	PHash     string `json:"phash"`
	// Faces, best first.
	Faces []struct {
		Left, Top, Width, Height, Score float64
	} `json:"faces"`
	// Focus is what the eye goes to.
	Focus struct {
		X, Y float64
		From string
	} `json:"focus"`
	// Placeholder is a tiny picture as a data URI.
	Placeholder string `json:"placeholder"`
}

// Describe says what a picture shows, from one small decode.
func (engine *Engine) Describe(ctx context.Context, data []byte) (*Described, error) {
	job, done, err := newJob(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	source, size := octets(data)
	text, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_describe(engine.key(), source, size, job, out, failure)
	})
	runtime.KeepAlive(engine)
	described := new(Described)
	if err := decoded(text, err, described); err != nil {
		return nil, err
	}
	return described, nil
}

// Describe is [Engine.Describe] with the default limits.
func Describe(ctx context.Context, data []byte) (*Described, error) {
	return defaults.Describe(ctx, data)
}

// MarkupRequest says which picture an <img> or <picture> shows. Source or Delivery, Width and
// Height are needed; safelight.h lists what the fields mean.
type MarkupRequest struct {
	Source        string          `json:"source,omitempty"`
	Delivery      json.RawMessage `json:"delivery,omitempty"`
	Host          string          `json:"host,omitempty"`
	Width         int             `json:"width"`
	Height        int             `json:"height"`
	Layout        string          `json:"layout,omitempty"`
	DisplayWidth  int             `json:"display_width,omitempty"`
	DisplayHeight int             `json:"display_height,omitempty"`
	Options       string          `json:"options,omitempty"`
	Formats       []Format        `json:"formats,omitempty"`
	Widths        []int           `json:"widths,omitempty"`
	Sizes         string          `json:"sizes,omitempty"`
	Alt           string          `json:"alt,omitempty"`
	Class         string          `json:"class,omitempty"`
	Priority      bool            `json:"priority,omitempty"`
	Placeholder   string          `json:"placeholder,omitempty"`
	Sign          json.RawMessage `json:"sign,omitempty"`
}

// Markup is the text of an <img> or <picture>, and its parts, which are not escaped.
type Markup struct {
	HTML     string          `json:"html"`
	Src      string          `json:"src"`
	Srcset   string          `json:"srcset"`
	Sizes    string          `json:"sizes"`
	Width    int             `json:"width"`
	Height   int             `json:"height"`
	Sources  json.RawMessage `json:"sources"`
	Preload  string          `json:"preload"`
	Warnings []string        `json:"warnings"`
}

// WriteMarkup writes the HTML of a picture. No pixel is needed.
func WriteMarkup(request MarkupRequest) (*Markup, error) {
	asked, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	data, n := chars(string(asked))
	text, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_markup(data, n, out, failure)
	})
	markup := new(Markup)
	if err := decoded(text, err, markup); err != nil {
		return nil, err
	}
	return markup, nil
}
