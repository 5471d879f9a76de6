package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestManyClientsAskTheOriginOnce(t *testing.T) {
	for _, known := range []bool{true, false} {
		b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			if known {
				w.Header().Set("Content-Length", fmt.Sprint(picture))
			}
			for range 6 {
				time.Sleep(20 * time.Millisecond)
				w.Write(make([]byte, picture/6))
				w.(http.Flusher).Flush()
			}
		}, func(s *Settings) { s.Mode = "off" })
		var group sync.WaitGroup
		for range 100 {
			group.Add(1)
			go func() {
				defer group.Done()
				if got := b.get("/a.png"); len(got.body) != picture || got.StatusCode != http.StatusOK {
					t.Errorf("got %d with %d bytes", got.StatusCode, len(got.body))
				}
			}()
		}
		group.Wait()
		if asked := b.asked.Load(); asked != 1 {
			t.Errorf("with a known length %v the origin was asked %d times", known, asked)
		}
	}
}

func TestVariantsOfAnOriginGoToThoseWhoTakeThem(t *testing.T) {
	b := newBench(t, negotiating)
	for _, test := range []struct{ accept, status, kind string }{
		{"image/webp,*/*;q=0.8", "MISS", "image/webp"},
		{"text/html,image/webp", "HIT", "image/webp"},
		{"image/avif,image/webp,*/*", "MISS", "image/avif"},
		{"image/webp;q=0.9,image/avif;q=0.9", "HIT", "image/avif"},
		{"image/avif", "HIT", "image/avif"},
		{"*/*", "MISS", "image/jpeg"},
		{"image/png", "HIT", "image/jpeg"},
	} {
		got := b.get("/cat.jpg", "Accept: "+test.accept)
		if got.status() != test.status || got.body != test.kind || got.Header.Get("Vary") != "Accept" {
			t.Errorf("%s: got %s, %v", test.accept, got.body, got.Header)
		}
		if got.Header.Get("Cf-Polished") != "status=vary_header_present" {
			t.Errorf("%s: got %v", test.accept, got.Header)
		}
	}
	if purged := b.do("PURGE", "/cat.jpg"); purged.body != "{\"purged\":3}\n" {
		t.Errorf("got %q", purged.body)
	}
	for _, accept := range []string{"image/webp", "image/avif", "*/*"} {
		if got := b.get("/cat.jpg", "Accept: "+accept); got.status() != "MISS" {
			t.Errorf("%s after a purge: got %s", accept, got.status())
		}
	}
}

func TestAWrongVariantIsNeverStored(t *testing.T) {
	b := newBench(t, negotiating)
	for range 2 {
		for _, accept := range []string{"*/*", "image/webp"} {
			got := b.get("/cat.jpg?wrong", "Accept: "+accept)
			if got.status() != "BYPASS" || got.body != "image/avif" {
				t.Errorf("%s: got %s, %s", accept, got.status(), got.body)
			}
		}
		if got := b.get("/cat.gif", "Accept: image/webp"); got.status() != "BYPASS" {
			t.Errorf("without a rule: got %s", got.status())
		}
	}
	if stored := b.proxy.store.Variants("/cat.jpg?wrong"); len(stored) != 0 {
		t.Errorf("stored %+v", stored)
	}
}

func TestOnlyWhatMayBeStoredIs(t *testing.T) {
	for _, test := range []struct {
		name  string
		lines []string
		twice string
	}{
		{"a time", []string{"Cache-Control: max-age=60"}, "HIT"},
		{"a time for shared caches", []string{"Cache-Control: max-age=0, s-maxage=60"}, "HIT"},
		{"an image without a word", nil, "HIT"},
		{"a page without a word", []string{"Content-Type: text/html"}, "BYPASS"},
		{"no-store", []string{"Cache-Control: no-store"}, "BYPASS"},
		{"private", []string{"Cache-Control: PRIVATE, max-age=60"}, "BYPASS"},
		{"a cookie", []string{"Set-Cookie: a=b"}, "BYPASS"},
		{"no-cache", []string{"Cache-Control: no-cache"}, "REVALIDATED"},
		{"no time at all", []string{"Cache-Control: max-age=0"}, "REVALIDATED"},
		{"a time that is none", []string{"Cache-Control: max-age=soon"}, "REVALIDATED"},
		{"an age beyond its time", []string{"Cache-Control: max-age=60", "Age: 61"}, "REVALIDATED"},
		{"expired long ago", []string{"Expires: Thu, 01 Jan 1970 00:00:00 GMT"}, "REVALIDATED"},
		{"a date that is none", []string{"Expires: 0"}, "REVALIDATED"},
		{"Vary by a cookie", []string{"Vary: Cookie"}, "BYPASS"},
		{"Vary by encoding", []string{"Vary: Accept-Encoding"}, "HIT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, sends(test.lines...))
			b.get("/a.png")
			b.says("/a.png", test.twice)
		})
	}
}

func TestRequestsOfOnePersonGoThrough(t *testing.T) {
	b := newBench(t, sends())
	b.says("/a.png", "MISS")
	if got := b.get("/a.png", "Authorization: Basic x"); got.status() != "DYNAMIC" {
		t.Errorf("got %s", got.status())
	}
	if got := b.do(http.MethodPost, "/b.png"); got.status() != "DYNAMIC" {
		t.Errorf("got %s", got.status())
	}
	b.says("/a.png", "HIT")
	b.do(http.MethodPut, "/a.png")
	b.says("/a.png", "MISS")
}

func TestWhatIsOverIsAskedForAgain(t *testing.T) {
	tag, down := atomic.Value{}, atomic.Bool{}
	tag.Store(`"one"`)
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		if down.Load() {
			http.Error(w, "down", http.StatusServiceUnavailable)
			return
		}
		sends("Cache-Control: max-age=60", "Etag: "+tag.Load().(string))(w, r)
	})
	b.says("/a.jpeg", "MISS")
	b.polished("/a.jpeg")
	b.later = 2 * time.Minute
	b.says("/a.jpeg", "REVALIDATED", "HIT")
	if got := b.get("/a.jpeg"); len(got.body) != picture/2 {
		t.Errorf("the copies were lost: got %d bytes", len(got.body))
	}
	tag.Store(`"two"`)
	b.later = 4 * time.Minute
	got := b.get("/a.jpeg")
	if got.status() != "EXPIRED" || len(got.body) != picture || got.Header.Get("Etag") != `"two"` {
		t.Errorf("got %d bytes, %v", len(got.body), got.Header)
	}
	b.polished("/a.jpeg")
	down.Store(true)
	b.later = 6 * time.Minute
	if got := b.get("/a.jpeg"); got.status() != "STALE" || got.Header.Get("Age") != "120" && got.Header.Get("Age") != "119" {
		t.Errorf("got %v", got.Header)
	}
	b.later = 3 * time.Hour
	if got := b.get("/a.jpeg"); got.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("got %d", got.StatusCode)
	}
}

func TestAnOriginThatFailsIsNotHiddenWhereThatIsForbidden(t *testing.T) {
	b := newBench(t, sends("Cache-Control: max-age=60, must-revalidate"))
	b.says("/a.png", "MISS")
	b.proxy.settings.Origin, _ = url.Parse("http://127.0.0.1:1")
	b.later = 2 * time.Minute
	if got := b.get("/a.png"); got.StatusCode != http.StatusBadGateway {
		t.Errorf("got %d", got.StatusCode)
	}
}

func TestPartsHeadsAndConditionsAreAnsweredFromTheStore(t *testing.T) {
	b := newBench(t, sends("Last-Modified: Sat, 01 Nov 2025 00:00:00 GMT"), func(s *Settings) { s.Mode = "off" })
	for range 2 {
		part := b.get("/a.png", "Range: bytes=4-12")
		if part.StatusCode != http.StatusPartialContent || part.body != "light...s" || part.Header.Get("Content-Range") != "bytes 4-12/12000" {
			t.Errorf("got %d %q", part.StatusCode, part.body)
		}
	}
	head := b.do(http.MethodHead, "/a.png")
	if head.StatusCode != http.StatusOK || head.ContentLength != picture || head.body != "" {
		t.Errorf("got %d of %d", head.StatusCode, head.ContentLength)
	}
	for line, status := range map[string]int{
		`If-None-Match: "one"`:                             304,
		`If-None-Match: "two"`:                             200,
		"If-Modified-Since: Sat, 01 Nov 2025 00:00:00 GMT": 304,
		`If-Match: "two"`:                                  412,
		"Range: bytes=99999-":                              416,
	} {
		if got := b.get("/a.png", line); got.StatusCode != status {
			t.Errorf("%s: got %d", line, got.StatusCode)
		}
	}
	if asked := b.asked.Load(); asked != 1 {
		t.Errorf("the origin was asked %d times", asked)
	}
}

func TestAPurgeAlsoCountsForWhatIsOnItsWay(t *testing.T) {
	begun, gate := make(chan struct{}, 2), make(chan struct{})
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		begun <- struct{}{}
		<-gate
		io.WriteString(w, "later")
	})
	got := make(chan answer)
	go func() { got <- b.get("/a.png") }()
	<-begun
	b.do("PURGE", "/a.png")
	close(gate)
	if answer := <-got; answer.body != "firstlater" {
		t.Errorf("got %q", answer.body)
	}
	b.says("/a.png", "MISS", "HIT")
}

func TestAPurgeNeedsItsToken(t *testing.T) {
	b := newBench(t, sends(), func(s *Settings) { s.PurgeToken = "secret" })
	b.says("/a.png", "MISS")
	for _, line := range []string{"X: y", "Authorization: Bearer wrong"} {
		if got := b.do("PURGE", "/a.png", line); got.StatusCode != http.StatusForbidden {
			t.Errorf("%s: got %d", line, got.StatusCode)
		}
	}
	b.says("/a.png", "HIT")
	if got := b.do("PURGE", "/a.png", "Authorization: Bearer secret"); got.StatusCode != http.StatusOK {
		t.Errorf("got %d", got.StatusCode)
	}
	b.says("/a.png", "MISS")
}

func TestAnAnswerThatBreaksOffIsNotStored(t *testing.T) {
	var whole atomic.Bool
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "first")
		w.(http.Flusher).Flush()
		if !whole.Load() {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "later")
	})
	response, err := http.Get(b.server.URL + "/a.png")
	if err == nil {
		_, err = io.ReadAll(response.Body)
		response.Body.Close()
	}
	if err == nil {
		t.Error("the client took a part for the whole")
	}
	whole.Store(true)
	b.says("/a.png", "MISS", "HIT")
}

func TestAnAnswerThatIsTooLargeGoesThrough(t *testing.T) {
	for _, known := range []bool{true, false} {
		b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			if known {
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(make([]byte, 3<<20)))
				return
			}
			for range 3 {
				w.Write(make([]byte, 1<<20))
				w.(http.Flusher).Flush()
			}
		})
		got := b.get("/a.png")
		if got.status() != "BYPASS" || len(got.body) != 3<<20 {
			t.Errorf("got %s with %d bytes", got.status(), len(got.body))
		}
		if used := b.proxy.store.Used(); used != 0 {
			t.Errorf("%d bytes are left", used)
		}
		if part := b.get("/a.png", "Range: bytes=0-9"); known && (part.StatusCode != 206 || len(part.body) != 10) {
			t.Errorf("got %d with %d bytes", part.StatusCode, len(part.body))
		}
	}
}

func TestMoreClientsThanAllowedAreRefused(t *testing.T) {
	begun, gate := make(chan struct{}), make(chan struct{})
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-gate
	}, func(s *Settings) { s.Clients = 1 })
	go http.Get(b.server.URL + "/a.png")
	<-begun
	got := b.get("/b.png")
	close(gate)
	if got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("got %d", got.StatusCode)
	}
}

func TestTheOriginIsAskedForWholePicturesWithoutTheClientsConditions(t *testing.T) {
	b := newBench(t, func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"Range", "If-None-Match", "Accept-Encoding", "Connection", "X-Private"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s: %s", name, r.Header.Get(name))
			}
		}
		if r.Header.Get("Accept") != "image/webp" || r.Header.Get("X-Forwarded-Host") == "" {
			t.Errorf("got %v", r.Header)
		}
		negotiating(w, r)
	})
	b.get("/a.jpg", "Accept: image/webp,*/*", "Range: bytes=0-1", `If-None-Match: "x"`, "Accept-Encoding: gzip", "Connection: x-private", "X-Private: 1")
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, test := range [][2]string{
		{"-origin=nowhere", "-origin"},
		{"-origin=http://a -polish=best", "-polish"},
		{"-origin=http://a -workers=0", "start at 1"},
		{"-origin=http://a -vary=/nowhere", "-vary"},
	} {
		if _, err := parse(strings.Fields(test[0])); err == nil || !strings.Contains(err.Error(), test[1]) {
			t.Errorf("%s: got %v", test[0], err)
		}
	}
}
