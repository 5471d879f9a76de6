// Paths, pictures and engines that several tests use.

import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Engine } from '../index.mjs'

export const HERE = dirname(fileURLToPath(import.meta.url))
const TESTS = join(HERE, '../../../tests')
export const IMAGES = join(TESTS, 'images')

export const picture = (name) => readFileSync(join(TESTS, 'images', name))

/** Every file of vectors: [name, cases]. */
export const vectors = () =>
  readdirSync(join(TESTS, 'vectors')).map((name) => {
    return [name, JSON.parse(readFileSync(join(TESTS, 'vectors', name), 'utf8')).cases]
  })

/** Seconds of work on a small source, and an engine that would do it. */
export const HEAVY = { width: 3000, height: 3000, fit: 'cover', blur: 250, format: 'avif', quality: 90 }
export const patient = () => new Engine({ memory: 4 * 2 ** 30, time_ms: 120_000, avif_side: 4000 })

/** For assert.throws and assert.rejects. */
export const code = (expected, message = /./) => (error) =>
  error.name === 'SafelightError' && error.code === expected && message.test(error.message)
