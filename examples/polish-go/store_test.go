package main

import (
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func openStore(t *testing.T, folder string, cap int64) *Store {
	t.Helper()
	store, err := OpenStore(folder, cap, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

// keep stores a body under a URL, or says why it could not.
func keep(store *Store, url, body string) (*Meta, error) {
	spool, err := store.Spool()
	if err != nil {
		return nil, err
	}
	if _, err := io.WriteString(spool, body); err != nil {
		spool.Discard()
		return nil, err
	}
	spool.Finish(nil)
	meta := &Meta{URL: url, Stored: time.Now(), Copies: []Copy{spool.Copy()}}
	return meta, store.Put(meta, spool)
}

func body(t *testing.T, store *Store, meta *Meta) string {
	t.Helper()
	opened, err := store.Open(meta, meta.Copies[0])
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	text, err := io.ReadAll(opened)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// onDisk is the bytes of all files of a store.
func onDisk(t *testing.T, folder string) (total int64) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return nil
		}
		if info, err := item.Info(); err == nil {
			total += info.Size()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return total
}

func TestTheCapHoldsWhileManyWrite(t *testing.T) {
	const cap = 200_000
	folder := t.TempDir()
	store := openStore(t, folder, cap)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := range 200 {
				text := make([]byte, rand.IntN(20_000))
				keep(store, fmt.Sprintf("/%d/%d", worker, i%50), string(text))
				if i%20 == 0 {
					store.Purge(fmt.Sprintf("/%d/%d", worker, i%50))
				}
			}
		}()
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		// No file changes its place meanwhile.
		store.mu.Lock()
		total := onDisk(t, folder)
		store.mu.Unlock()
		if total > cap {
			t.Errorf("%d bytes on disk", total)
		}
	}
	if used, total := store.Used(), onDisk(t, folder); used != total {
		t.Errorf("counted %d bytes, but there are %d", used, total)
	}
}

func TestWhatWasUsedLeastRecentlyGoesFirst(t *testing.T) {
	store := openStore(t, t.TempDir(), 8000)
	text := string(make([]byte, 3000))
	first, _ := keep(store, "/first", text)
	keep(store, "/second", text)
	body(t, store, first)
	if _, err := keep(store, "/third", text); err != nil {
		t.Fatal(err)
	}
	if len(store.Variants("/first")) != 1 || len(store.Variants("/second")) != 0 || len(store.Variants("/third")) != 1 {
		t.Error("the wrong one went")
	}
}

func TestBytesThatAreBeingReadCount(t *testing.T) {
	store := openStore(t, t.TempDir(), 5000)
	meta, _ := keep(store, "/a", string(make([]byte, 4000)))
	opened, err := store.Open(meta, meta.Copies[0])
	if err != nil {
		t.Fatal(err)
	}
	store.Purge("/a")
	if _, err := keep(store, "/b", string(make([]byte, 4000))); err == nil {
		t.Error("there was room for both")
	}
	opened.Close()
	if _, err := keep(store, "/b", string(make([]byte, 4000))); err != nil {
		t.Error(err)
	}
}

func TestABodyLargerThanTheCapIsRefused(t *testing.T) {
	store := openStore(t, t.TempDir(), 1000)
	if _, err := keep(store, "/a", string(make([]byte, 1001))); err != ErrFull {
		t.Errorf("got %v", err)
	}
	if store.Used() != 0 {
		t.Errorf("%d bytes are left", store.Used())
	}
}

// reopen opens a store's folder again, as the next program would.
func reopen(t *testing.T, folder string) *Store {
	t.Helper()
	os.Remove(filepath.Join(folder, "lock"))
	return openStore(t, folder, 1<<20)
}

func TestTheNextProgramFindsWhatIsThere(t *testing.T) {
	folder := t.TempDir()
	store := openStore(t, folder, 1<<20)
	keep(store, "/a?b=c", "one")
	keep(store, "/a?b=c", "two")
	unfinished, _ := store.Spool()
	io.WriteString(unfinished, "never finished")
	stray := filepath.Join(folder, "00", "00-1-1")
	os.MkdirAll(filepath.Dir(stray), 0o700)
	os.WriteFile(stray, []byte("never named"), 0o600)

	next := reopen(t, folder)
	metas := next.Variants("/a?b=c")
	if len(metas) != 1 || body(t, next, metas[0]) != "two" {
		t.Fatalf("got %+v", metas)
	}
	if used, total := next.Used(), onDisk(t, folder); used != total {
		t.Errorf("counted %d bytes, but there are %d", used, total)
	}
}

func TestAnAnswerWhoseFilesAreNotWhatTheyWereIsDropped(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"gone":    os.Remove,
		"cut":     func(path string) error { return os.Truncate(path, 2) },
		"changed": func(path string) error { return os.WriteFile(path, []byte("onE"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			store := openStore(t, folder, 1<<20)
			meta, _ := keep(store, "/a", "one")
			if err := damage(store.path(meta.Copies[0].File)); err != nil {
				t.Fatal(err)
			}
			next := reopen(t, folder)
			for _, meta := range next.Variants("/a") {
				if _, err := next.Open(meta, meta.Copies[0]); err == nil {
					t.Error("it was opened")
				}
			}
			if len(next.Variants("/a")) != 0 || next.Used() != 0 {
				t.Error("it is still there")
			}
		})
	}
}

func TestAFolderHasOneProgram(t *testing.T) {
	folder := t.TempDir()
	openStore(t, folder, 1<<20)
	if _, err := OpenStore(folder, 1<<20, 10); err == nil {
		t.Error("it was opened twice")
	}
}

func TestOnlyWhatIsStillStoredIsReplaced(t *testing.T) {
	store := openStore(t, t.TempDir(), 1<<20)
	old, _ := keep(store, "/a", "old")
	keep(store, "/a", "new")
	late, _ := store.Spool()
	io.WriteString(late, "late")
	late.Finish(nil)
	next := *old
	next.Copies = []Copy{late.Copy()}
	if replaced, err := store.Replace(old, &next, late); replaced || err != nil {
		t.Errorf("got %v, %v", replaced, err)
	}
	if metas := store.Variants("/a"); len(metas) != 1 || body(t, store, metas[0]) != "new" {
		t.Errorf("got %+v", metas)
	}
}

func TestTheNumberOfAnswersIsBounded(t *testing.T) {
	store, err := OpenStore(t.TempDir(), 1<<20, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		keep(store, fmt.Sprint("/", i), "x")
	}
	if len(store.entries) != 3 || len(store.Variants("/9")) != 1 {
		t.Errorf("%d answers", len(store.entries))
	}
}
