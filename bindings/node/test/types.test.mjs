// The types: a program that uses them, as ESM and as CommonJS, and the names that they declare.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import * as safelight from '../index.mjs'
import { HERE } from './helpers.mjs'

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc')

function check(file) {
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node']
  const done = spawnSync(process.execPath, [TSC, ...flags, '--module', 'nodenext', file], { cwd: HERE, encoding: 'utf8' })
  assert.equal(done.status, 0, done.stdout + done.stderr)
}

for (const extension of ['mts', 'cts']) {
  test(`a typed program is accepted and its mistakes are found (${extension})`, (t) => {
    const file = join(HERE, `types.generated.${extension}`)
    copyFileSync(join(HERE, 'types.ts'), file)
    t.after(() => rmSync(file))
    check(file)
  })
}

test('every name that is declared is there, and every name that is there is declared', () => {
  const text = ['index.d.ts', 'service.d.ts', 'audit.d.ts'].map((name) => readFileSync(join(HERE, '..', name), 'utf8')).join('')
  const declared = [...text.matchAll(/^export (?:function|class) (\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(declared.sort(), Object.keys(safelight).sort())
})

test('every kind of core is a code of the types', () => {
  const text = readFileSync(join(HERE, '../index.d.ts'), 'utf8')
  const [, union] = text.match(/export type Code =\n([^]*?)\n\n/)
  const { kinds } = createRequire(import.meta.url)('../load.cjs')
  assert.deepEqual(union.match(/\w+/g), kinds().map(({ code }) => code))
})
