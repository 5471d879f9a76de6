package safelight

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
)

// ServeHTTP answers requests that are for the service, and 404 to all others.
func (service *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service.serve(w, r, http.NotFoundHandler())
}

// Middleware answers requests that are for the service and hands all others to next.
func (service *Service) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service.serve(w, r, next)
	})
}

func (service *Service) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	target := targetOf(r)
	limit, wanted := service.Wants(r.Method, target)
	if !wanted {
		next.ServeHTTP(w, r)
		return
	}
	body, err := bodyOf(r, limit)
	if err != nil {
		http.Error(w, "the body broke off", http.StatusBadRequest)
		return
	}
	request := Request{Method: r.Method, Target: target, Header: headersOf(r), Body: body}
	err = service.exchange(r.Context(), &request, func(status int, header string, body []byte) {
		addHeaders(w.Header(), header)
		if r.Method != http.MethodHead && status != http.StatusNoContent && status != http.StatusNotModified {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		}
		w.WriteHeader(status)
		// Straight from the library's memory, which no Writer may keep. A client that is gone
		// needs no answer.
		_, _ = w.Write(body)
	})
	if err != nil && !errors.Is(err, ErrCancelled) {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
}

// targetOf is path and query as they were sent, whatever http.StripPrefix made of them.
func targetOf(r *http.Request) string {
	if len(r.RequestURI) > 0 && r.RequestURI[0] == '/' {
		return r.RequestURI
	}
	return r.URL.RequestURI()
}

// headersOf is the request's headers with the one that package http takes out of them.
func headersOf(r *http.Request) Headers {
	headers := r.Header.Clone()
	if headers == nil {
		headers = http.Header{}
	}
	headers.Set("Host", r.Host)
	return headers
}

// bodyOf is the body, and one byte more than limit of one that is too long.
func bodyOf(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	var body bytes.Buffer
	if r.ContentLength > 0 {
		body.Grow(int(min(r.ContentLength, limit+1)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(io.LimitReader(r.Body, limit+1))
	return body.Bytes(), err
}
