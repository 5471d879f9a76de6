// Package place says where the tours go, and has small helpers. The environment is set by ../run.sh.
package place

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Server, Origin, Hash, Account, Zone and Token are what ../run.sh has started.
var (
	Server  = os.Getenv("SERVER_URL")
	Origin  = os.Getenv("ORIGIN_URL")
	Hash    = os.Getenv("ACCOUNT_HASH")
	Account = os.Getenv("ACCOUNT_ID")
	Zone    = os.Getenv("ZONE_ID")
	Token   = os.Getenv("API_TOKEN")
)

// Run makes ids of one run its own, so that tours may share a server.
var Run = fmt.Sprintf("go%x", time.Now().UnixMicro())

// Picture reads one of the test images.
func Picture(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "images", name))
	Must(t, err)
	return data
}

// Must ends the test at an error.
func Must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Same ends the test where two values differ.
func Same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// Shown is what a visitor is shown.
type Shown struct {
	Status int
	Header http.Header
	Body   []byte
}

// Show gets a link as a browser without modern formats would.
func Show(t *testing.T, link string) Shown {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, link, nil)
	Must(t, err)
	request.Header.Set("Accept", "image/png,*/*")
	response, err := http.DefaultClient.Do(request)
	Must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Must(t, err)
	return Shown{response.StatusCode, response.Header, body}
}

// Status is the status that a visitor gets.
func Status(t *testing.T, link string) int {
	t.Helper()
	return Show(t, link).Status
}

// Size decodes a PNG.
func (shown Shown) Size(t *testing.T) string {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(shown.Body))
	Must(t, err)
	return fmt.Sprintf("%dx%d", picture.Bounds().Dx(), picture.Bounds().Dy())
}

// Kept says whether the answer was kept from before.
func (shown Shown) Kept() bool {
	return strings.HasPrefix(shown.Header.Get("Cf-Resized"), "internal=ram")
}

// Link is the one of an image's links that leads to a variant.
func Link(t *testing.T, links []string, variant string) string {
	t.Helper()
	for _, link := range links {
		if strings.HasSuffix(link, "/"+variant) {
			return link
		}
	}
	t.Fatalf("no link to %s in %v", variant, links)
	return ""
}

// Sign signs a link as the documentation of private images shows it.
func Sign(t *testing.T, link, key string) string {
	t.Helper()
	parsed, err := url.Parse(link)
	Must(t, err)
	text := fmt.Sprintf("%s?exp=%d", parsed.EscapedPath(), time.Now().Add(10*time.Minute).Unix())
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))
	return fmt.Sprintf("%s://%s%s&sig=%s", parsed.Scheme, parsed.Host, text, hex.EncodeToString(mac.Sum(nil)))
}

// Visit uploads a picture to a one-time address, as a browser would; it gives the status.
func Visit(t *testing.T, address string) int {
	t.Helper()
	body := &bytes.Buffer{}
	form := multipart.NewWriter(body)
	part, err := form.CreateFormFile("file", "visitor.jpg")
	Must(t, err)
	_, err = part.Write(Picture(t, "photo.jpg"))
	Must(t, err)
	Must(t, form.Close())
	response, err := http.Post(address, form.FormDataContentType(), body)
	Must(t, err)
	defer response.Body.Close()
	return response.StatusCode
}
