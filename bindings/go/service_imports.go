package safelight

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"time"
)

// Source is where bulk imports come from. Which fields a kind has stands in the OpenAPI file.
type Source struct {
	// ID is made by the service.
	ID string `json:"id,omitempty"`
	// Name is one that no other source has.
	Name string `json:"name,omitempty"`
	// Kind is s3, gcs, azure, http, folder or images.
	Kind string `json:"kind,omitempty"`
	// Bucket is a bucket, or a container.
	Bucket string `json:"bucket,omitempty"`
	// Endpoint is the server; by default the vendor's.
	Endpoint string `json:"endpoint,omitempty"`
	// Region is that of a bucket of kind s3.
	Region string `json:"region,omitempty"`
	// StorageAccount is that of a container.
	StorageAccount string `json:"storage_account,omitempty"`
	// URL is a list of addresses, a sitemap, or another service's account.
	URL string `json:"url,omitempty"`
	// Folder is a folder of this machine.
	Folder string `json:"folder,omitempty"`
	// Created is set in answers.
	Created *time.Time `json:"created,omitempty"`
}

// ImportFields say what a bulk import shall do.
type ImportFields struct {
	// Source is the source's id.
	Source string `json:"source"`
	// Path leaves out keys that do not begin so.
	Path string `json:"path,omitempty"`
	// Prefix stands before the key in the image's id.
	Prefix string `json:"prefix,omitempty"`
	// Overwrite lets changed objects take the place of images that have their ids.
	Overwrite bool `json:"overwrite,omitempty"`
	// Include and Exclude are patterns of keys, such as **/*.jpg.
	Include []string `json:"include,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
	// DryRun imports nothing, and tells what would be.
	DryRun bool `json:"dry_run,omitempty"`
	// Variants says whether those of another service's account come too; nil is yes.
	Variants *bool `json:"variants,omitempty"`
	// Concurrency is how many objects a node works on at once; 0 is 8.
	Concurrency int `json:"concurrency,omitempty"`
	// MaxObjectsPerSecond and MaxBytesPerSecond bound each node; 0 does not.
	MaxObjectsPerSecond int64 `json:"max_objects_per_second,omitempty"`
	MaxBytesPerSecond   int64 `json:"max_bytes_per_second,omitempty"`
}

// ImportProgress is how far a bulk import is.
type ImportProgress struct {
	ID string `json:"id"`
	// Status is running, paused, aborted or completed.
	Status string `json:"status"`
	// Reason is why it stopped by itself.
	Reason string `json:"reason"`
	// Listed is whether all of the source is listed; until then Found grows.
	Listed           bool    `json:"listed"`
	Found            int64   `json:"found"`
	Imported         int64   `json:"imported"`
	Skipped          int64   `json:"skipped"`
	Failed           int64   `json:"failed"`
	Excluded         int64   `json:"excluded"`
	Bytes            int64   `json:"bytes"`
	ObjectsPerSecond float64 `json:"objects_per_second"`
	BytesPerSecond   float64 `json:"bytes_per_second"`
	// SecondsLeft is nil where nobody can say.
	SecondsLeft *int64    `json:"seconds_left"`
	Created     time.Time `json:"created"`
	Started     time.Time `json:"started"`
	// Finished is nil until it has ended.
	Finished *time.Time `json:"finished"`
}

// ImportJob is a bulk import: what it shall do, and how far it is.
type ImportJob struct {
	ImportFields
	ImportProgress
}

// ImportEntry is what became of one object.
type ImportEntry struct {
	Key string `json:"key"`
	// Status is imported, skipped or failed.
	Status string    `json:"status"`
	Reason string    `json:"reason"`
	Image  string    `json:"image"`
	Bytes  int64     `json:"bytes"`
	At     time.Time `json:"at"`
}

// CreateSource makes a source. The credentials, by the names of the OpenAPI file, are kept encrypted.
func (service *Service) CreateSource(ctx context.Context, source Source, credentials map[string]any) (*Source, error) {
	return service.source(ctx, "sources.create", sourceFields{source, credentials})
}

// Source is one source, without its credentials.
func (service *Service) Source(ctx context.Context, id string) (*Source, error) {
	return service.source(ctx, "sources.get", fields{"id": id})
}

// EditSource changes what is given of the source with the ID; nil credentials stay as they are. It is refused while an
// import from it runs.
func (service *Service) EditSource(ctx context.Context, source Source, credentials map[string]any) (*Source, error) {
	return service.source(ctx, "sources.edit", sourceFields{source, credentials})
}

// CheckSource asks the source for what it has, and tells how many objects the first answer names.
func (service *Service) CheckSource(ctx context.Context, id string) (objects int64, err error) {
	var answer struct{ Objects int64 }
	err = service.result(ctx, "sources.check", fields{"id": id}, nil, &answer)
	return answer.Objects, err
}

type sourceFields struct {
	Source
	Credentials map[string]any `json:"credentials,omitempty"`
}

func (service *Service) source(ctx context.Context, verb string, arguments any) (*Source, error) {
	made := new(struct {
		Source
		Credentials bool `json:"credentials"`
	})
	if err := service.result(ctx, verb, arguments, nil, made); err != nil {
		return nil, err
	}
	return &made.Source, nil
}

// Sources are all sources by name, without their credentials.
func (service *Service) Sources(ctx context.Context) ([]Source, error) {
	var answer struct{ Sources []Source }
	err := service.result(ctx, "sources.list", nil, nil, &answer)
	return answer.Sources, err
}

// DeleteSource removes a source, unless an import from it runs or is paused.
func (service *Service) DeleteSource(ctx context.Context, id string) error {
	return service.done(ctx, "sources.delete", fields{"id": id})
}

// CreateImport begins to import, in the background.
func (service *Service) CreateImport(ctx context.Context, order ImportFields) (*ImportJob, error) {
	return service.importJob(ctx, "imports.create", order)
}

// Imports are all imports, newest first.
func (service *Service) Imports(ctx context.Context) ([]ImportJob, error) {
	var answer struct{ Imports []ImportJob }
	err := service.result(ctx, "imports.list", nil, nil, &answer)
	return answer.Imports, err
}

// Import is one import.
func (service *Service) Import(ctx context.Context, id string) (*ImportJob, error) {
	return service.importJob(ctx, "imports.get", fields{"id": id})
}

// DeleteImport removes an import that has ended, with its log.
func (service *Service) DeleteImport(ctx context.Context, id string) error {
	return service.done(ctx, "imports.delete", fields{"id": id})
}

// ImportProgress is how far an import is.
func (service *Service) ImportProgress(ctx context.Context, id string) (*ImportProgress, error) {
	return service.progress(ctx, "imports.progress", fields{"id": id})
}

// FollowImport calls tell with the progress at once and then every so often, until the import no
// longer runs or ctx ends, and gives the last.
func (service *Service) FollowImport(ctx context.Context, id string, every time.Duration, tell func(*ImportProgress)) (*ImportProgress, error) {
	for {
		progress, err := service.ImportProgress(ctx, id)
		if err != nil {
			return nil, err
		}
		tell(progress)
		if progress.Status != "running" {
			return progress, nil
		}
		select {
		case <-ctx.Done():
			return progress, ctx.Err()
		case <-time.After(every):
		}
	}
}

// PauseImport pauses an import: nothing more of it is imported when it returns.
func (service *Service) PauseImport(ctx context.Context, id string) (*ImportJob, error) {
	return service.importJob(ctx, "imports.pause", fields{"id": id})
}

// ResumeImport lets a paused import go on where it was.
func (service *Service) ResumeImport(ctx context.Context, id string) (*ImportJob, error) {
	return service.importJob(ctx, "imports.resume", fields{"id": id})
}

// AbortImport ends an import for good. What was imported stays.
func (service *Service) AbortImport(ctx context.Context, id string) (*ImportJob, error) {
	return service.importJob(ctx, "imports.abort", fields{"id": id})
}

// AbortAllImports ends all that run or are paused, and tells how many.
func (service *Service) AbortAllImports(ctx context.Context) (aborted int64, err error) {
	var answer struct{ Aborted int64 }
	err = service.result(ctx, "imports.abort_all", nil, nil, &answer)
	return answer.Aborted, err
}

// EachImportEntry shows what became of each object, by key, until show returns an error, which it returns.
func (service *Service) EachImportEntry(ctx context.Context, id string, show func(*ImportEntry) error) error {
	asked := fields{"id": id}
	for {
		var page struct {
			Entries []ImportEntry
			Cursor  string
		}
		if err := service.result(ctx, "imports.logs", asked, nil, &page); err != nil {
			return err
		}
		for i := range page.Entries {
			if err := show(&page.Entries[i]); err != nil {
				return err
			}
		}
		if page.Cursor == "" {
			return nil
		}
		asked["after"] = page.Cursor
	}
}

// DownloadImport writes the log of an import: JSON lines for the format json, or csv.
func (service *Service) DownloadImport(ctx context.Context, id, format string, log io.Writer) error {
	asked := fields{"id": id, "format": format}
	for {
		_, part, err := service.Call(ctx, "imports.download", asked, nil)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			return nil
		}
		if _, err := log.Write(part); err != nil {
			return err
		}
		if asked["after"], err = lastKey(part, format); err != nil {
			return err
		}
	}
}

// lastKey is the key in the last line of a part of a log.
func lastKey(part []byte, format string) (string, error) {
	if format == "csv" {
		lines, err := csv.NewReader(bytes.NewReader(part)).ReadAll()
		if err != nil || len(lines) == 0 {
			return "", err
		}
		return lines[len(lines)-1][0], nil
	}
	part = bytes.TrimRight(part, "\n")
	var entry ImportEntry
	err := json.Unmarshal(part[bytes.LastIndexByte(part, '\n')+1:], &entry)
	return entry.Key, err
}

func (service *Service) progress(ctx context.Context, verb string, arguments any) (*ImportProgress, error) {
	progress := new(ImportProgress)
	if err := service.result(ctx, verb, arguments, nil, progress); err != nil {
		return nil, err
	}
	return progress, nil
}

func (service *Service) importJob(ctx context.Context, verb string, arguments any) (*ImportJob, error) {
	job := new(ImportJob)
	if err := service.result(ctx, verb, arguments, nil, job); err != nil {
		return nil, err
	}
	return job, nil
}
