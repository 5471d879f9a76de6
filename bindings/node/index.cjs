'use strict'

// Every public name. `index.mjs` hands the same ones on; `index.d.ts` is the manual.

const native = require('./load.cjs')
const convert = require('./convert.cjs')
const { Engine } = require('./engine.cjs')
const { SafelightError, unwrap } = require('./errors.cjs')
const { Service } = require('./service.cjs')

const shared = new Engine()

const render = (data, options, settings) => shared.render(data, options, settings)
const renderSync = (data, options, settings) => shared.renderSync(data, options, settings)
const polish = (data, options, settings) => shared.polish(data, options, settings)
const polishSync = (data, options, settings) => shared.polishSync(data, options, settings)
const audit = (html, request, settings) => shared.audit(html, request, settings)
const auditSync = (html, request, settings) => shared.auditSync(html, request, settings)
const describe = (data, settings) => shared.describe(data, settings)
const probe = (data) => shared.probe(data)
const explain = (data, options, settings) => shared.explain(data, options, settings)

function sign(pathAndQuery, key, expires) {
  const path = convert.text('path', pathAndQuery)
  const until = convert.optionalNumber('expires', expires)
  return unwrap(native.sign(path, convert.text('key', key), until)).text
}

function verify(pathAndQuery, keys, now) {
  const path = convert.text('path', pathAndQuery)
  const list = convert.texts('keys', typeof keys === 'string' ? [keys] : keys)
  unwrap(native.verify(path, list, convert.optionalNumber('now', now)))
  return true
}

function parseUrl(text, settings) {
  const lenient = settings?.lenient === true
  return JSON.parse(unwrap(native.parseUrl(convert.text('url', text), lenient)).text)
}

function markup(request) {
  return JSON.parse(unwrap(native.markup(convert.json('request', request))).text)
}

function buildUrl(parts) {
  return unwrap(native.buildUrl(convert.json('parts', parts))).text
}

function negotiate(headers, formats) {
  const request = { headers: convert.headerObject(headers) }
  if (formats !== undefined) request.formats = convert.texts('formats', formats)
  return JSON.parse(unwrap(native.negotiate(convert.json('request', request))).text)
}

function resolve(options, headers) {
  const request = { headers: convert.headerObject(headers), options: convert.options(options) }
  return JSON.parse(unwrap(native.negotiate(convert.json('request', request))).text)
}

function varyRequest(request) {
  return JSON.parse(unwrap(native.varyRequest(convert.json('request', request))).text)
}

function varyResponse(request) {
  return JSON.parse(unwrap(native.varyResponse(convert.json('request', request))).text)
}

function varyHeaders(request) {
  return JSON.parse(unwrap(native.varyHeaders(convert.json('request', request))).text)
}

const version = () => native.version()

const backends = () => JSON.parse(unwrap(native.backends()).text)

function panicOnPurpose() {
  unwrap(native.panicOnPurpose())
}

// Written out name by name, so that tools which only read the file see them.
exports.Engine = Engine
exports.SafelightError = SafelightError
exports.Service = Service
exports.audit = audit
exports.auditSync = auditSync
exports.backends = backends
exports.buildUrl = buildUrl
exports.describe = describe
exports.explain = explain
exports.markup = markup
exports.negotiate = negotiate
exports.panicOnPurpose = panicOnPurpose
exports.parseUrl = parseUrl
exports.polish = polish
exports.polishSync = polishSync
exports.probe = probe
exports.render = render
exports.renderSync = renderSync
exports.resolve = resolve
exports.sign = sign
exports.varyHeaders = varyHeaders
exports.varyRequest = varyRequest
exports.varyResponse = varyResponse
exports.verify = verify
exports.version = version
