// The Images binding and cf.image, called by Cloudflare's Worker runtime and answered by the
// example server. Pixels are compared as the bare samples that the binding itself can ask for.

import assert from 'node:assert/strict'
import { test } from 'node:test'

const { WORKER_URL, SERVER_URL } = process.env

async function call(what) {
  return fetch(WORKER_URL, { method: 'POST', body: JSON.stringify(what), redirect: 'manual' })
}

async function succeed(what) {
  const answer = await call(what)
  const body = Buffer.from(await answer.arrayBuffer())
  assert.equal(answer.status, 200, `${JSON.stringify(what)}: ${body}`)
  return { type: answer.headers.get('content-type'), headers: answer.headers, body }
}

const output = (source, steps, format = 'image/png', more = {}) =>
  succeed({ call: 'output', source, steps, output: { format, ...more } })

/** Four samples a pixel. */
async function pixels(source, steps, width, height) {
  const { body } = await output(source, steps, 'rgba')
  assert.equal(body.length, width * height * 4)
  return (x, y) => [...body.subarray((y * width + x) * 4).subarray(0, 4)]
}

/** Width and height of a PNG. */
const pngSize = (body) => [body.readUInt32BE(16), body.readUInt32BE(20)]

function near(got, wanted, most) {
  const distance = Math.max(...got.map((sample, index) => Math.abs(sample - wanted[index])))
  assert.ok(distance <= most, `expected about ${wanted}, got ${got}`)
}

test('info tells format, bytes and size of every format', async () => {
  for (const [source, format, width, height] of [
    ['photo.jpg', 'image/jpeg', 320, 213],
    ['orientation-6.jpg', 'image/jpeg', 320, 213],
    ['rgb16.png', 'image/png', 160, 107],
    ['anim.gif', 'image/gif', 72, 72],
    ['lossy.webp', 'image/webp', 320, 213],
    ['420.avif', 'image/avif', 161, 107],
  ]) {
    const original = await fetch(`${SERVER_URL}/${source}`)
    const fileSize = (await original.arrayBuffer()).byteLength
    const { body } = await succeed({ call: 'info', source })
    assert.deepEqual(JSON.parse(body), { fileSize, width, height, format }, source)
  }
})

test('a transform changes the size and every output format is what it says', async () => {
  const starts = {
    'image/avif': (body) => body.subarray(4, 12).toString() === 'ftypavif',
    'image/webp': (body) => body.subarray(8, 12).toString() === 'WEBP',
    'image/jpeg': (body) => body.readUInt16BE(0) === 0xffd8,
    'image/png': (body) => body.subarray(1, 4).toString() === 'PNG',
    'image/gif': (body) => body.subarray(0, 3).toString() === 'GIF',
    rgb: (body) => body.length === 64 * 43 * 3,
    rgba: (body) => body.length === 64 * 43 * 4,
  }
  for (const [format, fits] of Object.entries(starts)) {
    const { type, body } = await output('photo.jpg', [['transform', { width: 64 }]], format)
    assert.equal(type, format)
    assert.ok(fits(body), format)
  }
})

test('quality is the output\'s', async () => {
  const size = async (quality) =>
    (await output('photo.jpg', [], 'image/webp', { quality })).body.length
  assert.ok((await size(20)) < (await size(90)) / 2)
})

test('a crop keeps the side that gravity names', async () => {
  // Red grows to the right and green downwards.
  const part = { width: 40, height: 40, fit: 'cover' }
  const at = async (gravity) =>
    (await pixels('rgb16.png', [['transform', { ...part, gravity }]], 40, 40))(20, 20)
  const [left, right, point] = [await at('left'), await at('right'), await at({ x: 1, y: 0.5 })]
  // 20.5 of 60 columns, and 40.5 of them.
  near([left[0], right[0]], [87, 172], 2)
  near(point, right, 2)
})

test('trim cuts off what it names', async () => {
  const trim = { top: 30, right: 20, bottom: 7, left: 40 }
  const whole = await pixels('rgb.png', [], 160, 107)
  const rest = await pixels('rgb.png', [['transform', { trim }]], 100, 70)
  assert.deepEqual(rest(0, 0), whole(40, 30))
  assert.deepEqual(rest(99, 69), whole(139, 99))
})

test('steps follow each other in their order', async () => {
  const cut = ['transform', { trim: { left: 80 } }]
  const turn = ['transform', { rotate: 90 }]
  assert.deepEqual(pngSize((await output('rgb.png', [cut, turn])).body), [107, 80])
  assert.deepEqual(pngSize((await output('rgb.png', [turn, cut])).body), [27, 160])
})

test('blur takes away differences between neighbours', async () => {
  const rough = async (steps) => {
    const at = await pixels('photo.jpg', steps, 320, 213)
    let sum = 0
    for (let x = 0; x < 319; x++) sum += Math.abs(at(x, 100)[1] - at(x + 1, 100)[1])
    return sum
  }
  assert.ok((await rough([['transform', { blur: 20 }]])) < (await rough([])) / 2)
})

test('an overlay is drawn at its place with its opacity', async () => {
  const base = await pixels('photo.jpg', [], 320, 213)
  const dot = await pixels('pixel.png', [], 1, 1)
  const square = [['transform', { width: 20, height: 20, fit: 'squeeze' }]]
  const draw = ['draw', 'pixel.png', { opacity: 0.5, left: 10, top: 5 }, square]
  const drawn = await pixels('photo.jpg', [draw], 320, 213)
  const mixed = base(15, 10).map((sample, index) => Math.round((sample + dot(0, 0)[index]) / 2))
  near(drawn(15, 10), mixed, 2)
  for (const [x, y] of [[9, 10], [30, 10], [15, 4], [15, 25], [200, 100]]) {
    assert.deepEqual(drawn(x, y), base(x, y), `${x} ${y}`)
  }
})

test('a repeated overlay fills the picture', async () => {
  const dot = (await pixels('pixel.png', [], 1, 1))(0, 0)
  const draw = ['draw', 'pixel.png', { repeat: true }]
  const drawn = await pixels('photo.jpg', [draw], 320, 213)
  for (const [x, y] of [[0, 0], [319, 212], [160, 100], [7, 211]]) near(drawn(x, y), dot, 1)
})

test('an overlay may itself be drawn on, and drawing takes its turn among the steps', async () => {
  const dot = (await pixels('pixel.png', [], 1, 1))(0, 0)
  const grow = ['transform', { width: 40, height: 40, fit: 'squeeze' }]
  const card = [['transform', { width: 80 }], ['draw', 'pixel.png', { left: 0, top: 0 }, [grow]]]
  const steps = [['draw', 'gray.png', { right: 0, bottom: 0 }, card], ['transform', { rotate: 180 }]]
  const drawn = await pixels('photo.jpg', steps, 320, 213)
  // The card is 80 by 54 in the lower right corner, before the turn.
  near(drawn(60, 40), dot, 1)
  const [red, green, blue] = drawn(10, 10)
  assert.ok(red === green && green === blue, `${[red, green, blue]}`)
})

test('a text is drawn', async () => {
  const text = { text: 'Hello', options: { size: 40, color: '#ff0000' } }
  const base = await pixels('gray.png', [], 160, 107)
  const drawn = await pixels('gray.png', [['draw', text, {}]], 160, 107)
  let red = 0
  for (let y = 0; y < 107; y++) {
    for (let x = 0; x < 160; x++) {
      const [r, g] = drawn(x, y)
      if (r > 200 && g < 60 && base(x, y)[1] !== g) red++
    }
  }
  assert.ok(red > 200 && red < 6000, `${red} red pixels`)
})

test('background and rgb paint over transparency', async () => {
  const corner = async (options) => (await output('alpha.png', [], 'rgb', options)).body.subarray(0, 3)
  assert.deepEqual([...(await corner({}))], [255, 255, 255])
  assert.deepEqual([...(await corner({ background: '#102030' }))], [16, 32, 48])
  const clear = await pixels('alpha.png', [], 160, 160)
  assert.equal(clear(0, 0)[3], 0)
})

test('failures carry the documented numbers', async () => {
  const failure = async (what) => {
    const answer = await call(what)
    assert.equal(answer.status, 599, JSON.stringify(what))
    return answer.json()
  }
  const wrong = { call: 'output', source: 'photo.jpg', output: { format: 'image/png' } }
  for (const [what, code, prefix] of [
    [{ call: 'twice', source: 'photo.jpg' }, 9525, 'IMAGES_TRANSFORM_ERROR 9525'],
    [{ ...wrong, output: { format: 'image/tiff' } }, 9520, 'IMAGES_TRANSFORM_ERROR 9520: '],
    [{ ...wrong, steps: [['transform', { width: 0 }]] }, 9401, 'IMAGES_TRANSFORM_ERROR 9401: '],
    [{ ...wrong, output: { format: 'image/webp', quality: 101 } }, 9401, 'IMAGES_TRANSFORM_ERROR 9401: '],
  ]) {
    const { code: got, message } = await failure(what)
    assert.equal(got, code, message)
    assert.ok(message.startsWith(prefix), message)
  }
})

test('bytes that are no picture have numbers of their own', async () => {
  for (const [path, status, code] of [['/info', 415, 9412], ['/transform', 415, 9520]]) {
    const form = new FormData()
    form.append('image', new Blob(['no picture at all']))
    form.append('output_format', 'image/png')
    const answer = await fetch(SERVER_URL + path, { method: 'POST', body: form })
    assert.equal(answer.status, status, path)
    assert.equal(answer.headers.get('cf-images-binding'), `err=${code}`)
    assert.match(await answer.text(), new RegExp(`^ERROR ${code}: `))
  }
})

const image = (source, options, headers = {}) => succeed({ call: 'fetch', source, image: options, headers })

test('cf.image transforms what fetch() asks for', async () => {
  const small = await image('photo.jpg', { width: 100, height: 60, fit: 'cover', gravity: { x: 0.5, y: 0.2 }, format: 'avif' })
  assert.equal(small.type, 'image/avif')
  assert.match(small.headers.get('cf-resized'), /^internal=ok\/m /)
  assert.match(small.headers.get('etag'), /^"cf-/)
  const turned = await image('rgb.png', { rotate: 90, border: { color: '#ff0000', width: 3 }, format: 'png' })
  assert.deepEqual(pngSize(turned.body), [113, 166])
})

test('cf.image with format auto follows the Accept header', async () => {
  for (const [accept, type] of [
    ['image/avif,image/webp,*/*', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['*/*', 'image/jpeg'],
  ]) {
    const answer = await image('photo.jpg', { width: 64, format: 'auto' }, { accept })
    assert.equal(answer.type, type)
    assert.match(answer.headers.get('vary'), /Accept/)
  }
})

test('cf.image with format json describes the result', async () => {
  const { type, body } = await image('photo.jpg', { width: 160, format: 'json' })
  assert.equal(type, 'application/json')
  const { width, height, original } = JSON.parse(body)
  assert.deepEqual([width, height, original.width, original.format], [160, 107, 320, 'image/jpeg'])
})

test('cf.image draws overlays by their URL', async () => {
  const draw = [{ url: 'https://pictures.test/pixel.png', width: 40, height: 40, fit: 'squeeze', left: 0, top: 0 }]
  const plain = await image('photo.jpg', { format: 'png' })
  const drawn = await image('photo.jpg', { format: 'png', draw })
  assert.deepEqual(pngSize(drawn.body), [320, 213])
  assert.notDeepEqual(drawn.body, plain.body)
})

test('cf.image answers a failure with its number', async () => {
  for (const [source, options, status, code] of [
    ['photo.jpg', { width: 0 }, 400, 9401],
    ['none.jpg', { width: 10 }, 404, 9404],
    ['photo.jpg', { draw: [{ url: 'https://pictures.test/none.png' }] }, 404, 9404],
  ]) {
    const answer = await call({ call: 'fetch', source, image: options })
    assert.equal(answer.status, status, source)
    assert.equal(answer.headers.get('cf-resized'), `err=${code}`)
  }
})

test('fetch() without cf.image gets the picture as it is', async () => {
  const original = Buffer.from(await (await fetch(`${SERVER_URL}/photo.jpg`)).arrayBuffer())
  const { body } = await succeed({ call: 'fetch', source: 'photo.jpg' })
  assert.deepEqual(body, original)
})
