// node node.mjs JOBS: SHA-256 of every result, or the code of its error, one a line.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { polish, polishSync, render, renderSync } from '../../bindings/node/index.mjs'

const jobs = JSON.parse(readFileSync(process.argv[2], 'utf8'))
for (const [index, { source, options }] of jobs.entries()) {
  try {
    const input = readFileSync(source)
    // Both ways in must give the same bytes, so they take turns.
    const [, asked] = options.match(/^polish (.*)$/) ?? []
    const [now, later] = asked ? [polishSync, polish] : [renderSync, render]
    const given = asked ? JSON.parse(asked) : options
    const { data } = index % 2 ? now(input, given) : await later(input, given)
    console.log(createHash('sha256').update(data).digest('hex'))
  } catch (error) {
    console.log(error.code)
  }
}
