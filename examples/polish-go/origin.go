package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// flight is one request to the origin that everybody who wants the same waits for.
type flight struct {
	ready chan struct{} // closed when the fields below are final
	// meta and spool are an answer on its way into the store, nil when it is not stored.
	meta   *Meta
	spool  *Spool
	status string // Cf-Cache-Status
	err    error  // why there is no answer
	// purged says that the URL was purged meanwhile: the answer may be sent, but not be stored.
	purged bool
}

// flights are the requests that are on their way, by URL and Accept.
type flights struct {
	mu      sync.Mutex
	flying  map[[2]string]*flight
	landing sync.WaitGroup // bodies that are still coming
}

// join finds the flight for a request; first says that it is a new one, which the caller has to end.
func (f *flights) join(key [2]string) (found *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.flying[key]; found != nil {
		return found, false
	}
	found = &flight{ready: make(chan struct{})}
	f.flying[key] = found
	return found, true
}

// leave ends a flight: who comes later looks into the store.
func (f *flights) leave(key [2]string, flight *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.flying[key] == flight {
		delete(f.flying, key)
	}
}

// purge keeps answers of a URL that are on their way from being stored; who comes later asks anew.
func (f *flights) purge(url string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, flight := range f.flying {
		if key[0] == url {
			flight.purged = true
			delete(f.flying, key)
		}
	}
}

// keep stores an answer unless its URL was purged meanwhile.
func (f *flights) keep(flight *flight, store func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if flight.purged {
		return errors.New("purged")
	}
	return store()
}

// ask sends a client's request to the origin: whole pictures, uncompressed, in the formats of
// accept, and only if the answer is another than stale, which may be nil. The request outlives its
// client, but not the proxy's patience.
func (p *Proxy) ask(r *http.Request, accept string, stale *Meta) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), p.settings.Timeout)
	request := (&http.Request{
		Method: http.MethodGet,
		URL:    p.at(r.URL),
		Header: endToEnd(r.Header, "Range", "If-Range", "If-Match", "If-None-Match",
			"If-Modified-Since", "If-Unmodified-Since", "Accept-Encoding", "Accept", "Cache-Control"),
	}).WithContext(ctx)
	forwarded(request.Header, r)
	if accept != "" {
		request.Header.Set("Accept", accept)
	}
	if stale != nil {
		header := http.Header(stale.Header)
		request.Header.Set("If-None-Match", header.Get("Etag"))
		request.Header.Set("If-Modified-Since", header.Get("Last-Modified"))
		dropEmpty(request.Header, "If-None-Match", "If-Modified-Since")
	}
	response, err := p.transport.RoundTrip(request)
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = &ending{response.Body, cancel}
	return response, nil
}

// ending is a body whose request ends when it is closed.
type ending struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (e *ending) Close() error {
	defer e.cancel()
	return e.ReadCloser.Close()
}

func dropEmpty(header http.Header, names ...string) {
	for _, name := range names {
		if header.Get(name) == "" {
			header.Del(name)
		}
	}
}

// at is the origin's URL for a client's.
func (p *Proxy) at(asked *url.URL) *url.URL {
	target := *p.settings.Origin
	target.Path, target.RawPath = asked.Path, asked.RawPath
	target.RawQuery = asked.RawQuery
	return &target
}

// forwarded says for whom a request is made.
func forwarded(header http.Header, r *http.Request) {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
		header.Del(name)
	}
	header.Set("X-Forwarded-Host", r.Host)
}

// newTransport opens at most most connections to the origin; who comes later waits.
func newTransport(most int, timeout time.Duration) *http.Transport {
	return &http.Transport{
		MaxConnsPerHost:        most,
		MaxIdleConnsPerHost:    most,
		IdleConnTimeout:        time.Minute,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: 64 << 10,
		// Copies are stored as they are, for clients of every kind.
		DisableCompression: true,
	}
}
