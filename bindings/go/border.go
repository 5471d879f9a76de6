package safelight

/*
#include <safelight.h>
*/
import "C"

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime"
	"time"
	"unsafe"
)

// chars is the pointer and length of text that C borrows for one call.
func chars(text string) (*C.char, C.size_t) {
	return (*C.char)(unsafe.Pointer(unsafe.StringData(text))), C.size_t(len(text))
}

// octets is the pointer and length of bytes that C borrows for one call.
func octets(data []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(data))), C.size_t(len(data))
}

// text is n bytes of C text as a string.
func text(data *C.char, n C.size_t) string {
	return string(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(n)))
}

// taken turns an error handle into an error and frees it.
func taken(status C.int32_t, failure *C.safelight_error) error {
	if status == C.SAFELIGHT_OK {
		return nil
	}
	defer C.safelight_error_free(failure)
	return &Error{
		Kind:    Kind(status),
		Message: text(C.safelight_error_message(failure), C.safelight_error_message_len(failure)),
		Context: text(C.safelight_error_context(failure), C.safelight_error_context_len(failure)),
	}
}

// textOf runs a call that gives text, and frees what it gave.
func textOf(call func(out **C.safelight_bytes, failure **C.safelight_error) C.int32_t) (string, error) {
	var out *C.safelight_bytes
	var failure *C.safelight_error
	if err := taken(call(&out, &failure), failure); err != nil {
		return "", err
	}
	defer C.safelight_bytes_free(out)
	return text(C.safelight_bytes_data(out), C.safelight_bytes_len(out)), nil
}

// decoded reads a JSON answer into value.
func decoded(text string, err error, value any) error {
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), value)
}

// copied is n bytes of C memory as Go memory.
func copied(data *C.uint8_t, n C.size_t) []byte {
	return bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(data)), int(n)))
}

// newJob ties a job to a context: its deadline, and its cancellation. The job is nil for a context
// that never ends and carries no assets. The caller calls done.
func newJob(ctx context.Context) (job *C.safelight_job, done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, ended(err)
	}
	if _, carries := ctx.Value(assetsKey{}).(Assets); ctx.Done() == nil && !carries {
		return nil, func() {}, nil
	}
	var failure *C.safelight_error
	if err := taken(C.safelight_job_new(C.uint64_t(timeout(ctx)), &job, &failure), failure); err != nil {
		return nil, nil, err
	}
	if err := addAssets(ctx, job); err != nil {
		C.safelight_job_free(job)
		return nil, nil, err
	}
	stop := context.AfterFunc(ctx, func() {
		// At a deadline the job ends by itself, with the right kind of error.
		if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			C.safelight_job_cancel(job)
		}
	})
	return job, func() {
		stop()
		C.safelight_job_free(job)
	}, nil
}

// timeout is what is left of the context's time in milliseconds, at least 1; 0 without a deadline.
func timeout(ctx context.Context) uint64 {
	deadline, ok := ctx.Deadline()
	if !ok {
		return 0
	}
	left := math.Ceil(float64(time.Until(deadline)) / float64(time.Millisecond))
	return uint64(max(left, 1))
}

// ended is the error of a context that is over before a call begins.
func ended(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: ErrTimeout, Message: "the job's time is up"}
	}
	return &Error{Kind: ErrCancelled, Message: "the job was cancelled"}
}

// pinned is texts as the two arrays that C takes. The caller unpins.
func pinned(texts []string) (pointers []*C.char, lens []C.size_t, pinner *runtime.Pinner) {
	pinner = new(runtime.Pinner)
	for _, text := range texts {
		pointer, n := chars(text)
		if n > 0 {
			pinner.Pin(pointer)
		}
		pointers = append(pointers, pointer)
		lens = append(lens, n)
	}
	return pointers, lens, pinner
}
