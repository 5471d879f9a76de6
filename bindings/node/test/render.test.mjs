// What goes into a verb and what comes out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Engine, explain, probe, render, renderSync } from '../index.mjs'
import { code, picture } from './helpers.mjs'

const photo = picture('photo.jpg')

test('a result says what it is', async () => {
  const { data, info } = await render(photo, 'width=64,format=webp')
  assert.ok(Buffer.isBuffer(data))
  assert.equal(data.toString('latin1', 0, 4), 'RIFF')
  assert.deepEqual([info.width, info.height, info.format, info.size], [64, 43, 'webp', data.length])
  assert.deepEqual(info.source, { format: 'jpeg', width: 320, height: 213 })
  assert.deepEqual(info.warnings, [])
})

test('text and object, sync and async are one', async () => {
  const options = { width: 40, height: 40, fit: 'cover', format: 'png' }
  const text = 'width=40,height=40,fit=cover,format=png'
  const expected = renderSync(photo, text).data
  assert.deepEqual(renderSync(photo, options).data, expected)
  assert.deepEqual((await render(photo, options)).data, expected)
  assert.deepEqual((await new Engine().render(photo, text)).data, expected)
})

test('undefined is not given', () => {
  const { data } = renderSync(photo, { width: 40, height: undefined, format: 'png' })
  assert.deepEqual(data, renderSync(photo, 'w=40,f=png').data)
})

test('an unknown name is a warning', () => {
  assert.match(renderSync(photo, 'width=40,colour=blue').info.warnings.join(), /colour/)
})

test('headers choose the format, in every shape that Node has them', async () => {
  const options = { width: 40, format: 'auto' }
  const accept = 'image/webp,*/*'
  for (const headers of [{ Accept: accept }, { accept: [accept], cookie: undefined }, [['accept', accept]], new Headers({ accept })]) {
    assert.equal((await render(photo, options, { headers })).info.format, 'webp')
  }
  assert.equal(renderSync(photo, options).info.format, 'jpeg')
})

test('every kind of bytes gives the same bytes', async () => {
  const expected = renderSync(photo, 'width=32,format=png').data
  const padded = new Uint8Array(photo.length + 7)
  padded.set(photo, 3)
  const shared = new Uint8Array(new SharedArrayBuffer(photo.length))
  shared.set(photo)
  const inputs = [
    new Uint8Array(photo),
    new Uint8Array(photo).buffer,
    padded.subarray(3, 3 + photo.length),
    shared,
    shared.buffer,
  ]
  for (const input of inputs) {
    assert.deepEqual((await render(input, 'width=32,format=png')).data, expected)
    assert.deepEqual(renderSync(input, 'width=32,format=png').data, expected)
  }
})

test('wrong arguments reject and never throw from an async verb', async () => {
  const wrong = [
    ['photo.jpg', {}, {}, /^data: expected Buffer, Uint8Array or ArrayBuffer, got string$/],
    [new Uint16Array(4), {}, {}, /^data: .* got Uint16Array$/],
    [undefined, {}, {}, /^data: .* got undefined$/],
    [photo, 7, {}, /^options: expected an object, got number$/],
    [photo, { blur: NaN }, {}, /^blur: expected a number, got/],
    [photo, { draw: [1n] }, {}, /^options: expected what JSON can say/],
    [photo, {}, { headers: 'accept' }, /^headers: /],
    [photo, {}, { signal: {} }, /^signal: expected AbortSignal/],
    [photo, {}, { timeout: '5' }, /^timeout: expected a number, got string$/],
    [photo, {}, { timeout: -1 }, /^timeout: expected milliseconds/],
    [photo, {}, { timeout: NaN }, /^timeout: expected milliseconds/],
    [photo, { width: 0 }, {}, /^width: expected .*, got 0$/],
  ]
  for (const [data, options, settings, message] of wrong) {
    await assert.rejects(render(data, options, settings), code('INVALID', message))
    if (!settings.signal) assert.throws(() => renderSync(data, options, settings), code('INVALID', message))
  }
})

test('probe reads the header', () => {
  const { format, mime, width, height, subsampling } = probe(photo)
  assert.deepEqual([format, mime, width, height, subsampling], ['jpeg', 'image/jpeg', 320, 213, '4:2:0'])
})

test('explain shows plan and key', () => {
  const explained = explain(photo, { width: 64, format: 'webp' })
  assert.equal(explained.key, 'width=64,format=webp')
  assert.deepEqual(explained.source, probe(photo))
})

test('limits belong to the engine', async () => {
  const engine = new Engine({ source_bytes: 100 })
  assert.equal(engine.limits.source_bytes, 100)
  assert.equal(engine.limits.time_ms, new Engine().limits.time_ms)
  await assert.rejects(engine.render(photo, {}), code('TOO_LARGE', /^source bytes: limit 100, got/))
  assert.throws(() => engine.probe(photo), code('TOO_LARGE'))
  assert.throws(() => new Engine({ source_byte: 1 }), code('INVALID', /^limits: /))
})

test('no time is a timeout', async () => {
  await assert.rejects(render(photo, { width: 16 }, { timeout: 0 }), code('TIMEOUT'))
})
