package safelight

/*
#include "hooks.h"
*/
import "C"

import (
	"context"
	"encoding/json"
	"net/http"
	"runtime"
	"runtime/cgo"
	"strings"
	"sync"
	"unsafe"
)

// Service is hosted images behind HTTP requests and verbs, on the stores that its configuration
// names. Any number of goroutines may use one.
type Service struct {
	handle *C.safelight_service
	closes sync.Once
}

// Open opens a service. Close it when it is no longer needed: it has threads of its own. A folder is
// for one process at a time, and another gets ErrBusy: several share PostgreSQL and a bucket.
func Open(config Config) (*Service, error) {
	return open(config, func() {}, func(data *C.char, n C.size_t, out **C.safelight_service, failure **C.safelight_error) C.int32_t {
		return C.safelight_service_open(data, n, out, failure)
	})
}

// OpenWithHooks opens a service whose host does a part of the work.
func OpenWithHooks(config Config, hooks Hooks) (*Service, error) {
	key := cgo.NewHandle(hooks)
	return open(config, key.Delete, func(data *C.char, n C.size_t, out **C.safelight_service, failure **C.safelight_error) C.int32_t {
		return C.safelight_go_service(data, n, C.int(hooks.which()), C.uintptr_t(key), out, failure)
	})
}

// open opens a service; release is called when nothing can ask the host's hooks any more.
func open(config Config, release func(), call func(*C.char, C.size_t, **C.safelight_service, **C.safelight_error) C.int32_t) (*Service, error) {
	text, err := json.Marshal(config)
	if err != nil {
		release()
		return nil, err
	}
	service := new(Service)
	var failure *C.safelight_error
	data, n := chars(string(text))
	if err := taken(call(data, n, &service.handle, &failure), failure); err != nil {
		release()
		return nil, err
	}
	// Close releases no hooks: a call that still runs may ask one. Every call keeps the service
	// alive.
	runtime.SetFinalizer(service, func(service *Service) {
		_ = service.Close()
		release()
	})
	return service, nil
}

// Close ends the background work, waits for it and frees the service; calls that still run with it
// go on. Closing twice is fine, and a closed service answers ErrInvalid.
func (service *Service) Close() error {
	if service == nil {
		return nil
	}
	var err error
	service.closes.Do(func() {
		var failure *C.safelight_error
		err = taken(C.safelight_service_close(service.handle, &failure), failure)
		C.safelight_service_free(service.handle)
	})
	return err
}

// Request is an HTTP request.
type Request struct {
	// Method is GET, POST and so on.
	Method string
	// Target is path and query as they were sent, not decoded.
	Target string
	// Header is an http.Header.
	Header Headers
	// Body is the whole body.
	Body []byte
}

// Response is what a server sends back.
type Response struct {
	// Status is the HTTP status.
	Status int
	// Header are its headers; Content-Length and Date are the server's.
	Header http.Header
	// Body is ordinary Go memory.
	Body []byte
}

// Wants says whether a request is for this service, and how many bytes of body to read then: read
// one more when there are more, and the answer says so.
func (service *Service) Wants(method, target string) (limit int64, wanted bool) {
	verb, verbLen := chars(method)
	path, pathLen := chars(target)
	var most C.uint64_t
	wanted = C.safelight_service_wants(service.handle, verb, verbLen, path, pathLen, &most) != 0
	runtime.KeepAlive(service)
	return int64(most), wanted
}

// Handle answers a request, whatever it asks: what goes wrong is a response, too. The work ends
// with ctx.
func (service *Service) Handle(ctx context.Context, request Request) (*Response, error) {
	response := new(Response)
	err := service.exchange(ctx, &request, func(status int, header string, body []byte) {
		response.Status = status
		response.Header = http.Header{}
		addHeaders(response.Header, header)
		response.Body = append([]byte{}, body...)
	})
	if err != nil {
		return nil, err
	}
	return response, nil
}

// exchange answers a request and shows the response, whose body is the library's memory and there
// for the time of the call only.
func (service *Service) exchange(ctx context.Context, request *Request, show func(status int, header string, body []byte)) error {
	job, done, err := newJob(ctx)
	if err != nil {
		return err
	}
	defer done()
	method, methodLen := chars(strings.ToUpper(request.Method))
	target, targetLen := chars(request.Target)
	lines, linesLen := chars(headerLines([]Headers{request.Header}))
	body, size := octets(request.Body)
	var response *C.safelight_response
	var failure *C.safelight_error
	status := C.safelight_service_handle(service.handle, method, methodLen, target, targetLen, lines, linesLen,
		body, size, job, &response, &failure)
	runtime.KeepAlive(service)
	if err := taken(status, failure); err != nil {
		return err
	}
	defer C.safelight_response_free(response)
	header := text(C.safelight_response_headers(response), C.safelight_response_headers_len(response))
	data := unsafe.Slice((*byte)(unsafe.Pointer(C.safelight_response_body(response))),
		int(C.safelight_response_body_len(response)))
	show(int(C.safelight_response_status(response)), header, data)
	return nil
}

// addHeaders adds lines as HTTP/1.1 writes them.
func addHeaders(header http.Header, lines string) {
	for _, line := range strings.Split(lines, "\r\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			header.Add(name, value)
		}
	}
}

// Call runs a verb of the REST API without HTTP and without a token: images.get, variants.create
// and so on. The arguments are a map or a struct with the names of the REST API, nil is none; body
// is the file of an upload. It gives the result, and the bytes of images.original.
func (service *Service) Call(ctx context.Context, verb string, arguments any, body []byte) (result json.RawMessage, data []byte, err error) {
	fields := []byte("{}")
	if arguments != nil {
		if fields, err = json.Marshal(arguments); err != nil {
			return nil, nil, &Error{Kind: ErrInvalid, Message: "arguments: " + err.Error()}
		}
	}
	job, done, err := newJob(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer done()
	name, nameLen := chars(verb)
	given, givenLen := chars(string(fields))
	file, size := octets(body)
	var answer *C.safelight_answer
	var failure *C.safelight_error
	status := C.safelight_service_call(service.handle, name, nameLen, given, givenLen, file, size, job, &answer, &failure)
	runtime.KeepAlive(service)
	if err := taken(status, failure); err != nil {
		return nil, nil, err
	}
	defer C.safelight_answer_free(answer)
	result = json.RawMessage(text(C.safelight_answer_json(answer), C.safelight_answer_json_len(answer)))
	return result, copied(C.safelight_answer_data(answer), C.safelight_answer_data_len(answer)), nil
}

// PanicOnPurpose panics inside the service and returns ErrInternal: a way to prove that a fault of
// the library reaches a program as an error and leaves the service as it was.
func (service *Service) PanicOnPurpose() error {
	var failure *C.safelight_error
	status := C.safelight_service_panic_on_purpose(service.handle, &failure)
	runtime.KeepAlive(service)
	return taken(status, failure)
}
