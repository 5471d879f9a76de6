// node encode.mjs FORMAT QUALITY IN OUT: sharp at its best effort, metadata left out.
// FORMAT is jpeg (mozjpeg), webp, avif, png or webp-lossless; QUALITY counts for the first three.
import sharp from 'sharp'

const [format, quality, input, output] = process.argv.slice(2)
const picture = sharp(input, { animated: false })
const ways = {
  jpeg: () => picture.jpeg({ quality: Number(quality), mozjpeg: true }),
  webp: () => picture.webp({ quality: Number(quality), effort: 6 }),
  avif: () => picture.avif({ quality: Number(quality), effort: 6 }),
  png: () => picture.png({ compressionLevel: 9, effort: 10, adaptiveFiltering: true }),
  'webp-lossless': () => picture.webp({ lossless: true, effort: 6 }),
}
await ways[format]().toFile(output)
