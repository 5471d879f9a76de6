/** A service inside Express, Connect, or a plain server of node:http. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Service } from '../index.js'

/**
 * Answers requests that are for the service and hands all others on: `app.use(connect(service))`,
 * in front of whatever reads bodies, or `http.createServer(connect(service))`.
 */
export function connect(
  service: Service,
): (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void
