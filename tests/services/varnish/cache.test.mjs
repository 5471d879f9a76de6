// Varnish in front of the server, by ./images.vcl: few copies, and purges by tag.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const { SERVER_URL, CACHE_URL, ACCOUNT_ID, API_TOKEN } = process.env;
const api = (base, path = '') => `${base}/client/v4/accounts/${ACCOUNT_ID}/images/v1${path}`;
const authorization = `Bearer ${API_TOKEN}`;

// As they are sent: Chromium with fewer and fewer formats, Firefox, Safari, old ones, programs.
const ACCEPTS = {
  'image/avif': [
    'image/jxl,image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
    'image/webp,image/avif,image/jxl,image/heic,image/heic-sequence,video/*;q=0.8,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  ],
  'image/webp': [
    'image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
    'image/avif;q=0,image/webp,*/*',
  ],
  'image/jpeg': ['image/apng,image/svg+xml,image/*,*/*;q=0.8', '*/*', 'image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5', undefined],
};

async function upload(fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new File([await readFile(new URL('../../images/photo.jpg', import.meta.url))], 'photo.jpg'));
  // Through the cache: the API passes it.
  const answer = await fetch(api(CACHE_URL), { method: 'POST', body: form, headers: { authorization } });
  assert.equal(answer.status, 200);
  const { result } = await answer.json();
  return { id: result.id, path: new URL(result.variants.find((link) => link.endsWith('/public'))).pathname };
}

async function get(path, accept) {
  const answer = await fetch(`${CACHE_URL}${path}`, { headers: accept === undefined ? {} : { accept } });
  await answer.arrayBuffer();
  return { status: answer.status, type: answer.headers.get('content-type'), cache: answer.headers.get('x-cache'), headers: answer.headers };
}

async function everybody(path) {
  const caches = {};
  for (const [type, accepts] of Object.entries(ACCEPTS)) {
    for (const accept of accepts) {
      const answer = await get(path, accept);
      assert.deepEqual([answer.status, answer.type], [200, type], accept);
      (caches[type] ??= []).push(answer.cache);
    }
  }
  return caches;
}

const purge = (tags) => fetch(CACHE_URL, { method: 'PURGE', headers: { 'xkey-purge': tags } });

test('ten ways of writing Accept make three copies', async () => {
  const { path } = await upload();
  const first = await everybody(path);
  for (const [type, caches] of Object.entries(first)) {
    assert.deepEqual(caches, ['MISS', ...Array(caches.length - 1).fill('HIT')], type);
  }
  for (const caches of Object.values(await everybody(path))) assert.ok(caches.every((cache) => cache === 'HIT'));
});

test('a tag takes every copy of one image and leaves the others', async () => {
  const [gone, stays] = [await upload(), await upload()];
  await everybody(gone.path);
  await everybody(stays.path);
  const answer = await purge(`image:${ACCOUNT_ID}/${gone.id}`);
  assert.equal(answer.status, 200);
  assert.equal(answer.statusText, 'purged 3');
  for (const caches of Object.values(await everybody(gone.path))) assert.equal(caches[0], 'MISS');
  for (const caches of Object.values(await everybody(stays.path))) assert.equal(caches[0], 'HIT');
});

test('the tags of a variant and of the account take what they name', async () => {
  const { path } = await upload();
  for (const tag of [`variant:${ACCOUNT_ID}/public`, `account:${ACCOUNT_ID}`]) {
    await get(path, '*/*');
    assert.equal((await get(path, '*/*')).cache, 'HIT');
    assert.equal((await purge(tag)).status, 200);
    assert.equal((await get(path, '*/*')).cache, 'MISS', tag);
  }
});

test('what was deleted is gone once its tag is purged', async () => {
  const { id, path } = await upload();
  await get(path, '*/*');
  const answer = await fetch(api(CACHE_URL, `/${id}`), { method: 'DELETE', headers: { authorization } });
  assert.equal(answer.status, 200);
  await purge(`image:${ACCOUNT_ID}/${id}`);
  assert.equal((await get(path, '*/*')).status, 404);
});

test('a private picture is shown by its signed link only', async () => {
  const { path } = await upload({ requireSignedURLs: 'true' });
  const { result } = await (await fetch(api(SERVER_URL, '/keys'), { headers: { authorization } })).json();
  const sig = createHmac('sha256', result.keys[0].value).update(path).digest('hex');
  assert.equal((await get(`${path}?sig=${sig}`, '*/*')).status, 200);
  assert.equal((await get(path, '*/*')).status, 403);
  assert.equal((await get(`${path}?sig=${sig.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}`, '*/*')).status, 403);
});

test('tags stay between the cache and the server', async () => {
  const { path } = await upload();
  const { headers } = await get(path, '*/*');
  assert.equal(headers.get('cache-tag'), null);
  assert.equal(headers.get('xkey'), null);
  assert.match(headers.get('vary'), /accept/i);
});
