// What the host does for the library, and the verbs that say what a picture shows.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe, Engine, markup, probe, render, SafelightError } from '../index.mjs'
import { picture } from './helpers.mjs'

const rgb = picture('rgb.png')

test('the host finds the subject', async () => {
  const segment = (pixels, width, height) => {
    assert.equal(pixels.length, width * height * 4)
    return new Uint8Array(width * height)
  }
  const { data } = await new Engine({}, { segment }).render(rgb, 'segment=foreground,format=webp,quality=100')
  assert.ok(probe(data).alpha)
})

test('a hook may answer with a promise', async () => {
  const upscale = async (_pixels, _width, _height, toWidth, toHeight) => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return new Uint8Array(toWidth * toHeight * 4).fill(255)
  }
  const { info } = await new Engine({}, { upscale }).render(rgb, 'upscale=generate,width=600,fit=contain')
  assert.equal(info.width, 600)
})

test('several renders wait for one hook each', async () => {
  const decode = (_data, width, height) => new Uint8Array(width * height * 4).fill(128)
  const engine = new Engine({}, { decode })
  const all = Array.from({ length: 8 }, () => engine.render(picture('turned.heic'), 'width=20'))
  for (const { info } of await Promise.all(all)) assert.equal(info.height, 32)
})

test('without a hook what needs one is unsupported', async () => {
  await assert.rejects(render(rgb, 'segment=foreground'), { code: 'UNSUPPORTED' })
  const engine = new Engine({}, { segment: () => assert.fail('not on this thread') })
  assert.throws(() => engine.renderSync(rgb, 'segment=foreground'), { code: 'UNSUPPORTED' })
})

test('an error of a hook reaches the caller', async () => {
  const fails = (error) => new Engine({}, { segment: () => { throw error } }).render(rgb, 'segment=foreground')
  await assert.rejects(fails(new SafelightError('no', { code: 'FORBIDDEN' })), { code: 'FORBIDDEN' })
  await assert.rejects(fails(new Error('the model did not answer')), {
    code: 'STORAGE',
    context: 'the model did not answer',
  })
})

test('a hook that answers too little, or is no function, is told so', async () => {
  const engine = new Engine({}, { segment: () => new Uint8Array(3) })
  await assert.rejects(engine.render(rgb, 'segment=foreground'), { code: 'INVALID' })
  assert.throws(() => new Engine({}, { segment: 3 }), { code: 'INVALID' })
})

test('a picture is described', async () => {
  const described = await describe(picture('photo.jpg'))
  assert.equal(described.format, 'jpeg')
  assert.equal(described.phash.length, 16)
  assert.ok(described.palette.length > 0 && described.blurhash)
})

test('markup is written and escaped', () => {
  const { html, width } = markup({ source: '/a.jpg', width: 800, height: 600, alt: '<b>' })
  assert.ok(html.includes('alt="&lt;b&gt;"'))
  assert.equal(width, 800)
})

test('overlays come as assets', async () => {
  const options = { draw: [{ url: 'logo' }], format: 'png' }
  await assert.rejects(render(picture('photo.jpg'), options), { code: 'NOT_FOUND' })
  const { info } = await render(picture('photo.jpg'), options, { assets: { logo: picture('alpha.png') } })
  assert.equal(info.width, 320)
})
