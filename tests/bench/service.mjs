// How fast a cached picture leaves `handle`, called from Node.
// Usage: service.mjs FOLDER PICTURE SECONDS IN_FLIGHT; see service.sh. With one in flight the
// call on this thread is measured too.
import { readFile } from 'node:fs/promises'

import { Service } from '../../bindings/node/index.mjs'

const [folder, picture, seconds, flying] = process.argv.slice(2)
const headers = [
  ['Host', 'img.example'],
  ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0'],
  ['Accept', 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'],
]
const service = await Service.open({ folder, account: { id: '0'.repeat(32), hash: 'bench' } })
await service.upload(await readFile(picture), { id: 'cat' })

function sent(response) {
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  return response.body.length
}

function tell(language, asked, start) {
  const rate = asked / ((performance.now() - start) / 1000)
  const micros = Math.round((1e7 / rate) * Number(flying)) / 10
  console.log(JSON.stringify({ language, threads: Number(flying), requests: asked, per_second: Math.round(rate), micros, bytes }))
}

const bytes = sent(await service.handle('GET', '/bench/cat/public', { headers }))
if (flying === '1') {
  const start = performance.now()
  let asked = 0
  while (performance.now() - start < seconds * 1000) {
    for (let each = 0; each < 100; each++) sent(service.handleSync('GET', '/bench/cat/public', { headers }))
    asked += 100
  }
  tell('node, handleSync', asked, start)
}

const start = performance.now()
let asked = 0
const one = async () => {
  while (performance.now() - start < seconds * 1000) {
    sent(await service.handle('GET', '/bench/cat/public', { headers }))
    asked += 1
  }
}
await Promise.all(Array.from({ length: Number(flying) }, one))
tell('node, handle', asked, start)
await service.close()
