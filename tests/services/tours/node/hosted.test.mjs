// Keys, variants, lists with continuation and filters, direct uploads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Cloudflare from 'cloudflare';
import { account_id, client, createImage, linkOf, picture, pngSize, run, shown, signed } from './place.mjs';

const { v1, v2 } = client.images;

test('keys: made, listed, used and removed', async () => {
  const name = run.slice(-20);
  const valueOf = (answer) => answer.keys.find((key) => key.name === name)?.value;
  const made = await v1.keys.update(name, { account_id });
  const value = valueOf(made);
  assert.ok(value.length >= 32, value);
  assert.equal(valueOf(await v1.keys.list({ account_id })), value);

  const image = await createImage({ requireSignedURLs: true });
  const link = linkOf(image);
  assert.equal((await shown(link)).status, 403);
  assert.equal((await shown(signed(link, value))).status, 200);
  assert.equal((await shown(signed(link, value, -60))).status, 403);
  assert.equal((await shown(signed(link, 'another key'))).status, 403);

  const left = await v1.keys.delete(name, { account_id });
  assert.equal(valueOf(left), undefined);
  assert.ok(left.keys.length > 0);
  assert.equal((await shown(signed(link, value))).status, 403);
});

test('variants: made, listed, shown, edited and removed', async () => {
  const id = run.replaceAll('-', '');
  const options = { fit: 'cover', width: 40, height: 30, metadata: 'none' };
  const { variant } = await v1.variants.create({ account_id, id, options, neverRequireSignedURLs: true });
  assert.equal(variant.id, id);
  assert.deepEqual([variant.options.width, variant.options.height, variant.options.fit], [40, 30, 'cover']);
  assert.equal(variant.neverRequireSignedURLs, true);
  const { variants } = await v1.variants.list({ account_id });
  assert.deepEqual(variants[id], variant);
  assert.ok(variants.public);
  assert.deepEqual((await v1.variants.get(id, { account_id })).variant, variant);

  const image = await createImage({ requireSignedURLs: true, file: await picture('alpha.png', 'image/png') });
  const link = linkOf(image, id);
  const first = await shown(link);
  assert.deepEqual([first.status, first.type, pngSize(first.body)], [200, 'image/png', [40, 30]]);

  const edited = await v1.variants.edit(id, { account_id, options: { ...options, width: 20, height: 20 } });
  assert.deepEqual([edited.variant.options.width, edited.variant.options.height], [20, 20]);
  const second = await shown(link);
  assert.deepEqual([second.status, pngSize(second.body)], [200, [20, 20]]);

  await v1.variants.delete(id, { account_id });
  await assert.rejects(v1.variants.get(id, { account_id }), Cloudflare.NotFoundError);
  assert.notEqual((await shown(link)).status, 200);
});

async function all(query) {
  const images = [];
  let continuation_token;
  do {
    const page = await v2.list({ account_id, ...query, continuation_token });
    images.push(...page.images);
    continuation_token = page.continuation_token;
  } while (continuation_token);
  return images;
}

test('v2.list: pages follow each other, in both orders, for one creator or none', async () => {
  const creator = `${run}-pages`;
  const made = [];
  for (let n = 0; n < 23; n += 1) made.push((await createImage({ creator, file: await picture('pixel.png', 'image/png') })).id);
  const first = await v2.list({ account_id, creator, per_page: 10, sort_order: 'asc' });
  assert.equal(first.images.length, 10);
  assert.ok(first.continuation_token);
  const ids = (images) => images.map((image) => image.id);
  assert.deepEqual(ids(await all({ creator, per_page: 10, sort_order: 'asc' })), made);
  assert.deepEqual(ids(await all({ creator, per_page: 10 })), made.toReversed());
  const nobody = await all({ creator: '' });
  assert.ok(nobody.every((image) => !image.creator));
});

test('v2.list: metadata filters', async () => {
  const creator = `${run}-filters`;
  const make = async (metadata) =>
    (await createImage({ creator, metadata: JSON.stringify(metadata), file: await picture('pixel.png', 'image/png') })).id;
  const cat = await make({ animal: 'cat', age: 3, wild: false, home: { city: 'Oslo' } });
  const dog = await make({ animal: 'dog', age: 9, wild: false, home: { city: 'Rome' } });
  const lynx = await make({ animal: 'lynx', age: 5, wild: true });
  const found = async (meta) => (await all({ creator, meta, sort_order: 'asc' })).map((image) => image.id);
  assert.deepEqual(await found({ 'animal[eq]': 'cat' }), [cat]);
  assert.deepEqual(await found({ 'animal[in]': 'cat|lynx' }), [cat, lynx]);
  assert.deepEqual(await found({ 'age[gt]': '3', 'wild[eq:boolean]': 'false' }), [dog]);
  assert.deepEqual(await found({ 'age[gte:number]': '3', 'age[lt]': '9' }), [cat, lynx]);
  assert.deepEqual(await found({ 'age[eq:number]': '9' }), [dog]);
  assert.deepEqual(await found({ 'age[in:number]': '3|5' }), [cat, lynx]);
  assert.deepEqual(await found({ 'home.city[eq:string]': 'Rome' }), [dog]);
  assert.deepEqual(await found({ 'home.city[lte]': '1' }), []);
  await assert.rejects(found({ 'animal[like]': 'c' }), Cloudflare.BadRequestError);
});

test('v2.directUploads.create: a visitor uploads once, without a token', async () => {
  const expiry = new Date(Date.now() + 3_600_000).toISOString();
  const draft = await v2.directUploads.create({ account_id, creator: run, expiry, metadata: { from: 'visitor' }, requireSignedURLs: false });
  const waiting = await v1.get(draft.id, { account_id });
  assert.equal(waiting.draft, true);
  const listed = await all({ creator: run });
  assert.ok(listed.every((image) => image.id !== draft.id), 'drafts are not listed');

  const upload = async () => {
    const form = new FormData();
    form.set('file', await picture('photo.jpg', 'image/jpeg'));
    return fetch(draft.uploadURL, { method: 'POST', body: form, headers: { origin: 'https://page.example' } });
  };
  const answer = await upload();
  assert.equal(answer.status, 200);
  assert.ok(answer.headers.get('access-control-allow-origin'));
  assert.equal((await answer.json()).result.id, draft.id);
  const image = await v1.get(draft.id, { account_id });
  assert.equal(image.draft, undefined);
  assert.deepEqual([image.creator, image.meta, image.filename], [run, { from: 'visitor' }, 'photo.jpg']);
  assert.equal((await shown(linkOf(image))).status, 200);
  assert.ok((await upload()).status >= 400, 'the address works once');
});
