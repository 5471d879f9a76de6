//go:build !race

// The race detector keeps memory of its own for every access.

package safelight

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
)

// resident is the memory that the process holds, after Go gave back what it could.
func resident(t *testing.T) int {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("needs /proc")
	}
	var size, pages int
	if _, err := fmt.Sscan(string(text), &size, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

func TestMemoryStaysFlatOverManyRenders(t *testing.T) {
	source := picture(t, "photo.jpg")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	several := func(rounds int) {
		for range rounds {
			if _, err := Render(ctx, source, Text("width=64,format=jpeg")); err != nil {
				t.Fatal(err)
			}
			if _, err := Render(ctx, source, Text("width=0")); err == nil {
				t.Fatal("no error")
			}
		}
	}
	several(300)
	before := resident(t)
	several(1000)
	if growth := resident(t) - before; growth > 4<<20 {
		t.Errorf("grew by %d bytes", growth)
	}
}
