// A program in many of the package's types: `tsc` must accept it, and refuse the marked lines.

import { readFileSync } from 'node:fs'
import {
  buildUrl,
  Engine,
  explain,
  negotiate,
  resolve,
  parseUrl,
  probe,
  render,
  renderSync,
  SafelightError,
  sign,
  verify,
  type Code,
  type Image,
  type RenderOptions,
} from 'safelight'

const bytes = readFileSync('photo.jpg')
const options: RenderOptions = { width: 300, fit: 'cover', format: 'auto', quality: 80 }

export async function thumbnail(signal: AbortSignal): Promise<Image> {
  const { data, info } = await render(bytes, options, { signal, timeout: 500, headers: new Headers() })
  const out: Buffer = data
  const width: number = info.width
  await new Engine({ memory: 1 << 20 }).render(out.buffer as ArrayBuffer, `width=${width}`)
  return renderSync(new Uint8Array(4), { width: 'auto' }, { headers: { accept: ['image/webp'] } })
}

export function failure(error: unknown): Code | undefined {
  return error instanceof SafelightError ? error.code : undefined
}

const url = parseUrl(buildUrl({ form: 'transform', options: 'width=5', source: '/a.jpg' }))
if (url.form === 'delivery') url.variant satisfies string | null | undefined
sign('/a', 'key', 5) satisfies string
verify('/a', ['key']) satisfies true
negotiate({ accept: 'image/webp' }, ['webp']).format satisfies string
resolve({ width: 'auto' }, { 'sec-ch-width': '300' }).width satisfies number | null
explain(bytes, 'width=5').plan satisfies object
probe(bytes).color satisfies 'gray' | 'rgb' | 'cmyk'

// @ts-expect-error a path is no picture
render('photo.jpg')
// @ts-expect-error no such option
render(bytes, { wdth: 300 })
// @ts-expect-error no such fit
render(bytes, { fit: 'covers' })
// @ts-expect-error a synchronous call cannot be aborted
renderSync(bytes, {}, { signal: new AbortController().signal })
// @ts-expect-error a Date is no number of seconds
sign('/a', 'key', new Date())
