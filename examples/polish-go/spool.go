package main

import (
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Spool is a body on its way into the store. Its bytes count from the moment they are written, and
// can be read as they come.
type Spool struct {
	store  *Store
	name   string
	entry  *file // its readers
	file   *os.File
	sum    hash.Hash32
	booked int64 // bytes that count in the store

	mu   sync.Mutex
	more *sync.Cond
	size int64 // written
	end  error // io.EOF when all is written
	kept bool
}

// Spool begins a body.
func (s *Store) Spool() (*Spool, error) {
	s.mu.Lock()
	s.number++
	name := fmt.Sprintf("%02x-%d-%d", s.number%256, s.started, s.number)
	s.mu.Unlock()
	opened, err := os.OpenFile(s.spoolPath(name), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	spool := &Spool{store: s, name: name, entry: new(file), file: opened, sum: crc32.New(castagnoli)}
	spool.more = sync.NewCond(&spool.mu)
	return spool, nil
}

// Book makes room for size bytes in all; ErrFull when there is none.
func (p *Spool) Book(size int64) error {
	if size <= p.booked {
		return nil
	}
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	if err := p.store.reserve(size - p.booked); err != nil {
		return err
	}
	p.booked = size
	return nil
}

// Write adds bytes; ErrFull when there is no room for them.
func (p *Spool) Write(data []byte) (int, error) {
	if err := p.Book(p.size + int64(len(data))); err != nil {
		return 0, err
	}
	n, err := p.file.Write(data)
	p.sum.Write(data[:n])
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size += int64(n)
	p.more.Broadcast()
	return n, err
}

// Finish says that all is written, or why it never will be.
func (p *Spool) Finish(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.end != nil:
	case err != nil:
		p.end = err
	default:
		p.end = io.EOF
	}
	p.more.Broadcast()
}

// Copy describes what was written.
func (p *Spool) Copy() Copy { return Copy{File: p.name, Size: p.size, Sum: p.sum.Sum32()} }

// Reader reads from the start, and waits for what is not yet there. The body's size is known
// beforehand. Once the spool is part of the store there are no more readers of it.
func (p *Spool) Reader(size int64) (io.ReadSeekCloser, error) {
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	if p.file == nil || p.kept {
		return nil, os.ErrNotExist
	}
	file, err := os.Open(p.file.Name())
	if err != nil {
		return nil, err
	}
	p.entry.readers++
	return &follower{file: file, spool: p, size: size}, nil
}

// Discard gives a spool up. Readers that are on their way get an error where it ends.
func (p *Spool) Discard() {
	p.Finish(errors.New("the origin's answer broke off"))
	p.store.mu.Lock()
	defer p.store.mu.Unlock()
	p.discard()
}

func (p *Spool) discard() {
	if p.file == nil || p.kept {
		return
	}
	os.Remove(p.file.Name())
	p.file.Close()
	p.file = nil
	p.entry.size, p.entry.gone = p.booked, true
	p.store.settle(p.name, p.entry)
}

// keep turns a spool into a file of the store.
func (p *Spool) keep() error {
	path := p.store.path(p.name)
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = os.Rename(p.file.Name(), path)
	}
	if err != nil {
		return err
	}
	p.kept = true
	p.store.used -= p.booked - p.size
	p.entry.size, p.entry.checked = p.size, true
	p.store.files[p.name] = p.entry
	return p.file.Close()
}

// follower reads a spool while it is being written.
type follower struct {
	file  *os.File
	spool *Spool
	size  int64
	at    int64
}

func (f *follower) Read(data []byte) (int, error) {
	there, end := f.wait()
	if there <= f.at {
		return 0, end
	}
	n, err := f.file.ReadAt(data[:min(int64(len(data)), there-f.at)], f.at)
	f.at += int64(n)
	if n > 0 {
		err = nil
	}
	return n, err
}

// wait blocks until there is something to read, or never will be.
func (f *follower) wait() (there int64, end error) {
	f.spool.mu.Lock()
	defer f.spool.mu.Unlock()
	for f.spool.size <= f.at && f.spool.end == nil {
		f.spool.more.Wait()
	}
	return f.spool.size, f.spool.end
}

func (f *follower) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, errors.New("a place before the start")
	}
	f.at = offset
	return offset, nil
}

func (f *follower) Close() error {
	defer f.spool.store.release(f.spool.name, f.spool.entry)
	return f.file.Close()
}
