package main

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

// Settings of a proxy.
type Settings struct {
	Origin *url.URL            // scheme and host
	Rules  safelight.VaryRules // what the origin sends for which extension

	Mode string // off, lossless, lossy
	WebP bool
	AVIF bool

	TTL        time.Duration // of images without a Cache-Control
	Timeout    time.Duration // of a request to the origin
	Grace      time.Duration // past their time, answers are sent when the origin fails
	Object     int64         // bytes of the largest answer that is stored
	Source     int64         // bytes of the largest picture that is polished
	Clients    int           // requests at a time
	Origins    int           // connections to the origin
	Workers    int           // pictures polished at a time
	Queue      int           // pictures that wait for it
	PurgeToken string        // empty: purges come from this machine only
}

// Proxy is a cache in front of an origin that polishes what it holds.
type Proxy struct {
	settings  Settings
	store     *Store
	jobs      *Jobs
	flights   flights
	transport *http.Transport
	rest      *httputil.ReverseProxy // what is not cached
	slots     chan struct{}
	now       func() time.Time
}

// NewProxy opens a proxy; polish is what makes pictures smaller. It has to be closed.
func NewProxy(settings Settings, store *Store, polish Polish) *Proxy {
	p := &Proxy{
		settings:  settings,
		store:     store,
		flights:   flights{flying: map[[2]string]*flight{}},
		transport: newTransport(settings.Origins, settings.Timeout),
		slots:     make(chan struct{}, settings.Clients),
		now:       time.Now,
	}
	p.jobs = newJobs(settings, store, polish)
	p.rest = &httputil.ReverseProxy{
		Transport: p.transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL = p.at(r.In.URL)
			r.Out.Host = ""
			forwarded(r.Out.Header, r.In)
		},
		ModifyResponse: p.passed,
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			p.fail(w, r, err)
		},
	}
	return p
}

// Close ends the work on pictures, drops what waits for it, and waits for answers on their way.
func (p *Proxy) Close() {
	p.jobs.Close()
	p.flights.landing.Wait()
	p.transport.CloseIdleConnections()
}

// ServeHTTP answers a client.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	default:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests at a time", http.StatusServiceUnavailable)
		return
	}
	switch {
	case r.Method == "PURGE":
		p.purge(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead,
		r.Header.Get("Authorization") != "", r.Header.Get("Upgrade") != "":
		p.pass(w, r, "DYNAMIC")
	default:
		p.get(w, r)
	}
}

// get answers from the store, or from the origin by way of it.
func (p *Proxy) get(w http.ResponseWriter, r *http.Request) {
	accept := strings.Join(r.Header["Accept"], ",")
	fresh, stale := p.stored(r.URL.RequestURI())
	asked, err := safelight.VaryRequest(p.settings.Rules, r.URL.EscapedPath(), accept, variants(fresh)...)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if asked.Chosen >= 0 && p.send(w, r, fresh[asked.Chosen], "HIT") {
		return
	}
	p.fetch(w, r, asked, stale)
}

// stored are the answers for a URL, good ones and those whose time is over.
func (p *Proxy) stored(url string) (fresh, stale []*Meta) {
	now := p.now()
	for _, meta := range p.store.Variants(url) {
		if now.Before(meta.Expires) {
			fresh = append(fresh, meta)
		} else {
			stale = append(stale, meta)
		}
	}
	return fresh, stale
}

func variants(metas []*Meta) []safelight.VaryStored {
	var stored []safelight.VaryStored
	for _, meta := range metas {
		stored = append(stored, safelight.VaryStored{Accept: meta.Accept, ContentType: meta.Copies[0].Type})
	}
	return stored
}

// of is the answer among metas that a request would renew, nil when there is none.
func of(metas []*Meta, accept string) *Meta {
	var single *Meta
	for _, meta := range metas {
		switch meta.Accept {
		case accept:
			return meta
		case "":
			single = meta
		}
	}
	return single
}

// fetch asks the origin, or waits for who does already.
func (p *Proxy) fetch(w http.ResponseWriter, r *http.Request, asked *safelight.VaryRequested, metas []*Meta) {
	url := r.URL.RequestURI()
	stale := of(metas, asked.Accept)
	key := [2]string{url, asked.Accept}
	flight, first := p.flights.join(key)
	if first {
		p.lead(w, r, flight, key, asked, stale)
		return
	}
	select {
	case <-flight.ready:
	case <-r.Context().Done():
		return
	}
	p.follow(w, r, flight, stale)
}

// follow answers with what somebody else asked for.
func (p *Proxy) follow(w http.ResponseWriter, r *http.Request, flight *flight, stale *Meta) {
	switch {
	case flight.err != nil:
		p.unavailable(w, r, stale, flight.err)
	case flight.meta == nil:
		// Not for everybody: this client asks for itself.
		p.pass(w, r, "BYPASS")
	case flight.spool != nil:
		p.sendComing(w, r, flight)
	case !p.send(w, r, flight.meta, flight.status):
		p.sendStored(w, r, flight)
	}
}

// lead asks the origin and lets the others know.
func (p *Proxy) lead(w http.ResponseWriter, r *http.Request, flight *flight, key [2]string, asked *safelight.VaryRequested, stale *Meta) {
	rest := p.land(r, flight, key, asked.Accept, stale)
	if rest == nil {
		p.follow(w, r, flight, stale)
		return
	}
	defer rest.Body.Close()
	if rest.StatusCode == http.StatusOK && r.Header.Get("Range") != "" {
		// The origin was asked for all of it, to be stored.
		rest.Body.Close()
		p.pass(w, r, "BYPASS")
		return
	}
	p.sendThrough(w, r, rest)
}

// land makes the request of a flight. What it returns is not stored: it is the caller's.
func (p *Proxy) land(r *http.Request, flight *flight, key [2]string, accept string, stale *Meta) *http.Response {
	// Also when this panics: nobody shall wait for ever.
	defer close(flight.ready)
	defer func() {
		if flight.spool == nil {
			p.flights.leave(key, flight)
		}
	}()
	// What came into the store between the look into it and this flight.
	fresh, _ := p.stored(key[0])
	if meta := of(fresh, accept); meta != nil {
		flight.meta, flight.status = meta, "HIT"
		return nil
	}
	if accept == "" {
		accept = strings.Join(r.Header["Accept"], ",")
	}
	response, err := p.ask(r, accept, stale)
	if err == nil && response.StatusCode >= 500 && p.graced(stale) {
		response.Body.Close()
		err = fmt.Errorf("the origin answered %d", response.StatusCode)
	}
	if err != nil {
		flight.err = err
		return nil
	}
	return p.receive(flight, &arrival{response, key, r.URL.EscapedPath(), accept, stale})
}

// graced says whether an answer may stand in for an origin that fails.
func (p *Proxy) graced(stale *Meta) bool {
	return stale != nil && mayBeStale(stale.Header) && p.now().Before(stale.Expires.Add(p.settings.Grace))
}

// unavailable answers for an origin that failed.
func (p *Proxy) unavailable(w http.ResponseWriter, r *http.Request, stale *Meta, err error) {
	if p.graced(stale) && p.send(w, r, stale, "STALE") {
		return
	}
	p.fail(w, r, err)
}

func (p *Proxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return
	}
	slog.Warn("the origin does not answer", "error", err)
	status := http.StatusBadGateway
	var late net.Error
	if errors.Is(err, context.DeadlineExceeded) || errors.As(err, &late) && late.Timeout() {
		status = http.StatusGatewayTimeout
	}
	http.Error(w, http.StatusText(status), status)
}

// pass lets the origin answer a request as it is, and stores nothing.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request, status string) {
	p.rest.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), statusKey{}, status)))
}

type statusKey struct{}

// passed marks what went through, and drops what a successful change makes out of date.
func (p *Proxy) passed(response *http.Response) error {
	for _, name := range ours {
		response.Header.Del(name)
	}
	status, _ := response.Request.Context().Value(statusKey{}).(string)
	response.Header.Set("Cf-Cache-Status", status)
	switch response.Request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
	default:
		if response.StatusCode < 400 {
			p.drop(response.Request.URL.RequestURI())
		}
	}
	return nil
}

// purge drops every variant and copy of a URL: PURGE /cat.jpg.
func (p *Proxy) purge(w http.ResponseWriter, r *http.Request) {
	if !p.mayPurge(r) {
		http.Error(w, "not allowed to purge", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, "{\"purged\":%d}\n", p.drop(r.URL.RequestURI()))
}

func (p *Proxy) drop(url string) int {
	p.flights.purge(url)
	return p.store.Purge(url)
}

func (p *Proxy) mayPurge(r *http.Request) bool {
	if token := p.settings.PurgeToken; token != "" {
		given := r.Header.Get("Authorization")
		return subtle.ConstantTimeCompare([]byte(given), []byte("Bearer "+token)) == 1
	}
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// sendThrough sends an answer that is not stored.
func (p *Proxy) sendThrough(w http.ResponseWriter, r *http.Request, response *http.Response) {
	for name, lines := range endToEnd(response.Header, ours...) {
		w.Header()[name] = lines
	}
	w.Header().Set("Cf-Cache-Status", "BYPASS")
	if response.StatusCode == http.StatusOK && varies(response.Header["Vary"]) {
		_, note := p.settings.due(response.Header, r.URL.Path, 0)
		set(w.Header(), "Cf-Polished", note)
	}
	if response.ContentLength >= 0 {
		w.Header().Set("Content-Length", fmt.Sprint(response.ContentLength))
	}
	w.WriteHeader(response.StatusCode)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.Copy(w, response.Body); err != nil {
		// The client must not take a part for the whole.
		panic(http.ErrAbortHandler)
	}
}
