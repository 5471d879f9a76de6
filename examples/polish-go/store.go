package main

import (
	"container/list"
	"errors"
	"slices"
	"sync"
	"time"
)

// Store keeps answers in a folder, never more bytes than its cap. What was asked for least recently
// goes first. An answer is a file of facts, Meta, beside the files of its copies; the file of facts
// is written last and replaced as a whole, so that a crash leaves an answer as it was or not at all.
type Store struct {
	folder string
	cap    int64
	most   int // entries

	mu      sync.Mutex
	used    int64                        // bytes of all files, those being written and those still being read included
	entries map[string]map[string]*entry // by URL and by Meta.Accept
	recent  *list.List                   // of *entry, most recently used first
	files   map[string]*file
	started int64 // when the program did, for names of files
	number  int64 // of the newest file
}

// entry is an answer in the index.
type entry struct {
	meta  *Meta
	facts int64 // bytes of its file of facts
	place *list.Element
}

// file is a copy's bytes. One that is gone still counts until its last reader is done.
type file struct {
	size    int64
	readers int
	gone    bool
	checked bool // its sum was compared since the program started
}

// ErrFull says that what is being written does not fit beside what is in use.
var ErrFull = errors.New("the cache is full")

// Variants lists what is stored for a URL. Nobody may change it.
func (s *Store) Variants(url string) []*Meta {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []*Meta
	for _, entry := range s.entries[url] {
		found = append(found, entry.meta)
	}
	return found
}

// Put stores an answer whose copies were spooled, one spool a copy, in place of the one of the same
// URL and Accept.
func (s *Store) Put(meta *Meta, spools ...*Spool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.put(meta, spools)
}

// Replace stores next in place of old, unless old is no longer what is stored. The spools are the
// copies of next that old does not have; they are used up in any case.
func (s *Store) Replace(old, next *Meta, spools ...*Spool) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.entries[old.URL][old.Accept]; found == nil || found.meta != old {
		for _, spool := range spools {
			spool.discard()
		}
		return false, nil
	}
	return true, s.put(next, spools)
}

func (s *Store) put(meta *Meta, spools []*Spool) error {
	for _, spool := range spools {
		if err := spool.keep(); err != nil {
			s.dropUnused(spools)
			return err
		}
	}
	old := s.entries[meta.URL][meta.Accept]
	if old != nil {
		// Its copies may be those of the new one: it must not make room for it.
		s.recent.Remove(old.place)
	}
	facts, err := s.writeFacts(meta)
	if err != nil {
		s.dropUnused(spools)
		if old != nil {
			old.place = s.recent.PushFront(old)
		}
		return err
	}
	if old != nil {
		s.forget(old)
		for _, each := range old.meta.Copies {
			if !slices.ContainsFunc(meta.Copies, func(kept Copy) bool { return kept.File == each.File }) {
				s.dropFile(each.File)
			}
		}
	}
	s.index(&entry{meta: meta, facts: facts})
	return nil
}

// dropUnused gives up the files of an answer that could not be stored.
func (s *Store) dropUnused(spools []*Spool) {
	for _, spool := range spools {
		spool.discard()
		s.dropFile(spool.name)
	}
}

func (s *Store) index(added *entry) {
	url := added.meta.URL
	if s.entries[url] == nil {
		s.entries[url] = map[string]*entry{}
	}
	s.entries[url][added.meta.Accept] = added
	added.place = s.recent.PushFront(added)
	for s.recent.Len() > s.most {
		s.drop(s.oldest())
	}
}

// forget takes an entry out of the index; its files stay.
func (s *Store) forget(entry *entry) {
	s.recent.Remove(entry.place)
	variants := s.entries[entry.meta.URL]
	delete(variants, entry.meta.Accept)
	if len(variants) == 0 {
		delete(s.entries, entry.meta.URL)
	}
	s.used -= entry.facts
}

// drop removes an entry and its files.
func (s *Store) drop(entry *entry) {
	s.removeFacts(entry.meta)
	s.forget(entry)
	for _, each := range entry.meta.Copies {
		s.dropFile(each.File)
	}
}

func (s *Store) oldest() *entry { return s.recent.Back().Value.(*entry) }

// Purge drops all that is stored for a URL, and says how many variants there were.
func (s *Store) Purge(url string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, entry := range s.entries[url] {
		s.drop(entry)
		count++
	}
	return count
}

// Drop drops one answer, if it is still the one that is stored.
func (s *Store) Drop(meta *Meta) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.entries[meta.URL][meta.Accept]; found != nil && found.meta == meta {
		s.drop(found)
	}
}

// Used says how many bytes all files have.
func (s *Store) Used() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// reserve makes room for n bytes more, by dropping what was used least recently.
func (s *Store) reserve(n int64) error {
	for s.used+n > s.cap {
		if s.recent.Len() == 0 {
			return ErrFull
		}
		s.drop(s.oldest())
	}
	s.used += n
	return nil
}

// touch marks an answer as just used.
func (s *Store) touch(meta *Meta) {
	if found := s.entries[meta.URL][meta.Accept]; found != nil && found.meta == meta {
		s.recent.MoveToFront(found.place)
	}
}

// Meta is what is known of a stored answer. It never changes: a new one replaces it.
type Meta struct {
	URL    string `json:"url"`    // path and query
	Accept string `json:"accept"` // what VaryResponse calls the variant; empty for the single copy
	// Header is the origin's, as far as it goes on to clients.
	Header  map[string][]string `json:"header"`
	Stored  time.Time           `json:"stored"`  // or found to be good still
	Age     time.Duration       `json:"age"`     // it had then
	Expires time.Time           `json:"expires"` // when the origin has to be asked again
	// Copies are the answer's body, first in the origin's format, then in others.
	Copies []Copy `json:"copies"`
	// Done says that the answer was polished, or need not be.
	Done bool `json:"done"`
}

// Copy is a body in one format.
type Copy struct {
	File     string `json:"file"`
	Size     int64  `json:"size"`
	Sum      uint32 `json:"sum"`      // CRC-32C of the bytes
	Format   string `json:"format"`   // avif or webp where that is not the origin's format
	Type     string `json:"type"`     // media type
	Changed  bool   `json:"changed"`  // whether the bytes are other than the origin's
	Polished string `json:"polished"` // Cf-Polished
	Bgj      string `json:"bgj"`      // Cf-Bgj
}
