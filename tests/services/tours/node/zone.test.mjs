// What belongs to a zone: purges, Vary for Images, settings of transforms.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Cloudflare from 'cloudflare';
import { account_id, client, createImage, linkOf, picture, server, shown, zone_id } from './place.mjs';

// Whether an answer was kept from before.
const kept = (answer) => /^internal=ram/.test(answer.headers.get('cf-resized'));

for (const verb of ['purge', 'invalidate']) {
  test(`cache.${verb}: by tag, host, prefix, file and everything`, async () => {
    const image = await createImage({ file: await picture('small.png', 'image/png') });
    const link = linkOf(image);
    const { host, pathname } = new URL(link);
    const orders = [
      { tags: [`image:${account_id}/${image.id}`] },
      { hosts: [host] },
      { prefixes: [`${host}${pathname.slice(0, -3)}`] },
      { files: [link] },
      { files: [{ url: link, headers: { accept: 'image/webp' } }] },
      { purge_everything: true },
    ];
    for (const order of orders) {
      assert.equal((await shown(link)).status, 200);
      assert.ok(kept(await shown(link)), 'the second answer is kept');
      const answer = await client.cache[verb]({ zone_id, ...order });
      assert.ok(answer.id);
      assert.ok(!kept(await shown(link)), JSON.stringify(order));
    }
  });
}

test('cache.variants: rules are set, read and removed', async () => {
  const value = { jpeg: ['image/webp', 'image/avif'], jpg: ['image/webp'], png: ['image/avif'] };
  const set = await client.cache.variants.edit({ zone_id, value });
  assert.equal(set.id, 'variants');
  assert.deepEqual(set.value, value);
  const read = await client.cache.variants.get({ zone_id });
  assert.deepEqual(read.value, value);
  assert.ok(read.modified_on);
  const gone = await client.cache.variants.delete({ zone_id });
  assert.equal(gone.id, 'variants');
  assert.equal(gone.value, undefined);
  await assert.rejects(client.cache.variants.edit({ zone_id, value: { exe: ['image/webp'] } }), Cloudflare.BadRequestError);
});

test('zones.settings: what is set is read', async () => {
  const words = { polish: ['lossy', 'lossless', 'off'], webp: ['on', 'off'], image_resizing: ['open', 'off', 'on'], mirage: ['on', 'off'] };
  for (const [setting, values] of Object.entries(words)) {
    for (const value of values) {
      const set = await client.zones.settings.edit(setting, { zone_id, value });
      assert.deepEqual([set.id, set.value], [setting, value]);
      assert.equal((await client.zones.settings.get(setting, { zone_id })).value, value);
    }
  }
  await assert.rejects(client.zones.settings.edit('polish', { zone_id, value: 'shiny' }), Cloudflare.BadRequestError);
});

test('zones.transformationsAllowedOrigins and transformationsC2pa: what is set is read', async () => {
  const origins = client.zones.transformationsAllowedOrigins;
  const before = (await origins.get({ zone_id })).value;
  for (const value of ['cdn.example.com,*.example.org/photos', before]) {
    const set = await origins.edit({ zone_id, value });
    assert.deepEqual([set.id, set.value], ['image_resizing_allowed_origins', value]);
    assert.equal((await origins.get({ zone_id })).value, value);
  }
  const c2pa = client.zones.transformationsC2pa;
  for (const value of ['on', 'off']) {
    const set = await c2pa.edit({ zone_id, value });
    assert.deepEqual([set.id, set.value], ['image_resizing_c2pa', value]);
    assert.equal((await c2pa.get({ zone_id })).value, value);
  }
});

test('a path that nobody knows is told', async () => {
  await assert.rejects(client.get('/accounts/x/wat'), (error) => error.status === 404 && error.errors[0].code === 7003);
  assert.ok(server);
});
