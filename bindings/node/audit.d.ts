/** Shapes of the verb on pages. */

import type { Data, OptionsLike } from './index.js'

/** A picture as a browser has shown it. */
export interface Shown {
  /** Absolute URL of the picture that was loaded. */
  url: string
  /** Where it was shown; left out, wherever the page names it. */
  kind?: 'image' | 'background' | 'poster' | 'icon'
  /** In CSS pixels. */
  width: number
  height: number
  /** A value of `object-fit`. */
  fit?: 'fill' | 'contain' | 'cover' | 'none' | 'scale-down'
  /** The largest of the first view. */
  main?: boolean
  above_fold?: boolean
  /** Whether the page keeps its place free before it is there. */
  reserved?: boolean
}

/** Which page, and how it is seen. */
export interface AuditRequest {
  /** Where the page is. */
  url: string
  /** Scheme and host of transform URLs; without it they are paths of the page's host. */
  host?: string
  /** In CSS pixels; 1350, 940 and 1 where not given. */
  viewport?: { width?: number; height?: number; dpr?: number }
  /** The client's `Accept`; without it one that takes AVIF and WebP. */
  accept?: string
  /** Options of every transform URL; without any `quality=auto`. */
  options?: OptionsLike
  /** Without it sizes come from attributes, styles and `sizes`. */
  shown?: Shown[]
  /** True: the answer has the changed page. */
  html?: boolean
}

/** How one audit runs. */
export interface AuditSettings {
  /** What the page loads, pictures and style sheets, by absolute URL. Nothing is fetched. */
  files?: Readonly<Record<string, Data>>
  /** Milliseconds from the call. It can only shorten the engine's own limit. */
  timeout?: number
}

/** The rules that a picture may break. */
export type AuditRule =
  | 'size'
  | 'format'
  | 'quality'
  | 'srcset'
  | 'sizes'
  | 'dimensions'
  | 'lazy'
  | 'lazy-main'
  | 'lazy-first'
  | 'priority'
  | 'preload'
  | 'host'

/** One place of a page that shows a picture. */
export interface AuditImage {
  /** `script` is for what the text does not name. */
  kind: 'image' | 'background' | 'poster' | 'icon' | 'preload' | 'script'
  /** The style sheet that it stands in; null for the page. */
  document: string | null
  /** In UTF-8 bytes. */
  start: number | null
  end: number | null
  line: number | null
  markup: string | null
  /** The picture that is loaded, and what it is; null where it was not given. */
  url: string
  bytes: number | null
  format: string | null
  width: number | null
  height: number | null
  shown: { width: number; height: number | null; from: string } | null
  main: boolean
  above_fold: boolean | null
  /** The picture that was rendered for this place. */
  best: { url: string; bytes: number; format: string; width: number; height: number } | null
  /** Bytes that the change saves. */
  saved: number
  findings: { rule: AuditRule; text: string; saved: number | null }[]
  /** The text that mends all findings. */
  fix: string | null
}

/** What to change about the pictures of a page. */
export interface Audit {
  /** Every file counts once. */
  summary: { images: number; findings: number; bytes: number; possible: number; saved: number }
  images: AuditImage[]
  /** In order; `start` and `end` count UTF-8 bytes, `document` is null for the page. */
  edits: { document: string | null; start: number; end: number; text: string }[]
  warnings: string[]
  html?: string
}
