// Hosted pictures in real browsers: each is sent, and shows, a format that it can decode.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';

const { SERVER_URL, ACCOUNT_ID, API_TOKEN, CHROMIUM = '/usr/bin/chromium', FIREFOX = '/usr/bin/firefox-esr' } = process.env;
const api = `${SERVER_URL}/client/v4/accounts/${ACCOUNT_ID}/images/v1`;

// A picture without alpha, one with it, and one that moves; what each becomes at the worst.
const PICTURES = [
  { name: 'photo.jpg', width: 0, plain: 'image/jpeg' },
  { name: 'alpha.png', width: 0, plain: 'image/png' },
  { name: 'anim.webp', width: 0, plain: 'image/gif' },
];

async function upload(name) {
  const form = new FormData();
  form.set('file', new File([await readFile(new URL(`../../images/${name}`, import.meta.url))], name));
  const answer = await fetch(api, { method: 'POST', body: form, headers: { authorization: `Bearer ${API_TOKEN}` } });
  const { result, errors } = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(errors));
  return result.variants.find((link) => link.endsWith('/public'));
}

// Width of the picture without any browser's help.
async function widthOf(link) {
  const answer = await fetch(link, { headers: { accept: 'image/png' } });
  assert.equal(answer.status, 200);
  const info = await fetch(`${SERVER_URL}/info`, { method: 'POST', body: form(await answer.blob()) });
  return (await info.json()).width;
}

function form(image) {
  const fields = new FormData();
  fields.set('image', image, 'image');
  return fields;
}

before(async () => {
  for (const picture of PICTURES) {
    picture.link = await upload(picture.name);
    picture.width = await widthOf(picture.link);
    assert.ok(picture.width > 0);
  }
});

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

// Runs tests in a browser with a profile of its own.
function inBrowser(name, options, tests) {
  describe(name, () => {
    const place = {};
    before(async () => {
      place.profile = await mkdtemp(join(tmpdir(), 'safelight-browser-'));
      // Firefox wants a home that it may write to.
      const env = { ...process.env, HOME: place.profile };
      place.browser = await puppeteer.launch({ headless: true, userDataDir: join(place.profile, 'profile'), env, ...options });
    });
    after(async () => {
      await place.browser?.close();
      await rm(place.profile, { recursive: true, force: true, maxRetries: 5 });
    });
    tests(async () => place.browser.newPage());
  });
}

// Shows a picture on a page; gives the width that the browser decoded and the type it was sent.
async function show(page, link) {
  const answered = page.waitForResponse((response) => response.url() === link);
  await page.setContent(`<img src="${link}">`);
  const type = (await answered).headers()['content-type'];
  const width = await page.waitForFunction(() => {
    const image = document.querySelector('img');
    return image.complete && { width: image.naturalWidth };
  }).then((found) => found.jsonValue());
  return { type, ...width };
}

inBrowser('Chromium', { executablePath: CHROMIUM, args: FLAGS }, (newPage) => {
  const generations = [
    { without: [], type: () => 'image/avif' },
    { without: ['jxl'], type: () => 'image/avif' },
    { without: ['jxl', 'avif'], type: () => 'image/webp' },
    { without: ['jxl', 'avif', 'webp'], type: (picture) => picture.plain },
  ];
  for (const { without, type } of generations) {
    test(`without ${without.join(', ') || 'nothing'}`, async () => {
      const page = await newPage();
      const session = await page.createCDPSession();
      // A picture from memory would make no request.
      await page.setCacheEnabled(false);
      await session.send('Emulation.setDisabledImageTypes', { imageTypes: without });
      for (const picture of PICTURES) {
        const shown = await show(page, picture.link);
        assert.deepEqual(shown, { type: expected(picture, type(picture)), width: picture.width }, picture.name);
      }
      await page.close();
    });
  }

  test('what it cannot decode is not shown, so the checks above can fail', async () => {
    const page = await newPage();
    const session = await page.createCDPSession();
    await page.setCacheEnabled(false);
    await session.send('Emulation.setDisabledImageTypes', { imageTypes: ['avif'] });
    const link = `${SERVER_URL}/cdn-cgi/image/width=20,format=avif/photo.jpg`;
    assert.deepEqual(await show(page, link), { type: 'image/avif', width: 0 });
    await page.close();
  });
});

inBrowser('Firefox', { browser: 'firefox', executablePath: FIREFOX }, (newPage) => {
  test('as it comes', async () => {
    const page = await newPage();
    for (const picture of PICTURES) {
      const shown = await show(page, picture.link);
      assert.deepEqual(shown, { type: expected(picture, 'image/avif'), width: picture.width }, picture.name);
    }
    await page.close();
  });
});

// Animations stay animations: they are sent as WebP, not AVIF.
function expected(picture, type) {
  return picture.name === 'anim.webp' && type === 'image/avif' ? 'image/webp' : type;
}
