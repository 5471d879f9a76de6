// Builds the addon and puts it beside this file: `npm run build`. With `-- --built` it only puts
// there what Cargo has built before.

import { execFileSync } from 'node:child_process'
import { copyFileSync, renameSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const { fileName } = createRequire(import.meta.url)('./platform.cjs')

const cargo = (args, stdout) =>
  execFileSync('cargo', args, { cwd: here, stdio: ['ignore', stdout, 'inherit'], maxBuffer: 1 << 28 })

if (!process.argv.includes('--built')) cargo(['build', '--release', '--locked', '-p', 'safelight-node'], 'inherit')
const metadata = cargo(['metadata', '--no-deps', '--format-version', '1'], 'pipe')
const library = { darwin: 'libsafelight_node.dylib', win32: 'safelight_node.dll' }[process.platform]
const built = join(JSON.parse(metadata).target_directory, 'release', library ?? 'libsafelight_node.so')

// Renamed into place: a process that has the old file loaded keeps it.
const target = join(here, fileName())
copyFileSync(built, `${target}.new`)
renameSync(`${target}.new`, target)
