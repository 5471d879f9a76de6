// Where the tour goes, and small helpers. The environment is set by ../run.sh.

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Cloudflare from 'cloudflare';

export const server = process.env.SERVER_URL;
export const origin = process.env.ORIGIN_URL;
export const hash = process.env.ACCOUNT_HASH;
export const account_id = process.env.ACCOUNT_ID;
export const zone_id = process.env.ZONE_ID;

// Unchanged but for the base URL.
export const client = new Cloudflare({ apiToken: process.env.API_TOKEN, baseURL: `${server}/client/v4` });

// Ids of one run are its own, so that tours may share a server.
export const run = `node-${Date.now().toString(36)}`;

export const bytesOf = (name) => readFile(new URL(`../../../images/${name}`, import.meta.url));

export async function picture(name, type) {
  return new File([await bytesOf(name)], name, { type });
}

export const createImage = async (more = {}) =>
  client.images.v1.create({ account_id, file: await picture('photo.jpg', 'image/jpeg'), ...more });

// The link to an image's variant.
export const linkOf = (image, variant = 'public') => image.variants.find((url) => url.endsWith(`/${variant}`));

// What a visitor is shown: status, type and size of a PNG.
export async function shown(url, headers = { accept: 'image/png,*/*' }) {
  const response = await fetch(url, { headers });
  const body = Buffer.from(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get('content-type'), headers: response.headers, body };
}

export function pngSize(body) {
  return [body.readUInt32BE(16), body.readUInt32BE(20)];
}

// Signs a link as the documentation of private images shows it.
export function signed(url, key, seconds = 600) {
  const link = new URL(url);
  link.searchParams.set('exp', Math.floor(Date.now() / 1000) + seconds);
  const text = `${link.pathname}?${link.searchParams}`;
  link.searchParams.set('sig', createHmac('sha256', key).update(text).digest('hex'));
  return link.href;
}
