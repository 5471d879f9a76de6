// sharp, one thread: node sharp.mjs SOURCE JOB_JSON OUT COUNT → one JSON line of figures.
import { readFileSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { measure } from './measure.mjs'

sharp.concurrency(1)
sharp.cache(false)
const [source, text, out, count] = process.argv.slice(2)
const job = JSON.parse(text)
const input = readFileSync(source)

function pipeline() {
  const resized = sharp(input).autoOrient().resize(job.width || undefined)
  if (job.format === 'jpeg') return resized.jpeg({ quality: job.quality, progressive: Boolean(job.progressive) })
  if (job.format === 'webp') return resized.webp({ quality: job.quality })
  return resized.avif({ quality: job.quality, effort: job.effort })
}

await measure(() => pipeline().toBuffer(), (data) => writeFileSync(out, data), Number(count))
