// The loader: what it says when there is nothing to load.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRequire } from 'node:module'
import { HERE } from './helpers.mjs'

const { fileName, triple } = createRequire(import.meta.url)('../platform.cjs')

function loadFrom(prepare) {
  const folder = mkdtempSync(join(tmpdir(), 'safelight-'))
  try {
    for (const name of ['load.cjs', 'platform.cjs']) copyFileSync(join(HERE, '..', name), join(folder, name))
    prepare(folder)
    const script = 'try { require("./load.cjs") } catch (e) { console.log(e.message, "| cause:", e.cause.message) }'
    return spawnSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('without an addon it says what it tried and what to do', () => {
  const said = loadFrom(() => {})
  for (const part of [triple(), `./${fileName()}`, `safelight-${triple()}`, 'npm run build']) {
    assert.ok(said.includes(part), said)
  }
})

test('a broken addon is the cause, not the package that is missing after it', () => {
  const said = loadFrom((folder) => writeFileSync(join(folder, fileName()), 'not an addon'))
  assert.match(said, /cause: .*(file too short|invalid ELF header|not a mach-o|not a valid Win32)/i)
})
