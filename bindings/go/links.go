package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"
)

// Sign appends exp, unless expires is the zero time, and sig to a path with its query. The link
// works until expires.
func Sign(pathAndQuery, key string, expires time.Time) (string, error) {
	until := C.int64_t(-1)
	if !expires.IsZero() {
		until = C.int64_t(expires.Unix())
		if until < 0 {
			// To C a negative number is no expiry at all.
			return "", &Error{Kind: ErrInvalid, Message: "expires: expected a time from 1970 on, got an earlier one"}
		}
	}
	path, pathLen := chars(pathAndQuery)
	secret, secretLen := chars(key)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_sign(path, pathLen, secret, secretLen, until, out, failure)
	})
}

// Verify checks a signed path with its query, exactly as it came in a request, against every key.
// The time is now, or the clock's when now is the zero time. The error is ErrSignature when the
// signature is missing, wrong or expired.
func Verify(pathAndQuery string, keys []string, now time.Time) error {
	at := C.int64_t(-1)
	if !now.IsZero() {
		at = C.int64_t(max(now.Unix(), 0))
	}
	path, pathLen := chars(pathAndQuery)
	pointers, lens, pinner := pinned(keys)
	defer pinner.Unpin()
	var failure *C.safelight_error
	status := C.safelight_verify(path, pathLen, unsafe.SliceData(pointers), unsafe.SliceData(lens),
		C.size_t(len(keys)), at, &failure)
	return taken(status, failure)
}

// URL is an image URL, taken apart. Its fields are those of its form; the others are empty.
type URL struct {
	// Form is transform, or delivery for a hosted image.
	Form string `json:"form"`
	// Host is scheme and host; empty for a path.
	Host string `json:"host,omitempty"`
	// Options is URL text; ParseURL gives the canonical one.
	Options string `json:"options,omitempty"`
	// Source of a transform: a path, or the URL of another host.
	Source string `json:"source,omitempty"`
	// Custom says that the path of a hosted image starts with /cdn-cgi/imagedelivery/.
	Custom bool `json:"custom,omitempty"`
	// Account is the account's hash.
	Account string `json:"account,omitempty"`
	// Image is the id of a hosted image.
	Image string `json:"image,omitempty"`
	// Variant is a variant's name; a URL of a hosted image has this or Options.
	Variant string `json:"variant,omitempty"`
	// Query is what follows the question mark.
	Query string `json:"query,omitempty"`
	// Warnings are what the caller should know; BuildURL does not read them.
	Warnings []string `json:"warnings,omitempty"`
}

// ParseURL reads an image URL, with or without scheme and host.
func ParseURL(url string) (*URL, error) {
	return parsedURL(parseURL(url, false))
}

// ParseURLLenient is ParseURL, but a malformed option is left out with a warning.
func ParseURLLenient(url string) (*URL, error) {
	return parsedURL(parseURL(url, true))
}

func parsedURL(text string, err error) (*URL, error) {
	parsed := new(URL)
	if err := decoded(text, err, parsed); err != nil {
		return nil, err
	}
	return parsed, nil
}

// BuildURL writes an image URL.
func BuildURL(url URL) (string, error) {
	text, err := json.Marshal(url)
	if err != nil {
		return "", err
	}
	return buildURL(string(text))
}

// Negotiated is the outcome of Negotiate.
type Negotiated struct {
	// Format to send.
	Format Format `json:"format"`
	// Formats are those of AVIF and WebP that the client takes.
	Formats []Format `json:"formats"`
	// Vary lists the request headers that decided.
	Vary []string `json:"vary"`
}

// Negotiate finds the best format for a request. The formats are the candidates, best first; none
// at all are AVIF, WebP and JPEG.
func Negotiate(headers Headers, formats ...Format) (*Negotiated, error) {
	request := struct {
		Headers Headers  `json:"headers"`
		Formats []Format `json:"formats,omitempty"`
	}{headers, formats}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	answer, err := negotiate(string(text))
	negotiated := new(Negotiated)
	if err := decoded(answer, err, negotiated); err != nil {
		return nil, err
	}
	return negotiated, nil
}

// Resolved is what options come to for one client.
type Resolved struct {
	// Options are the plain options, in canonical text.
	Options string `json:"options"`
	// Width is theirs, 0 where they have none.
	Width int `json:"width"`
	// Format is the one that they name or negotiate; empty where the source decides.
	Format Format `json:"format"`
	// Vary lists the request headers that could have led elsewhere.
	Vary []string `json:"vary"`
	// AcceptCH lists the client hints that the site should ask for.
	AcceptCH []string `json:"accept_ch"`
}

// Resolve makes options plain for a client with these request headers: width=auto becomes a
// number, and slow-connection-quality the quality or nothing.
func Resolve(options OptionSource, headers Headers) (*Resolved, error) {
	text, err := textOfOptions(options)
	if err != nil {
		return nil, err
	}
	if options == nil {
		text = "{}"
	}
	request, err := json.Marshal(struct {
		Headers Headers `json:"headers"`
		Options string  `json:"options"`
	}{headers, text})
	if err != nil {
		return nil, err
	}
	answer, err := negotiate(string(request))
	resolved := new(Resolved)
	if err := decoded(answer, err, resolved); err != nil {
		return nil, err
	}
	return resolved, nil
}

func parseURL(url string, lenient bool) (string, error) {
	data, n := chars(url)
	flag := C.int32_t(0)
	if lenient {
		flag = 1
	}
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_parse_url(data, n, flag, out, failure)
	})
}

func buildURL(json string) (string, error) {
	data, n := chars(json)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_build_url(data, n, out, failure)
	})
}

func negotiate(json string) (string, error) {
	data, n := chars(json)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_negotiate(data, n, out, failure)
	})
}
