// Package old tours the images part of cloudflare-go v0, which is written by hand and still in wide use.
package old

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"example.invalid/tours/place"
	"github.com/cloudflare/cloudflare-go"
)

var (
	ctx = context.Background()
	own = cloudflare.AccountIdentifier(place.Account)
)

// api is the client, unchanged but for the base URL.
func api(t *testing.T) *cloudflare.API {
	t.Helper()
	client, err := cloudflare.NewWithAPIToken(place.Token, cloudflare.BaseURL(place.Server+"/client/v4"))
	place.Must(t, err)
	return client
}

func upload(t *testing.T, name string, secret bool) cloudflare.Image {
	t.Helper()
	image, err := api(t).UploadImage(ctx, own, cloudflare.UploadImageParams{
		File: io.NopCloser(bytes.NewReader(place.Picture(t, name))), Name: name, RequireSignedURLs: secret,
		Metadata: map[string]any{"run": place.Run, "n": 7},
	})
	place.Must(t, err)
	return image
}

func TestImagesAreUploadedReadEditedAndDeleted(t *testing.T) {
	client := api(t)
	image := upload(t, "photo.jpg", false)
	place.Same(t, "filename", image.Filename, "photo.jpg")
	place.Same(t, "age", time.Since(image.Uploaded).Abs() < time.Minute, true)
	place.Same(t, "status", place.Status(t, place.Link(t, image.Variants, "public")), http.StatusOK)
	found, err := client.GetImage(ctx, own, image.ID)
	place.Must(t, err)
	place.Same(t, "meta", fmt.Sprint(found.Meta), fmt.Sprintf("map[n:7 run:%s]", place.Run))
	base, err := client.GetBaseImage(ctx, own, image.ID)
	place.Must(t, err)
	place.Same(t, "the same bytes", bytes.Equal(base, place.Picture(t, "photo.jpg")), true)

	listed, err := client.ListImages(ctx, own, cloudflare.ListImagesParams{ResultInfo: cloudflare.ResultInfo{Page: 1, PerPage: 1000}})
	place.Must(t, err)
	there := false
	for _, one := range listed {
		there = there || one.ID == image.ID
	}
	place.Same(t, "listed", there, true)

	secret, err := client.UpdateImage(ctx, own, cloudflare.UpdateImageParams{ID: image.ID, RequireSignedURLs: true, Metadata: map[string]any{"c": 3}})
	place.Must(t, err)
	place.Same(t, "another id", secret.ID != image.ID, true)
	place.Same(t, "meta", fmt.Sprint(secret.Meta), "map[c:3]")
	place.Same(t, "status", place.Status(t, place.Link(t, secret.Variants, "public")), http.StatusForbidden)

	before, err := client.GetImagesStats(ctx, own)
	place.Must(t, err)
	place.Must(t, client.DeleteImage(ctx, own, secret.ID))
	after, err := client.GetImagesStats(ctx, own)
	place.Must(t, err)
	place.Same(t, "count", after.Current, before.Current-1)
	_, err = client.GetImage(ctx, own, secret.ID)
	var missing *cloudflare.NotFoundError
	place.Same(t, "missing", errors.As(err, &missing), true)
}

func TestAnAddressIsUploaded(t *testing.T) {
	image, err := api(t).UploadImage(ctx, own, cloudflare.UploadImageParams{URL: place.Origin + "/photo.jpg"})
	place.Must(t, err)
	place.Same(t, "filename", image.Filename, "photo.jpg")
}

func TestDirectUploadsOfBothVersionsWorkOnce(t *testing.T) {
	// Version 1 sends JSON and version 2 a form.
	for _, version := range []cloudflare.ImagesAPIVersion{"", cloudflare.ImagesAPIVersionV2} {
		expiry, open := time.Now().Add(time.Hour).UTC().Truncate(time.Second), false
		draft, err := api(t).CreateImageDirectUploadURL(ctx, own, cloudflare.CreateImageDirectUploadURLParams{
			Version: version, Expiry: &expiry, RequireSignedURLs: &open, Metadata: map[string]any{"from": "visitor"},
		})
		place.Must(t, err)
		place.Same(t, "upload", place.Visit(t, draft.UploadURL), http.StatusOK)
		image, err := api(t).GetImage(ctx, own, draft.ID)
		place.Must(t, err)
		place.Same(t, "meta", fmt.Sprint(image.Meta), "map[from:visitor]")
		place.Same(t, "again", place.Visit(t, draft.UploadURL) >= 400, true)
	}
}

func TestVariantsAreMadeListedEditedAndRemoved(t *testing.T) {
	client, name, never := api(t), place.Run, true
	options := cloudflare.ImagesVariantsOptions{Fit: "cover", Width: 40, Height: 30, Metadata: "none"}
	made, err := client.CreateImagesVariant(ctx, own, cloudflare.CreateImagesVariantParams{ID: name, Options: options, NeverRequireSignedURLs: &never})
	place.Must(t, err)
	place.Same(t, "options", made.Options, options)
	found, err := client.GetImagesVariant(ctx, own, name)
	place.Must(t, err)
	place.Same(t, "options", found.Options, options)
	listed, err := client.ListImagesVariants(ctx, own, cloudflare.ListImageVariantsParams{})
	place.Must(t, err)
	place.Same(t, "listed", listed.ImagesVariants[name].Options, options)

	image := upload(t, "alpha.png", true)
	link := place.Link(t, image.Variants, name)
	place.Same(t, "size", place.Show(t, link).Size(t), "40x30")
	options.Width = 30
	edited, err := client.UpdateImagesVariant(ctx, own, cloudflare.UpdateImagesVariantParams{ID: name, Options: options, NeverRequireSignedURLs: &never})
	place.Must(t, err)
	place.Same(t, "options", edited.Options, options)
	place.Same(t, "size after the change", place.Show(t, link).Size(t), "30x30")
	place.Must(t, client.DeleteImagesVariant(ctx, own, name))
	place.Same(t, "gone", place.Status(t, link) >= 400, true)
}

func TestTheCacheIsPurgedAndZoneSettingsAreKept(t *testing.T) {
	client, image := api(t), upload(t, "small.png", false)
	link := place.Link(t, image.Variants, "public")
	for _, order := range []cloudflare.PurgeCacheRequest{
		{Files: []string{link}}, {Tags: []string{"image:" + place.Account + "/" + image.ID}}, {Everything: true},
	} {
		place.Show(t, link)
		place.Same(t, "kept", place.Show(t, link).Kept(), true)
		_, err := client.PurgeCache(ctx, place.Zone, order)
		place.Must(t, err)
		place.Same(t, "kept after a purge", place.Show(t, link).Kept(), false)
	}

	_, err := client.UpdateZoneCacheVariants(ctx, place.Zone, cloudflare.ZoneCacheVariantsValues{Png: []string{"image/avif"}})
	place.Must(t, err)
	rules, err := client.ZoneCacheVariants(ctx, place.Zone)
	place.Must(t, err)
	place.Same(t, "rules", fmt.Sprint(rules.Value.Png), "[image/avif]")
	place.Must(t, client.DeleteZoneCacheVariants(ctx, place.Zone))

	zone := cloudflare.ZoneIdentifier(place.Zone)
	for _, value := range []string{"lossless", "off"} {
		_, err := client.UpdateZoneSetting(ctx, zone, cloudflare.UpdateZoneSettingParams{Name: "polish", Value: value})
		place.Must(t, err)
		found, err := client.GetZoneSetting(ctx, zone, cloudflare.GetZoneSettingParams{Name: "polish"})
		place.Must(t, err)
		place.Same(t, "polish", fmt.Sprint(found.Value), value)
	}
}
