'use strict'

// Hosted images: requests in, responses out, and the same things as verbs.

const native = require('./load.cjs')
const convert = require('./convert.cjs')
const { abortSignal, cancellable, offered } = require('./engine.cjs')
const { invalid, unwrap } = require('./errors.cjs')

/** Verbs that are methods of a group, `service.variants.create` and so on. */
const GROUPS = {
  variants: ['list', 'create', 'get', 'edit', 'delete'],
  keys: ['list', 'update', 'delete'],
  settings: ['get', 'edit'],
  uploads: ['create', 'create_v1', 'batch_token'],
  tokens: ['create', 'list', 'delete'],
  domains: ['list', 'put', 'delete'],
  sources: ['list', 'create', 'get', 'edit', 'delete', 'check'],
  imports: ['list', 'create', 'get', 'delete', 'pause', 'resume', 'abort', 'abort_all', 'progress', 'logs', 'download'],
  vary: ['get', 'edit', 'delete'],
  zone: ['get', 'edit'],
}

class Service {
  #native

  constructor(config, hooks) {
    this.#native = config instanceof native.NativeService ? config : new native.NativeService(...opening(config, hooks))
    unwrap(this.#native.opened())
    for (const [group, verbs] of Object.entries(GROUPS)) this[group] = verbsOf(this, group, verbs)
  }

  static async open(config, hooks) {
    return new Service(await native.openService(...opening(config, hooks)))
  }

  wants(method, target) {
    return this.#native.wants(convert.text('method', method), convert.text('target', target)) ?? null
  }

  async handle(method, target, settings) {
    const asked = request(method, target, settings)
    const signal = abortSignal(settings?.signal)
    const ticket = new native.Ticket()
    return response(await cancellable(signal, ticket, () => this.#native.handle(asked, ticket)), signal)
  }

  handleSync(method, target, settings) {
    return response(this.#native.handleSync(request(method, target, settings)))
  }

  async call(verb, fields, body, settings) {
    const given = [convert.text('verb', verb), convert.json('arguments', fields ?? {}), convert.bytes(body ?? NOTHING)]
    const timeout = convert.optionalNumber('timeout', settings?.timeout)
    const signal = abortSignal(settings?.signal)
    const ticket = new native.Ticket()
    const outcome = await cancellable(signal, ticket, () => this.#native.call(...given, timeout, ticket))
    const cancelled = outcome.failure?.code === 'CANCELLED'
    const { text, data } = unwrap(outcome, cancelled ? signal?.reason : undefined)
    return { result: JSON.parse(text), data }
  }

  async #result(verb, fields, body, settings) {
    return (await this.call(verb, fields, body, settings)).result
  }

  upload(data, fields, settings) {
    return this.#result('images.upload', fields, data, settings)
  }

  get(id) {
    return this.#result('images.get', { id })
  }

  list(fields) {
    const { meta, ...rest } = fields ?? {}
    const filters = Object.entries(meta ?? {}).map(([name, value]) => [`meta.${name}`, value])
    return this.#result('images.list', { ...rest, ...Object.fromEntries(filters) })
  }

  async *images(fields) {
    let token
    do {
      const page = await this.list(token === undefined ? fields : { ...fields, continuation_token: token })
      yield* page.images
      token = page.continuation_token
    } while (token !== null)
  }

  update(id, fields) {
    return this.#result('images.update', { ...fields, id })
  }

  async delete(id) {
    await this.call('images.delete', { id })
  }

  async original(id) {
    return (await this.call('images.original', { id })).data
  }

  stats() {
    return this.#result('images.stats')
  }

  directUpload(fields) {
    return this.#result('uploads.create', fields)
  }

  async purge(fields) {
    await this.call('purge', fields)
  }

  panicOnPurpose() {
    unwrap(this.#native.panicOnPurpose())
  }

  async close() {
    unwrap(await this.#native.close())
  }

  closeSync() {
    unwrap(this.#native.closeSync())
  }
}
// Node 18 has no such symbol.
if (Symbol.asyncDispose) Service.prototype[Symbol.asyncDispose] = Service.prototype.close

const NOTHING = new Uint8Array(0)

function verbsOf(service, group, verbs) {
  const method = (verb) => async (fields) => {
    const { result, data } = await service.call(`${group}.${verb}`, fields)
    return data ?? result
  }
  return Object.freeze(Object.fromEntries(verbs.map((verb) => [verb, method(verb)])))
}

function opening(config, hooks) {
  const given = typeof config === 'string' ? { folder: config } : config
  return [convert.json('config', given), ...offered(hooks)]
}

function request(method, target, settings) {
  const body = settings?.body
  return {
    method: convert.text('method', method).toUpperCase(),
    target: convert.text('target', target),
    headers: convert.headerList(settings?.headers),
    body: body === undefined || body === null ? undefined : convert.bytes(body),
    timeout: convert.optionalNumber('timeout', settings?.timeout),
  }
}

function response(replied, signal) {
  const cancelled = replied.failure?.code === 'CANCELLED'
  const { status, headers, body } = unwrap(replied, cancelled ? signal?.reason : undefined)
  return new Response(status, headers, body)
}

/** What a server sends back. */
class Response {
  constructor(status, list, body) {
    this.status = status
    this.headers = []
    for (let i = 0; i < list.length; i += 2) this.headers.push([list[i], list[i + 1]])
    this.body = body
  }

  header(name) {
    if (typeof name !== 'string') throw invalid('name', 'a string', name)
    const wanted = name.toLowerCase()
    return this.headers.find(([one]) => one.toLowerCase() === wanted)?.[1]
  }

  json() {
    return JSON.parse(this.body.toString())
  }
}

module.exports = { Service, Response }
