// The verbs without pixels, where JavaScript has a say; what they answer is in the shared vectors.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import * as safelight from '../index.mjs'
import { code } from './helpers.mjs'

const require = createRequire(import.meta.url)

test('one key or several', () => {
  const signed = safelight.sign('/a.jpg', 'new', 2_000_000_000)
  assert.equal(safelight.verify(signed, 'new', 1_999_999_999), true)
  assert.equal(safelight.verify(signed, new Set(['old', 'new']), 1_999_999_999), true)
  assert.throws(() => safelight.verify(signed, ['old'], 1_999_999_999), code('SIGNATURE'))
})

test('without now the clock decides', () => {
  assert.ok(safelight.verify(safelight.sign('/a.jpg', 'key', 9_000_000_000), 'key'))
  assert.throws(() => safelight.verify(safelight.sign('/a.jpg', 'key', 1), 'key'), code('SIGNATURE'))
})

test('a point in time is a whole number of seconds', () => {
  for (const wrong of [1.5, -1, NaN, 2 ** 60, '5', new Date()]) {
    assert.throws(() => safelight.sign('/a.jpg', 'key', wrong), code('INVALID', /^expires: /))
  }
})

test('a text that is no string is refused', () => {
  assert.throws(() => safelight.sign(7, 'key'), code('INVALID', /^path: expected a string, got number/))
  assert.throws(() => safelight.verify('/a', [7]), code('INVALID', /^keys: /))
  assert.throws(() => safelight.parseUrl(), code('INVALID', /^url: /))
  assert.throws(() => safelight.buildUrl('text'), code('INVALID', /^parts: /))
})

test('a URL comes apart and together again', () => {
  const text = 'https://example.com/cdn-cgi/image/width=400,format=auto/a.jpg'
  const parts = safelight.parseUrl(text)
  assert.deepEqual([parts.form, parts.options], ['transform', 'width=400,format=auto'])
  assert.equal(safelight.buildUrl(parts), text)
})

test('several lines of one header are one list', () => {
  const lines = [['Accept', 'image/webp'], ['accept', 'image/avif']]
  assert.deepEqual(safelight.negotiate(lines), safelight.negotiate({ accept: 'image/webp, image/avif' }))
  assert.equal(safelight.negotiate({ accept: 'image/avif,image/webp' }, ['webp', 'jpeg']).format, 'webp')
})

test('an error has its number and status, and keeps what is for the log out of JSON', () => {
  const { kinds } = require('../load.cjs')
  for (const { code, number, http } of kinds()) {
    const error = new safelight.SafelightError('message', { code, context: 'secret' })
    assert.deepEqual([error.code, error.kind, error.number, error.http], [code, code, number, http])
    assert.ok(error instanceof Error)
    assert.equal(error.context, 'secret')
    assert.doesNotMatch(JSON.stringify(error), /secret/)
  }
})

test('a panic is an internal error and the next call works', () => {
  for (let i = 0; i < 3; i++) {
    assert.throws(safelight.panicOnPurpose, (error) => error.code === 'INTERNAL' && error.context === 'panic on purpose')
    assert.equal(typeof safelight.version(), 'string')
  }
})

test('the version is that of the package', () => {
  assert.equal(safelight.version(), require('../package.json').version)
})

test('back ends have a role', () => {
  const roles = safelight.backends().map(({ role }) => role).join()
  assert.match(roles, /jpeg/)
  assert.match(roles, /resize/)
})

test('ESM and CommonJS hand out the same names and the same things', () => {
  const cjs = require('../index.cjs')
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(safelight).sort())
  for (const name of Object.keys(cjs)) assert.equal(cjs[name], safelight[name])
})
