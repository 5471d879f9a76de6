// A service inside real servers: what is for it, what is not, bodies that are too long, clients that go.

import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, request as ask } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve } from '@hono/node-server'
import express from 'express'
import Fastify from 'fastify'
import { Hono } from 'hono'
import { Service } from '../index.mjs'
import { connect } from '../adapters/connect.cjs'
import { fastify } from '../adapters/fastify.cjs'
import { hono, web } from '../adapters/web.cjs'
import { IMAGES, picture } from './helpers.mjs'

const top = mkdtempSync(join(tmpdir(), 'safelight-'))
const pictures = join(top, 'pictures')
mkdirSync(join(pictures, 'a'), { recursive: true })
copyFileSync(join(IMAGES, 'photo.jpg'), join(pictures, 'a', 'photo.jpg'))
const TOKEN = 'a token for the tests'
const ACCOUNT = '0123456789abcdef0123456789abcdef'
const API = `/client/v4/accounts/${ACCOUNT}/images/v1`
const limits = { memory: 4 * 2 ** 30, time_ms: 600_000, source_bytes: 1_000_000 }
// Minutes of work when nobody stops it.
const SLOW = '/cdn-cgi/image/width=10000,height=10000,fit=scale-up,blur=250,format=png/a/photo.jpg'

let service
before(() => {
  const account = { id: ACCOUNT, hash: 'album' }
  const sources = { folder: pictures }
  service = new Service({ folder: join(top, 'state'), sources, admin_token: TOKEN, account, limits, workers: 1 })
})
after(async () => {
  await service.close()
  rmSync(top, { recursive: true })
})

const SERVERS = {
  'node:http': async () => {
    const server = createServer(connect(service))
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { port: server.address().port, next: 404, close: () => server.close() }
  },
  express: async () => {
    const app = express()
    app.use(connect(service))
    app.use(express.json())
    app.get('/about', (_request, response) => response.send('about'))
    app.post('/echo', (request, response) => response.json(request.body))
    const server = await new Promise((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening))
    })
    return { port: server.address().port, next: 200, close: () => server.close() }
  },
  fastify: async () => {
    const app = Fastify()
    await app.register(fastify, { service })
    app.get('/about', async () => 'about')
    app.post('/echo', async (request) => request.body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: app.server.address().port, next: 200, close: () => app.close() }
  },
  hono: async () => {
    const app = new Hono()
    app.use('*', hono(service))
    app.get('/about', (context) => context.text('about'))
    app.post('/echo', async (context) => context.json(await context.req.json()))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await new Promise((resolve) => server.once('listening', resolve))
    return { port: server.address().port, next: 200, close: () => server.close() }
  },
}

for (const [name, start] of Object.entries(SERVERS)) {
  test(`${name}: a service answers its requests and leaves the others alone`, async (t) => {
    const server = await start()
    t.after(server.close)
    const at = (path) => `http://127.0.0.1:${server.port}${path}`

    await t.test('a transform is answered with its length and type', async () => {
      const response = await fetch(at('/cdn-cgi/image/width=64,format=webp/a/photo.jpg'))
      const body = Buffer.from(await response.arrayBuffer())
      assert.equal(response.status, 200, body.toString())
      assert.equal(response.headers.get('content-type'), 'image/webp')
      assert.equal(response.headers.get('content-length'), String(body.length))
      assert.equal(body.toString('latin1', 8, 12), 'WEBP')
      const again = await fetch(at('/cdn-cgi/image/width=64,format=webp/a/photo.jpg'), {
        headers: { 'if-none-match': response.headers.get('etag') },
      })
      assert.equal(again.status, 304)
    })

    await t.test('HEAD has no body and a range is a part', async () => {
      const url = at('/cdn-cgi/image/width=64,format=png/a/photo.jpg')
      const head = await fetch(url, { method: 'HEAD' })
      assert.deepEqual([head.status, (await head.arrayBuffer()).byteLength], [200, 0])
      const part = await fetch(url, { headers: { range: 'bytes=1-3' } })
      assert.deepEqual([part.status, await part.text()], [206, 'PNG'])
    })

    await t.test('a form uploads a picture', async () => {
      const form = new FormData()
      form.set('file', new Blob([picture('photo.jpg')]), 'photo.jpg')
      form.set('id', `${name}/one`)
      const headers = { authorization: `Bearer ${TOKEN}` }
      const response = await fetch(at(API), { method: 'POST', body: form, headers })
      const { success, errors, result } = await response.json()
      assert.ok(success, JSON.stringify(errors))
      assert.equal(result.filename, 'photo.jpg')
      assert.deepEqual(await service.original(`${name}/one`), picture('photo.jpg'))
      const id = encodeURIComponent(`${name}/one`)
      assert.equal((await fetch(at(`/album/${id}/public`))).status, 200)
    })

    await t.test('a body that is too long is refused', async () => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'multipart/form-data; boundary=x' }
      const response = await fetch(at(API), { method: 'POST', body: new Uint8Array(4_000_000), headers })
      assert.equal(response.status, 413)
    })

    await t.test('other requests go to the host', async () => {
      const about = await fetch(at('/about'))
      assert.equal(about.status, server.next)
      if (server.next !== 200) return
      assert.equal(await about.text(), 'about')
      const headers = { 'content-type': 'application/json' }
      const echo = await fetch(at('/echo'), { method: 'POST', body: '{"a":1}', headers })
      assert.deepEqual(await echo.json(), { a: 1 })
      assert.equal((await fetch(at('/nothing'))).status, 404)
    })

    await t.test('a client that goes away ends its work', async () => {
      const gone = ask(at(SLOW), { agent: false })
      gone.on('error', () => {})
      gone.end()
      setTimeout(() => gone.destroy(), 100)
      await new Promise((resolve) => gone.once('close', resolve))
      // The one worker there is would be busy for minutes.
      const began = Date.now()
      assert.equal((await fetch(at('/cdn-cgi/image/width=63/a/photo.jpg'))).status, 200)
      assert.ok(Date.now() - began < 30_000)
    })
  })
}

test('a Web request that is not for the service has no answer', async () => {
  const answer = web(service)
  assert.equal(await answer(new Request('http://img.example/about')), null)
  const response = await answer(new Request('http://img.example/cdn-cgi/image/width=5/a/photo.jpg#part'))
  assert.equal(response.status, 200)
})
