package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

func TestTheFirstRequestGetsTheOriginalAndLaterOnesTheSmallestCopyTheyTake(t *testing.T) {
	b := newBench(t, sends("Cache-Control: max-age=60"))
	first := b.get("/cats/tom.jpeg?v=2", "Accept: image/avif,image/webp")
	if first.status() != "MISS" || len(first.body) != picture || first.Header.Get("Cf-Polished") != "" || first.Header.Get("Vary") != "Accept" {
		t.Fatalf("got %d bytes, %v", len(first.body), first.Header)
	}
	b.polished("/cats/tom.jpeg?v=2")
	for _, test := range []struct {
		accept, kind, disposition, tag string
		size                           int
	}{
		{"image/avif,image/webp,*/*", "image/avif", `inline; filename="tom.avif"`, `"one-avif"`, picture / 4},
		{"image/webp,*/*", "image/webp", `inline; filename="tom.webp"`, `"one-webp"`, picture / 3},
		{"*/*", "image/jpeg", "", `"one-polished"`, picture / 2},
		{"image/avif;q=0,*/*", "image/jpeg", "", `"one-polished"`, picture / 2},
	} {
		got := b.get("/cats/tom.jpeg?v=2", "Accept: "+test.accept)
		h := got.Header
		if got.status() != "HIT" || len(got.body) != test.size || h.Get("Content-Type") != test.kind ||
			h.Get("Content-Disposition") != test.disposition || h.Get("Etag") != test.tag {
			t.Errorf("%s: got %d bytes, %v", test.accept, len(got.body), h)
		}
		if h.Get("Cf-Polished") != "qual=80, origFmt=jpeg, origSize=12000" || h.Get("Cf-Bgj") != "imgq:80" {
			t.Errorf("%s: got %v", test.accept, h)
		}
	}
	if asked := b.asked.Load(); asked != 1 {
		t.Errorf("the origin was asked %d times", asked)
	}
}

func TestPolishLeavesAloneWhatItShould(t *testing.T) {
	for _, test := range []struct {
		name, place, note string
		lines             []string
	}{
		{"transformed", "/cdn-cgi/image/width=5/a.jpeg", "", nil},
		{"resized by the origin", "/a.jpeg", "", []string{"Cf-Resized: internal=ok/- q=0 n=1+2"}},
		{"no image", "/a.css", "", []string{"Content-Type: text/css", "Cache-Control: max-age=60"}},
		{"a drawing", "/a.svg", "", []string{"Content-Type: image/svg+xml"}},
		{"no-transform", "/a.jpeg", "", []string{"Cache-Control: max-age=60, no-transform"}},
		{"variants of the origin", "/a.jpg", "status=vary_header_present", []string{"Vary: Accept"}},
		{"Vary by a cookie", "/a.jpeg", "status=vary_header_present", []string{"Vary: Cookie"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, sends(test.lines...))
			for range 3 {
				got := b.get(test.place)
				if got.Header.Get("Cf-Polished") != test.note || len(got.body) != picture {
					t.Errorf("got %d bytes, %v", len(got.body), got.Header)
				}
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	b := newBench(t, sends(), func(s *Settings) { s.Source = picture - 1 })
	b.says("/a.jpeg", "MISS")
	if got := b.get("/a.jpeg"); got.Header.Get("Cf-Polished") != "status=input_too_large" {
		t.Errorf("got %v", got.Header)
	}
}

func TestThePicturesThatCannotBePolishedSayWhy(t *testing.T) {
	refuses := func(_ context.Context, source []byte, _ safelight.PolishOptions) (*safelight.Polished, error) {
		return &safelight.Polished{Data: source, Status: "not_compressed", Header: "status=not_compressed"}, nil
	}
	b := newPolishingBench(t, sends(), refuses)
	b.says("/a.jpeg", "MISS")
	b.polished("/a.jpeg")
	got := b.get("/a.jpeg")
	if got.Header.Get("Cf-Polished") != "status=not_compressed" || got.Header.Get("Cf-Bgj") != "" || len(got.body) != picture || got.Header.Get("Etag") != `"one"` {
		t.Errorf("got %d bytes, %v", len(got.body), got.Header)
	}
	late := func(ctx context.Context, _ []byte, _ safelight.PolishOptions) (*safelight.Polished, error) {
		return nil, &safelight.Error{Kind: safelight.ErrTimeout, Message: "late"}
	}
	b = newPolishingBench(t, sends(), late)
	b.says("/a.jpeg", "MISS")
	b.polished("/a.jpeg")
	if got := b.get("/a.jpeg"); got.Header.Get("Cf-Polished") != "status=input_too_large" {
		t.Errorf("got %v", got.Header)
	}
}

func TestAFullQueueLeavesPicturesForLater(t *testing.T) {
	gate := make(chan struct{})
	slow := func(ctx context.Context, source []byte, options safelight.PolishOptions) (*safelight.Polished, error) {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return halved(ctx, source, options)
	}
	b := newPolishingBench(t, sends(), slow, func(s *Settings) { s.Workers, s.Queue = 1, 1 })
	for i := range 5 {
		b.says(fmt.Sprintf("/%d.jpeg", i), "MISS")
	}
	close(gate)
	for i := range 5 {
		for range 100 {
			if b.get(fmt.Sprintf("/%d.jpeg", i)).Header.Get("Cf-Polished") != "" {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		b.polished(fmt.Sprintf("/%d.jpeg", i))
	}
}

func TestACloseDropsTheQueueAndStopsTheWork(t *testing.T) {
	var begun atomic.Int64
	endless := func(ctx context.Context, _ []byte, _ safelight.PolishOptions) (*safelight.Polished, error) {
		begun.Add(1)
		<-ctx.Done()
		return nil, ctx.Err()
	}
	b := newPolishingBench(t, sends(), endless, func(s *Settings) { s.Workers = 1 })
	for i := range 5 {
		b.says(fmt.Sprintf("/%d.jpeg", i), "MISS")
	}
	closed := make(chan struct{})
	go func() {
		b.proxy.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(5 * time.Second):
		t.Fatal("the proxy does not close")
	}
	if n := begun.Load(); n > 1 {
		t.Errorf("%d pictures were begun", n)
	}
}
