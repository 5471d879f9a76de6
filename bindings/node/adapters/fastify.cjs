'use strict'

// A service inside Fastify: `await app.register(fastify, { service })`.

const { bodyOf, goneSignal, headersFor, headersOf, targetOf } = require('./common.cjs')

/** Answers requests that are for the service before any route is looked for. */
async function fastify(instance, { service }) {
  instance.addHook('onRequest', async (request, reply) => {
    const target = targetOf(request.raw.url)
    const limit = service.wants(request.method, target)
    if (limit === null) return undefined
    const signal = goneSignal(reply.raw)
    const body = await bodyOf(request.raw, limit)
    const answered = await service.handle(request.method, target, { headers: headersOf(request.raw), body, signal })
    reply.code(answered.status).headers(headersFor(answered, request.method, body?.length > limit))
    return reply.send(answered.body)
  })
}
// For the whole server: without it a hook holds for the plugin's own routes only.
fastify[Symbol.for('skip-override')] = true
fastify[Symbol.for('fastify.display-name')] = 'safelight'

exports.fastify = fastify
