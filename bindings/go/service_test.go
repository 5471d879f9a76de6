package safelight

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// slowTarget is minutes of work when nobody stops it.
const slowTarget = "/cdn-cgi/image/" + string(slow) + "/photo.jpg"

// opened is a service on folders of the test, with the photo as a source and one worker.
func opened(t testing.TB, change func(*Config)) (service *Service, pictures string) {
	t.Helper()
	top := t.TempDir()
	pictures = filepath.Join(top, "pictures")
	if err := errors.Join(os.Mkdir(pictures, 0o755), os.WriteFile(filepath.Join(pictures, "photo.jpg"), picture(t, "photo.jpg"), 0o644)); err != nil {
		t.Fatal(err)
	}
	config := Config{
		Folder: filepath.Join(top, "state"), Sources: &Sources{Folder: pictures}, Workers: 1,
		Limits: &Limits{Memory: 4_000_000_000, TimeMS: 600_000},
	}
	if change != nil {
		change(&config)
	}
	service, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.Close() })
	return service, pictures
}

func uploaded(t testing.TB, service *Service, fields UploadFields) *HostedImage {
	t.Helper()
	image, err := service.Upload(context.Background(), picture(t, "photo.jpg"), fields)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

// link is the path of an image in a variant.
func link(t testing.TB, image *HostedImage, variant string) string {
	t.Helper()
	for _, text := range image.Variants {
		if strings.HasSuffix(text, "/"+variant) {
			parsed, err := url.Parse(text)
			if err != nil {
				t.Fatal(err)
			}
			return parsed.EscapedPath()
		}
	}
	t.Fatalf("no %s among %q", variant, image.Variants)
	return ""
}

func get(t testing.TB, service *Service, target string) *Response {
	t.Helper()
	response, err := service.Handle(context.Background(), Request{Method: "GET", Target: target, Header: Headers{"Accept": {"image/webp"}}})
	if err != nil {
		t.Fatal(err)
	}
	return response
}

func TestAnUploadedPictureIsDelivered(t *testing.T) {
	service, _ := opened(t, nil)
	image := uploaded(t, service, UploadFields{Filename: "photo.jpg", Metadata: map[string]any{"plan": "pro"}, Creator: "ann"})
	if image.Filename != "photo.jpg" || image.RequireSignedURLs || time.Since(image.Uploaded) > time.Hour {
		t.Errorf("got %+v", image)
	}
	response := get(t, service, link(t, image, "public"))
	if response.Status != 200 || response.Header.Get("Content-Type") != "image/webp" || !bytes.HasPrefix(response.Body, []byte("RIFF")) {
		t.Errorf("got %d %v", response.Status, response.Header)
	}
	original, err := service.Original(context.Background(), image.ID)
	if err != nil || !bytes.Equal(original, picture(t, "photo.jpg")) {
		t.Errorf("got %d bytes, %v", len(original), err)
	}
}

func TestAPrivatePictureIsShownToSignedLinksOnly(t *testing.T) {
	service, _ := opened(t, nil)
	path := link(t, uploaded(t, service, UploadFields{RequireSignedURLs: true}), "public")
	keys, err := service.Keys(context.Background())
	if err != nil || len(keys) == 0 {
		t.Fatal(keys, err)
	}
	if status := get(t, service, path).Status; status != 401 && status != 403 {
		t.Errorf("got %d", status)
	}
	for wanted, expires := range map[int]time.Time{200: time.Now().Add(time.Minute), 403: time.Now().Add(-time.Minute)} {
		signed, err := Sign(path, keys[0].Value, expires)
		if err != nil {
			t.Fatal(err)
		}
		if status := get(t, service, signed).Status; status != wanted {
			t.Errorf("got %d, wanted %d", status, wanted)
		}
	}
}

func TestImagesAreListedChangedAndDeleted(t *testing.T) {
	service, _ := opened(t, nil)
	ctx := context.Background()
	for i := range 12 {
		uploaded(t, service, UploadFields{ID: fmt.Sprintf("a%d", i), Creator: []string{"ann", "bob"}[i%2]})
	}
	seen := map[string]bool{}
	err := service.EachImage(ctx, Listing{PerPage: 10}, func(image *HostedImage) error {
		seen[image.ID] = true
		return nil
	})
	if err != nil || len(seen) != 12 {
		t.Errorf("got %v, %v", seen, err)
	}
	creator, none := "ann", ""
	if page, err := service.List(ctx, Listing{Creator: &creator}); err != nil || len(page.Images) != 6 {
		t.Errorf("got %+v, %v", page, err)
	}
	changed, err := service.Update(ctx, "a0", UpdateFields{Metadata: map[string]any{"stars": 5}, Creator: &none})
	if err != nil || changed.Creator != "" || changed.Meta["stars"] != 5.0 {
		t.Errorf("got %+v, %v", changed, err)
	}
	if page, err := service.List(ctx, Listing{Meta: map[string]any{"stars[gt]": 4}}); err != nil || len(page.Images) != 1 {
		t.Errorf("got %+v, %v", page, err)
	}
	if err := service.Delete(ctx, "a0"); err != nil {
		t.Error(err)
	}
	if _, err := service.Get(ctx, "a0"); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := service.Upload(ctx, picture(t, "photo.jpg"), UploadFields{ID: "a1"}); !errors.Is(err, ErrConflict) {
		t.Errorf("got %v", err)
	}
	if stats, err := service.Stats(ctx); err != nil || stats.Current != 11 || stats.Allowed < 11 {
		t.Errorf("got %+v, %v", stats, err)
	}
}

func TestVariantsKeysSettingsAndTokensAreMadeByVerbs(t *testing.T) {
	service, _ := opened(t, nil)
	ctx := context.Background()
	if _, err := service.CreateVariant(ctx, HostedVariant{ID: "hero", Options: Options{Width: 100}}); err != nil {
		t.Fatal(err)
	}
	path := link(t, uploaded(t, service, UploadFields{}), "hero")
	if probed, err := Probe(get(t, service, path).Body); err != nil || probed.Width != 100 {
		t.Errorf("got %+v, %v", probed, err)
	}
	if variant, err := service.EditVariant(ctx, HostedVariant{ID: "hero", Options: Options{Width: 60}}); err != nil || variant.ID != "hero" {
		t.Errorf("got %+v, %v", variant, err)
	}
	if probed, err := Probe(get(t, service, path).Body); err != nil || probed.Width != 60 {
		t.Errorf("got %+v, %v", probed, err)
	}
	if variants, err := service.Variants(ctx); err != nil || variants["hero"].ID != "hero" {
		t.Errorf("got %+v, %v", variants, err)
	}
	if variant, err := service.Variant(ctx, "hero"); err != nil || variant.NeverRequireSignedURLs {
		t.Errorf("got %+v, %v", variant, err)
	}
	if err := service.DeleteVariant(ctx, "hero"); err != nil || get(t, service, path).Status < 400 {
		t.Error("still there", err)
	}
	if keys, err := service.UpdateKey(ctx, "second"); err != nil || len(keys) != 2 {
		t.Errorf("got %+v, %v", keys, err)
	}
	if keys, err := service.DeleteKey(ctx, "second"); err != nil || len(keys) != 1 {
		t.Errorf("got %+v, %v", keys, err)
	}
	if settings, err := service.EditSettings(ctx, map[string]any{"flexible_variants": true}); err != nil || settings["flexible_variants"] != true {
		t.Errorf("got %+v, %v", settings, err)
	}
	if settings, err := service.Settings(ctx); err != nil || settings["flexible_variants"] != true {
		t.Errorf("got %+v, %v", settings, err)
	}
	if token, err := service.CreateToken(ctx, "reader", "read"); err != nil || token == "" {
		t.Errorf("got %q, %v", token, err)
	}
	if upload, err := service.DirectUpload(ctx, TicketFields{Expiry: time.Now().Add(time.Hour)}); err != nil || upload.UploadURL == "" {
		t.Errorf("got %+v, %v", upload, err)
	}
}

func TestWhatWasPurgedIsMadeAgain(t *testing.T) {
	service, pictures := opened(t, nil)
	target := "/cdn-cgi/image/width=100,format=png/photo.jpg"
	before := get(t, service, target)
	if err := os.WriteFile(filepath.Join(pictures, "photo.jpg"), picture(t, "rgb.png"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := service.Purge(context.Background(), PurgeFields{Everything: true}); err != nil {
		t.Fatal(err)
	}
	if after := get(t, service, target); after.Status != 200 || bytes.Equal(after.Body, before.Body) {
		t.Errorf("got %d", after.Status)
	}
}

func TestWhatIsWrongHasAKindOrAStatus(t *testing.T) {
	service, _ := opened(t, nil)
	ctx := context.Background()
	if _, _, err := service.Call(ctx, "images.uplaod", nil, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if _, err := service.Upload(ctx, []byte("no picture"), UploadFields{}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if _, _, err := service.Call(ctx, "images.get", func() {}, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if response := get(t, service, "/cdn-cgi/image/width=none/photo.jpg"); response.Status != 400 || !bytes.HasPrefix(response.Body, []byte("ERROR 9401")) {
		t.Errorf("got %d %s", response.Status, response.Body)
	}
	for _, config := range []Config{{}, {Folder: t.TempDir(), Mount: "images"}} {
		if _, err := Open(config); !errors.Is(err, ErrInvalid) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAContextEndsARequest(t *testing.T) {
	service, _ := opened(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	response, err := service.Handle(ctx, Request{Method: "GET", Target: slowTarget})
	if err != nil || response.Status < 400 {
		t.Errorf("got %+v, %v", response, err)
	}
	if _, err := service.Handle(ctx, Request{Method: "GET", Target: slowTarget}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	ctx, cancel = context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if response, err := service.Handle(ctx, Request{Method: "GET", Target: slowTarget}); err != nil || response.Status < 400 {
		t.Errorf("got %+v, %v", response, err)
	}
}

func TestGoroutinesShareOneService(t *testing.T) {
	service, _ := opened(t, nil)
	path := link(t, uploaded(t, service, UploadFields{}), "public")
	wanted := get(t, service, path)
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 50 {
				if response := get(t, service, path); !bytes.Equal(response.Body, wanted.Body) {
					t.Errorf("got %d", response.Status)
				}
			}
		}()
	}
	group.Wait()
}

func TestAPanicLeavesTheServiceAsItWas(t *testing.T) {
	service, _ := opened(t, nil)
	for range 3 {
		if err := service.PanicOnPurpose(); !errors.Is(err, ErrInternal) {
			t.Errorf("got %v", err)
		}
		uploaded(t, service, UploadFields{})
	}
}

func TestAServiceIsClosedTwiceAndKeepsWhatItHad(t *testing.T) {
	config := Config{Folder: t.TempDir()}
	service, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	uploaded(t, service, UploadFields{ID: "kept"})
	for range 2 {
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := service.Get(context.Background(), "kept"); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if _, wanted := service.Wants("GET", slowTarget); wanted {
		t.Error("a closed service wants a request")
	}
	again, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if image, err := again.Get(context.Background(), "kept"); err != nil || image.ID != "kept" {
		t.Errorf("got %+v, %v", image, err)
	}
}

func TestTheHostDecodesForAService(t *testing.T) {
	_, pictures := opened(t, nil)
	if err := os.WriteFile(filepath.Join(pictures, "turned.heic"), picture(t, "turned.heic"), 0o644); err != nil {
		t.Fatal(err)
	}
	service, err := OpenWithHooks(Config{Folder: t.TempDir(), Sources: &Sources{Folder: pictures}}, Hooks{
		Decode: func(source []byte, picture Pixels) error {
			fill(picture.Data, 255)
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	if response := get(t, service, "/cdn-cgi/image/width=20,format=png/turned.heic"); response.Status != 200 {
		t.Errorf("got %d %s", response.Status, response.Body)
	}
}

func TestAFolderIsImportedInTheBackground(t *testing.T) {
	old := t.TempDir()
	if err := errors.Join(os.WriteFile(filepath.Join(old, "a b.jpg"), picture(t, "photo.jpg"), 0o644), os.WriteFile(filepath.Join(old, "note.txt"), []byte("no picture"), 0o644)); err != nil {
		t.Fatal(err)
	}
	service, _ := opened(t, func(config *Config) { config.Imports = &ImportsConfig{Folders: []string{old}} })
	ctx := context.Background()
	source, err := service.CreateSource(ctx, Source{Name: "old", Kind: "folder", Folder: old}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if source, err = service.EditSource(ctx, Source{ID: source.ID, Name: "older"}, nil); err != nil || source.Name != "older" || source.Folder != old {
		t.Errorf("%+v %v", source, err)
	}
	if objects, err := service.CheckSource(ctx, source.ID); err != nil || objects != 2 {
		t.Errorf("%d objects, %v", objects, err)
	}
	job, err := service.CreateImport(ctx, ImportFields{Source: source.ID, Prefix: "in/"})
	if err != nil || job.Prefix != "in/" || job.Variants == nil || !*job.Variants {
		t.Fatalf("%+v %v", job, err)
	}
	last, err := service.FollowImport(ctx, job.ID, 5*time.Millisecond, func(*ImportProgress) {})
	if err != nil || last.Status != "completed" || last.Imported != 1 || last.Failed != 1 || last.Finished == nil {
		t.Fatalf("%+v %v", last, err)
	}
	if image, err := service.Get(ctx, "in/a b.jpg"); err != nil || get(t, service, link(t, image, "public")).Status != 200 {
		t.Errorf("%+v %v", image, err)
	}
	for format, lines := range map[string]int{"json": 2, "csv": 3} {
		var log bytes.Buffer
		if err := service.DownloadImport(ctx, job.ID, format, &log); err != nil || bytes.Count(log.Bytes(), []byte("\n")) != lines {
			t.Errorf("%s: %q %v", format, log.String(), err)
		}
	}
	if aborted, err := service.AbortAllImports(ctx); err != nil || aborted != 0 {
		t.Errorf("%d aborted, %v", aborted, err)
	}
	if jobs, err := service.Imports(ctx); err != nil || len(jobs) != 1 || jobs[0].Source != source.ID {
		t.Errorf("%+v %v", jobs, err)
	}
	if err := service.DeleteImport(ctx, job.ID); err != nil {
		t.Error(err)
	}
	if _, err := service.Import(ctx, job.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestEveryVerbOfTheRestAPICanBeCalled(t *testing.T) {
	service, _ := opened(t, nil)
	var file struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(get(t, service, "/client/v4/openapi.json").Body, &file); err != nil {
		t.Fatal(err)
	}
	verbs := 0
	for _, path := range file.Paths {
		for _, operation := range path {
			// The short paths are the same verbs; a ticket is filled over HTTP only.
			if id := operation.OperationID; id == "" || strings.HasPrefix(id, "batch.") || id == "uploads.fill" {
				continue
			}
			verbs++
			_, _, err := service.Call(context.Background(), operation.OperationID, map[string]any{"no such argument": 1}, nil)
			if err == nil || strings.HasPrefix(err.Error(), "verb: ") {
				t.Errorf("%s: %v", operation.OperationID, err)
			}
		}
	}
	if verbs < 20 {
		t.Errorf("%d verbs", verbs)
	}
}
