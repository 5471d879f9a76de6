package safelight_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	safelight "github.com/safelight/safelight/bindings/go"
)

func photo() []byte {
	data, err := os.ReadFile("../../tests/images/photo.jpg")
	if err != nil {
		log.Fatal(err)
	}
	return data
}

func ExampleRender() {
	thumb, err := safelight.Render(context.Background(), photo(), safelight.Options{
		Width: 100, Height: 100, Fit: safelight.Cover, Format: safelight.FormatWebP,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(thumb.Format, thumb.Width, thumb.Height)
	// Output: webp 100 100
}

func ExampleRender_errors() {
	_, err := safelight.Render(context.Background(), photo(), safelight.Text("width=0"))
	if errors.Is(err, safelight.ErrInvalid) {
		fmt.Println(err)
	}
	// Output: width: expected 1 to 20000, got 0
}

func ExampleSign() {
	signed, err := safelight.Sign("/hello/world", "this is a secret", time.Unix(1631289275, 0))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(signed)
	fmt.Println(safelight.Verify(signed, []string{"this is a secret"}, time.Unix(1631289274, 0)))
	// Output:
	// /hello/world?exp=1631289275&sig=e293c787daae28a47de9d8c21c2e4ccc59970aca8e4c7ee8a1a1da3fb2e9ef3f
	// <nil>
}

func ExampleBuildURL() {
	url, err := safelight.BuildURL(safelight.URL{
		Form: "transform", Host: "https://example.com", Options: "width=400,format=auto", Source: "/photos/a.jpg",
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(url)
	// Output: https://example.com/cdn-cgi/image/width=400,format=auto/photos/a.jpg
}

func ExampleParseURL() {
	url, err := safelight.ParseURL("/cdn-cgi/image/w=400,f=auto/photos/a.jpg")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(url.Options, url.Source)
	// Output: width=400,format=auto /photos/a.jpg
}

func ExampleVaryRequest() {
	rules := safelight.VaryRules{"jpg": {"image/webp", "image/avif"}}
	asked, err := safelight.VaryRequest(rules, "/cat.jpg", "image/webp,image/*,*/*;q=0.8")
	if err != nil {
		log.Fatal(err)
	}
	// What the origin answers to that header.
	answered, err := safelight.VaryResponse(rules, "/cat.jpg", asked.Accept, "image/webp", "Accept")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(asked.Accept, answered.Status, answered.Reason)
	// Output: image/webp MISS variant
}

func ExampleNegotiate() {
	best, err := safelight.Negotiate(safelight.Headers{"Accept": {"image/avif,image/webp,*/*"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(best.Format, best.Vary)
	// Output: avif [Accept]
}

func ExampleVaryHeaders() {
	behaviors := safelight.VaryBehaviors{Headers: map[string]safelight.VaryBehavior{
		"accept-language": {Action: "normalize", Languages: []string{"de", "en"}},
	}}
	headers := http.Header{"Accept-Language": {"de-CH,de;q=0.9,fr"}}
	asked, err := safelight.VaryHeaders(behaviors, headers, "Accept-Language")
	if err != nil {
		panic(err)
	}
	fmt.Println(asked.Store, *asked.Send["accept-language"])
	// Output: true de
}
