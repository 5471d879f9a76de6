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

// Shown is a picture as a browser has shown it.
type Shown struct {
	// URL of the picture that was loaded, with scheme and host.
	URL string `json:"url"`
	// Kind is image, background, poster or icon; left out, wherever the page names it.
	Kind string `json:"kind,omitempty"`
	// Width and Height in CSS pixels.
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
	// Fit is a value of object-fit.
	Fit string `json:"fit,omitempty"`
	// Main says that it is the largest of the first view.
	Main bool `json:"main,omitempty"`
	// AboveFold says that it is in the first view.
	AboveFold bool `json:"above_fold,omitempty"`
	// Reserved says that the page keeps its place free before it is there.
	Reserved bool `json:"reserved,omitempty"`
}

// Viewport is what is seen of a page, in CSS pixels, and the device pixels in one of them.
type Viewport struct {
	Width  float64 `json:"width,omitempty"`
	Height float64 `json:"height,omitempty"`
	DPR    float64 `json:"dpr,omitempty"`
}

// AuditRequest says which page is looked at, and how it is seen. URL is needed.
type AuditRequest struct {
	// URL is where the page is.
	URL string `json:"url"`
	// Host is scheme and host of transform URLs; without it they are paths of the page's host.
	Host string `json:"host,omitempty"`
	// Viewport is 1350 by 940 where not given.
	Viewport *Viewport `json:"viewport,omitempty"`
	// Accept of the client; without it one that takes AVIF and WebP.
	Accept string `json:"accept,omitempty"`
	// Options of every transform URL; without any quality=auto.
	Options string `json:"options,omitempty"`
	// Shown are pictures as a browser has shown them; without any, sizes come from attributes,
	// styles and sizes.
	Shown []Shown `json:"shown,omitempty"`
	// HTML asks for the changed page.
	HTML bool `json:"html,omitempty"`
}

// AuditFinding is one thing to change.
type AuditFinding struct {
	// Rule is size, format, quality, srcset, sizes, dimensions, lazy, lazy-main, lazy-first,
	// priority, preload or host.
	Rule string `json:"rule"`
	Text string `json:"text"`
	// Saved are the bytes that it saves.
	Saved int64 `json:"saved"`
}

// AuditFile is a picture that was rendered for its place.
type AuditFile struct {
	URL    string `json:"url"`
	Bytes  int64  `json:"bytes"`
	Format Format `json:"format"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// AuditImage is one place of a page that shows a picture.
type AuditImage struct {
	// Kind is image, background, poster, icon, preload, or script for what the text does not name.
	Kind string `json:"kind"`
	// Document is the style sheet that it stands in; empty for the page.
	Document string `json:"document"`
	// Start and End are its place there in bytes, Line its line in the page.
	Start int `json:"start"`
	End   int `json:"end"`
	Line  int `json:"line"`
	// Markup is the text there now, Fix the one that mends all findings.
	Markup string `json:"markup"`
	Fix    string `json:"fix"`
	// URL is the picture that is loaded; the others say what it is, as far as it was given.
	URL    string `json:"url"`
	Bytes  int64  `json:"bytes"`
	Format Format `json:"format"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	// Shown is its size in CSS pixels, and where that is from.
	Shown *struct {
		Width  float64 `json:"width"`
		Height float64 `json:"height"`
		From   string  `json:"from"`
	} `json:"shown"`
	// Main says that it is the main picture.
	Main bool `json:"main"`
	// AboveFold says that it is in the first view; nil where it cannot be told.
	AboveFold *bool `json:"above_fold"`
	// Best is the picture that was rendered for this place.
	Best *AuditFile `json:"best"`
	// Saved are the bytes that the change saves.
	Saved    int64          `json:"saved"`
	Findings []AuditFinding `json:"findings"`
}

// AuditEdit is text in place of another.
type AuditEdit struct {
	// Document is the style sheet; empty for the page.
	Document string `json:"document"`
	// Start and End are in bytes.
	Start int    `json:"start"`
	End   int    `json:"end"`
	Text  string `json:"text"`
}

// Audited says what to change about the pictures of a page.
type Audited struct {
	// Summary counts every file once.
	Summary struct {
		Images   int   `json:"images"`
		Findings int   `json:"findings"`
		Bytes    int64 `json:"bytes"`
		Possible int64 `json:"possible"`
		Saved    int64 `json:"saved"`
	} `json:"summary"`
	Images []AuditImage `json:"images"`
	// Edits are in order.
	Edits    []AuditEdit `json:"edits"`
	Warnings []string    `json:"warnings"`
	// HTML is the page with all edits, where asked for.
	HTML string `json:"html"`
}

// Audit says what to change about the pictures of a page, what it saves, and the markup that
// does it. The files are what the page loads, pictures and style sheets, by absolute URL; nothing
// is fetched. Every picture is rendered for its place, so give an engine of large pages a longer
// TimeMS.
func (engine *Engine) Audit(ctx context.Context, html string, request AuditRequest, files map[string][]byte) (*Audited, error) {
	asked, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	job, done, err := newJob(WithAssets(ctx, files))
	if err != nil {
		return nil, err
	}
	defer done()
	page, size := chars(html)
	data, n := chars(string(asked))
	text, err := textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_audit(engine.key(), page, size, data, n, job, out, failure)
	})
	runtime.KeepAlive(engine)
	audited := new(Audited)
	if err := decoded(text, err, audited); err != nil {
		return nil, err
	}
	return audited, nil
}

// Audit is [Engine.Audit] with the default limits.
func Audit(ctx context.Context, html string, request AuditRequest, files map[string][]byte) (*Audited, error) {
	return defaults.Audit(ctx, html, request, files)
}
