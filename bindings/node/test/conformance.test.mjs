// The shared vectors: what is true in every language.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  auditSync,
  buildUrl,
  Engine,
  explain,
  negotiate,
  parseUrl,
  resolve,
  sign,
  varyHeaders,
  varyRequest,
  varyResponse,
  verify,
} from '../index.mjs'
import { header } from './headers.mjs'
import { picture, vectors } from './helpers.mjs'

function signatures(vector) {
  if (vector.op === 'sign') {
    assert.equal(sign(vector.path, vector.key, vector.expires), vector.signed)
  } else {
    assert.equal(verify(vector.path, vector.keys, vector.now), vector.ok)
  }
}

function urls(vector) {
  if (vector.op === 'build') return assert.equal(buildUrl(vector.url), vector.text)
  const parsed = parseUrl(vector.text)
  assert.deepEqual(parsed, vector.url)
  const again = parseUrl(buildUrl(parsed))
  assert.deepEqual({ ...again, warnings: [] }, { ...parsed, warnings: [] })
}

function negotiation({ request, result }) {
  assert.deepEqual(negotiate(request.headers, request.formats), result)
}

function hints({ request, result }) {
  assert.deepEqual(resolve(request.options, request.headers), result)
}

// Options inside a URL, where a lenient reading has a meaning.
function lenient({ options: text, canonical, warnings = [], error }) {
  if (text === '' || text.startsWith('{')) return
  const read = () => parseUrl(`/cdn-cgi/image/${text}/a.jpg`, { lenient: true })
  if (error) return assert.throws(read, { code: error.kind })
  const parsed = read()
  assert.equal(parsed.options, canonical)
  assert.deepEqual(parsed.warnings.slice(0, warnings.length), warnings)
}

// Options are read the same whatever they ask for, so the limits must not speak first.
const LARGEST = 2 ** 32 - 1
const boundless = new Engine({
  output_side: LARGEST,
  avif_side: LARGEST,
  avif_side_auto: LARGEST,
  output_pixels: Number.MAX_SAFE_INTEGER,
  memory: Number.MAX_SAFE_INTEGER,
})
const photo = picture('photo.jpg')

function options(vector) {
  const read = (given) => boundless.explain(photo, given)
  if (vector.refused) {
    const { kind, message } = vector.refused
    const expected = (error) => error.code === kind && error.message === message
    return assert.throws(() => read(vector.options), expected)
  }
  const { key, warnings } = read(vector.options)
  assert.equal(key, vector.canonical)
  const expected = vector.warnings ?? []
  assert.deepEqual(warnings.slice(0, expected.length), expected)
  assert.equal(read(vector.json).key, vector.canonical)
}

function plans(vector) {
  const source = header(vector.format ?? 'jpeg', vector.source, vector.orientation ?? 1)
  const { plan, warnings } = explain(source, vector.options)
  assert.deepEqual([plan.output.width, plan.output.height], vector.output)
  assert.deepEqual(plan.area, vector.crop ?? plan.area)
  assert.deepEqual(warnings, vector.warnings ?? [])
}

function audit(vector) {
  const files = Object.entries(vector.files).map(([url, name]) => [url, picture(name)])
  const answer = auditSync(vector.html, vector.request, { files: Object.fromEntries(files) })
  const rules = answer.images.map((image) => image.findings.map((found) => found.rule))
  assert.deepEqual(rules, vector.rules)
  assert.equal(answer.html, vector.fixed)
  assert.deepEqual(answer.warnings, vector.warnings ?? [])
}

function polish({ source: name, cut, limits, options: asked, result, smaller, format }) {
  const source = picture(name).subarray(0, cut)
  const { data, info } = new Engine(limits).polishSync(source, asked)
  const found = Object.fromEntries(Object.keys(result).map((key) => [key, info[key]]))
  assert.deepEqual(found, result)
  if (smaller) assert.ok(data.length === info.size && data.length < source.length)
  else assert.ok(data.equals(source))
  assert.deepEqual(info.original, { format, size: source.length })
}

// A cache for one URL: what it sends to the origin, and its status.
function exchange({ rules, path }, stored, { accept, content_type, vary }) {
  const asked = varyRequest({ rules, path, accept, stored })
  if (asked.chosen !== null) {
    assert.equal(stored[asked.chosen].content_type, content_type)
    return [null, 'HIT']
  }
  const sent = asked.accept ?? accept
  const answered = varyResponse({ rules, path, accept: sent, content_type, vary })
  if (answered.store) stored.push({ accept: answered.accept, content_type })
  return [sent, answered.status]
}

function vary(vector) {
  if (vector.op === 'request') return assert.deepEqual(varyRequest(vector.request), vector.result)
  if (vector.op === 'response') return assert.deepEqual(varyResponse(vector.request), vector.result)
  if (vector.op === 'headers') return assert.deepEqual(varyHeaders(vector.request), vector.result)
  const { first, second, purge } = vector
  const stored = []
  assert.deepEqual(exchange(vector, stored, first), [first.sent, first.status])
  if (purge) stored.length = 0
  assert.deepEqual(exchange(vector, stored, second), [second.sent, second.status])
}

const RUNNERS = { audit, hints, negotiation, options, plans, polish, signatures, urls, vary }

function holds(run, vector) {
  if (!vector.error) return run(vector)
  const { kind = vector.error, message } = vector.error
  assert.throws(() => run(vector), (error) => {
    return (error.code === kind && error.message === (message ?? error.message)) || assert.fail(error)
  })
}

test('every file of vectors is run here', () => {
  const known = Object.keys(RUNNERS).map((name) => `${name}.json`)
  assert.deepEqual(vectors().map(([name]) => name).sort(), known.sort())
})

for (const [file, cases] of vectors()) {
  test(file, async (t) => {
    const run = RUNNERS[file.replace('.json', '')]
    assert.ok(run && cases.length > 0)
    for (const vector of cases) {
      await t.test(vector.name, () => (vector.lenient ? lenient(vector) : holds(run, vector)))
    }
  })
}
