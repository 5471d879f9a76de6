package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

// Polish makes a picture smaller: that of an engine, or a test's.
type Polish func(ctx context.Context, source []byte, options safelight.PolishOptions) (*safelight.Polished, error)

// patience is the time that one picture may take in one format.
const patience = 2 * time.Minute

// Jobs polishes stored answers in the background. What finds the queue full is left for later: the
// next request for it tries again.
type Jobs struct {
	settings Settings
	store    *Store
	polish   Polish
	queue    chan *Meta
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu    sync.Mutex
	known map[*Meta]bool // in the queue or at work
}

func newJobs(settings Settings, store *Store, polish Polish) *Jobs {
	j := &Jobs{
		settings: settings,
		store:    store,
		polish:   polish,
		queue:    make(chan *Meta, settings.Queue),
		known:    map[*Meta]bool{},
	}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	for range settings.Workers {
		j.running.Add(1)
		go j.work()
	}
	return j
}

// Close stops what is at work and drops what waits.
func (j *Jobs) Close() {
	j.cancel()
	j.running.Wait()
}

// Add queues an answer, unless it is queued or the queue is full.
func (j *Jobs) Add(meta *Meta) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.known[meta] {
		return
	}
	select {
	case j.queue <- meta:
		j.known[meta] = true
	default:
	}
}

func (j *Jobs) work() {
	defer j.running.Done()
	// C's allocator keeps what it freed for each thread: few threads, little memory.
	runtime.LockOSThread()
	for {
		select {
		case <-j.ctx.Done():
			return
		case meta := <-j.queue:
			if j.ctx.Err() != nil {
				return
			}
			if err := j.run(meta); err != nil && j.ctx.Err() == nil {
				slog.Warn("a picture was not polished", "url", meta.URL, "error", err)
			}
			j.mu.Lock()
			delete(j.known, meta)
			j.mu.Unlock()
		}
	}
}

// run makes the copies of one answer and stores them beside or in place of the origin's bytes.
func (j *Jobs) run(meta *Meta) error {
	source, err := j.read(meta)
	if err != nil {
		return err
	}
	own, others, err := j.make(source)
	if err != nil {
		return err
	}
	next := *meta
	next.Done = true
	next.Copies = []Copy{meta.Copies[0]}
	next.Copies[0].Polished = own.Header
	spools := &spools{store: j.store}
	if len(own.Data) < len(source) {
		next.Copies[0] = spools.add(own)
		next.Copies[0].Type = meta.Copies[0].Type
	}
	for _, other := range others {
		copy := spools.add(other)
		copy.Format = string(other.Format)
		next.Copies = append(next.Copies, copy)
	}
	if spools.err != nil {
		spools.discard()
		return spools.err
	}
	_, err = j.store.Replace(meta, &next, spools.all...)
	return err
}

func (j *Jobs) read(meta *Meta) ([]byte, error) {
	body, err := j.store.Open(meta, meta.Copies[0])
	if err != nil {
		return nil, err
	}
	defer body.Close()
	source := make([]byte, meta.Copies[0].Size)
	_, err = io.ReadFull(body, source)
	return source, err
}

// make polishes a picture in its own format and in those that are switched on. Its own may be the
// source, with the reason; of the others there are only those that came out smaller.
func (j *Jobs) make(source []byte) (own *safelight.Polished, others []*safelight.Polished, err error) {
	own, err = j.try(source, safelight.PolishOptions{WebP: j.settings.WebP})
	if err == nil && converted(own) {
		others = append(others, own)
		own, err = j.try(source, safelight.PolishOptions{})
	}
	if err != nil || !j.settings.AVIF || j.settings.Mode != "lossy" {
		return own, others, err
	}
	avif, err := j.try(source, safelight.PolishOptions{AVIF: true})
	if err == nil && converted(avif) {
		others = append(others, avif)
	}
	return own, others, err
}

// try polishes once. A picture that takes too long is too large; other failures of the library are
// part of its answer.
func (j *Jobs) try(source []byte, options safelight.PolishOptions) (*safelight.Polished, error) {
	ctx, cancel := context.WithTimeout(j.ctx, patience)
	defer cancel()
	options.Mode = j.settings.Mode
	polished, err := j.polish(ctx, source, options)
	if errors.Is(err, safelight.ErrTimeout) {
		return &safelight.Polished{Data: source, Header: "status=input_too_large"}, nil
	}
	return polished, err
}

// converted says that a result is in another format than the source.
func converted(polished *safelight.Polished) bool {
	return polished.Status == "ok" && polished.Format != polished.OriginalFormat
}

// spools are the results of one job on their way into the store.
type spools struct {
	store *Store
	all   []*Spool
	err   error
}

func (s *spools) add(result *safelight.Polished) Copy {
	if s.err != nil {
		return Copy{}
	}
	spool, err := s.store.Spool()
	if err != nil {
		s.err = err
		return Copy{}
	}
	s.all = append(s.all, spool)
	if _, s.err = spool.Write(result.Data); s.err != nil {
		return Copy{}
	}
	spool.Finish(nil)
	copy := spool.Copy()
	copy.Type = result.ContentType
	copy.Changed, copy.Polished, copy.Bgj = true, result.Header, result.Bgj
	return copy
}

func (s *spools) discard() {
	for _, spool := range s.all {
		spool.Discard()
	}
}

// due says whether an answer is polished. Where it is not, note is what Cf-Polished says of it.
func (s Settings) due(header http.Header, place string, size int64) (due bool, note string) {
	kind := mediaType(header)
	switch {
	case s.Mode == "off", !strings.HasPrefix(kind, "image/"), kind == "image/svg+xml",
		// Transformed already, by this service or behind it.
		strings.HasPrefix(place, "/cdn-cgi/"), header.Get("Cf-Resized") != "",
		header.Get("Content-Encoding") != "",
		parseControl(header["Cache-Control"]).has("no-transform"):
		return false, ""
	case varies(header["Vary"]):
		return false, "status=vary_header_present"
	case size > s.Source:
		return false, "status=input_too_large"
	}
	return true, ""
}

// varies says whether a Vary header names more than Accept-Encoding.
func varies(lines []string) bool {
	for _, name := range strings.Split(strings.Join(lines, ","), ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "" && name != "accept-encoding" {
			return true
		}
	}
	return false
}
