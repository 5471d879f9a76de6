'use strict'

// The verbs that take picture bytes.

const native = require('./load.cjs')
const convert = require('./convert.cjs')
const { invalid, unwrap } = require('./errors.cjs')

class Engine {
  #native
  #limits

  constructor(limits = {}, hooks = {}) {
    this.#limits = unwrap(native.limits(convert.json('limits', limits))).text
    this.#native = new native.NativeEngine(this.#limits, ...offered(hooks))
  }

  get limits() {
    return JSON.parse(this.#limits)
  }

  async render(data, options, settings) {
    const source = convert.bytes(data)
    const task = order(options, settings)
    const signal = abortSignal(settings?.signal)
    const ticket = new native.Ticket()
    const outcome = await cancellable(signal, ticket, () => this.#native.render(source, task, ticket))
    return image(outcome, signal)
  }

  renderSync(data, options, settings) {
    return image(this.#native.renderSync(convert.bytes(data), order(options, settings)))
  }

  async polish(data, options, settings) {
    const source = convert.bytes(data)
    const [asked, timeout] = polishing(options, settings)
    const signal = abortSignal(settings?.signal)
    const ticket = new native.Ticket()
    const start = () => this.#native.polish(source, asked, timeout, ticket)
    return image(await cancellable(signal, ticket, start), signal)
  }

  polishSync(data, options, settings) {
    return image(this.#native.polishSync(convert.bytes(data), ...polishing(options, settings)))
  }

  async audit(html, request, settings) {
    const text = convert.text('html', html)
    const task = page(request, settings)
    const signal = abortSignal(settings?.signal)
    const ticket = new native.Ticket()
    const outcome = await cancellable(signal, ticket, () => this.#native.audit(text, task, ticket))
    const cancelled = outcome.failure?.code === 'CANCELLED'
    return JSON.parse(unwrap(outcome, cancelled ? signal?.reason : undefined).text)
  }

  auditSync(html, request, settings) {
    const task = page(request, settings)
    return JSON.parse(unwrap(this.#native.auditSync(convert.text('html', html), task)).text)
  }

  async describe(data, settings) {
    const timeout = convert.optionalNumber('timeout', settings?.timeout)
    return JSON.parse(unwrap(await this.#native.describe(convert.bytes(data), timeout)).text)
  }

  probe(data) {
    return JSON.parse(unwrap(this.#native.probe(convert.bytes(data))).text)
  }

  explain(data, options, settings) {
    const source = convert.bytes(data)
    return JSON.parse(unwrap(this.#native.explain(source, order(options, settings))).text)
  }
}

const HOOKS = ['segment', 'upscale', 'decode']

/** Names of the hooks that there are, and what calls them. */
function offered(hooks) {
  const names = HOOKS.filter((name) => convert.hook(name, hooks?.[name]))
  return [names, names.length > 0 ? dispatcher(hooks) : undefined]
}

/** Calls a hook and hands its answer on, now or when its promise settles. */
function dispatcher(hooks) {
  return async (name, data, sizes, reply) => {
    try {
      reply.answer(convert.bytes(await hooks[name](data, ...sizes)))
    } catch (error) {
      reply.fail(name, error?.code, String(error?.message ?? error))
    }
  }
}

function order(options, settings) {
  return {
    options: convert.options(options),
    headers: convert.headerList(settings?.headers),
    ...convert.assets(settings?.assets),
    timeout: convert.optionalNumber('timeout', settings?.timeout),
  }
}

function polishing(options, settings) {
  const timeout = convert.optionalNumber('timeout', settings?.timeout)
  return [convert.json('options', options ?? {}), timeout]
}

/** An audit's request and the files of its page. */
function page(request, settings) {
  return {
    options: convert.json('request', request),
    headers: [],
    ...convert.assets(settings?.files),
    timeout: convert.optionalNumber('timeout', settings?.timeout),
  }
}

function abortSignal(signal) {
  if (signal === undefined || signal === null) return undefined
  if (!(signal instanceof AbortSignal)) throw invalid('signal', 'AbortSignal', signal)
  return signal
}

/** Answers the work's outcome. Work that has not begun when `signal` aborts is not waited for. */
async function cancellable(signal, ticket, start) {
  if (!signal) return start()
  let abort
  const givenUp = new Promise((resolve) => {
    abort = () => ticket.cancel() && resolve(CANCELLED)
  })
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([givenUp, signal.aborted ? givenUp : start()])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

const CANCELLED = { failure: { code: 'CANCELLED', message: 'the job was cancelled' } }

function image(outcome, signal) {
  const cancelled = outcome.failure?.code === 'CANCELLED'
  const { data, text } = unwrap(outcome, cancelled ? signal?.reason : undefined)
  return { data, info: JSON.parse(text) }
}

module.exports = { Engine, abortSignal, cancellable, offered }
