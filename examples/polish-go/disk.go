package main

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const (
	factsExt = ".json"
	spoolDir = "new"
)

// OpenStore opens a folder of at most most answers with at most cap bytes. What an earlier program
// stored there is found again; what it left unfinished is removed. A folder has one program at a
// time.
func OpenStore(folder string, cap int64, most int) (*Store, error) {
	if err := os.RemoveAll(filepath.Join(folder, spoolDir)); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(folder, spoolDir), 0o700); err != nil {
		return nil, err
	}
	if err := lock(folder); err != nil {
		return nil, err
	}
	s := &Store{
		folder:  filepath.Clean(folder),
		cap:     cap,
		most:    most,
		entries: map[string]map[string]*entry{},
		recent:  list.New(),
		files:   map[string]*file{},
		started: time.Now().UnixNano(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s, s.load()
}

// lock holds the folder until the program ends.
func lock(folder string) error {
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s: another program uses it", folder)
	}
	return nil
}

// load fills the index from the files of facts, oldest first, and removes files that none names.
func (s *Store) load() error {
	var found []*entry
	left := map[string]fs.FileInfo{}
	err := filepath.WalkDir(s.folder, func(path string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() || filepath.Dir(path) == s.folder {
			return err
		}
		info, err := item.Info()
		if err != nil {
			return err
		}
		left[path] = info
		if strings.HasSuffix(path, factsExt) {
			if meta := readFacts(path); meta != nil {
				found = append(found, &entry{meta: meta, facts: info.Size()})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b *entry) int { return a.meta.Stored.Compare(b.meta.Stored) })
	for _, entry := range found {
		s.adopt(entry, left)
	}
	for path := range left {
		os.Remove(path)
	}
	return s.reserve(0)
}

// adopt takes an answer of an earlier program over, when all of its copies are there. What it takes
// is no longer in left.
func (s *Store) adopt(entry *entry, left map[string]fs.FileInfo) {
	for _, each := range entry.meta.Copies {
		if info := left[s.path(each.File)]; info == nil || info.Size() != each.Size {
			return
		}
	}
	for _, each := range entry.meta.Copies {
		delete(left, s.path(each.File))
		s.files[each.File] = &file{size: each.Size}
		s.used += each.Size
	}
	delete(left, s.path(id(entry.meta)+factsExt))
	s.used += entry.facts
	s.index(entry)
}

// readFacts is the Meta in a file, nil when it is not one.
func readFacts(path string) *Meta {
	text, err := os.ReadFile(path)
	meta := new(Meta)
	if err != nil || json.Unmarshal(text, meta) != nil || len(meta.Copies) == 0 {
		return nil
	}
	if filepath.Base(path) != id(meta)+factsExt {
		return nil
	}
	return meta
}

// writeFacts writes a file of facts, and says how large it is.
func (s *Store) writeFacts(meta *Meta) (int64, error) {
	text, err := json.Marshal(meta)
	if err != nil {
		return 0, err
	}
	size := int64(len(text))
	if err := s.reserve(size); err != nil {
		return 0, err
	}
	path := s.path(id(meta) + factsExt)
	err = os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.WriteFile(s.spoolPath("facts"), text, 0o600)
	}
	if err == nil {
		err = os.Rename(s.spoolPath("facts"), path)
	}
	if err != nil {
		s.used -= size
		return 0, err
	}
	return size, nil
}

func (s *Store) removeFacts(meta *Meta) { os.Remove(s.path(id(meta) + factsExt)) }

// dropFile removes a copy's file; its bytes count until nobody reads them any more.
func (s *Store) dropFile(name string) {
	file := s.files[name]
	if file == nil {
		return
	}
	os.Remove(s.path(name))
	file.gone = true
	s.settle(name, file)
}

// release ends a reading.
func (s *Store) release(name string, file *file) {
	s.mu.Lock()
	defer s.mu.Unlock()
	file.readers--
	s.settle(name, file)
}

func (s *Store) settle(name string, file *file) {
	if file.gone && file.readers == 0 {
		s.used -= file.size
		delete(s.files, name)
	}
}

// Body is a copy that is being read.
type Body struct {
	*os.File
	done func()
}

// Close ends the reading.
func (b *Body) Close() error {
	defer b.done()
	return b.File.Close()
}

// Open opens a copy of an answer. One whose bytes are not those that were written is an error, and
// the answer is dropped.
func (s *Store) Open(meta *Meta, copy Copy) (*Body, error) {
	s.mu.Lock()
	file := s.files[copy.File]
	if file == nil || file.gone {
		s.mu.Unlock()
		return nil, fs.ErrNotExist
	}
	file.readers++
	checked := file.checked
	s.touch(meta)
	s.mu.Unlock()

	opened, err := os.Open(s.path(copy.File))
	if err == nil && !checked {
		if err = check(opened, copy); err != nil {
			opened.Close()
		}
	}
	s.mu.Lock()
	file.checked = file.checked || err == nil
	s.mu.Unlock()
	done := func() { s.release(copy.File, file) }
	if err != nil {
		done()
		s.Drop(meta)
		return nil, err
	}
	return &Body{opened, done}, nil
}

// check reads a file to its end and back to its start.
func check(file *os.File, copy Copy) error {
	sum := crc32.New(castagnoli)
	if _, err := io.Copy(sum, file); err != nil {
		return err
	}
	if sum.Sum32() != copy.Sum {
		return errors.New("a stored copy is damaged")
	}
	_, err := file.Seek(0, io.SeekStart)
	return err
}

// id names an answer's file of facts.
func id(meta *Meta) string {
	sum := sha256.Sum256([]byte(meta.URL + "\x00" + meta.Accept))
	return hex.EncodeToString(sum[:20])
}

// path is where a file stands: folders of two letters, so that none grows large.
func (s *Store) path(name string) string { return filepath.Join(s.folder, name[:2], name) }

func (s *Store) spoolPath(name string) string { return filepath.Join(s.folder, spoolDir, name) }
