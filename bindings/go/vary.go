package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"encoding/json"
	"net/http"
	"strings"
)

// VaryRules are the media types that an origin may send, by extension without the dot.
type VaryRules map[string][]string

// VaryStored is a variant that a cache holds for a URL.
type VaryStored struct {
	// Accept is what VaryResponse said it is stored as; empty for the single copy.
	Accept string `json:"accept,omitempty"`
	// ContentType is its media type.
	ContentType string `json:"content_type"`
}

// VaryRequested is what a request stands for under rules.
type VaryRequested struct {
	// Extension is the path's, empty where no rule governs it.
	Extension string `json:"extension"`
	// Accept is the header for the origin and the name of the variant. It is empty where no rule
	// governs the path: the client's header goes on as it is.
	Accept string `json:"accept"`
	// Types are the media types that may come, best first.
	Types []string `json:"types"`
	// Chosen is the index of the stored variant to send, below 0 when the origin is to be asked.
	Chosen int `json:"chosen"`
}

// VaryRequest reduces the Accept header of a request, in front of a cache and an origin that sends
// several formats under one URL (Vary for Images). The path may have a query. Stored are the
// variants that the cache holds for the URL; a purge of the URL drops them all.
func VaryRequest(rules VaryRules, path, accept string, stored ...VaryStored) (*VaryRequested, error) {
	text, err := json.Marshal(struct {
		Rules  VaryRules    `json:"rules"`
		Path   string       `json:"path"`
		Accept string       `json:"accept"`
		Stored []VaryStored `json:"stored,omitempty"`
	}{rules.orNone(), path, accept, stored})
	if err != nil {
		return nil, err
	}
	answer, err := varyRequest(string(text))
	requested := &VaryRequested{Chosen: -1}
	if err := decoded(answer, err, requested); err != nil {
		return nil, err
	}
	return requested, nil
}

// VaryAnswered is what becomes of an origin's answer.
type VaryAnswered struct {
	// Store says whether the cache may keep the answer.
	Store bool `json:"store"`
	// Accept is what it is stored as; empty is the single copy for all clients.
	Accept string `json:"accept"`
	// Status is MISS or BYPASS.
	Status string `json:"status"`
	// Reason is variant, single, wrong_type, vary_missing, vary_header_present or no_rule.
	Reason string `json:"reason"`
}

// VaryResponse judges what an origin answered to a request of VaryRequest. Accept is the client's
// header or the one that was sent; vary are the lines of the answer's header.
func VaryResponse(rules VaryRules, path, accept, contentType string, vary ...string) (*VaryAnswered, error) {
	text, err := json.Marshal(struct {
		Rules       VaryRules `json:"rules"`
		Path        string    `json:"path"`
		Accept      string    `json:"accept"`
		ContentType string    `json:"content_type"`
		Vary        string    `json:"vary"`
	}{rules.orNone(), path, accept, contentType, strings.Join(vary, ",")})
	if err != nil {
		return nil, err
	}
	answer, err := varyResponse(string(text))
	answered := new(VaryAnswered)
	if err := decoded(answer, err, answered); err != nil {
		return nil, err
	}
	return answered, nil
}

// VaryBehavior is what is done for a header that answers vary by.
type VaryBehavior struct {
	// Action is normalize (reduced to the list, or its white space), passthrough (left as it is) or
	// bypass (answers that vary by it are not stored).
	Action string `json:"action"`
	// MediaTypes are what Accept is reduced to, Languages what Accept-Language is.
	MediaTypes []string `json:"media_types,omitempty"`
	Languages  []string `json:"languages,omitempty"`
}

// VaryBehaviors are behaviours by header; without a default it is bypass.
type VaryBehaviors struct {
	Default *VaryBehavior           `json:"default,omitempty"`
	Headers map[string]VaryBehavior `json:"headers,omitempty"`
}

// VaryByHeaders is what a request stands for when answers vary by headers.
type VaryByHeaders struct {
	// Send are headers for the origin in place of the client's; nil for one that it did not send.
	Send map[string]*string `json:"send"`
	// Store says whether the cache may keep an answer that varies like this.
	Store bool `json:"store"`
	// Key are the headers that tell the variants of the URL apart, with their texts.
	Key map[string]*string `json:"key"`
	// Status is MISS or BYPASS.
	Status string `json:"status"`
}

// VaryHeaders says what a request with headers stands for when answers of its origin vary by them.
// Vary are the lines of the answer's header, or those that the cache remembers for the URL.
func VaryHeaders(behaviors VaryBehaviors, headers http.Header, vary ...string) (*VaryByHeaders, error) {
	sent := make(map[string]string, len(headers))
	for name, lines := range headers {
		sent[name] = strings.Join(lines, ", ")
	}
	text, err := json.Marshal(struct {
		Behaviors VaryBehaviors     `json:"behaviors"`
		Headers   map[string]string `json:"headers"`
		Vary      string            `json:"vary"`
	}{behaviors, sent, strings.Join(vary, ",")})
	if err != nil {
		return nil, err
	}
	answer, err := varyHeaders(string(text))
	asked := new(VaryByHeaders)
	if err := decoded(answer, err, asked); err != nil {
		return nil, err
	}
	return asked, nil
}

// orNone is an object in JSON, also for no rules at all.
func (rules VaryRules) orNone() VaryRules {
	if rules == nil {
		return VaryRules{}
	}
	return rules
}

func varyRequest(json string) (string, error) {
	data, n := chars(json)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_vary_request(data, n, out, failure)
	})
}

func varyResponse(json string) (string, error) {
	data, n := chars(json)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_vary_response(data, n, out, failure)
	})
}

func varyHeaders(json string) (string, error) {
	data, n := chars(json)
	return textOf(func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t {
		return C.safelight_vary_headers(data, n, out, failure)
	})
}
