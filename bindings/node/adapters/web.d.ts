/** A service behind Web requests and responses. */

import type { Service } from '../index.js'

/** A function from a `Request` to a `Response`, or to null when the request is not for the service. */
export function web(service: Service): (request: Request) => Promise<Response | null>

/** Middleware of Hono: `app.use('*', hono(service))`. */
export function hono(
  service: Service,
): (context: { req: { raw: Request } }, next: () => Promise<void>) => Promise<Response | void>
