package safelight

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

const pictures = "../../tests/images/"

// slow is minutes of work when nobody stops it, in loops of the library's own.
const slow = Text("width=10000,height=10000,fit=scale-up,blur=250,format=png")

func picture(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(pictures + name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func render(t testing.TB, options OptionSource, headers ...Headers) *Image {
	t.Helper()
	image, err := Render(context.Background(), picture(t, "photo.jpg"), options, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func TestAPictureIsRenderedAndDescribed(t *testing.T) {
	image := render(t, Text("width=64,format=jpeg,quality=70,wdith=3"))
	if image.Width != 64 || image.Height != 43 || image.Format != FormatJPEG {
		t.Errorf("got %d x %d %s", image.Width, image.Height, image.Format)
	}
	info := image.Info
	if info.Size != len(image.Data) || info.Quality != 70 || info.MIME != "image/jpeg" || info.Source.Width != 320 || len(info.Warnings) != 1 {
		t.Errorf("got %+v", info)
	}
	if !bytes.HasPrefix(image.Data, []byte("\xff\xd8\xff")) {
		t.Error("no JPEG")
	}
	var out bytes.Buffer
	if n, err := image.WriteTo(&out); err != nil || int(n) != len(image.Data) || !bytes.Equal(out.Bytes(), image.Data) {
		t.Errorf("wrote %d bytes, %v", n, err)
	}
}

func TestStructTextAndReaderGiveTheSameBytes(t *testing.T) {
	text := render(t, Text("width=40,height=40,fit=cover,format=png"))
	fields := render(t, Options{Width: 40, Height: 40, Fit: Cover, Format: FormatPNG})
	read, err := RenderFrom(context.Background(), bytes.NewReader(picture(t, "photo.jpg")), Text(`{"width":40,"height":40,"fit":"cover","format":"png"}`))
	if err != nil || !bytes.Equal(text.Data, fields.Data) || !bytes.Equal(text.Data, read.Data) {
		t.Errorf("the bytes differ, %v", err)
	}
}

func TestNoOptionsAreFine(t *testing.T) {
	if image := render(t, nil); image.Width != 320 {
		t.Errorf("got %+v", image.Info)
	}
}

func TestTheAcceptHeaderDecidesTheAutomaticFormat(t *testing.T) {
	header := http.Header{"Accept": {"image/webp,*/*"}, "Host": {"a.example\r\nAccept: image/avif"}}
	if image := render(t, Options{Width: 40, Format: FormatAuto}, header); image.Format != FormatWebP {
		t.Errorf("got %s", image.Format)
	}
}

func TestProbeReadsTheHeader(t *testing.T) {
	probed, err := Probe(picture(t, "orientation-6.jpg"))
	if err != nil || probed.Format != FormatJPEG || probed.Orientation != 6 || probed.Width != 320 || !probed.EXIF {
		t.Errorf("got %+v, %v", probed, err)
	}
}

func TestExplainGivesTheCanonicalText(t *testing.T) {
	answer, err := Explain(context.Background(), picture(t, "photo.jpg"), Text("h=50,w=64"))
	if err != nil || !strings.Contains(string(answer), `"key":"width=64,height=50"`) {
		t.Errorf("got %s, %v", answer, err)
	}
}

func TestErrorsHaveAKindAndAMessage(t *testing.T) {
	_, err := Render(context.Background(), picture(t, "photo.jpg"), Text("width=0"))
	var failure *Error
	if !errors.Is(err, ErrInvalid) || errors.Is(err, ErrMalformed) || !errors.As(err, &failure) {
		t.Fatalf("got %v", err)
	}
	if failure.Message != "width: expected 1 to 20000, got 0" || failure.Code() != "INVALID" {
		t.Errorf("got %+v", failure)
	}
	if _, err := Probe([]byte("no picture")); !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
	if _, err := Probe(picture(t, "photo.jpg")[:20]); !errors.Is(err, ErrMalformed) {
		t.Errorf("got %v", err)
	}
}

func TestOptionsThatAreNoJSONAreInvalid(t *testing.T) {
	nan := 0.0
	_, err := Render(context.Background(), nil, Options{Blur: nan / nan})
	if !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestAPanicIsAnErrorAndTheNextCallWorks(t *testing.T) {
	err := PanicOnPurpose()
	var failure *Error
	if !errors.Is(err, ErrInternal) || !errors.As(err, &failure) || failure.Context != "panic on purpose" {
		t.Fatalf("got %v", err)
	}
	render(t, Text("width=8"))
}

func TestAnEngineKeepsItsLimitsUntilItIsClosed(t *testing.T) {
	engine, err := NewEngine(Limits{SourcePixels: 1000})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Render(context.Background(), picture(t, "photo.jpg"), nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := engine.Probe(picture(t, "pixel.png")); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v", err)
	}
}

func TestLimitsAreThoseOfTheHeader(t *testing.T) {
	header, err := os.ReadFile("../../include/safelight.h")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(header), "name                          default  bounds\n")
	table, _, _ = strings.Cut(table, " *\n")
	rows := strings.Split(strings.TrimSpace(table), "\n")
	fields := reflect.TypeFor[Limits]()
	if len(rows) != fields.NumField() {
		t.Fatalf("%d rows, %d fields", len(rows), fields.NumField())
	}
	for i, row := range rows {
		name, _, _ := strings.Cut(fields.Field(i).Tag.Get("json"), ",")
		if strings.Fields(row)[1] != name {
			t.Errorf("field %s, row %s", name, row)
		}
	}
}

func TestACancelledContextEndsTheJob(t *testing.T) {
	engine, err := NewEngine(Limits{Memory: 4_000_000_000, TimeMS: 600_000})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err = engine.Render(ctx, picture(t, "photo.jpg"), slow)
	if !errors.Is(err, ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := Render(ctx, picture(t, "photo.jpg"), nil); !errors.Is(err, ErrCancelled) {
		t.Errorf("got %v", err)
	}
}

func TestADeadlineEndsTheJob(t *testing.T) {
	engine, err := NewEngine(Limits{Memory: 4_000_000_000, TimeMS: 600_000})
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err = engine.Render(ctx, picture(t, "photo.jpg"), slow)
	if !errors.Is(err, ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := Render(ctx, picture(t, "photo.jpg"), nil); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestGoroutinesGetTheSameBytes(t *testing.T) {
	wanted := render(t, Text("width=64,format=jpeg"))
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			image, err := Render(context.Background(), picture(t, "photo.jpg"), Text("width=64,format=jpeg"))
			if err != nil || !bytes.Equal(image.Data, wanted.Data) {
				t.Errorf("other bytes, %v", err)
			}
		}()
	}
	group.Wait()
}
