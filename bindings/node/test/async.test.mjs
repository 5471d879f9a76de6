// Promises, abort signals, the event loop, worker threads, memory.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { polish, polishSync, render, renderSync } from '../index.mjs'
import { code, HEAVY, patient, picture } from './helpers.mjs'

const photo = picture('photo.jpg')
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

test('an abort stops work that runs, and its reason is the cause', async () => {
  const controller = new AbortController()
  const running = patient().render(photo, HEAVY, { signal: controller.signal })
  setTimeout(() => controller.abort('enough'), 50)
  await assert.rejects(running, (error) => code('CANCELLED')(error) && error.cause === 'enough')
})

test('an abort does not wait for work that has not begun', async () => {
  const engine = patient()
  const busy = new AbortController()
  // More than the pool has threads (4 unless UV_THREADPOOL_SIZE says otherwise).
  const count = 2 * (Number(process.env.UV_THREADPOOL_SIZE) || 4)
  let settled = 0
  const blockers = Array.from({ length: count }, () =>
    engine.render(photo, HEAVY, { signal: busy.signal }).catch(() => settled++))
  const controller = new AbortController()
  const queued = engine.render(photo, { width: 16 }, { signal: controller.signal })
  await pause(20)
  controller.abort()
  await assert.rejects(queued, code('CANCELLED'))
  assert.equal(settled, 0)
  busy.abort()
  await Promise.all(blockers)
  assert.equal(settled, count)
})

test('polishing gives the same on the pool, can be aborted, and refuses unknown options', async () => {
  const { data, info } = await polish(photo, { accept: 'image/webp' })
  assert.equal(info.status, 'ok')
  assert.ok(data.equals(polishSync(photo, {}).data))
  await assert.rejects(polish(photo, {}, { signal: AbortSignal.abort() }), code('CANCELLED'))
  await assert.rejects(polish(photo, {}, { timeout: 0 }), code('TIMEOUT'))
  await assert.rejects(polish(photo, { quality: 85 }), code('INVALID'))
})

test('a signal that has aborted already rejects', async () => {
  await assert.rejects(render(photo, {}, { signal: AbortSignal.abort() }), (error) => {
    return code('CANCELLED')(error) && error.cause.name === 'AbortError'
  })
})

test('a signal keeps no listener of a finished call', async () => {
  const { signal } = new AbortController()
  let listeners = 0
  const [add, remove] = [signal.addEventListener, signal.removeEventListener]
  signal.addEventListener = (...rest) => (listeners++, add.apply(signal, rest))
  signal.removeEventListener = (...rest) => (listeners--, remove.apply(signal, rest))
  await render(photo, { width: 16 }, { signal })
  await assert.rejects(render(photo, { width: 0 }, { signal }))
  assert.equal(listeners, 0)
})

test('a deadline ends work that runs', async () => {
  await assert.rejects(patient().render(photo, HEAVY, { timeout: 50 }), code('TIMEOUT'))
})

test('the event loop turns while a render works', async () => {
  let ticks = 0
  const timer = setInterval(() => ticks++, 1)
  const running = patient().render(photo, HEAVY, { timeout: 200 })
  await assert.rejects(running.finally(() => clearInterval(timer)), code('TIMEOUT'))
  assert.ok(ticks > 10, `${ticks} ticks`)
})

test('many renders at once give the bytes of one', async () => {
  const expected = renderSync(photo, 'width=48,format=webp').data
  const results = await Promise.all(Array.from({ length: 64 }, () => render(photo, 'width=48,format=webp')))
  for (const { data } of results) assert.deepEqual(data, expected)
})

const WORKER = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { render } = require(workerData.module)
  render(workerData.photo, 'width=48,format=webp').then(({ data }) => parentPort.postMessage(data))
`

const worker = (source) => {
  const module = new URL('../index.cjs', import.meta.url).pathname
  return new Worker(source, { eval: true, workerData: { module, photo } })
}

test('worker threads render, and may end while work runs', async () => {
  const expected = renderSync(photo, 'width=48,format=webp').data
  for (let i = 0; i < 8; i++) {
    const thread = worker(WORKER)
    const data = await new Promise((resolve, reject) => thread.once('message', resolve).once('error', reject))
    assert.deepEqual(Buffer.from(data), expected)
    await thread.terminate()
  }
  const thread = worker(WORKER.replace('width=48', 'width=2000,blur=50'))
  await new Promise((resolve) => thread.once('online', resolve))
  await thread.terminate()
  assert.equal(renderSync(photo, { width: 16 }).info.width, 16)
})

test('a process may exit while work runs', () => {
  const script = `
    const { render } = require('./index.cjs')
    const photo = require('node:fs').readFileSync('../../tests/images/photo.jpg')
    for (let i = 0; i < 6; i++) render(photo, 'width=1000,blur=50').catch(() => {})
    setImmediate(() => process.exit(7))
  `
  const done = spawnSync(process.execPath, ['-e', script], { cwd: new URL('..', import.meta.url), encoding: 'utf8' })
  assert.deepEqual([done.status, done.signal, done.stderr], [7, null, ''])
})

test('a thousand renders leave memory flat', async () => {
  const run = async (count) => {
    for (let i = 0; i < count; i++) {
      // A copy, so that an input which is never let go shows.
      const input = new Uint8Array(photo)
      const { data } = i % 2 ? renderSync(input, 'width=160,format=png') : await render(input, 'width=160,format=png')
      assert.ok(data.length > 10_000)
      await assert.rejects(render(input.subarray(0, 400), 'width=160'))
      if (i % 50 === 0) await collect()
    }
    await collect()
  }
  const collect = async () => {
    for (let i = 0; i < 2; i++) {
      globalThis.gc()
      await pause(1)
    }
  }
  await run(200)
  const before = process.memoryUsage()
  await run(1000)
  const after = process.memoryUsage()
  // A leak of the input alone would be 10 MB, of the results 15 MB or more.
  assert.ok(after.rss - before.rss < 8e6, `resident memory grew by ${after.rss - before.rss}`)
  assert.ok(after.external - before.external < 2e6, `external memory grew by ${after.external - before.external}`)
})
