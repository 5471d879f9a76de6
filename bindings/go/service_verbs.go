package safelight

import (
	"context"
	"fmt"
	"io"
	"time"
)

// result runs a verb and reads its result into value.
func (service *Service) result(ctx context.Context, verb string, arguments any, body []byte, value any) error {
	answer, _, err := service.Call(ctx, verb, arguments, body)
	return decoded(string(answer), err, value)
}

// image runs a verb whose result is an image.
func (service *Service) image(ctx context.Context, verb string, arguments any, body []byte) (*HostedImage, error) {
	image := new(HostedImage)
	if err := service.result(ctx, verb, arguments, body, image); err != nil {
		return nil, err
	}
	return image, nil
}

// done runs a verb without a result.
func (service *Service) done(ctx context.Context, verb string, arguments any) error {
	_, _, err := service.Call(ctx, verb, arguments, nil)
	return err
}

type fields = map[string]any

// Upload adds an image from bytes, or from the URL that the fields name.
func (service *Service) Upload(ctx context.Context, data []byte, upload UploadFields) (*HostedImage, error) {
	return service.image(ctx, "images.upload", upload, data)
}

// UploadFrom is Upload for a picture that is read to its end first. Bound a reader that you do not
// trust, with http.MaxBytesReader or io.LimitReader.
func (service *Service) UploadFrom(ctx context.Context, source io.Reader, upload UploadFields) (*HostedImage, error) {
	data, err := io.ReadAll(source)
	if err != nil {
		return nil, err
	}
	return service.Upload(ctx, data, upload)
}

// Get is one image.
func (service *Service) Get(ctx context.Context, id string) (*HostedImage, error) {
	return service.image(ctx, "images.get", fields{"id": id}, nil)
}

// List is one page of images, newest first.
func (service *Service) List(ctx context.Context, listing Listing) (*HostedImages, error) {
	page := new(HostedImages)
	if err := service.result(ctx, "images.list", listing.fields(), nil, page); err != nil {
		return nil, err
	}
	return page, nil
}

func (listing Listing) fields() fields {
	asked := fields{}
	if listing.ContinuationToken != "" {
		asked["continuation_token"] = listing.ContinuationToken
	}
	if listing.PerPage != 0 {
		asked["per_page"] = listing.PerPage
	}
	if listing.Ascending {
		asked["sort_order"] = "asc"
	}
	if listing.Creator != nil {
		asked["creator"] = *listing.Creator
	}
	for condition, value := range listing.Meta {
		asked["meta."+condition] = value
	}
	return asked
}

// EachImage shows every image, page by page, until show returns an error, which it returns.
func (service *Service) EachImage(ctx context.Context, listing Listing, show func(*HostedImage) error) error {
	for {
		page, err := service.List(ctx, listing)
		if err != nil {
			return err
		}
		for i := range page.Images {
			if err := show(&page.Images[i]); err != nil {
				return err
			}
		}
		if listing.ContinuationToken = page.ContinuationToken; page.ContinuationToken == "" {
			return nil
		}
	}
}

// Update changes what is given. An image that becomes private or public may get another id.
func (service *Service) Update(ctx context.Context, id string, update UpdateFields) (*HostedImage, error) {
	changed := fields{"id": id}
	if update.Metadata != nil {
		changed["metadata"] = update.Metadata
	}
	if update.RequireSignedURLs != nil {
		changed["requireSignedURLs"] = *update.RequireSignedURLs
	}
	if update.Creator != nil {
		changed["creator"] = *update.Creator
	}
	return service.image(ctx, "images.update", changed, nil)
}

// Delete removes an image. When it returns nobody answers with the image any more.
func (service *Service) Delete(ctx context.Context, id string) error {
	return service.done(ctx, "images.delete", fields{"id": id})
}

// Original is the bytes that were uploaded.
func (service *Service) Original(ctx context.Context, id string) ([]byte, error) {
	_, data, err := service.Call(ctx, "images.original", fields{"id": id}, nil)
	return data, err
}

// Stats counts images.
func (service *Service) Stats(ctx context.Context) (*Stats, error) {
	var answer struct{ Count Stats }
	if err := service.result(ctx, "images.stats", nil, nil, &answer); err != nil {
		return nil, err
	}
	return &answer.Count, nil
}

// Variants are all variants by name.
func (service *Service) Variants(ctx context.Context) (map[string]HostedVariant, error) {
	var answer struct{ Variants map[string]HostedVariant }
	err := service.result(ctx, "variants.list", nil, nil, &answer)
	return answer.Variants, err
}

// Variant is one variant.
func (service *Service) Variant(ctx context.Context, id string) (*HostedVariant, error) {
	return service.variant(ctx, "variants.get", fields{"id": id})
}

// CreateVariant adds a variant.
func (service *Service) CreateVariant(ctx context.Context, variant HostedVariant) (*HostedVariant, error) {
	return service.variant(ctx, "variants.create", variant)
}

// EditVariant replaces a variant. What was rendered with it before is gone when it returns.
func (service *Service) EditVariant(ctx context.Context, variant HostedVariant) (*HostedVariant, error) {
	return service.variant(ctx, "variants.edit", variant)
}

func (service *Service) variant(ctx context.Context, verb string, arguments any) (*HostedVariant, error) {
	var answer struct{ Variant HostedVariant }
	if err := service.result(ctx, verb, arguments, nil, &answer); err != nil {
		return nil, err
	}
	return &answer.Variant, nil
}

// DeleteVariant removes a variant and what was rendered with it.
func (service *Service) DeleteVariant(ctx context.Context, id string) error {
	return service.done(ctx, "variants.delete", fields{"id": id})
}

// Keys are the signing keys.
func (service *Service) Keys(ctx context.Context) ([]SigningKey, error) {
	return service.keys(ctx, "keys.list", nil)
}

// UpdateKey makes a key of this name with a new value, and gives all keys.
func (service *Service) UpdateKey(ctx context.Context, name string) ([]SigningKey, error) {
	return service.keys(ctx, "keys.update", fields{"name": name})
}

// DeleteKey removes a key and gives those that are left. What it signed is refused from then on.
func (service *Service) DeleteKey(ctx context.Context, name string) ([]SigningKey, error) {
	return service.keys(ctx, "keys.delete", fields{"name": name})
}

func (service *Service) keys(ctx context.Context, verb string, arguments any) ([]SigningKey, error) {
	var answer struct{ Keys []SigningKey }
	err := service.result(ctx, verb, arguments, nil, &answer)
	return answer.Keys, err
}

// Settings are the account's settings under their names.
func (service *Service) Settings(ctx context.Context) (map[string]any, error) {
	var settings map[string]any
	err := service.result(ctx, "settings.get", nil, nil, &settings)
	return settings, err
}

// EditSettings changes the settings that are given, and gives all.
func (service *Service) EditSettings(ctx context.Context, changes map[string]any) (map[string]any, error) {
	var settings map[string]any
	err := service.result(ctx, "settings.edit", changes, nil, &settings)
	return settings, err
}

// CreateToken makes a token for the REST API and gives it: it is shown this once. The scopes are
// read, upload and write.
func (service *Service) CreateToken(ctx context.Context, name string, scopes ...string) (string, error) {
	var answer struct{ Value string }
	err := service.result(ctx, "tokens.create", fields{"name": name, "scopes": scopes}, nil, &answer)
	return answer.Value, err
}

// DirectUpload makes a draft, and the URL where one visitor may post its picture, once.
func (service *Service) DirectUpload(ctx context.Context, ticket TicketFields) (*DirectUpload, error) {
	given := struct {
		UploadFields
		Expiry string `json:"expiry,omitempty"`
	}{UploadFields: UploadFields{
		ID: ticket.ID, Creator: ticket.Creator, Metadata: ticket.Metadata, RequireSignedURLs: ticket.RequireSignedURLs,
	}}
	if !ticket.Expiry.IsZero() {
		given.Expiry = ticket.Expiry.UTC().Format(time.RFC3339)
	}
	upload := new(DirectUpload)
	if err := service.result(ctx, "uploads.create", given, nil, upload); err != nil {
		return nil, err
	}
	return upload, nil
}

// Purge forgets kept results. When it returns no node answers with them.
func (service *Service) Purge(ctx context.Context, purge PurgeFields) error {
	return service.done(ctx, "purge", purge)
}

// String shows nothing of the configuration.
func (service *Service) String() string {
	return fmt.Sprintf("safelight.Service(%p)", service)
}
