// Package current tours the images part of cloudflare-go v6.
package current

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"example.invalid/tours/place"
	"github.com/cloudflare/cloudflare-go/v6/cache"
	"github.com/cloudflare/cloudflare-go/v6/images"
	"github.com/cloudflare/cloudflare-go/v6/option"
	"github.com/cloudflare/cloudflare-go/v6/zones"
)

var (
	ctx = context.Background()
	// Unchanged but for the base URL.
	settings = []option.RequestOption{
		option.WithBaseURL(place.Server + "/client/v4"), option.WithAPIToken(place.Token),
	}
	v1  = images.NewV1Service(settings...)
	v2  = images.NewV2Service(settings...)
	own = images.V1GetParams{}
)

// fields of a request by their names.
type fields map[string]any

// with does what cloudflare.F does for each field. F's package is the whole API, which takes
// minutes to compile.
func with[P any](params P, set fields) P {
	value := reflect.ValueOf(&params).Elem()
	for name, to := range set {
		field := value.FieldByName(name)
		field.FieldByName("Value").Set(reflect.ValueOf(to))
		field.FieldByName("Present").SetBool(true)
	}
	return params
}

// account is with for requests that are about nothing but the account.
func account[P any](params P, more ...fields) P {
	params = with(params, fields{"AccountID": place.Account})
	for _, set := range more {
		params = with(params, set)
	}
	return params
}

// file is a reader with a name, as cloudflare.FileParam makes.
type file struct {
	io.Reader
	name, kind string
}

func (f file) Filename() string    { return f.name }
func (f file) ContentType() string { return f.kind }

func create(t *testing.T, name string, more fields) *images.Image {
	t.Helper()
	params := account(images.V1NewParams{}, fields{
		"File": io.Reader(file{bytes.NewReader(place.Picture(t, name)), name, "image/*"}),
	}, more)
	image, err := v1.New(ctx, params)
	place.Must(t, err)
	return image
}

func get(t *testing.T, id string) *images.Image {
	t.Helper()
	image, err := v1.Get(ctx, id, account(own))
	place.Must(t, err)
	return image
}

// failed is the status of an error of the API, and whether it tells this code.
func failed(t *testing.T, err error, status int, code int64) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %d", status)
	}
	text := err.Error()
	if !strings.Contains(text, fmt.Sprintf(" %d ", status)) || !strings.Contains(text, fmt.Sprint(code)) {
		t.Fatalf("want %d and %d, got %v", status, code, err)
	}
}

func TestImagesAreMadeFromFilesAndAddresses(t *testing.T) {
	image := create(t, "photo.jpg", fields{
		"Metadata": any(map[string]any{"kind": "photo", "by": map[string]any{"name": "Ana"}}),
		"Creator":  place.Run,
	})
	place.Same(t, "filename", image.Filename, "photo.jpg")
	place.Same(t, "link", strings.HasSuffix(place.Link(t, image.Variants, "public"), "/"+place.Hash+"/"+image.ID+"/public"), true)
	place.Same(t, "status", place.Status(t, place.Link(t, image.Variants, "public")), http.StatusOK)
	found := get(t, image.ID)
	place.Same(t, "creator", found.Creator, place.Run)
	place.Same(t, "meta", fmt.Sprint(found.Meta), "map[by:map[name:Ana] kind:photo]")

	// Its ids go into paths with their slashes.
	id := place.Run + "/albums/1"
	named := create(t, "photo.jpg", fields{"ID": id, "Metadata": any(`{"n":7}`)})
	place.Same(t, "id", named.ID, id)
	place.Same(t, "meta", fmt.Sprint(get(t, id).Meta), "map[n:7]")

	address := account(images.V1NewParams{}, fields{"URL": any(place.Origin + "/photo.jpg")})
	fetched, err := v1.New(ctx, address)
	place.Must(t, err)
	blob, err := v1.Blobs.Get(ctx, fetched.ID, account(images.V1BlobGetParams{}))
	place.Must(t, err)
	defer blob.Body.Close()
	data, err := io.ReadAll(blob.Body)
	place.Must(t, err)
	place.Same(t, "the same bytes", bytes.Equal(data, place.Picture(t, "photo.jpg")), true)
}

func TestImagesAreListedEditedCountedAndDeleted(t *testing.T) {
	creator := place.Run + "-list"
	image := create(t, "photo.jpg", fields{"Creator": creator})
	page, err := v1.List(ctx, account(images.V1ListParams{}, fields{"Creator": creator, "Page": 1.0, "PerPage": 10.0}))
	place.Must(t, err)
	// The pager of the SDK looks for `items`, which this endpoint does not have.
	place.Same(t, "listed", strings.Contains(page.Result.JSON.RawJSON(), image.ID), true)

	edited, err := v1.Edit(ctx, image.ID, account(images.V1EditParams{}, fields{"Metadata": any(map[string]any{"c": 3})}))
	place.Must(t, err)
	place.Same(t, "meta", fmt.Sprint(edited.Meta), "map[c:3]")
	place.Same(t, "creator", edited.Creator, creator)
	secret, err := v1.Edit(ctx, image.ID, account(images.V1EditParams{}, fields{"RequireSignedURLs": true}))
	place.Must(t, err)
	place.Same(t, "another id", secret.ID != image.ID, true)
	place.Same(t, "the old link", place.Status(t, place.Link(t, image.Variants, "public")), http.StatusNotFound)
	place.Same(t, "the new link", place.Status(t, place.Link(t, secret.Variants, "public")), http.StatusForbidden)

	count := func() float64 {
		stat, err := v1.Stats.Get(ctx, account(images.V1StatGetParams{}))
		place.Must(t, err)
		return reflect.ValueOf(stat.Count.Current).Convert(reflect.TypeOf(0.0)).Float()
	}
	before := count()
	_, err = v1.Delete(ctx, secret.ID, account(images.V1DeleteParams{}))
	place.Must(t, err)
	place.Same(t, "count", count(), before-1)
	_, err = v1.Get(ctx, secret.ID, account(own))
	failed(t, err, http.StatusNotFound, 5404)
	_, err = v1.Delete(ctx, secret.ID, account(images.V1DeleteParams{}))
	failed(t, err, http.StatusNotFound, 5404)
}

func TestKeysAreMadeListedUsedAndRemoved(t *testing.T) {
	name := place.Run
	made, err := v1.Keys.Update(ctx, name, account(images.V1KeyUpdateParams{}))
	place.Must(t, err)
	value := ""
	for _, key := range made.Keys {
		if key.Name == name {
			value = key.Value
		}
	}
	listed, err := v1.Keys.List(ctx, account(images.V1KeyListParams{}))
	place.Must(t, err)
	place.Same(t, "keys", len(listed.Keys), len(made.Keys))

	link := place.Link(t, create(t, "photo.jpg", fields{"RequireSignedURLs": true}).Variants, "public")
	place.Same(t, "unsigned", place.Status(t, link), http.StatusForbidden)
	place.Same(t, "signed", place.Status(t, place.Sign(t, link, value)), http.StatusOK)
	left, err := v1.Keys.Delete(ctx, name, account(images.V1KeyDeleteParams{}))
	place.Must(t, err)
	place.Same(t, "keys left", len(left.Keys), len(made.Keys)-1)
	place.Same(t, "signed with a key that is gone", place.Status(t, place.Sign(t, link, value)), http.StatusForbidden)
}

func TestVariantsAreMadeListedShownEditedAndRemoved(t *testing.T) {
	name := place.Run
	made, err := v1.Variants.New(ctx, account(images.V1VariantNewParams{}, fields{
		"ID": name, "NeverRequireSignedURLs": true,
		"Options": with(images.V1VariantNewParamsOptions{}, fields{
			"Fit": images.V1VariantNewParamsOptionsFitCover, "Width": 40.0, "Height": 30.0,
			"Metadata": images.V1VariantNewParamsOptionsMetadataNone,
		}),
	}))
	place.Must(t, err)
	place.Same(t, "id", made.Variant.ID, name)
	place.Same(t, "width", made.Variant.Options.Width, 40)
	found, err := v1.Variants.Get(ctx, name, account(images.V1VariantGetParams{}))
	place.Must(t, err)
	place.Same(t, "never", found.Variant.NeverRequireSignedURLs, true)
	listed, err := v1.Variants.List(ctx, account(images.V1VariantListParams{}))
	place.Must(t, err)
	_, there := listed.Variants.JSON.ExtraFields[name]
	place.Same(t, "listed by id", there, true)

	image := create(t, "alpha.png", fields{"RequireSignedURLs": true})
	link := place.Link(t, image.Variants, name)
	place.Same(t, "size", place.Show(t, link).Size(t), "40x30")
	_, err = v1.Variants.Edit(ctx, name, account(images.V1VariantEditParams{}, fields{
		"NeverRequireSignedURLs": true,
		"Options": with(images.V1VariantEditParamsOptions{}, fields{
			"Fit": images.V1VariantEditParamsOptionsFitCover, "Width": 20.0, "Height": 20.0,
			"Metadata": images.V1VariantEditParamsOptionsMetadataNone,
		}),
	}))
	place.Must(t, err)
	place.Same(t, "size after the change", place.Show(t, link).Size(t), "20x20")
	_, err = v1.Variants.Delete(ctx, name, account(images.V1VariantDeleteParams{}))
	place.Must(t, err)
	_, err = v1.Variants.Get(ctx, name, account(images.V1VariantGetParams{}))
	failed(t, err, http.StatusNotFound, 5401)
}

func TestListsGoOnAndDirectUploadsWorkOnce(t *testing.T) {
	creator, made, found := place.Run+"-pages", []string{}, []string{}
	for range 12 {
		made = append(made, create(t, "pixel.png", fields{"Creator": creator}).ID)
	}
	query := account(images.V2ListParams{}, fields{"Creator": creator, "PerPage": 10.0, "SortOrder": images.V2ListParamsSortOrderAsc})
	for {
		page, err := v2.List(ctx, query)
		place.Must(t, err)
		for _, image := range page.Images {
			found = append(found, image.ID)
		}
		if page.ContinuationToken == "" {
			break
		}
		query = with(query, fields{"ContinuationToken": page.ContinuationToken})
	}
	place.Same(t, "ids", strings.Join(found, " "), strings.Join(made, " "))

	draft, err := v2.DirectUploads.New(ctx, account(images.V2DirectUploadNewParams{}, fields{
		"Creator": place.Run, "Expiry": time.Now().Add(time.Hour), "RequireSignedURLs": false,
		"Metadata": any(map[string]any{"from": "visitor"}),
	}))
	place.Must(t, err)
	_, there := get(t, draft.ID).JSON.ExtraFields["draft"]
	place.Same(t, "draft", there, true)
	place.Same(t, "upload", place.Visit(t, draft.UploadURL), http.StatusOK)
	place.Same(t, "filename", get(t, draft.ID).Filename, "visitor.jpg")
	place.Same(t, "again", place.Visit(t, draft.UploadURL) >= 400, true)
}

func TestTheCacheIsPurgedAndVaryRulesAreKept(t *testing.T) {
	service := cache.NewCacheService(settings...)
	image := create(t, "small.png", nil)
	link := place.Link(t, image.Variants, "public")
	host, path, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	orders := []cache.CachePurgeParamsBodyUnion{
		with(cache.CachePurgeParamsBodyCachePurgeFlexPurgeByTags{}, fields{"Tags": []string{"image:" + place.Account + "/" + image.ID}}),
		with(cache.CachePurgeParamsBodyCachePurgeFlexPurgeByHostnames{}, fields{"Hosts": []string{host}}),
		with(cache.CachePurgeParamsBodyCachePurgeFlexPurgeByPrefixes{}, fields{"Prefixes": []string{host + "/" + path[:len(path)-3]}}),
		with(cache.CachePurgeParamsBodyCachePurgeSingleFile{}, fields{"Files": []string{link}}),
		with(cache.CachePurgeParamsBodyCachePurgeEverything{}, fields{"PurgeEverything": true}),
	}
	for _, order := range orders {
		place.Show(t, link)
		place.Same(t, "kept", place.Show(t, link).Kept(), true)
		params := with(cache.CachePurgeParams{Body: order}, fields{"ZoneID": place.Zone})
		_, err := service.Purge(ctx, params)
		place.Must(t, err)
		place.Same(t, fmt.Sprintf("kept after %T", order), place.Show(t, link).Kept(), false)
	}
	value := with(cache.VariantEditParamsValue{}, fields{"JPEG": []string{"image/webp", "image/avif"}})
	_, err := service.Variants.Edit(ctx, with(cache.VariantEditParams{}, fields{"ZoneID": place.Zone, "Value": value}))
	place.Must(t, err)
	rules, err := service.Variants.Get(ctx, with(cache.VariantGetParams{}, fields{"ZoneID": place.Zone}))
	place.Must(t, err)
	place.Same(t, "rules", fmt.Sprint(rules.Value.JPEG), "[image/webp image/avif]")
	_, err = service.Variants.Delete(ctx, with(cache.VariantDeleteParams{}, fields{"ZoneID": place.Zone}))
	place.Must(t, err)
}

func TestZoneSettingsAreSetAndRead(t *testing.T) {
	service := zones.NewSettingService(settings...)
	for _, pair := range [][2]string{{"polish", "lossy"}, {"polish", "off"}, {"webp", "on"}, {"webp", "off"}, {"image_resizing", "on"}} {
		body := with(zones.SettingEditParamsBody{}, fields{"Value": any(pair[1])})
		_, err := service.Edit(ctx, pair[0], with(zones.SettingEditParams{Body: body}, fields{"ZoneID": place.Zone}))
		place.Must(t, err)
		found, err := service.Get(ctx, pair[0], with(zones.SettingGetParams{}, fields{"ZoneID": place.Zone}))
		place.Must(t, err)
		place.Same(t, pair[0], fmt.Sprint(found.Value), pair[1])
	}
}

func TestAWrongTokenIsTold(t *testing.T) {
	stranger := images.NewV1Service(append(settings, option.WithAPIToken("wrong"))...)
	_, err := stranger.Stats.Get(ctx, account(images.V1StatGetParams{}))
	if err == nil || errors.Unwrap(err) != nil {
		t.Logf("error: %v", err)
	}
	failed(t, err, http.StatusUnauthorized, 10000)
}
