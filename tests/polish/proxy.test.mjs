// The polishing proxy in front of nginx: what four clients are sent, first, then, and after a purge.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';

const { PROXY_URL, ORIGIN_URL, ORIGIN_LOG, CHROMIUM = '/usr/bin/chromium' } = process.env;
const puppeteer = createRequire(new URL('../services/browsers/package.json', import.meta.url))('puppeteer-core');

// What browsers send for an <img>, byte for byte; and what each is due from the origin's cat.jpg.
const CLIENTS = [
  ['Chromium', 'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/avif'],
  ['Chromium without AVIF', 'image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/webp'],
  ['Chromium without WebP', 'image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/jpeg'],
  ['Firefox', 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'image/avif'],
];

// The format that bytes are in, whatever headers say.
function kindOf(bytes) {
  const text = bytes.subarray(0, 12).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG')) return 'image/png';
  if (text.startsWith('RIFF') && text.endsWith('WEBP')) return 'image/webp';
  return text.slice(4, 12) === 'ftypavif' ? 'image/avif' : text;
}

async function get(path, accept, { method = 'GET', at = PROXY_URL } = {}) {
  const answer = await fetch(at + path, { method, headers: accept === undefined ? {} : { accept } });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const said = (name) => answer.headers.get(name);
  return {
    http: answer.status, bytes, said, status: said('cf-cache-status'), type: said('content-type'), kind: kindOf(bytes),
  };
}

// Requests for a path that reached the origin.
async function asked(path) {
  const lines = (await readFile(ORIGIN_LOG, 'utf8')).split('\n');
  return lines.filter((line) => line.startsWith(`GET ${path} `)).length;
}

async function until(what, check) {
  for (let left = 3000; left > 0; left -= 1) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what}: never`);
}

const polished = (path) => until(`${path} is polished`, async () => (await get(path, '*/*')).said('cf-polished'));

describe('pictures that are the same for everybody', () => {
  const path = '/plain/photo.jpg';

  test('the first request gets the origin’s bytes, later ones a smaller copy that the client takes', async () => {
    const original = (await get(path, '*/*', { at: ORIGIN_URL })).bytes;
    const first = await get(path, CLIENTS[0][1]);
    assert.deepEqual([first.status, first.kind, first.said('cf-polished')], ['MISS', 'image/jpeg', null]);
    assert.ok(first.bytes.equals(original));
    await polished(path);
    for (const [name, accept] of CLIENTS) {
      const { status, type, kind, bytes, said } = await get(path, accept);
      assert.deepEqual([status, type], ['HIT', kind], name);
      assert.match(said('cf-polished'), /^(qual=\d+, )?origFmt=jpeg, origSize=\d+$|status=webp_bigger/, name);
      assert.ok(bytes.length <= original.length, name);
      assert.ok(kind === 'image/jpeg' || accept.includes(kind), `${name} got ${kind}`);
      assert.match(said('vary'), /Accept/);
      const ending = kind.replace('image/', '');
      const disposition = kind === 'image/jpeg' ? null : `inline; filename="photo.${ending}"`;
      assert.equal(said('content-disposition'), disposition, name);
      console.log(`${name}: ${original.length} bytes became ${bytes.length} of ${kind}, ${said('cf-polished')}`);
    }
    assert.notEqual((await get(path, CLIENTS[0][1])).kind, 'image/jpeg');
    assert.equal(await asked(path), 2, 'one of them was this test’s own');
  });

  test('a purge drops every copy', async () => {
    assert.equal((await get(path, undefined, { method: 'PURGE' })).bytes.toString(), '{"purged":1}\n');
    const again = await get(path, CLIENTS[0][1]);
    assert.deepEqual([again.status, again.kind], ['MISS', 'image/jpeg']);
  });

  test('a PNG and a WebP are polished or say why not', async () => {
    for (const [place, kind] of [['/plain/alpha.png', 'image/png'], ['/plain/lossy.webp', 'image/webp']]) {
      assert.equal((await get(place, '*/*')).status, 'MISS');
      await polished(place);
      const { status, kind: got, said } = await get(place, '*/*');
      assert.deepEqual([status, got], ['HIT', kind]);
      console.log(`${place}: ${said('cf-polished')}`);
    }
  });

  test('what is private is not stored, and what may not be transformed is not polished', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      assert.equal((await get('/private/photo.jpg', '*/*')).status, 'BYPASS');
    }
    assert.equal((await get('/kept/photo.jpg', CLIENTS[0][1])).status, 'MISS');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { status, kind, said } = await get('/kept/photo.jpg', CLIENTS[0][1]);
    assert.deepEqual([status, kind, said('cf-polished')], ['HIT', 'image/jpeg', null]);
  });
});

describe('pictures that vary', () => {
  test('each client gets its type, the second time without the origin', async () => {
    const seen = new Set();
    for (const [name, accept, due] of CLIENTS) {
      const { status, type, kind, said } = await get('/vary/cat.jpg', accept);
      assert.deepEqual([type, kind], [due, due], name);
      assert.equal(status, seen.has(due) ? 'HIT' : 'MISS', name);
      assert.equal(said('cf-polished'), 'status=vary_header_present');
      seen.add(due);
    }
    for (const [name, accept, due] of [...CLIENTS, ['fetch()', '*/*', 'image/jpeg']]) {
      const { status, kind } = await get('/vary/cat.jpg', accept);
      assert.deepEqual([status, kind], ['HIT', due], name);
    }
    assert.equal(await asked('/vary/cat.jpg'), 3);
  });

  test('a purge drops every variant', async () => {
    assert.equal((await get('/vary/cat.jpg', undefined, { method: 'PURGE' })).bytes.toString(), '{"purged":3}\n');
    for (const [name, accept, due] of CLIENTS.slice(0, 3)) {
      const { status, kind } = await get('/vary/cat.jpg', accept);
      assert.deepEqual([status, kind], ['MISS', due], name);
    }
  });

  test('no wrong variant is ever stored', async () => {
    for (let turn = 0; turn < 2; turn += 1) {
      const plain = await get('/wrong/cat.jpg', '*/*');
      assert.deepEqual([plain.status, plain.kind], ['BYPASS', 'image/webp']);
      for (const [name, accept, due] of CLIENTS.slice(0, 2)) {
        const { status, kind } = await get('/silent/cat.jpg', accept);
        assert.deepEqual([status, kind], ['BYPASS', due], `${name} at an origin that does not say that it varies`);
      }
    }
    // Its JPEG is right for everybody.
    assert.equal((await get('/silent/cat.jpg', '*/*')).status, 'MISS');
    for (const [name, accept] of CLIENTS) {
      const { status, said } = await get('/silent/cat.jpg', accept);
      assert.equal(status, 'HIT', name);
      assert.ok(said('content-type') === 'image/jpeg' || accept.includes(said('content-type')), name);
    }
    // It is right for clients of WebP, and then only they have it.
    assert.equal((await get('/wrong/cat.jpg', 'image/webp')).status, 'MISS');
    assert.equal((await get('/wrong/cat.jpg', 'image/webp')).status, 'HIT');
    assert.equal((await get('/wrong/cat.jpg', '*/*')).status, 'BYPASS');
  });
});

describe('a page in Chromium', () => {
  let browser;
  before(async () => {
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
    browser = await puppeteer.launch({ executablePath: CHROMIUM, args });
  });
  after(() => browser?.close());

  test('shows the smaller pictures', async () => {
    await get('/plain/photo.jpg', '*/*');
    await polished('/plain/photo.jpg');
    const page = await browser.newPage();
    const answers = {};
    page.on('response', (answer) => { answers[new URL(answer.url()).pathname] = answer.headers(); });
    await page.goto(`${PROXY_URL}/page.html`, { waitUntil: 'load' });
    const widths = await page.$$eval('img', (images) => images.map((image) => image.naturalWidth));
    assert.ok(widths.length === 2 && widths.every((width) => width > 0), `${widths}`);
    for (const [place, status] of [['/plain/photo.jpg', /^(qual|origFmt)/], ['/vary/cat.jpg', /^status=vary_header_present$/]]) {
      const headers = answers[place];
      assert.equal(headers['cf-cache-status'], 'HIT', place);
      assert.match(headers['content-type'], /^image\/(avif|webp)$/, place);
      assert.match(headers['cf-polished'], status, place);
    }
  });
});
