/** Hosted images: a service, its responses, and the shapes of its verbs. */

import type { Data, HeadersLike, Hooks, Limits } from './index.js'

/** What a service is opened with; `folder` alone is enough. */
export interface ServiceConfig {
  /** Folder of state, for whatever has no place of its own below. */
  folder?: string
  /** `sqlite:PATH` or `postgres://…`. */
  catalog?: string
  /** `file:PATH`, `s3://bucket/prefix?endpoint=…&region=…`, `gs://…` or `az://…`. */
  originals?: string
  /** Where finished results are kept: bytes in memory, bytes on disk, or a bucket. */
  results?: { memory?: number; disk?: number; bucket?: string | null }
  /** The account that is there from the start. */
  account?: { id?: string | null; hash?: string | null }
  /** A token that may do everything over the REST API. */
  admin_token?: string
  /** Scheme and host that links are built with: `https://img.example`. */
  base_url?: string
  /** Path that all requests begin with: `/images`. */
  mount?: string
  /** What may be transformed by URL. */
  sources?: {
    folder?: string | null
    allowed_origins?: string[]
    http?: boolean
    any?: boolean
    /** Addresses that are fetched from although they are not public: `10.0.0.0/8`. */
    networks?: string[]
    /** Ports that are fetched from, besides 80, 443, 8080 and 8443. */
    ports?: number[]
  }
  /** What bulk imports may do. */
  imports?: {
    /** What the credentials of sources are encrypted with: 64 hex digits. */
    secrets_key?: string | null
    /** Folders of this machine that may be imported from. */
    folders?: string[]
    /** Objects of one import worked on at once; 0 leaves the work to other nodes. */
    workers?: number
  }
  /** What one picture may cost. */
  limits?: Limits
  /** Whether every delivery has to be signed. Opening fails without a key. */
  require_signature?: boolean
  /** Pictures that are worked on at once. */
  workers?: number
  /** Pictures that may wait for a worker. */
  queue?: number
  /** Milliseconds that a first request may wait for AVIF; 0 always waits. */
  avif_budget_ms?: number
  /** Milliseconds for which a node of a cluster may answer from its own copy. */
  lease_ms?: number
}

/** The rest of a request. */
export interface RequestSettings {
  /** Headers as they came. */
  headers?: HeadersLike
  /** The whole body. It is borrowed: do not write to it until the call has settled. */
  body?: Data | null
  /** Milliseconds from the call. It can only shorten the service's own limit. */
  timeout?: number
}

/** The rest of a request, and what stops it. */
export interface AsyncRequestSettings extends RequestSettings {
  /** Stops the work; the promise rejects with code `CANCELLED` where it had not begun. */
  signal?: AbortSignal
}

/** How one verb runs. */
export interface CallSettings {
  /** Milliseconds from the call. It can only shorten the service's own limit. */
  timeout?: number
  /** Stops the work; the promise rejects with code `CANCELLED`. */
  signal?: AbortSignal
}

/** What a server sends back. */
export interface ServiceResponse {
  /** The HTTP status. */
  readonly status: number
  /** Names and values. `Content-Length` and `Date` are the server's. */
  readonly headers: [string, string][]
  /** The body; it is yours. */
  readonly body: Buffer
  /** The first header of this name, in any case. */
  header(name: string): string | undefined
  /** The body, read as JSON. */
  json(): any
}

/** A hosted image. */
export interface HostedImage {
  id: string
  filename: string
  /** RFC 3339. */
  uploaded: string
  requireSignedURLs: boolean
  /** Delivery URLs, one for each variant. */
  variants: string[]
  meta?: Record<string, unknown>
  creator?: string
  /** Present while its bytes have not come. */
  draft?: true
}

/** What an upload may be given. */
export interface UploadFields {
  /** Where the picture is fetched, in place of its bytes. */
  url?: string
  id?: string
  filename?: string
  creator?: string
  /** An object of your own, at most 1024 bytes as JSON. */
  metadata?: Record<string, unknown>
  requireSignedURLs?: boolean
}

/** What an update may change; a creator that is null is taken away. */
export interface UpdateFields {
  metadata?: Record<string, unknown>
  requireSignedURLs?: boolean
  creator?: string | null
}

/** Which images are listed, and how many at once. */
export interface ListFields {
  continuation_token?: string
  per_page?: number
  sort_order?: 'asc' | 'desc'
  /** The empty text asks for those without one. */
  creator?: string
  /** Conditions on metadata: `{ 'plan[eq]': 'pro' }`. */
  meta?: Record<string, string | number | boolean>
}

/** A page of images; the token is null at the end. */
export interface HostedImages {
  images: HostedImage[]
  continuation_token: string | null
}

/** What a direct upload may be given; `expiry` is RFC 3339. */
export interface TicketFields extends Omit<UploadFields, 'url' | 'filename'> {
  expiry?: string
}

/** What is forgotten: one of these. */
export interface PurgeFields {
  tags?: string[]
  prefixes?: string[]
  files?: string[]
  purge_everything?: true
}

/** A named set of options. */
export interface HostedVariant {
  id: string
  options: Record<string, unknown>
  neverRequireSignedURLs: boolean
}

/** A signing key. */
export interface SigningKey {
  name: string
  value: string
}

/** Where a source lies; which fields a kind has stands in the OpenAPI file. */
export interface SourceFields {
  bucket?: string
  endpoint?: string
  region?: string
  storage_account?: string
  url?: string
  folder?: string
  /** Kept encrypted with `imports.secrets_key`, and never shown. */
  credentials?: Record<string, unknown>
}

/** A source of bulk imports. */
export interface Source extends Omit<SourceFields, 'credentials'> {
  id: string
  name: string
  kind: 's3' | 'gcs' | 'azure' | 'http' | 'folder' | 'images'
  /** Whether it has some. */
  credentials: boolean
  created: string
}

/** What a bulk import shall do. */
export interface ImportFields {
  source: string
  path?: string
  prefix?: string
  overwrite?: boolean
  include?: string[]
  exclude?: string[]
  dry_run?: boolean
  variants?: boolean
  concurrency?: number
  max_objects_per_second?: number
  max_bytes_per_second?: number
}

/** How far a bulk import is. */
export interface ImportProgress {
  id: string
  status: 'running' | 'paused' | 'aborted' | 'completed'
  /** Why it stopped by itself. */
  reason: string | null
  listed: boolean
  found: number
  imported: number
  skipped: number
  failed: number
  excluded: number
  bytes: number
  objects_per_second: number
  bytes_per_second: number
  seconds_left: number | null
  created: string
  started: string
  finished: string | null
}

/** A bulk import. */
export interface ImportJob extends ImportProgress, Required<ImportFields> {}

/** What became of one object. */
export interface ImportEntry {
  key: string
  status: 'imported' | 'skipped' | 'failed'
  reason: string
  image: string
  bytes: number
  at: string
}

/**
 * Hosted images behind HTTP requests and verbs. A folder is for one process at a time, and another
 * gets the code `BUSY`: several processes share PostgreSQL and a bucket.
 */
export class Service {
  /** Opens a service on a folder, or on what `config` says, on this thread. */
  constructor(config: string | ServiceConfig, hooks?: Hooks)
  /** Opens a service on a thread of the pool. */
  static open(config: string | ServiceConfig, hooks?: Hooks): Promise<Service>
  /**
   * How many bytes of body to read for a request; null when it is not for this service. Hand over
   * one more byte when there are more, and the answer says so.
   */
  wants(method: string, target: string): number | null
  /**
   * Answers a request, whatever it asks: what goes wrong is a response, too. `target` is path and
   * query as they were sent, not decoded.
   */
  handle(method: string, target: string, settings?: AsyncRequestSettings): Promise<ServiceResponse>
  /** Answers a request on this thread. Hooks of JavaScript would wait for it: they must not be needed. */
  handleSync(method: string, target: string, settings?: RequestSettings): ServiceResponse
  /** Runs a verb of the REST API without HTTP: `images.get`, `variants.create` and so on. */
  call(
    verb: string,
    fields?: Record<string, unknown>,
    body?: Data | null,
    settings?: CallSettings,
  ): Promise<{ result: any; data?: Buffer }>
  /** Adds an image from its bytes, or from `url` without any. */
  upload(data: Data | null, fields?: UploadFields, settings?: CallSettings): Promise<HostedImage>
  get(id: string): Promise<HostedImage>
  /** One page of images, newest first. */
  list(fields?: ListFields): Promise<HostedImages>
  /** Every image, page by page. */
  images(fields?: ListFields): AsyncGenerator<HostedImage, void, undefined>
  /** Changes what is given; an image that becomes private or public may get another id. */
  update(id: string, fields: UpdateFields): Promise<HostedImage>
  /** Removes an image; when this settles nobody answers with it any more. */
  delete(id: string): Promise<void>
  /** The bytes that were uploaded. */
  original(id: string): Promise<Buffer>
  stats(): Promise<{ count: { allowed: number; current: number } }>
  /** A draft, and the URL where one visitor may post its picture, once. */
  directUpload(fields?: TicketFields): Promise<{ id: string; uploadURL: string }>
  /** Forgets kept results; when this settles no node answers with them. */
  purge(fields: PurgeFields): Promise<void>
  readonly variants: {
    list(): Promise<{ variants: Record<string, HostedVariant> }>
    create(variant: Omit<HostedVariant, 'neverRequireSignedURLs'> & Partial<HostedVariant>): Promise<{ variant: HostedVariant }>
    get(fields: { id: string }): Promise<{ variant: HostedVariant }>
    edit(variant: Omit<HostedVariant, 'neverRequireSignedURLs'> & Partial<HostedVariant>): Promise<{ variant: HostedVariant }>
    delete(fields: { id: string }): Promise<object>
  }
  readonly keys: {
    list(): Promise<{ keys: SigningKey[] }>
    /** Makes a key of this name with a new value. */
    update(fields: { name: string }): Promise<{ keys: SigningKey[] }>
    delete(fields: { name: string }): Promise<{ keys: SigningKey[] }>
  }
  readonly settings: {
    get(): Promise<Record<string, unknown>>
    edit(fields: Record<string, unknown>): Promise<Record<string, unknown>>
  }
  readonly uploads: {
    create(fields?: TicketFields): Promise<{ id: string; uploadURL: string }>
    create_v1(fields?: TicketFields): Promise<{ id: string; uploadURL: string }>
    batch_token(): Promise<{ token: string; expiresAt: string }>
  }
  readonly tokens: {
    /** The token itself, `value`, is shown this once. */
    create(fields: { name: string; scopes: ('read' | 'write' | 'upload')[] }): Promise<{ id: string; name: string; value: string }>
    list(): Promise<{ tokens: { id: string; name: string; scopes: string[]; created: string }[] }>
    delete(fields: { id: string }): Promise<object>
  }
  readonly domains: {
    list(): Promise<{ domains: string[] }>
    put(fields: { host: string }): Promise<{ host: string }>
    delete(fields: { host: string }): Promise<object>
  }
  /** Where bulk imports come from. */
  readonly sources: {
    list(): Promise<{ sources: Source[] }>
    create(fields: SourceFields & { name: string; kind: Source['kind'] }): Promise<Source>
    get(fields: { id: string }): Promise<Source>
    /** Changes what is given; refused while a job of the source runs. */
    edit(fields: SourceFields & { id: string; name?: string }): Promise<Source>
    delete(fields: { id: string }): Promise<object>
    check(fields: { id: string }): Promise<{ objects: number }>
  }
  /** Bulk imports, which run in the background. */
  readonly imports: {
    list(): Promise<{ imports: ImportJob[] }>
    create(fields: ImportFields): Promise<ImportJob>
    get(fields: { id: string }): Promise<ImportJob>
    /** Removes a job that has ended, with its log. */
    delete(fields: { id: string }): Promise<object>
    pause(fields: { id: string }): Promise<ImportJob>
    resume(fields: { id: string }): Promise<ImportJob>
    abort(fields: { id: string }): Promise<ImportJob>
    abort_all(): Promise<{ aborted: number }>
    progress(fields: { id: string }): Promise<ImportProgress>
    logs(fields: { id: string; after?: string; limit?: number }): Promise<{ entries: ImportEntry[]; cursor: string | null }>
    /** A page of the log as a part of a file: JSON lines, or CSV with a head on the first page. */
    download(fields: { id: string; after?: string; limit?: number; format?: 'json' | 'csv' }): Promise<Buffer>
  }
  readonly vary: {
    get(): Promise<Record<string, unknown>>
    edit(fields: { value: Record<string, string[]> }): Promise<Record<string, unknown>>
    delete(): Promise<Record<string, unknown>>
  }
  readonly zone: {
    get(fields: { setting: string }): Promise<{ id: string; value: string }>
    edit(fields: { setting: string; value: string }): Promise<{ id: string; value: string }>
  }
  /** Panics inside the service: proves that a bug there arrives as code `INTERNAL`. */
  panicOnPurpose(): void
  /** Ends the background work and waits for it. Closing twice is fine. */
  close(): Promise<void>
  /** Ends the background work and waits for it on this thread. Not with hooks: they need the thread. */
  closeSync(): void
  [Symbol.asyncDispose](): Promise<void>
}
