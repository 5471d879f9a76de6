package safelight

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	testToken   = "a token for the tests"
	testAccount = "0123456789abcdef0123456789abcdef"
	testAPI     = "/client/v4/accounts/" + testAccount + "/images/v1"
)

// served is a server of the host, with a service in front.
func served(t *testing.T) (server *httptest.Server, service *Service) {
	t.Helper()
	service, _ = opened(t, func(config *Config) {
		config.AdminToken = testToken
		config.Account = &Account{ID: testAccount, Hash: "album"}
		config.Limits.SourceBytes = 1_000_000
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /about", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "about") })
	mux.HandleFunc("POST /echo", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	server = httptest.NewServer(service.Middleware(mux))
	t.Cleanup(server.Close)
	return server, service
}

func ask(t *testing.T, method, url string, body io.Reader, headers map[string]string) (*http.Response, []byte) {
	t.Helper()
	request, err := http.NewRequest(method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, data
}

func TestATransformIsAnsweredOverHTTP(t *testing.T) {
	server, _ := served(t)
	url := server.URL + "/cdn-cgi/image/width=64,format=png/photo.jpg"
	response, body := ask(t, "GET", url, nil, nil)
	if response.StatusCode != 200 || response.ContentLength != int64(len(body)) || !bytes.HasPrefix(body, []byte("\x89PNG")) {
		t.Errorf("got %d, %d bytes of %d", response.StatusCode, len(body), response.ContentLength)
	}
	if again, _ := ask(t, "GET", url, nil, map[string]string{"If-None-Match": response.Header.Get("ETag")}); again.StatusCode != 304 {
		t.Errorf("got %d", again.StatusCode)
	}
	if head, body := ask(t, "HEAD", url, nil, nil); head.StatusCode != 200 || len(body) != 0 || head.ContentLength != response.ContentLength {
		t.Errorf("got %d, %d bytes", head.StatusCode, len(body))
	}
	if part, body := ask(t, "GET", url, nil, map[string]string{"Range": "bytes=1-3"}); part.StatusCode != 206 || string(body) != "PNG" {
		t.Errorf("got %d %q", part.StatusCode, body)
	}
}

func TestAFormUploadsAPictureOverHTTP(t *testing.T) {
	server, service := served(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("id", "in/two/parts")
	file, err := form.CreateFormFile("file", "photo.jpg")
	if err != nil {
		t.Fatal(err)
	}
	file.Write(picture(t, "photo.jpg"))
	form.Close()
	headers := map[string]string{"Authorization": "Bearer " + testToken, "Content-Type": form.FormDataContentType()}
	response, answer := ask(t, "POST", server.URL+testAPI, &body, headers)
	var envelope struct{ Success bool }
	if err := json.Unmarshal(answer, &envelope); err != nil || !envelope.Success || response.StatusCode != 200 {
		t.Fatalf("got %d %s", response.StatusCode, answer)
	}
	if _, err := service.Get(context.Background(), "in/two/parts"); err != nil {
		t.Error(err)
	}
	if response, _ := ask(t, "GET", server.URL+"/album/in%2Ftwo%2Fparts/public", nil, nil); response.StatusCode != 200 {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestABodyThatIsTooLongIsRefused(t *testing.T) {
	server, _ := served(t)
	headers := map[string]string{"Authorization": "Bearer " + testToken, "Content-Type": "multipart/form-data; boundary=x"}
	if response, _ := ask(t, "POST", server.URL+testAPI, bytes.NewReader(make([]byte, 2_000_000)), headers); response.StatusCode != 413 {
		t.Errorf("got %d", response.StatusCode)
	}
}

func TestOtherRequestsGoToTheHost(t *testing.T) {
	server, service := served(t)
	if _, body := ask(t, "GET", server.URL+"/about", nil, nil); string(body) != "about" {
		t.Errorf("got %s", body)
	}
	if _, body := ask(t, "POST", server.URL+"/echo", strings.NewReader("hello"), nil); string(body) != "hello" {
		t.Errorf("got %s", body)
	}
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, httptest.NewRequest("GET", "/about", nil))
	if recorder.Code != 404 {
		t.Errorf("got %d", recorder.Code)
	}
}

func TestStrippedPrefixesDoNotMatter(t *testing.T) {
	_, service := served(t)
	recorder := httptest.NewRecorder()
	handler := http.StripPrefix("/cdn-cgi", service)
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/cdn-cgi/image/width=64,format=png/photo.jpg", nil))
	if recorder.Code != 200 || !bytes.HasPrefix(recorder.Body.Bytes(), []byte("\x89PNG")) {
		t.Errorf("got %d %s", recorder.Code, recorder.Body)
	}
}

func TestAClientThatGoesAwayEndsItsWork(t *testing.T) {
	server, _ := served(t)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "GET", server.URL+slowTarget, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := http.DefaultClient.Do(request); err == nil {
		response.Body.Close()
		t.Errorf("got %d", response.StatusCode)
	}
	// The one worker there is would be busy for minutes.
	began := time.Now()
	response, _ := ask(t, "GET", server.URL+"/cdn-cgi/image/width=63/photo.jpg", nil, nil)
	if response.StatusCode != 200 || time.Since(began) > 30*time.Second {
		t.Errorf("got %d after %v", response.StatusCode, time.Since(began))
	}
}

func TestAClosedServiceIsUnavailable(t *testing.T) {
	_, service := served(t)
	service.Close()
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, httptest.NewRequest("GET", "/cdn-cgi/image/width=64/photo.jpg", nil))
	if recorder.Code != 404 && recorder.Code != 503 {
		t.Errorf("got %d", recorder.Code)
	}
}
