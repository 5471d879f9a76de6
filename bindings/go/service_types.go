package safelight

import "time"

// Config is what a service is opened with. Folder alone is enough; a field that is empty keeps
// its default.
type Config struct {
	// Folder of state, for whatever has no place of its own below.
	Folder string `json:"folder,omitempty"`
	// Catalog is sqlite:PATH or postgres://….
	Catalog string `json:"catalog,omitempty"`
	// Originals is file:PATH, s3://bucket/prefix?endpoint=…&region=…, gs://… or az://….
	Originals string `json:"originals,omitempty"`
	// Results is where finished results are kept.
	Results *Results `json:"results,omitempty"`
	// Account is the one that is there from the start.
	Account *Account `json:"account,omitempty"`
	// AdminToken may do everything over the REST API.
	AdminToken string `json:"admin_token,omitempty"`
	// BaseURL is scheme and host that links are built with, for example https://img.example.
	BaseURL string `json:"base_url,omitempty"`
	// Mount is the path that all requests begin with, for example /images.
	Mount string `json:"mount,omitempty"`
	// Sources is what may be transformed by URL.
	Sources *Sources `json:"sources,omitempty"`
	// Imports is what bulk imports may do.
	Imports *ImportsConfig `json:"imports,omitempty"`
	// Limits is what one picture may cost.
	Limits *Limits `json:"limits,omitempty"`
	// RequireSignature asks for a signature on every delivery; opening fails without a key.
	RequireSignature bool `json:"require_signature,omitempty"`
	// Workers is how many pictures are worked on at once.
	Workers int `json:"workers,omitempty"`
	// Queue is how many may wait for a worker.
	Queue int `json:"queue,omitempty"`
	// AVIFBudgetMS is how many milliseconds a first request may wait for AVIF.
	AVIFBudgetMS int `json:"avif_budget_ms,omitempty"`
	// LeaseMS is how many milliseconds a node of a cluster may answer from its own copy.
	LeaseMS int `json:"lease_ms,omitempty"`
}

// Results is where finished results are kept.
type Results struct {
	// Memory is bytes in memory; nil keeps the default.
	Memory *uint64 `json:"memory,omitempty"`
	// Disk is bytes on disk, 0 for none; nil keeps the default.
	Disk *uint64 `json:"disk,omitempty"`
	// Bucket is one in place of the disk, as for Originals.
	Bucket string `json:"bucket,omitempty"`
}

// Account is the account that is there from the start.
type Account struct {
	// ID stands in paths of the REST API: 32 hex digits.
	ID string `json:"id,omitempty"`
	// Hash stands in paths of deliveries.
	Hash string `json:"hash,omitempty"`
}

// Sources says which sources may be transformed by URL.
type Sources struct {
	// Folder of pictures that paths without a host lead to.
	Folder string `json:"folder,omitempty"`
	// AllowedOrigins are hosts that are fetched from: b.com, or *.b.com for it and all below it.
	AllowedOrigins []string `json:"allowed_origins,omitempty"`
	// HTTP allows http:// as well as https://.
	HTTP bool `json:"http,omitempty"`
	// Any allows every public host.
	Any bool `json:"any,omitempty"`
	// Networks are addresses that are fetched from although they are not public: 10.0.0.0/8.
	Networks []string `json:"networks,omitempty"`
	// Ports are fetched from, besides 80, 443, 8080 and 8443.
	Ports []uint16 `json:"ports,omitempty"`
}

// ImportsConfig says what bulk imports may do.
type ImportsConfig struct {
	// SecretsKey encrypts the credentials of sources: 64 hex digits.
	SecretsKey string `json:"secrets_key,omitempty"`
	// Folders of this machine that may be imported from.
	Folders []string `json:"folders,omitempty"`
	// Workers is how many objects of one import are worked on at once; nil keeps the default, and
	// 0 leaves the work to other nodes.
	Workers *int `json:"workers,omitempty"`
}

// HostedImage is an image that the service keeps.
type HostedImage struct {
	// ID is made up, or the one that the upload was given.
	ID string `json:"id"`
	// Filename is that of the upload.
	Filename string `json:"filename"`
	// Uploaded is when.
	Uploaded time.Time `json:"uploaded"`
	// RequireSignedURLs says that it is shown by signed URLs only.
	RequireSignedURLs bool `json:"requireSignedURLs"`
	// Variants are delivery URLs, one for each variant.
	Variants []string `json:"variants"`
	// Meta is the host's own.
	Meta map[string]any `json:"meta"`
	// Creator is who made it, in the host's words.
	Creator string `json:"creator"`
	// Draft says that its bytes have not come.
	Draft bool `json:"draft"`
}

// UploadFields is what an upload may be given.
type UploadFields struct {
	// URL is where the picture is fetched, in place of its bytes.
	URL string `json:"url,omitempty"`
	// ID of the host's own; without it one is made up.
	ID string `json:"id,omitempty"`
	// Filename of the picture.
	Filename string `json:"filename,omitempty"`
	// Creator is who made it.
	Creator string `json:"creator,omitempty"`
	// Metadata is an object of the host's own, at most 1024 bytes as JSON.
	Metadata any `json:"metadata,omitempty"`
	// RequireSignedURLs keeps it private.
	RequireSignedURLs bool `json:"requireSignedURLs,omitempty"`
}

// UpdateFields is what an update may change; nil leaves it as it is.
type UpdateFields struct {
	// Metadata replaces the whole object.
	Metadata any
	// RequireSignedURLs makes it private or public.
	RequireSignedURLs *bool
	// Creator is who made it; the empty text takes it away.
	Creator *string
}

// Listing says which images are listed.
type Listing struct {
	// ContinuationToken is where the page before ended.
	ContinuationToken string
	// PerPage is how many at once.
	PerPage int
	// Ascending lists the oldest first.
	Ascending bool
	// Creator of the images; the empty text asks for those without one.
	Creator *string
	// Meta are conditions: field[operator] to a value, plan[eq] for example.
	Meta map[string]any
}

// HostedImages is one page of a list. The token is empty at the end.
type HostedImages struct {
	Images            []HostedImage `json:"images"`
	ContinuationToken string        `json:"continuation_token"`
}

// Stats is how many images there are, and how many there may be.
type Stats struct {
	Current uint64 `json:"current"`
	Allowed uint64 `json:"allowed"`
}

// HostedVariant is a named set of options.
type HostedVariant struct {
	// ID is its name.
	ID string `json:"id"`
	// Options is an [Options], or a map of the same names; in answers it is a map.
	Options any `json:"options"`
	// NeverRequireSignedURLs shows private images in it without a signature.
	NeverRequireSignedURLs bool `json:"neverRequireSignedURLs"`
}

// SigningKey signs links; any of an account's keys does.
type SigningKey struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// TicketFields is what a direct upload may be given.
type TicketFields struct {
	ID                string
	Creator           string
	Metadata          any
	RequireSignedURLs bool
	// Expiry is when the draft ends; the zero time is half an hour from now.
	Expiry time.Time
}

// DirectUpload is a draft, and where one visitor may post its picture, once.
type DirectUpload struct {
	ID        string `json:"id"`
	UploadURL string `json:"uploadURL"`
}

// PurgeFields is what is forgotten.
type PurgeFields struct {
	// Tags of results: image:<account>/<id>, variant:<account>/<name>, or the host's own.
	Tags []string `json:"tags,omitempty"`
	// Prefixes of URLs.
	Prefixes []string `json:"prefixes,omitempty"`
	// Files are URLs.
	Files []string `json:"files,omitempty"`
	// Everything forgets all.
	Everything bool `json:"purge_everything,omitempty"`
}
