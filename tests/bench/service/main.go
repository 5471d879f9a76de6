// How fast a cached picture leaves Handle, called from Go.
// Usage: service FOLDER PICTURE SECONDS GOROUTINES; see ../service.sh.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	safelight "github.com/safelight/safelight/bindings/go"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: service FOLDER PICTURE SECONDS GOROUTINES")
	}
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	check(err)
	goroutines, err := strconv.Atoi(os.Args[4])
	check(err)
	service, err := safelight.Open(safelight.Config{
		Folder:  os.Args[1],
		Account: &safelight.Account{ID: strings.Repeat("0", 32), Hash: "bench"},
	})
	check(err)
	defer service.Close()
	picture, err := os.ReadFile(os.Args[2])
	check(err)
	_, err = service.Upload(context.Background(), picture, safelight.UploadFields{ID: "cat"})
	check(err)

	bytes := ask(service)
	var asked atomic.Int64
	var group sync.WaitGroup
	start := time.Now()
	for range goroutines {
		group.Add(1)
		go func() {
			defer group.Done()
			for time.Since(start).Seconds() < seconds {
				// The clock is not what is measured.
				for range 100 {
					ask(service)
				}
				asked.Add(100)
			}
		}()
	}
	group.Wait()
	rate := float64(asked.Load()) / time.Since(start).Seconds()
	line, err := json.Marshal(map[string]any{
		"language": "go", "threads": goroutines, "requests": asked.Load(), "per_second": math.Round(rate),
		"micros": math.Round(1e7/rate*float64(goroutines)) / 10, "bytes": bytes,
	})
	check(err)
	fmt.Println(string(line))
}

var header = safelight.Headers{
	"Host":       {"img.example"},
	"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0"},
	"Accept":     {"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"},
}

func ask(service *safelight.Service) int {
	request := safelight.Request{Method: "GET", Target: "/bench/cat/public", Header: header}
	response, err := service.Handle(context.Background(), request)
	check(err)
	if response.Status != http.StatusOK {
		log.Fatalf("status %d", response.Status)
	}
	return len(response.Body)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
