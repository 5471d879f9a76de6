// Command polish-go is a caching reverse proxy that makes the pictures in its cache smaller.
//
//	go run . -origin http://127.0.0.1:8000 -listen 127.0.0.1:8080
//
// A picture's first request gets the origin's bytes. In the background Safelight, called in this
// process, makes smaller copies: in the picture's own format, and WebP and AVIF for clients that take
// them. Whoever comes later gets the smallest copy that the client's Accept allows.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/safelight/safelight/bindings/go"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	Settings
	listen, origin, folder, rules string
	size, object, source          int64
	entries                       int
	wait                          time.Duration
}

func parse(arguments []string) (*options, error) {
	o := new(options)
	flags := flag.NewFlagSet("polish-go", flag.ContinueOnError)
	flags.StringVar(&o.origin, "origin", "", "scheme and host of the origin, as http://127.0.0.1:8000")
	flags.StringVar(&o.listen, "listen", "127.0.0.1:8080", "address to listen on")
	flags.StringVar(&o.folder, "cache", "cache", "folder of the cache, of this program alone")
	flags.Int64Var(&o.size, "size", 1024, "MiB that the cache may take")
	flags.IntVar(&o.entries, "entries", 100_000, "answers that the cache may hold")
	flags.Int64Var(&o.object, "object", 64, "MiB of the largest answer that is stored")
	flags.Int64Var(&o.source, "source", 20, "MiB of the largest picture that is polished")
	flags.StringVar(&o.rules, "vary", "", "file with rules of Vary for Images, as {\"jpg\":[\"image/webp\"]}")
	flags.StringVar(&o.Mode, "polish", "lossy", "off, lossless or lossy")
	flags.BoolVar(&o.WebP, "webp", true, "whether WebP copies are made")
	flags.BoolVar(&o.AVIF, "avif", true, "whether AVIF copies are made; only where polish is lossy")
	flags.DurationVar(&o.TTL, "ttl", 2*time.Hour, "how long images without a Cache-Control are good")
	flags.DurationVar(&o.Grace, "grace", 24*time.Hour, "how long answers stand in for an origin that fails")
	flags.DurationVar(&o.Timeout, "timeout", time.Minute, "of a request to the origin")
	flags.DurationVar(&o.wait, "wait", 30*time.Second, "how long a stop waits for requests")
	flags.IntVar(&o.Clients, "clients", 1024, "requests at a time; more are refused with 503")
	flags.IntVar(&o.Origins, "connections", 64, "connections to the origin; more requests wait")
	flags.IntVar(&o.Workers, "workers", max(1, runtime.NumCPU()/2), "pictures polished at a time")
	flags.IntVar(&o.Queue, "queue", 256, "pictures that wait to be polished; more are left for later")
	flags.StringVar(&o.PurgeToken, "purge-token", os.Getenv("PURGE_TOKEN"), "bearer token of PURGE; without one it is for this machine only")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	o.Object, o.Source = o.object<<20, o.source<<20
	return o, o.check()
}

func (o *options) check() error {
	var err error
	if o.Origin, err = url.Parse(o.origin); err != nil || o.Origin.Host == "" {
		return fmt.Errorf("-origin: expected a URL such as http://127.0.0.1:8000, got %q", o.origin)
	}
	switch o.Mode {
	case "off", "lossless", "lossy":
	default:
		return fmt.Errorf("-polish: expected off, lossless or lossy, got %q", o.Mode)
	}
	if o.size < 1 || o.entries < 1 || o.object < 1 || o.source < 1 || o.Clients < 1 || o.Origins < 1 || o.Workers < 1 || o.Queue < 1 {
		return errors.New("sizes and counts start at 1")
	}
	if o.rules == "" {
		return nil
	}
	text, err := os.ReadFile(o.rules)
	if err == nil {
		err = json.Unmarshal(text, &o.Rules)
	}
	if err == nil {
		_, err = safelight.VaryRequest(o.Rules, "/", "")
	}
	if err != nil {
		return fmt.Errorf("-vary: %w", err)
	}
	return nil
}

func run(arguments []string) error {
	o, err := parse(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	store, err := OpenStore(o.folder, o.size<<20, o.entries)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return err
	}
	// Nobody waits for a picture: it may take longer than a request could.
	engine, err := safelight.NewEngine(safelight.Limits{TimeMS: uint64(patience.Milliseconds())})
	if err != nil {
		return err
	}
	defer engine.Close()
	proxy := NewProxy(o.Settings, store, engine.Polish)
	defer proxy.Close()
	server := &http.Server{
		Handler:           proxy,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	slog.Info("listening", "address", listener.Addr().String(), "origin", o.Origin.String())
	return serve(server, listener, o.wait)
}

// serve runs until SIGTERM or SIGINT; then requests that are on their way have time to end.
func serve(server *http.Server, listener net.Listener, wait time.Duration) error {
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-stop.Done():
	}
	// A second signal ends the program at once.
	cancel()
	slog.Info("stopping")
	ctx, done := context.WithTimeout(context.Background(), wait)
	defer done()
	return server.Shutdown(ctx)
}
