/** An image CDN inside your own process. */

import type { Audit, AuditRequest, AuditSettings } from './audit.js'
import type { RenderOptions } from './options.js'

export type * from './options.js'
export type * from './service.js'
export type * from './audit.js'
export { Service } from './service.js'

/**
 * Picture bytes. They are borrowed: do not write to them and do not transfer them until the
 * call has settled.
 */
export type Data = Uint8Array | ArrayBuffer

/** Options as URL text (`width=400,format=auto`) or as an object. */
export type OptionsLike = string | RenderOptions

/** Request headers of the client. Names are compared without case; most are ignored. */
export type HeadersLike =
  | Iterable<readonly [string, string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>

/** How one call runs. */
export interface Settings {
  /** The client's request headers, for `format=auto`. */
  headers?: HeadersLike
  /** Overlay pictures and fonts by the names that `draw` calls them. */
  assets?: Readonly<Record<string, Data>>
  /** Milliseconds from the call. It can only shorten the engine's own limit. */
  timeout?: number
}

/**
 * What the host does for an engine. Pixels are RGBA, 8 bits a sample, sRGB, rows from the top.
 * Hooks work in `render` only: `renderSync` holds the thread that they would run on.
 */
export interface Hooks {
  /** Makes `segment=foreground` work: answers one byte a pixel, 0 for background, 255 for the subject. */
  segment?: (pixels: Buffer, width: number, height: number) => Data | Promise<Data>
  /** Makes `upscale=generate` work: answers the larger picture. */
  upscale?: (
    pixels: Buffer,
    width: number,
    height: number,
    toWidth: number,
    toHeight: number,
  ) => Data | Promise<Data>
  /** Makes HEIC sources work: answers the picture, upright, in the size that the header says. */
  decode?: (data: Buffer, width: number, height: number) => Data | Promise<Data>
}

/** What a picture shows. Positions are shares, 0 to 1, of the picture as seen. */
export interface Described {
  format: string
  mime: string
  width: number
  height: number
  size: number
  frames: number
  alpha: boolean
  /** The mean, as `#rrggbb`. */
  color: string
  /** The main colours with their shares, and a colour of text that reads well on each. */
  palette: { color: string; share: number; text: string }[]
  blurhash: string
  thumbhash: string
  /** Perceptual hash: 64 bits in hex. */
  phash: string
  faces: { left: number; top: number; width: number; height: number; score: number }[]
  focus: { x: number; y: number; from: string }
  /** A tiny picture as a data URI. */
  placeholder: string
}

/** Which picture an `<img>` or `<picture>` shows. */
export interface MarkupRequest {
  /** What transform URLs name. This or `delivery`. */
  source?: string
  /** A hosted image. */
  delivery?: { account: string; image: string; custom?: boolean }
  host?: string
  /** Size of the source, as seen. */
  width: number
  height: number
  layout?: 'constrained' | 'fixed' | 'full'
  display_width?: number
  display_height?: number
  options?: OptionsLike
  /** One `<source>` each, and JPEG or PNG behind them. */
  formats?: string[]
  alpha?: boolean
  widths?: number[]
  sizes?: string
  alt?: string
  class?: string
  /** The main picture of the page: loaded at once and first. */
  priority?: boolean
  /** A CSS colour or a data URI. */
  placeholder?: string
  style?: boolean
  sign?: { key: string; expires?: number }
}

/** The text of an `<img>` or `<picture>`, and its parts, which are not escaped. */
export interface Markup {
  html: string
  src: string
  srcset: string | null
  sizes: string | null
  width: number
  height: number
  sources: { type: string; srcset: string }[]
  preload: string | null
  warnings: string[]
}

/** How one asynchronous call runs. */
export interface AsyncSettings extends Settings {
  /** Stops the work; the promise rejects with code `CANCELLED` and the signal's reason as `cause`. */
  signal?: AbortSignal
}

/** A finished result. */
export interface Image {
  /** Encoded bytes: an image, or JSON when `format=json` was asked for. */
  data: Buffer
  /** What they are and how they came about. */
  info: Info
}

/** What a result is and how it came about. */
export interface Info {
  /** Format of the bytes, for example `webp`. */
  format: string
  /** Media type of the bytes. */
  mime: string
  /** Width in pixels. */
  width: number
  /** Height in pixels. */
  height: number
  /** Number of bytes. */
  size: number
  /** Encoder quality, 1 to 100, where the format has one. */
  quality: number | null
  /** Number of frames; 1 for a still picture. */
  frames: number
  /** Milliseconds of all frames together; null for a still picture. */
  duration: number | null
  /** The source, its size as seen. */
  source: { format: string; width: number; height: number }
  /** What the caller should know. */
  warnings: string[]
  /** Milliseconds by stage. */
  timings: { plan: number; decode: number; transform: number; encode: number }
  /** Pixel and codec memory that was booked at once, in bytes. */
  memory: number
}

/** What polishing may change, and what the client takes. */
export interface PolishOptions {
  /** `lossless` unless given: every pixel that is seen stays as it is. */
  mode?: 'lossless' | 'lossy'
  /** The client takes WebP. */
  webp?: boolean
  /** The client takes AVIF, which only `lossy` makes. */
  avif?: boolean
  /** The request's `Accept` header: WebP and AVIF when it names them. */
  accept?: string
  /** SSIMULACRA2 against the source that a lossy result keeps; 80 unless given. */
  floor?: number
}

/** How polishing went; with all but the first two the bytes are the source's own. */
export type PolishStatus =
  | 'ok'
  | 'webp_bigger'
  | 'not_compressed'
  | 'not_needed'
  | 'input_too_large'
  | 'cannot_optimize'
  | 'format_not_supported'
  | 'internal_error'

/** What came of polishing. */
export interface PolishInfo {
  status: PolishStatus
  /** Format of the bytes; null for bytes that are no picture. */
  format: string | null
  mime: string
  /** Size as seen; 0 where the header could not be read. */
  width: number
  height: number
  /** Number of bytes. */
  size: number
  /** Encoder quality, 1 to 100; null where nothing was lost. */
  quality: number | null
  /** SSIMULACRA2 against the source; null where nothing was lost. */
  score: number | null
  original: { format: string | null; size: number }
  /** Value of the response header `Cf-Polished`. */
  header: string
  /** Value of the response header `Cf-Bgj`. */
  bgj: string
}

/** A polished file, or the source with the reason why it is not. */
export interface Polished {
  /** Fewer bytes than the source has, or the source's own. */
  data: Buffer
  /** What they are and how they came about. */
  info: PolishInfo
}

/** What a picture's header says. Width and height are as seen. */
export interface Probe {
  format: string
  mime: string
  width: number
  height: number
  frames: number
  /** How often an animation plays, 0 for ever; null for a still picture. */
  loops: number | null
  /** Milliseconds of all frames together; null for a still picture. */
  duration: number | null
  /** EXIF orientation, 1 to 8. */
  orientation: number
  color: 'gray' | 'rgb' | 'cmyk'
  alpha: boolean
  bits: number
  progressive: boolean
  lossless: boolean
  subsampling: string | null
  profile: 'srgb' | 'icc' | 'cicp'
  exif: boolean
  xmp: boolean
  iptc: boolean
  /** Whether a gain map makes the picture high dynamic range; results never have it. */
  gain_map: boolean
  /** Whether there are Content Credentials (C2PA); results never have them. */
  content_credentials: boolean
}

/** The plan that `render` would follow, its cost and its cache key. */
export interface Explained {
  source: Probe
  plan: Record<string, unknown>
  /** Canonical text of the options. Results are kept under it and the headers in `vary`. */
  key: string
  /** The plain options for this client. */
  options: string
  /** Names of the request headers that could have led elsewhere. */
  vary: string[]
  warnings: string[]
}

/** What a job may cost. What is absent keeps its default. */
export interface Limits {
  source_bytes?: number
  source_pixels?: number
  source_side?: number
  frames?: number
  animation_pixels?: number
  animation_transform_pixels?: number
  output_pixels?: number
  output_side?: number
  avif_side_auto?: number
  avif_side?: number
  memory?: number
  scans?: number
  profile_bytes?: number
  exif_bytes?: number
  time_ms?: number
  threads?: number
}

/** Turns bytes and options into better bytes, under limits of its own. Cheap and without state. */
export class Engine {
  constructor(limits?: Limits, hooks?: Hooks)
  /** The limits, defaults filled in. */
  readonly limits: Required<Limits>
  /** Renders on a thread of the pool. Every failure is a rejection with {@link SafelightError}. */
  render(data: Data, options?: OptionsLike, settings?: AsyncSettings): Promise<Image>
  /** Renders on this thread. */
  renderSync(data: Data, options?: OptionsLike, settings?: Settings): Image
  /**
   * Makes a file smaller without changing what it shows, or as little as `floor` allows, on a
   * thread of the pool. Never larger than the source: a picture that cannot be polished comes
   * back as it is, with the reason as `info.status`. Only a cancelled or late call and wrong
   * options reject.
   */
  polish(
    data: Data,
    options?: PolishOptions,
    settings?: { timeout?: number; signal?: AbortSignal },
  ): Promise<Polished>
  /** Polishes on this thread. */
  polishSync(data: Data, options?: PolishOptions, settings?: { timeout?: number }): Polished
  /** What to change about the pictures of a page, what it saves, and the markup that does it. */
  audit(
    html: string,
    request: AuditRequest,
    settings?: AuditSettings & { signal?: AbortSignal },
  ): Promise<Audit>
  /** The same on this thread. */
  auditSync(html: string, request: AuditRequest, settings?: AuditSettings): Audit
  /** What a picture shows: placeholders, colours, hash, faces and focus, from one small decode. */
  describe(data: Data, settings?: { timeout?: number }): Promise<Described>
  /** Reads a picture's header. */
  probe(data: Data): Probe
  /** The plan that `render` would follow. Decodes no pixel. */
  explain(data: Data, options?: OptionsLike, settings?: Settings): Explained
}

/** Renders on a thread of the pool. Every failure is a rejection with {@link SafelightError}. */
export function render(data: Data, options?: OptionsLike, settings?: AsyncSettings): Promise<Image>

/** Renders on this thread. */
export function renderSync(data: Data, options?: OptionsLike, settings?: Settings): Image

/**
 * Makes a file smaller without changing what it shows, or as little as `floor` allows. Never larger
 * than the source: a picture that cannot be polished comes back as it is, with the reason as
 * `info.status`.
 */
export function polish(
  data: Data,
  options?: PolishOptions,
  settings?: { timeout?: number; signal?: AbortSignal },
): Promise<Polished>

/** Polishes on this thread. */
export function polishSync(
  data: Data,
  options?: PolishOptions,
  settings?: { timeout?: number },
): Polished

/** What a picture shows: placeholders, colours, hash, faces and focus, from one small decode. */
export function describe(data: Data, settings?: { timeout?: number }): Promise<Described>

/**
 * What to change about the pictures of a page, what it saves, and the markup that does it. Every
 * picture is rendered for its place, so give an engine of large pages a longer `time_ms`.
 */
export function audit(
  html: string,
  request: AuditRequest,
  settings?: AuditSettings & { signal?: AbortSignal },
): Promise<Audit>

/** The same on this thread. */
export function auditSync(html: string, request: AuditRequest, settings?: AuditSettings): Audit

/** The `<img>` or `<picture>` text of a picture whose size is known. */
export function markup(request: MarkupRequest): Markup

/** Reads a picture's header: format, size, frames, orientation, colour. */
export function probe(data: Data): Probe

/** The plan that `render` would follow, its cost and its cache key. Decodes no pixel. */
export function explain(data: Data, options?: OptionsLike, settings?: Settings): Explained

/** The path and query with an expiry (unix seconds) and a signature appended. */
export function sign(pathAndQuery: string, key: string, expires?: number): string

/**
 * True when one of `keys` signed the path and query and it has not expired; throws code
 * `SIGNATURE` otherwise. `now` is in unix seconds; without it the clock decides.
 */
export function verify(pathAndQuery: string, keys: string | Iterable<string>, now?: number): true

/** Parts of `/cdn-cgi/image/<options>/<source>`. */
export interface TransformUrl {
  form: 'transform'
  host?: string | null
  options: string
  source: string
  warnings?: string[]
}

/** Parts of `/<account>/<image>/<variant or options>`. */
export interface DeliveryUrl {
  form: 'delivery'
  host?: string | null
  /** Whether the path starts with `/cdn-cgi/imagedelivery/`. */
  custom?: boolean
  account: string
  image: string
  variant?: string | null
  options?: string | null
  query?: string | null
}

/** Parts of a URL. */
export type Url = TransformUrl | DeliveryUrl

/**
 * The parts of a transform or delivery URL. With `lenient` a malformed option is left out with a
 * warning instead of an error.
 */
export function parseUrl(url: string, settings?: { lenient?: boolean }): Url

/** The URL of these parts: what `parseUrl` answers, or the same made by hand. */
export function buildUrl(parts: Url): string

/** The answer of `negotiate`. */
export interface Negotiated {
  /** The best format. */
  format: string
  /** Every candidate that the client takes, best first. */
  formats: string[]
  /** Names of the request headers that decided. */
  vary: string[]
}

/**
 * The best of `formats` for a client with these request headers. Candidates stand best first:
 * `avif`, `webp` and `jpeg` unless given.
 */
export function negotiate(headers?: HeadersLike, formats?: Iterable<string>): Negotiated

/** The answer of `resolve`. */
export interface Resolved {
  /** The plain options, in canonical text: nothing in them waits for a hint. */
  options: string
  /** Their width, where they have one. */
  width: number | null
  /** The format that they name or negotiate; null where the source decides. */
  format: string | null
  /** Names of the request headers that could have led elsewhere, for `Vary`. */
  vary: string[]
  /** Client hints that the site should ask for, for `Accept-CH`. */
  accept_ch: string[]
}

/** What options come to for a client with these request headers: `width=auto` becomes a number. */
export function resolve(options: OptionsLike, headers?: HeadersLike): Resolved

/** Media types that an origin may send, by extension without the dot. */
export type VaryRules = Record<string, string[]>

/** A variant that a cache holds for a URL. */
export interface VaryStored {
  /** What `varyResponse` said it is stored as; null for the single copy. */
  accept: string | null
  content_type: string
}

/** The answer of `varyRequest`. */
export interface VaryRequested {
  /** The path's extension; null where no rule governs it. */
  extension: string | null
  /**
   * The `Accept` header for the origin and the name of the variant; null where no rule governs
   * the path: the client's header goes on as it is.
   */
  accept: string | null
  /** Media types that may come, best first. */
  types: string[]
  /** Index of the stored variant to send; null when the origin is to be asked. */
  chosen: number | null
}

/**
 * Reduces the `Accept` header of a request, in front of a cache and an origin that sends several
 * formats under one URL (Vary for Images). `stored` are the variants that the cache holds for the
 * URL; a purge of the URL drops them all.
 */
export function varyRequest(request: {
  rules: VaryRules
  path: string
  accept?: string | null
  stored?: VaryStored[]
}): VaryRequested

/** The answer of `varyResponse`. */
export interface VaryAnswered {
  /** Whether the cache may keep the answer. */
  store: boolean
  /** As what; null is the single copy for all clients. */
  accept: string | null
  status: 'MISS' | 'BYPASS'
  reason:
    | 'variant'
    | 'single'
    | 'wrong_type'
    | 'vary_missing'
    | 'vary_header_present'
    | 'no_rule'
}

/** Judges what an origin answered to a request of `varyRequest`. */
export function varyResponse(request: {
  rules: VaryRules
  path: string
  accept?: string | null
  content_type?: string | null
  vary?: string | null
}): VaryAnswered

/**
 * What is done for a header that answers vary by. `normalize` reduces it to its list, or its white
 * space; `passthrough` leaves it; answers that vary by it are not stored with `bypass`.
 */
export interface VaryBehavior {
  action: 'normalize' | 'passthrough' | 'bypass'
}

/** Behaviours by header; without a default it is `bypass`. */
export interface VaryBehaviors {
  default?: VaryBehavior
  headers?: {
    accept?: VaryBehavior & { media_types?: string[] }
    'accept-language'?: VaryBehavior & { languages?: string[] }
    [name: string]: VaryBehavior | undefined
  }
}

/** The answer of `varyHeaders`. */
export interface VaryHeaders {
  /** Headers for the origin in place of the client's; null for one that it did not send. */
  send: Record<string, string | null>
  /** Whether the cache may keep an answer that varies like this. */
  store: boolean
  /** The headers that tell the variants of the URL apart, with their texts. */
  key: Record<string, string | null>
  status: 'MISS' | 'BYPASS'
}

/**
 * What a request stands for when answers of its origin vary by headers. `vary` is the answer's
 * header, or the one that the cache remembers for the URL.
 */
export function varyHeaders(request: {
  behaviors: VaryBehaviors
  headers?: Record<string, string>
  vary?: string | null
}): VaryHeaders

/** Version of the library. */
export function version(): string

/** One codec library of this build. */
export interface Backend {
  role: string
  name: string
  /** Whether its SIMD or assembly kernels run on this machine. */
  accelerated: boolean
}

/** The codec libraries of this build. */
export function backends(): Backend[]

/** Panics inside the library: proves that a bug there arrives as code `INTERNAL`. */
export function panicOnPurpose(): void

/** The kinds of failure. */
export type Code =
  | 'INVALID'
  | 'SIGNATURE'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'TOO_LARGE'
  | 'UNSUPPORTED'
  | 'MALFORMED'
  | 'CANCELLED'
  | 'TIMEOUT'
  | 'STORAGE'
  | 'INTERNAL'
  | 'CONFLICT'
  | 'BUSY'

/** Every failure of this package. */
export class SafelightError extends Error {
  constructor(message: string, details?: { code?: Code; context?: string; cause?: unknown })
  /** The kind of failure: who must act. */
  readonly code: Code
  /** The same as `code`. */
  readonly kind: Code
  /** The kind's permanent number, the same in every language. */
  readonly number: number
  /** The status that a server answers when it knows nothing more precise. */
  readonly http: number
  /** Detail for the log that no client should see. Not enumerable. */
  readonly context?: string
}
