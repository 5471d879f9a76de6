package main

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

// ours are headers that this proxy says, whatever the origin says.
var ours = []string{"Cf-Cache-Status", "Cf-Polished", "Cf-Bgj"}

// digests are headers that are wrong for other bytes than the origin's.
var digests = []string{"Content-Digest", "Content-Md5", "Digest", "Repr-Digest"}

// send answers with the copy of a stored answer that suits the client; it does nothing and returns
// false when it is gone.
func (p *Proxy) send(w http.ResponseWriter, r *http.Request, meta *Meta, status string) bool {
	copy := choose(meta, r.Header["Accept"])
	body, err := p.store.Open(meta, copy)
	if err != nil {
		return false
	}
	defer body.Close()
	if !meta.Done {
		p.jobs.Add(meta)
	}
	p.head(w.Header(), meta, copy, status)
	p.body(w, r, meta, body.File)
	return true
}

// sendComing answers with a body that is still on its way from the origin.
func (p *Proxy) sendComing(w http.ResponseWriter, r *http.Request, flight *flight) {
	meta := flight.meta
	body, err := flight.spool.Reader(meta.Copies[0].Size)
	if err != nil {
		// It came to its end, and stands in the store by now.
		p.sendStored(w, r, flight)
		return
	}
	defer body.Close()
	p.head(w.Header(), meta, meta.Copies[0], flight.status)
	p.body(w, r, meta, body)
}

// sendStored answers with what a flight brought into the store: it may have been polished since. Where
// it is gone already the origin answers.
func (p *Proxy) sendStored(w http.ResponseWriter, r *http.Request, flight *flight) {
	found := of(p.store.Variants(flight.meta.URL), flight.meta.Accept)
	if found == nil || !p.send(w, r, found, flight.status) {
		p.pass(w, r, "BYPASS")
	}
}

// body sends a body, or the ranges of it that are wanted, or says that the client has it.
func (p *Proxy) body(w http.ResponseWriter, r *http.Request, meta *Meta, body io.ReadSeeker) {
	modified, _ := http.ParseTime(http.Header(meta.Header).Get("Last-Modified"))
	http.ServeContent(w, r, "", modified, body)
}

// head is the header for one copy of an answer.
func (p *Proxy) head(header http.Header, meta *Meta, copy Copy, status string) {
	for name, lines := range meta.Header {
		header[name] = append([]string(nil), lines...)
	}
	header.Set("Cf-Cache-Status", status)
	set(header, "Cf-Polished", copy.Polished)
	set(header, "Cf-Bgj", copy.Bgj)
	if status != "MISS" && status != "EXPIRED" {
		header.Set("Age", fmt.Sprint(int64((meta.Age+p.now().Sub(meta.Stored))/time.Second)))
	}
	if due, _ := p.settings.due(meta.Header, meta.URL, 0); due && (p.settings.WebP || p.settings.AVIF) {
		header.Add("Vary", "Accept")
	}
	if copy.Changed {
		set(header, "Etag", tagged(header.Get("Etag"), copy))
		for _, name := range digests {
			header.Del(name)
		}
	}
	if copy.Format != "" {
		header.Set("Content-Type", copy.Type)
		if header.Get("Content-Disposition") == "" {
			header.Set("Content-Disposition", inline(meta.URL, copy.Format))
		}
	}
	if header.Get("Content-Type") == "" {
		// Nobody is to guess.
		header["Content-Type"] = nil
	}
}

func set(header http.Header, name, value string) {
	if value != "" {
		header.Set(name, value)
	}
}

// choose is the smallest copy that a client takes.
func choose(meta *Meta, accept []string) Copy {
	best := meta.Copies[0]
	if len(meta.Copies) == 1 {
		return best
	}
	negotiated, err := safelight.Negotiate(safelight.Headers{"Accept": accept})
	if err != nil {
		return best
	}
	for _, format := range negotiated.Formats {
		for _, copy := range meta.Copies[1:] {
			if copy.Format == string(format) && copy.Size < best.Size {
				best = copy
			}
		}
	}
	return best
}

// tagged is the entity tag of other bytes than those that the origin's is for.
func tagged(tag string, copy Copy) string {
	opaque, whole := strings.CutSuffix(tag, `"`)
	if !whole {
		return ""
	}
	word := copy.Format
	if word == "" {
		word = "polished"
	}
	return opaque + "-" + word + `"`
}

// inline is a Content-Disposition whose name has the ending of the format.
func inline(url, format string) string {
	place, _, _ := strings.Cut(url, "?")
	name := path.Base(place)
	name = strings.TrimSuffix(name, path.Ext(name)) + "." + format
	if strings.ContainsAny(name, "\"\\%") {
		return mime.FormatMediaType("inline", map[string]string{"filename": name})
	}
	return fmt.Sprintf("inline; filename=%q", name)
}
