// Safelight, one thread: node safelight.mjs SOURCE JOB_JSON OUT COUNT → one JSON line of figures.
import { readFileSync, writeFileSync } from 'node:fs'
import { render } from '../../bindings/node/index.mjs'
import { measure } from './measure.mjs'

const [source, text, out, count] = process.argv.slice(2)
const job = JSON.parse(text)
const input = readFileSync(source)
const format = job.format === 'jpeg' && !job.progressive ? 'baseline-jpeg' : job.format
const options = { format, quality: job.quality }
if (job.width) options.width = job.width

await measure(async () => (await render(input, options)).data, (data) => writeFileSync(out, data), Number(count))
