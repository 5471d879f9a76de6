// A program in many of the package's types: `tsc` must accept it, and refuse the marked lines.

import { readFileSync } from 'node:fs'
import {
  buildUrl,
  Engine,
  explain,
  negotiate,
  resolve,
  parseUrl,
  polish,
  polishSync,
  probe,
  render,
  renderSync,
  SafelightError,
  Service,
  sign,
  varyRequest,
  varyResponse,
  verify,
  type Code,
  type HostedImage,
  type Image,
  type RenderOptions,
} from 'safelight'
import { connect } from 'safelight/connect'
import { fastify } from 'safelight/fastify'
import { hono, web } from 'safelight/web'
import { createServer } from 'node:http'

const bytes = readFileSync('photo.jpg')
const options: RenderOptions = { width: 300, fit: 'cover', format: 'auto', quality: 80 }

export async function thumbnail(signal: AbortSignal): Promise<Image> {
  const { data, info } = await render(bytes, options, { signal, timeout: 500, headers: new Headers() })
  const out: Buffer = data
  const width: number = info.width
  await new Engine({ memory: 1 << 20 }).render(out.buffer as ArrayBuffer, `width=${width}`)
  return renderSync(new Uint8Array(4), { width: 'auto' }, { headers: { accept: ['image/webp'] } })
}

export async function smaller(signal: AbortSignal): Promise<string> {
  const { data, info } = await polish(bytes, { mode: 'lossy', webp: true, floor: 75 }, { signal })
  const original: number = polishSync(data).info.original.size
  // @ts-expect-error: no such mode
  polishSync(data, { mode: 'off' })
  return `${info.status} ${info.header} ${original}`
}

export function failure(error: unknown): Code | undefined {
  return error instanceof SafelightError ? error.code : undefined
}

export async function keep(signal: AbortSignal): Promise<HostedImage> {
  const service = await Service.open({ folder: 'data', limits: { memory: 1 << 20 } })
  const response = await service.handle('GET', '/a', { headers: new Headers(), body: bytes, signal })
  const body: Buffer = response.body
  createServer(connect(service))
  await fastify({}, { service })
  const answered: Response | null = await web(service)(new Request('http://a'))
  hono(service) satisfies Function
  const { keys } = await service.keys.list()
  await service.variants.create({ id: keys[0]?.name ?? String(answered), options: { width: 5 } })
  for await (const { id } of service.images({ per_page: 10 })) await service.delete(id)
  await service.close()
  return service.upload(body, { metadata: { a: 1 }, requireSignedURLs: true }, { signal })
}

const url = parseUrl(buildUrl({ form: 'transform', options: 'width=5', source: '/a.jpg' }))
if (url.form === 'delivery') url.variant satisfies string | null | undefined
sign('/a', 'key', 5) satisfies string
const rules = { jpg: ['image/webp'] }
const asked = varyRequest({ rules, path: '/a.jpg', stored: [{ accept: null, content_type: 'image/jpeg' }] })
varyResponse({ rules, path: '/a.jpg', accept: asked.accept, vary: null }).status satisfies 'MISS' | 'BYPASS'
verify('/a', ['key']) satisfies true
negotiate({ accept: 'image/webp' }, ['webp']).format satisfies string
resolve({ width: 'auto' }, { 'sec-ch-width': '300' }).width satisfies number | null
explain(bytes, 'width=5').plan satisfies object
probe(bytes).color satisfies 'gray' | 'rgb' | 'cmyk'

// @ts-expect-error no such member
new Service({ folder: 'data', port: 80 })
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
