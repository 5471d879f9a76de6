// images.v1: upload, details, changes, removal, originals, counts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Cloudflare from 'cloudflare';
import { account_id, bytesOf, client, createImage, hash, linkOf, origin, picture, run, shown } from './place.mjs';

const { v1 } = client.images;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

test('create: a file becomes an image with an id, links and its own metadata', async () => {
  const image = await createImage({ metadata: { kind: 'photo', by: { name: 'Ana' } }, creator: run });
  assert.match(image.id, UUID);
  assert.equal(image.filename, 'photo.jpg');
  assert.equal(image.requireSignedURLs, false);
  assert.ok(Math.abs(new Date(image.uploaded) - Date.now()) < 60_000, image.uploaded);
  const link = linkOf(image);
  assert.ok(link.endsWith(`/${hash}/${image.id}/public`), link);
  const picture = await shown(link);
  assert.equal(picture.status, 200);
  assert.match(picture.type, /^image\//);
  const found = await v1.get(image.id, { account_id });
  assert.deepEqual(found.meta, { kind: 'photo', by: { name: 'Ana' } });
  assert.equal(found.creator, run);
  assert.deepEqual(found.variants, image.variants);
});

test('create: an id of one\'s own may have slashes and spaces, and metadata may be JSON text', async () => {
  const id = `${run}/über uns/50%`;
  const image = await createImage({ id, metadata: '{"kind":"text","n":7}' });
  assert.equal(image.id, id);
  const found = await v1.get(id, { account_id });
  assert.deepEqual(found.meta, { kind: 'text', n: 7 });
  const link = linkOf(found);
  assert.ok(link.includes('/50%25/'), link);
  assert.equal((await shown(link)).status, 200);
  await assert.rejects(createImage({ id }), (error) => error instanceof Cloudflare.ConflictError && error.errors[0].code === 5409);
  await v1.delete(id, { account_id });
  await assert.rejects(v1.get(id, { account_id }), Cloudflare.NotFoundError);
});

test('create: an image is fetched from a url', async () => {
  const image = await v1.create({ account_id, url: `${origin}/photo.jpg` });
  assert.equal(image.filename, 'photo.jpg');
  assert.deepEqual(await blob(image.id), await bytesOf('photo.jpg'));
  await assert.rejects(v1.create({ account_id, url: `${origin}/nothing.jpg` }), Cloudflare.APIError);
});

test('create: what is no picture is refused', async () => {
  const file = new File(['not a picture'], 'a.jpg', { type: 'image/jpeg' });
  await assert.rejects(v1.create({ account_id, file }), (error) => error.status === 415 && error.errors[0].code === 5455);
});

test('list: a page has the images that a creator made', async () => {
  const creator = `${run}-list`;
  const made = [await createImage({ creator }), await createImage({ creator })];
  const page = await v1.list({ account_id, page: 1, per_page: 10, creator });
  // The pager of the SDK looks for `items`, which this endpoint does not have.
  const ids = page.result.images.map((image) => image.id);
  assert.deepEqual(ids.sort(), made.map((image) => image.id).sort());
  const second = await v1.list({ account_id, page: 2, per_page: 10, creator });
  assert.deepEqual(second.result.images, []);
});

test('edit: metadata is replaced, the rest stays', async () => {
  const image = await createImage({ metadata: { a: '1', b: '2' }, creator: run });
  const edited = await v1.edit(image.id, { account_id, metadata: { c: 3, deep: [true, null] } });
  assert.equal(edited.id, image.id);
  assert.deepEqual(edited.meta, { c: 3, deep: [true, null] });
  assert.equal(edited.creator, run);
  const renamed = await v1.edit(image.id, { account_id, creator: `${run}-other` });
  assert.deepEqual([renamed.creator, renamed.meta], [`${run}-other`, { c: 3, deep: [true, null] }]);
});

test('edit: an image that becomes private has another id, and its old links are dead', async () => {
  const image = await createImage();
  assert.equal((await shown(linkOf(image))).status, 200);
  const secret = await v1.edit(image.id, { account_id, requireSignedURLs: true });
  assert.notEqual(secret.id, image.id);
  assert.equal(secret.requireSignedURLs, true);
  await assert.rejects(v1.get(image.id, { account_id }), Cloudflare.NotFoundError);
  assert.equal((await shown(linkOf(image))).status, 404);
  assert.equal((await shown(linkOf(secret))).status, 403);
  const open = await v1.edit(secret.id, { account_id, requireSignedURLs: false });
  assert.equal((await shown(linkOf(open))).status, 200);
});

test('delete: nothing is shown any more', async () => {
  const image = await createImage();
  assert.equal((await shown(linkOf(image))).status, 200);
  await v1.delete(image.id, { account_id });
  assert.equal((await shown(linkOf(image))).status, 404);
  const missing = (error) => error instanceof Cloudflare.NotFoundError && error.errors[0].code === 5404;
  await assert.rejects(v1.get(image.id, { account_id }), missing);
  await assert.rejects(v1.delete(image.id, { account_id }), missing);
});

async function blob(id) {
  const response = await v1.blobs.get(id, { account_id });
  return Buffer.from(await response.arrayBuffer());
}

test('blobs.get: the bytes that were uploaded', async () => {
  for (const [name, type] of [['photo.jpg', 'image/jpeg'], ['anim.gif', 'image/gif'], ['alpha.png', 'image/png'], ['lossy.webp', 'image/webp']]) {
    const image = await v1.create({ account_id, file: await picture(name, type) });
    assert.deepEqual(await blob(image.id), await bytesOf(name), name);
  }
});

test('stats.get: the count follows', async () => {
  const before = (await v1.stats.get({ account_id })).count;
  assert.ok(before.allowed > before.current);
  const image = await createImage();
  assert.equal((await v1.stats.get({ account_id })).count.current, before.current + 1);
  await v1.delete(image.id, { account_id });
  assert.equal((await v1.stats.get({ account_id })).count.current, before.current);
});

test('a wrong token is told', async () => {
  const stranger = client.withOptions({ apiToken: 'wrong' });
  await assert.rejects(stranger.images.v1.stats.get({ account_id }), (error) =>
    error instanceof Cloudflare.AuthenticationError && error.errors[0].code === 10000);
});
