'use strict'

// A service behind Web requests and responses: Hono, Bun, Deno, service workers.

const { collected, hasBody, targetOf } = require('./common.cjs')

/** A function from a `Request` to a `Response`, or to null when the request is not for the service. */
function web(service) {
  return async (request) => {
    const target = targetOf(request.url)
    const limit = service.wants(request.method, target)
    if (limit === null) return null
    const headers = new Headers(request.headers)
    if (!headers.has('host')) headers.set('host', new URL(request.url).host)
    const body = request.body ? await collected(request.body, limit) : undefined
    const { signal, method } = request
    const answered = await service.handle(method, target, { headers, body, signal })
    const sent = hasBody(answered, method) ? answered.body : null
    const more = body?.length > limit ? [['Connection', 'close']] : []
    return new Response(sent, { status: answered.status, headers: [...answered.headers, ...more] })
  }
}

/** `app.use('*', hono(service))` */
function hono(service) {
  const answer = web(service)
  return async (context, next) => (await answer(context.req.raw)) ?? next()
}

exports.web = web
exports.hono = hono
