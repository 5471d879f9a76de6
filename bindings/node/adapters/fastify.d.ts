/** A service inside Fastify. */

import type { Service } from '../index.js'

/**
 * Answers requests that are for the service before any route is looked for:
 * `await app.register(fastify, { service })`.
 */
export function fastify(instance: any, options: { service: Service }): Promise<void>
