package safelight

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
)

func fill(data []byte, value byte) {
	for i := range data {
		data[i] = value
	}
}

func hooked(t *testing.T, hooks Hooks) *Engine {
	t.Helper()
	engine, err := NewEngineWithHooks(Limits{}, hooks)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

func TestTheHostDoesItsPart(t *testing.T) {
	calls := 0
	engine := hooked(t, Hooks{
		Segment: func(picture Pixels, mask []byte) error {
			calls++
			if len(mask)*4 != len(picture.Data) {
				t.Errorf("%d bytes of mask for %d of pixels", len(mask), len(picture.Data))
			}
			fill(mask, 255)
			return nil
		},
		Upscale: func(picture, larger Pixels) error {
			calls++
			fill(larger.Data, 255)
			return nil
		},
		Decode: func(source []byte, picture Pixels) error {
			calls++
			if !bytes.Equal(source[4:8], []byte("ftyp")) || picture.Width != 40 || picture.Height != 64 {
				t.Errorf("got %q, %dx%d", source[4:8], picture.Width, picture.Height)
			}
			fill(picture.Data, 255)
			return nil
		},
	})
	for name, options := range map[string]string{
		"rgb.png":     "segment=foreground,upscale=generate,width=600,fit=contain,format=png",
		"turned.heic": "width=20",
	} {
		if _, err := engine.Render(context.Background(), picture(t, name), Text(options)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if calls != 3 {
		t.Errorf("%d calls", calls)
	}
}

func TestWithoutAHookWhatNeedsOneIsUnsupported(t *testing.T) {
	_, err := Render(context.Background(), picture(t, "rgb.png"), Text("segment=foreground"))
	if !errors.Is(err, ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestAnErrorOfAHookReachesTheCaller(t *testing.T) {
	for wanted, given := range map[Kind]error{
		ErrForbidden: &Error{Kind: ErrForbidden, Message: "not for you"},
		ErrStorage:   errors.New("the model did not answer"),
	} {
		engine := hooked(t, Hooks{Segment: func(Pixels, []byte) error { return given }})
		_, err := engine.Render(context.Background(), picture(t, "rgb.png"), Text("segment=foreground"))
		if !errors.Is(err, wanted) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAPictureIsDescribed(t *testing.T) {
	described, err := Describe(context.Background(), picture(t, "photo.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if described.Format != "jpeg" || len(described.Palette) == 0 || described.BlurHash == "" || len(described.PHash) != 16 {
		t.Errorf("got %+v", described)
	}
}

func TestMarkupIsWrittenAndEscaped(t *testing.T) {
	markup, err := WriteMarkup(MarkupRequest{Source: "/a.jpg", Width: 800, Height: 600, Alt: "<b>"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(markup.HTML, `alt="&lt;b&gt;"`) || markup.Width != 800 {
		t.Errorf("got %+v", markup)
	}
}

func TestAssetsTravelWithTheContext(t *testing.T) {
	draw := Text(`{"draw":[{"url":"logo"}],"format":"png"}`)
	photo := picture(t, "photo.jpg")
	if _, err := Render(context.Background(), photo, draw); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v", err)
	}
	ctx := WithAssets(context.Background(), Assets{"logo": picture(t, "alpha.png")})
	if _, err := Render(ctx, photo, draw); err != nil {
		t.Error(err)
	}
}
