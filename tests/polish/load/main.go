// Command load asks a proxy for pictures from many clients at once, and watches its memory.
//
//	load -url http://127.0.0.1:8080 -pid 1234 -clients 200 -seconds 60
//
// It ends with an error when an answer was not a whole picture.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

var accepts = []string{
	"image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
	"image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
	"image/apng,image/svg+xml,image/*,*/*;q=0.8",
	"image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5",
}

func main() {
	url := flag.String("url", "", "of the proxy")
	pid := flag.Int("pid", 0, "process of the proxy")
	clients := flag.Int("clients", 200, "at once")
	seconds := flag.Int("seconds", 60, "of load")
	pictures := flag.Int("pictures", 500, "URLs to choose from")
	flag.Parse()
	transport := &http.Transport{MaxIdleConnsPerHost: *clients, DisableCompression: true}
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	end := time.Now().Add(time.Duration(*seconds) * time.Second)

	var statuses sync.Map
	var failed, bytes atomic.Int64
	var group sync.WaitGroup
	for range *clients {
		group.Add(1)
		go func() {
			defer group.Done()
			for time.Now().Before(end) {
				place := fmt.Sprintf("%s/load/%d.jpeg", *url, rand.IntN(*pictures))
				if rand.IntN(4) == 0 {
					place = *url + "/vary/cat.jpg"
				}
				status, n, err := ask(client, place)
				if err != nil {
					failed.Add(1)
					fmt.Fprintln(os.Stderr, err)
				}
				count, _ := statuses.LoadOrStore(status, new(atomic.Int64))
				count.(*atomic.Int64).Add(1)
				bytes.Add(n)
			}
		}()
	}
	watched := watch(*pid, end)
	group.Wait()

	total := int64(0)
	statuses.Range(func(status, count any) bool {
		fmt.Printf("%-8s %d\n", status, count.(*atomic.Int64).Load())
		total += count.(*atomic.Int64).Load()
		return true
	})
	fmt.Printf("%d requests, %.0f a second, %d MiB, %d failed\n", total, float64(total)/float64(*seconds), bytes.Load()>>20, failed.Load())
	fmt.Print(<-watched)
	if failed.Load() > 0 || total == 0 {
		os.Exit(1)
	}
}

// ask is one request: its cache status and size.
func ask(client *http.Client, url string) (status string, size int64, err error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return "", 0, err
	}
	request.Header.Set("Accept", accepts[rand.IntN(len(accepts))])
	answer, err := client.Do(request)
	if err != nil {
		return "failed", 0, err
	}
	defer answer.Body.Close()
	size, err = io.Copy(io.Discard, answer.Body)
	if err == nil && (answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "image/")) {
		err = fmt.Errorf("%s: %s", url, answer.Status)
	}
	return answer.Header.Get("Cf-Cache-Status"), size, err
}

// watch reads the resident memory of a process every second, and reports it by sixths of the time.
func watch(pid int, end time.Time) chan string {
	report := make(chan string, 1)
	go func() {
		var sizes []int64
		for time.Now().Before(end) {
			sizes = append(sizes, resident(pid))
			time.Sleep(time.Second)
		}
		var text strings.Builder
		for part := range 6 {
			chunk := sizes[len(sizes)*part/6 : len(sizes)*(part+1)/6]
			if len(chunk) > 0 {
				fmt.Fprintf(&text, "memory, part %d of 6: %d to %d MiB\n", part+1, least(chunk)>>10, most(chunk)>>10)
			}
		}
		report <- text.String()
	}()
	return report
}

// resident is the resident memory of a process in KiB.
func resident(pid int) (size int64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(text), "VmRSS:")
	fmt.Sscan(rest, &size)
	return size
}

func least(sizes []int64) int64 {
	found := sizes[0]
	for _, size := range sizes {
		found = min(found, size)
	}
	return found
}

func most(sizes []int64) int64 {
	found := sizes[0]
	for _, size := range sizes {
		found = max(found, size)
	}
	return found
}
