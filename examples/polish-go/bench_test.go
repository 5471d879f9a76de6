package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

// halved stands in for the library: its own format at half the bytes, WebP at a third, AVIF at a
// quarter.
func halved(_ context.Context, source []byte, options safelight.PolishOptions) (*safelight.Polished, error) {
	polished := &safelight.Polished{Format: "jpeg", ContentType: "image/jpeg", Status: "ok", Quality: 80,
		OriginalFormat: "jpeg", OriginalSize: len(source), Bgj: "imgq:80"}
	polished.Header = fmt.Sprintf("qual=80, origFmt=jpeg, origSize=%d", len(source))
	share := 2
	switch {
	case options.AVIF:
		polished.Format, polished.ContentType, share = "avif", "image/avif", 4
	case options.WebP:
		polished.Format, polished.ContentType, share = "webp", "image/webp", 3
	}
	polished.Data = source[:len(source)/share]
	return polished, nil
}

// bench is a proxy in front of an origin that a test answers for.
type bench struct {
	*testing.T
	proxy  *Proxy
	server *httptest.Server
	asked  atomic.Int64 // requests that the origin saw
	later  time.Duration
}

func newBench(t *testing.T, origin http.HandlerFunc, change ...func(*Settings)) *bench {
	return newPolishingBench(t, origin, halved, change...)
}

func newPolishingBench(t *testing.T, origin http.HandlerFunc, polish Polish, change ...func(*Settings)) *bench {
	t.Helper()
	b := &bench{T: t}
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		origin(w, r)
	}))
	t.Cleanup(behind.Close)
	settings := Settings{
		Rules: safelight.VaryRules{"jpg": {"image/webp", "image/avif"}},
		Mode:  "lossy", WebP: true, AVIF: true,
		TTL: time.Hour, Timeout: 10 * time.Second, Grace: time.Hour,
		Object: 1 << 20, Source: 1 << 19, Clients: 256, Origins: 16, Workers: 2, Queue: 16,
	}
	for _, change := range change {
		change(&settings)
	}
	settings.Origin, _ = url.Parse(behind.URL)
	store, err := OpenStore(t.TempDir(), 16<<20, 1000)
	if err != nil {
		t.Fatal(err)
	}
	b.proxy = NewProxy(settings, store, polish)
	b.proxy.now = func() time.Time { return time.Now().Add(b.later) }
	b.server = httptest.NewServer(b.proxy)
	t.Cleanup(func() {
		b.server.Close()
		b.proxy.Close()
	})
	return b
}

// answer is a whole response.
type answer struct {
	*http.Response
	body string
}

func (a answer) status() string { return a.Header.Get("Cf-Cache-Status") }

// do sends a request; header lines are "Name: value".
func (b *bench) do(method, place string, lines ...string) answer {
	b.Helper()
	request, err := http.NewRequest(method, b.server.URL+place, nil)
	if err != nil {
		b.Fatal(err)
	}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return answer{response, string(body)}
}

func (b *bench) get(place string, lines ...string) answer {
	b.Helper()
	return b.do(http.MethodGet, place, lines...)
}

// says checks cache statuses of requests one after the other.
func (b *bench) says(place string, statuses ...string) {
	b.Helper()
	for _, status := range statuses {
		if got := b.get(place); got.status() != status {
			b.Fatalf("%s: got %q, expected %q", place, got.status(), status)
		}
	}
}

// polished waits until the picture has its copies.
func (b *bench) polished(place string) {
	b.Helper()
	for range 500 {
		if metas := b.proxy.store.Variants(place); len(metas) > 0 && metas[0].Done {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	b.Fatal("the picture was never polished")
}

const picture = 12_000

// sends answers every request with a picture under these header lines.
func sends(lines ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Etag", `"one"`)
		for _, line := range lines {
			name, value, _ := strings.Cut(line, ": ")
			w.Header().Set(name, value)
		}
		if r.Header.Get("If-None-Match") == w.Header().Get("Etag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(picture))
		w.Write(bytes.Repeat([]byte("safelight..."), picture/12))
	}
}

// negotiating is an origin whose pictures vary. It answers wrong where the query says so.
func negotiating(w http.ResponseWriter, r *http.Request) {
	kind := "image/jpeg"
	for _, better := range []string{"image/webp", "image/avif"} {
		if strings.Contains(r.Header.Get("Accept"), better) || r.URL.RawQuery == "wrong" {
			kind = better
		}
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Vary", "Accept")
	io.WriteString(w, kind)
}
