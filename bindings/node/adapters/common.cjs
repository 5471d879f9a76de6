'use strict'

// What every adapter does: read no more than is wanted, write what came back.

/** Statuses whose answers have no body, and no length of one. */
const WITHOUT_BODY = new Set([204, 304])

/** Path and query of a request line or URL, as they were sent. */
function targetOf(url) {
  if (url.startsWith('/')) return url
  const path = url.indexOf('/', url.indexOf('//') + 2)
  return path < 0 ? '/' : url.slice(path).replace(/#[^]*$/, '')
}

/** A body, and one byte more than `limit` of one that is too long. */
async function collected(chunks, limit) {
  const parts = []
  let length = 0
  for await (const chunk of chunks) {
    parts.push(chunk)
    length += chunk.length
    if (length > limit) break
  }
  return parts.length === 1 ? parts[0].subarray(0, limit + 1) : Buffer.concat(parts, Math.min(length, limit + 1))
}

/** The body of a request of node:http. */
async function bodyOf(request, limit) {
  // Whoever stands in front may have read it already.
  if (request.readableEnded || request.destroyed) return Buffer.isBuffer(request.body) ? request.body : undefined
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined) {
    return undefined
  }
  // Leaving the loop must not destroy the connection that the answer goes out on.
  return collected(request.iterator({ destroyOnReturn: false }), limit)
}

/** Headers of a request of node:http, in pairs and as they came. */
function headersOf(request) {
  const pairs = []
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const [name, value] = [request.rawHeaders[i], request.rawHeaders[i + 1]]
    // HTTP/2 has names of its own for what is no header.
    if (name === ':authority') pairs.push(['host', value])
    else if (!name.startsWith(':')) pairs.push([name, value])
  }
  return pairs
}

/** Headers of a response by name, with its length where it has one. */
function headersFor(response, method, cut) {
  // What is left of a body that was not read to its end must not be taken for the next request.
  const byName = cut ? { Connection: 'close' } : {}
  for (const [name, value] of response.headers) {
    byName[name] = name in byName ? [].concat(byName[name], value) : value
  }
  if (hasBody(response, method) && response.header('content-length') === undefined) {
    byName['Content-Length'] = String(response.body.length)
  }
  return byName
}

function hasBody(response, method) {
  return method !== 'HEAD' && !WITHOUT_BODY.has(response.status)
}

/** A signal that aborts when the client goes away before it has its answer. */
function goneSignal(response) {
  const controller = new AbortController()
  response.once('close', () => response.writableFinished || controller.abort())
  return controller.signal
}

module.exports = { bodyOf, collected, goneSignal, hasBody, headersFor, headersOf, targetOf }
