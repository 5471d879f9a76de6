package main

import (
	"mime"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// control is a Cache-Control header: directives in lower case and their values.
type control map[string]string

func parseControl(lines []string) control {
	control := control{}
	for _, part := range strings.Split(strings.Join(lines, ","), ",") {
		name, value, _ := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, known := control[name]; name != "" && !known {
			control[name] = strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return control
}

func (c control) has(name string) bool {
	_, there := c[name]
	return there
}

// seconds is a directive's number; one that makes no sense is 0, the careful reading.
func (c control) seconds(name string) (time.Duration, bool) {
	text, there := c[name]
	if !there {
		return 0, false
	}
	number, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, true
	}
	return time.Duration(number) * time.Second, true
}

// freshness is how long an answer is good for, and whether it may be stored at all (RFC 9111). An
// image without any word about it is good for the fallback.
func freshness(header http.Header, now time.Time, fallback time.Duration) (fresh time.Duration, store bool) {
	control := parseControl(header["Cache-Control"])
	if control.has("no-store") || control.has("private") || len(header["Set-Cookie"]) > 0 {
		return 0, false
	}
	if control.has("no-cache") {
		return 0, true
	}
	for _, name := range []string{"s-maxage", "max-age"} {
		if fresh, there := control.seconds(name); there {
			return fresh, true
		}
	}
	if text := header.Get("Expires"); text != "" {
		expires, err := http.ParseTime(text)
		if err != nil {
			return 0, true
		}
		return max(expires.Sub(date(header, now)), 0), true
	}
	return fallback, strings.HasPrefix(mediaType(header), "image/")
}

// date is when the origin made an answer.
func date(header http.Header, now time.Time) time.Time {
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		return date
	}
	return now
}

// age is what an answer has behind it when it comes.
func age(header http.Header) time.Duration {
	number, err := strconv.ParseUint(header.Get("Age"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(number) * time.Second
}

// mayBeStale says whether an answer may be sent past its time when the origin fails.
func mayBeStale(header http.Header) bool {
	control := parseControl(header["Cache-Control"])
	for _, name := range []string{"must-revalidate", "proxy-revalidate", "no-cache", "s-maxage"} {
		if control.has(name) {
			return false
		}
	}
	return true
}

// mediaType is the Content-Type in lower case and without parameters.
func mediaType(header http.Header) string {
	name, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return name
}

// hops are headers that are about one connection only.
var hops = []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
	"Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// endToEnd is a header without what is about one connection, and without those named.
func endToEnd(header http.Header, without ...string) http.Header {
	kept := header.Clone()
	for _, line := range header["Connection"] {
		for _, name := range strings.Split(line, ",") {
			kept.Del(textproto.TrimString(name))
		}
	}
	for _, name := range append(without, hops...) {
		kept.Del(name)
	}
	return kept
}
