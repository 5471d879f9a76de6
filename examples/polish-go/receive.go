package main

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"

	"github.com/safelight/safelight/bindings/go"
)

// arrival is the origin's answer, and what was asked.
type arrival struct {
	*http.Response
	key    [2]string
	path   string
	accept string // that the origin got
	stale  *Meta
}

// receive decides what becomes of an answer, and tells the flight. An answer that is not stored is
// returned.
func (p *Proxy) receive(flight *flight, a *arrival) *http.Response {
	if a.StatusCode == http.StatusNotModified && a.stale != nil {
		a.Body.Close()
		flight.meta, flight.status = p.renew(a), "REVALIDATED"
		return nil
	}
	meta := p.judge(a)
	if meta == nil {
		if a.stale != nil && a.StatusCode < 500 {
			p.store.Drop(a.stale)
		}
		return a.Response
	}
	flight.status = "MISS"
	if a.stale != nil {
		flight.status = "EXPIRED"
	}
	spool, err := p.store.Spool()
	if err != nil || spool.Book(a.ContentLength) != nil {
		if spool != nil {
			spool.Discard()
		}
		return a.Response
	}
	if a.ContentLength < 0 {
		return p.spoolWhole(flight, a, meta, spool)
	}
	meta.Copies[0].Size = a.ContentLength
	flight.meta, flight.spool = meta, spool
	p.flights.landing.Add(1)
	go func() {
		defer p.flights.landing.Done()
		defer p.flights.leave(a.key, flight)
		defer a.Body.Close()
		_, err := io.Copy(spool, a.Body)
		p.finish(flight, meta, spool, err)
	}()
	return nil
}

// spoolWhole stores a body whose size is not known before anybody is sent any of it: it may turn out
// to be too large.
func (p *Proxy) spoolWhole(flight *flight, a *arrival, meta *Meta, spool *Spool) *http.Response {
	chunk := make([]byte, 32<<10)
	for {
		n, err := a.Body.Read(chunk)
		if spool.size+int64(n) > p.settings.Object {
			return unspool(a.Response, spool, chunk[:n])
		}
		if _, full := spool.Write(chunk[:n]); full != nil {
			return unspool(a.Response, spool, chunk[:n])
		}
		if err == nil {
			continue
		}
		a.Body.Close()
		if errors.Is(err, io.EOF) {
			err = nil
		}
		if flight.meta, err = p.finish(flight, meta, spool, err); err != nil {
			flight.meta, flight.err = nil, err
		}
		return nil
	}
}

// unspool is an answer again whose body was spooled in part.
func unspool(response *http.Response, spool *Spool, chunk []byte) *http.Response {
	body, rest := spool.file, response.Body
	begun := io.NewSectionReader(body, 0, spool.size)
	response.Body = &joined{io.MultiReader(begun, bytes.NewReader(chunk), rest), func() error {
		spool.Discard()
		return rest.Close()
	}}
	return response
}

// joined is a body made of parts.
type joined struct {
	io.Reader
	close func() error
}

func (j *joined) Close() error { return j.close() }

// finish stores a spooled answer, or gives it up. The error is why there is no whole body.
func (p *Proxy) finish(flight *flight, meta *Meta, spool *Spool, err error) (*Meta, error) {
	if err != nil {
		spool.Discard()
		return nil, err
	}
	spool.Finish(nil)
	stored := *meta
	stored.Copies = []Copy{meta.Copies[0]}
	file := spool.Copy()
	stored.Copies[0].File, stored.Copies[0].Size, stored.Copies[0].Sum = file.File, file.Size, file.Sum
	if p.flights.keep(flight, func() error { return p.store.Put(&stored, spool) }) != nil {
		spool.Discard()
		return &stored, nil
	}
	if !stored.Done {
		p.jobs.Add(&stored)
	}
	return &stored, nil
}

// judge is what is stored of an answer, without its body; nil when nothing is.
func (p *Proxy) judge(a *arrival) *Meta {
	now := p.now()
	fresh, store := freshness(a.Header, now, p.settings.TTL)
	validator := a.Header.Get("Etag") != "" || a.Header.Get("Last-Modified") != ""
	if a.StatusCode != http.StatusOK || !store || fresh == 0 && !validator || a.ContentLength > p.settings.Object {
		return nil
	}
	contentType := mediaType(a.Header)
	answered, err := safelight.VaryResponse(p.settings.Rules, a.path, a.accept, contentType, a.Header["Vary"]...)
	if err != nil || !answered.Store {
		return nil
	}
	due, note := p.settings.due(a.Header, a.path, a.ContentLength)
	return &Meta{
		URL:     a.key[0],
		Accept:  answered.Accept,
		Header:  endToEnd(a.Header, append(ours, "Age", "Content-Length", "Accept-Ranges")...),
		Stored:  now,
		Age:     age(a.Header),
		Expires: now.Add(fresh - age(a.Header)),
		Copies:  []Copy{{Type: contentType, Polished: note}},
		Done:    !due,
	}
}

// renew stores a stale answer anew that the origin says is good still.
func (p *Proxy) renew(a *arrival) *Meta {
	for range 3 {
		next := p.renewed(a)
		if replaced, err := p.store.Replace(a.stale, next); replaced && err == nil {
			return next
		}
		// It was polished or renewed meanwhile, or dropped.
		now := of(p.store.Variants(a.stale.URL), a.stale.Accept)
		if now == nil || http.Header(now.Header).Get("Etag") != http.Header(a.stale.Header).Get("Etag") {
			break
		}
		a.stale = now
	}
	return a.stale
}

// renewed is a stale answer with the header and the time of the origin's word that it is good.
func (p *Proxy) renewed(a *arrival) *Meta {
	now := p.now()
	next := *a.stale
	next.Header = maps.Clone(a.stale.Header)
	for name, lines := range endToEnd(a.Header, append(ours, "Age", "Content-Length")...) {
		if !strings.HasPrefix(name, "Content-") {
			next.Header[name] = lines
		}
	}
	fresh, _ := freshness(next.Header, now, p.settings.TTL)
	next.Stored, next.Age = now, age(a.Header)
	next.Expires = now.Add(fresh - next.Age)
	return &next
}
