'use strict'

// A service inside Express, Connect, or a plain server of node:http.

const { bodyOf, goneSignal, headersFor, headersOf, targetOf } = require('./common.cjs')

/** `app.use(connect(service))`, or `http.createServer(connect(service))`. */
function connect(service) {
  return (request, response, next) => {
    // Express cuts the place where it is mounted off `url`.
    const target = targetOf(request.originalUrl ?? request.url)
    const limit = service.wants(request.method, target)
    if (limit === null) return next ? next() : nothing(response)
    const signal = goneSignal(response)
    answer(service, request, response, { target, limit, signal }).catch((error) => {
      if (signal.aborted) return
      if (next) next(error)
      else response.destroy(error)
    })
  }
}

async function answer(service, request, response, { target, limit, signal }) {
  const { method } = request
  const body = await bodyOf(request, limit)
  const answered = await service.handle(method, target, { headers: headersOf(request), body, signal })
  if (signal.aborted) return
  response.statusCode = answered.status
  for (const [name, value] of Object.entries(headersFor(answered, method, body?.length > limit))) {
    response.setHeader(name, value)
  }
  response.end(answered.body)
}

function nothing(response) {
  response.statusCode = 404
  response.end('Not Found')
}

exports.connect = connect
