// A service: hosted images, signed links, purges, promises, closing.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { probe, Service, sign } from '../index.mjs'
import { code, IMAGES, picture } from './helpers.mjs'

const photo = picture('photo.jpg')
const top = mkdtempSync(join(tmpdir(), 'safelight-'))
const pictures = join(top, 'pictures')
mkdirSync(pictures)
copyFileSync(join(IMAGES, 'photo.jpg'), join(pictures, 'photo.jpg'))
const limits = { memory: 4 * 2 ** 30, time_ms: 120_000, avif_side: 4000 }
const SLOW = '/cdn-cgi/image/width=3000,height=3000,fit=cover,blur=250,format=avif/photo.jpg'

let service
before(async () => {
  service = await Service.open({ folder: join(top, 'state'), sources: { folder: pictures }, limits })
})
after(async () => {
  await service.close()
  rmSync(top, { recursive: true })
})

/** Path of an image in a variant. */
const link = (image, variant = 'public') =>
  new URL(image.variants.find((url) => url.endsWith(`/${variant}`)), 'http://img.example').pathname
const status = async (target) => (await service.handle('GET', target)).status

test('an uploaded picture is delivered', async () => {
  const image = await service.upload(photo, { filename: 'photo.jpg', metadata: { plan: 'pro' } })
  assert.equal(image.filename, 'photo.jpg')
  const response = await service.handle('GET', link(image), { headers: { accept: 'image/webp' } })
  assert.equal(response.status, 200)
  assert.equal(response.header('content-type'), 'image/webp')
  assert.equal(probe(response.body).width, 320)
  assert.deepEqual(service.handleSync('get', link(image), { headers: [['Accept', 'image/webp']] }).body, response.body)
  assert.ok(response.header('ETag'))
})

test('a body is the caller\'s own, however often it is sent', async () => {
  const path = link(await service.upload(photo))
  const first = await service.handle('GET', path)
  const bytes = Buffer.from(first.body)
  first.body.fill(0)
  assert.deepEqual((await service.handle('GET', path)).body, bytes)
})

test('a folder is imported in the background', async () => {
  const old = join(top, 'old')
  mkdirSync(old)
  copyFileSync(join(IMAGES, 'photo.jpg'), join(old, 'a b.jpg'))
  writeFileSync(join(old, 'note.txt'), 'no picture')
  const host = await Service.open({ folder: join(top, 'importing'), imports: { folders: [old] } })
  const source = await host.sources.create({ name: 'old', kind: 'folder', folder: old })
  assert.equal((await host.sources.check({ id: source.id })).objects, 2)
  const { id } = await host.imports.create({ source: source.id, prefix: 'in/' })
  let progress
  do {
    progress = await host.imports.progress({ id })
  } while (progress.status === 'running')
  assert.deepEqual([progress.status, progress.imported, progress.failed], ['completed', 1, 1])
  assert.equal((await host.handle('GET', link(await host.get('in/a b.jpg')))).status, 200)
  const { entries } = await host.imports.logs({ id })
  assert.deepEqual(entries.map((entry) => entry.status), ['imported', 'failed'])
  const lines = (await host.imports.download({ id, format: 'csv' })).toString().trim().split('\n')
  assert.ok(lines[0].startsWith('key,status,') && lines.length === 3, lines)
  await host.imports.delete({ id })
  await assert.rejects(host.imports.get({ id }), code('NOT_FOUND'))
  await host.close()
})

test('a private picture is shown to signed links only', async () => {
  const path = link(await service.upload(photo, { requireSignedURLs: true }))
  const { keys } = await service.keys.list()
  const now = Math.floor(Date.now() / 1000)
  assert.ok([401, 403].includes(await status(path)))
  const signed = sign(path, keys[0].value, now + 60)
  assert.equal(await status(signed), 200)
  assert.equal(await status(`${signed}0`), 403)
  assert.equal(await status(sign(path, keys[0].value, now - 1)), 403)
})

test('images are listed, changed and deleted', async () => {
  const ids = Array.from({ length: 12 }, (_, i) => `list/${i}`)
  await Promise.all(ids.map((id, i) => service.upload(photo, { id, creator: i % 2 ? 'ann' : 'bob' })))
  const listed = []
  for await (const { id } of service.images({ per_page: 10 })) listed.push(id)
  assert.deepEqual(listed.filter((id) => id.startsWith('list/')).sort(), ids.sort())
  assert.equal((await service.list({ creator: 'ann' })).images.length, 6)
  const changed = await service.update('list/1', { metadata: { stars: 5 }, creator: null })
  assert.deepEqual(changed.meta, { stars: 5 })
  assert.deepEqual((await service.list({ meta: { 'stars[gt]': 4 } })).images.map(({ id }) => id), ['list/1'])
  assert.deepEqual(await service.original('list/1'), photo)
  assert.equal(await status(link(changed)), 200)
  await service.delete('list/1')
  assert.equal(await status(link(changed)), 404)
  await assert.rejects(service.get('list/1'), code('NOT_FOUND'))
  await assert.rejects(service.upload(photo, { id: 'list/2' }), code('CONFLICT'))
})

test('variants, settings and tokens are made by verbs', async () => {
  await service.variants.create({ id: 'hero', options: { width: 100 } })
  const path = link(await service.upload(photo), 'hero')
  assert.equal(probe((await service.handle('GET', path)).body).width, 100)
  await service.variants.edit({ id: 'hero', options: { width: 60 } })
  assert.equal(probe((await service.handle('GET', path)).body).width, 60)
  await service.variants.delete({ id: 'hero' })
  assert.ok([403, 404].includes(await status(path)))
  assert.equal((await service.settings.edit({ flexible_variants: true })).flexible_variants, true)
  assert.ok((await service.tokens.create({ name: 'reader', scopes: ['read'] })).value)
})

test('what was purged is made again', async () => {
  const target = '/cdn-cgi/image/width=100,format=png/photo.jpg'
  const first = await service.handle('GET', target)
  assert.equal(first.status, 200)
  writeFileSync(join(pictures, 'photo.jpg'), picture('rgb.png'))
  await service.purge({ purge_everything: true })
  assert.notDeepEqual((await service.handle('GET', target)).body, first.body)
  copyFileSync(join(IMAGES, 'photo.jpg'), join(pictures, 'photo.jpg'))
})

test('what is not for the service is left to the host', () => {
  assert.equal(service.wants('GET', '/cdn-cgi/image/width=1/a.jpg'), 0)
  assert.ok(service.wants('POST', '/images/v1') > 1e6)
  assert.equal(service.wants('GET', '/about'), null)
})

test('what is wrong is a rejection or a response, never a throw', async () => {
  assert.equal(await status('/cdn-cgi/image/width=none/photo.jpg'), 400)
  await assert.rejects(service.call('images.uplaod'), code('INVALID'))
  await assert.rejects(service.call('images.get', { name: 'a' }), code('INVALID'))
  await assert.rejects(service.upload(Buffer.from('no picture')), code('UNSUPPORTED'))
  await assert.rejects(service.handle('GET', 7), code('INVALID'))
  await assert.rejects(service.handle('GET', '/', { body: 'text' }), code('INVALID'))
  await assert.rejects(service.handle('GET', '/', { timeout: -1 }), code('INVALID'))
})

test('a configuration that cannot be meant does not open', async () => {
  for (const config of [{}, { folder: top, mount: 'images' }, { folder: top, wrokers: 1 }, 7]) {
    assert.throws(() => new Service(config), code('INVALID'))
    await assert.rejects(Service.open(config), code('INVALID'))
  }
})

test('an abort stops a request that runs', async () => {
  const controller = new AbortController()
  const running = service.handle('GET', SLOW, { signal: controller.signal })
  setTimeout(() => controller.abort(), 100)
  const outcome = await running.catch((error) => error)
  assert.ok(outcome.code === 'CANCELLED' || outcome.status >= 400)
  const late = await service.handle('GET', SLOW, { timeout: 100 })
  assert.ok(late.status >= 400)
  await assert.rejects(service.handle('GET', SLOW, { signal: AbortSignal.abort() }), code('CANCELLED'))
})

test('many requests at once give the bytes of one', async () => {
  const path = link(await service.upload(photo))
  const { body } = await service.handle('GET', path)
  const all = await Promise.all(Array.from({ length: 100 }, () => service.handle('GET', path)))
  for (const one of all) assert.deepEqual(one.body, body)
})

test('a panic is an error and the service works on', async () => {
  for (let i = 0; i < 3; i++) {
    assert.throws(() => service.panicOnPurpose(), (error) => error.code === 'INTERNAL' && error.context === 'panic on purpose')
    assert.ok((await service.upload(photo)).id)
  }
})

test('hooks work for a service', async () => {
  const decode = async (_data, width, height) => new Uint8Array(width * height * 4).fill(128)
  copyFileSync(join(IMAGES, 'turned.heic'), join(pictures, 'turned.heic'))
  const hooked = new Service({ folder: join(top, 'hooked'), sources: { folder: pictures } }, { decode })
  const response = await hooked.handle('GET', '/cdn-cgi/image/width=20,format=png/turned.heic')
  assert.equal(response.status, 200)
  await hooked.close()
})

test('closing twice is fine, and what was kept is there after reopening', async () => {
  const folder = join(top, 'again')
  const first = new Service(folder)
  await first.upload(photo, { id: 'kept' })
  first.closeSync()
  first.closeSync()
  await first.close()
  const second = await Service.open(folder)
  assert.equal((await second.get('kept')).id, 'kept')
  await second.close()
})

// Verbs whose methods have names of their own; the older ones are left to `call`.
const METHODS = { purge: 'purge', 'purge.invalidate': 'purge', 'images.page': 'list' }

test('every verb of the REST API is a method', async () => {
  const { paths } = (await service.handle('GET', '/client/v4/openapi.json')).json()
  const verbs = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId))
  assert.ok(verbs.filter(Boolean).length > 20)
  for (const verb of verbs.filter(Boolean)) {
    if (verb.startsWith('batch.') || verb === 'uploads.fill') continue
    const [group, name] = verb.split('.')
    const owner = ['images', 'purge'].includes(group) ? service : service[group]
    assert.equal(typeof owner?.[METHODS[verb] ?? name], 'function', verb)
  }
})
