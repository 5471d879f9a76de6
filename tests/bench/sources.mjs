// Gathers the pictures of a bench: real ones from FOLDER where it has them, else our samples.
// node sources.mjs FOLDER SAMPLES WORK writes WORK/sources.json.
import { copyFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import sharp from 'sharp'

const [folder, samples, work] = process.argv.slice(2)
const wanted = { jpeg6mp: 'sharp-bench-2725x2225.jpg', alpha: 'alpha-2048x1536.png' }
const sources = {}

function firstSample(extension) {
  const name = readdirSync(samples).sort().find((file) => extname(file) === extension)
  if (!name) throw new Error(`no ${extension} picture in ${samples}`)
  return join(samples, name)
}

for (const [key, name] of Object.entries(wanted)) {
  const real = join(folder, name)
  const path = existsSync(real) ? real : firstSample(extname(name))
  sources[key] = `${key}${extname(path)}`
  copyFileSync(path, join(work, sources[key]))
}

// A 12 MP photo as a phone writes it: from a real one of that size, else from the 6 MP picture, enlarged.
const large = join(folder, '..', 'conformance', 'vips_avif-orientation-6.avif')
const photo = existsSync(large) ? sharp(large).rotate() : sharp(join(work, sources.jpeg6mp)).resize(4000, 3000, { fit: 'cover' })
sources.jpeg12mp = 'jpeg12mp.jpg'
const written = await photo.jpeg({ quality: 92 }).toFile(join(work, sources.jpeg12mp))
console.log(`the 12 MP picture is ${written.width}x${written.height}, ${written.size} bytes, ${existsSync(large) ? 'a real photo' : 'enlarged'}`)

// The AVIF source is made here, so that its colours are tagged and every decoder agrees on them.
sources.avif = 'avif.avif'
await sharp(join(work, sources.jpeg6mp)).resize(1920).avif({ quality: 80, effort: 2 }).toFile(join(work, sources.avif))
writeFileSync(join(work, 'sources.json'), JSON.stringify(sources))
