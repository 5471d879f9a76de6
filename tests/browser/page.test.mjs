// Clicks through the start page in headless Chromium.
// SAFELIGHT_URL is the running server; SCREENSHOTS, if set, is a folder for pictures of the page.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import puppeteer from 'puppeteer-core';

const base = process.env.SAFELIGHT_URL;
const screenshots = process.env.SCREENSHOTS;
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const DESKTOP = { width: 1440, height: 1000 };
const PHONE = { width: 390, height: 844, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

let browser;
let profile;
let page;
let complaints;

before(async () => {
  profile = await mkdtemp(join(tmpdir(), 'safelight-browser-'));
  browser = await puppeteer.launch({
    executablePath,
    headless: true,
    userDataDir: profile,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
});

after(async () => {
  await browser?.close();
  await rm(profile, { recursive: true, force: true });
});

beforeEach(async () => {
  await page?.close();
  page = await browser.newPage();
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // Failed requests are part of what is tested; the page shows them.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  await page.setViewport(DESKTOP);
});

// Loads the page with these options and waits for the first answer.
async function open(options, picture = 'mountain-lake.jpg') {
  await page.goto(`${base}/#${new URLSearchParams({ picture, options })}`);
  await page.waitForFunction(() => document.body.dataset.shown);
}

// Does something, then waits for the answer that follows it.
async function answered(action) {
  const before = await page.evaluate(() => Number(document.body.dataset.shown));
  await action();
  await page.waitForFunction((old) => Number(document.body.dataset.shown) > old, { timeout: 30_000 }, before);
}

async function result() {
  return page.evaluate(() => {
    const picture = document.getElementById('result');
    const text = (id) => document.getElementById(id).textContent;
    return {
      visible: !picture.hidden,
      width: picture.naturalWidth,
      height: picture.naturalHeight,
      facts: text('result-facts'),
      source: text('source-facts'),
      raw: document.getElementById('raw').value,
      url: text('url'),
      problem: document.getElementById('problem').hidden ? '' : text('problem'),
      warnings: text('warnings'),
      saved: text('saved'),
      status: text('status'),
    };
  });
}

async function fill(selector, value) {
  await page.click(selector, { clickCount: 3 });
  await page.keyboard.press('Backspace');
  await page.type(selector, value);
}

async function screenshot(name, fullPage = true) {
  if (screenshots) await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

test('source and result stand side by side with their facts', async () => {
  await open('width=640,format=auto');
  const shown = await result();
  assert.equal(shown.width, 640);
  assert.equal(shown.height, 427);
  assert.match(shown.source, /3000 × 2000 · JPEG/);
  assert.match(shown.facts, /640 × 427 · AVIF/);
  assert.match(shown.saved, /^9\d(\.\d)+ %$/);
  assert.match(shown.status, /^200/);
  assert.match(shown.url, /\/cdn-cgi\/image\/width=640,format=auto\/mountain-lake\.jpg$/);
  const sides = await page.$$eval('figure', (all) => all.map((one) => one.getBoundingClientRect().top));
  assert.equal(sides[0], sides[1]);
  assert.deepEqual(complaints, []);
  await screenshot('desktop');
});

test('a field rewrites the options, and the options rewrite the fields', async () => {
  await open('width=640');
  await answered(() => fill('[name=width]', '300'));
  assert.equal((await result()).width, 300);
  assert.equal((await result()).raw, 'width=300');
  await answered(() => page.select('[name=fit]', 'cover'));
  await answered(() => fill('[name=height]', '300'));
  const square = await result();
  assert.deepEqual([square.width, square.height], [300, 300]);
  await answered(() => fill('#raw', 'w=120,h=90,fit=squeeze,f=webp'));
  const fields = await page.$$eval('#options [name]', (all) => Object.fromEntries(all.map((one) => [one.name, one.value])));
  assert.deepEqual([fields.width, fields.height, fields.fit, fields.format], ['120', '90', 'squeeze', 'webp']);
  const typed = await result();
  assert.deepEqual([typed.width, typed.height], [120, 90]);
  assert.match(typed.facts, /WEBP/);
});

test('the browser\'s formats choose what format=auto becomes', async () => {
  await open('width=200,format=auto');
  assert.match((await result()).facts, /AVIF/);
  for (const [index, format] of [[1, /WEBP/], [2, /JPEG/]]) {
    const value = await page.$eval('#accept', (select, at) => select.options[at].value, index);
    await answered(() => page.select('#accept', value));
    const shown = await result();
    assert.match(shown.facts, format);
    assert.equal(shown.width, 200);
  }
});

test('every format is shown by the browser at the size that was asked for', async () => {
  await open('width=150');
  for (const format of ['avif', 'webp', 'jpeg', 'baseline-jpeg', 'png-force', 'gif']) {
    await answered(() => page.select('[name=format]', format));
    const shown = await result();
    assert.deepEqual([shown.problem, shown.visible, shown.width], ['', true, 150], format);
  }
});

test('an error says what is wrong, and goes when it is mended', async () => {
  await open('width=200');
  await answered(() => fill('#raw', 'width=0'));
  const wrong = await result();
  assert.match(wrong.problem, /9401.*width/);
  assert.equal(wrong.visible, false);
  assert.match(wrong.status, /^400/);
  await screenshot('error');
  await answered(() => fill('#raw', 'width=210'));
  const mended = await result();
  assert.deepEqual([mended.problem, mended.width], ['', 210]);
});

test('an ignored option is told as a warning', async () => {
  await open('width=100,wat=1');
  assert.match((await result()).warnings, /wat/);
});

test('sliders, examples and a click on the source change the picture', async () => {
  await open('width=300,height=300,fit=cover');
  await answered(() => page.focus('[data-for=blur]').then(() => page.keyboard.press('ArrowRight')));
  assert.match((await result()).raw, /blur=1/);
  await answered(() => page.click('#source'));
  assert.match((await result()).raw, /gravity=0\.[45]\d?x0\.[45]\d?/);
  await answered(() => page.click('#presets button:nth-child(2)'));
  const preset = await result();
  assert.deepEqual([preset.width, preset.height], [200, 200]);
  await answered(() => page.click('button[type=reset]'));
  assert.equal((await result()).raw, '');
});

test('samples are chosen by click and by keyboard, turned upright and with alpha', async () => {
  await open('width=200,format=webp');
  await answered(() => page.click('[data-path="tower-upright.jpg"]'));
  const upright = await result();
  assert.deepEqual([upright.width, upright.height], [200, 300]);
  assert.match(upright.source, /1200 × 1800/);
  await answered(() => page.click('[data-path="logo.png"]'));
  assert.equal((await result()).width, 200);
  await screenshot('alpha', false);
  await answered(() => page.keyboard.press('ArrowLeft'));
  assert.doesNotMatch((await result()).url, /logo\.png/);
});

test('the plan and the headers can be read', async () => {
  await open('width=200,format=webp');
  await page.click('#plan summary');
  await page.waitForFunction(() => document.getElementById('plan-text').textContent.includes('"key"'));
  assert.match(await page.$eval('#headers-text', (text) => text.textContent), /cf-resized: internal=(ok|ram) /);
});

test('json is shown as text', async () => {
  await open('width=200,format=json');
  assert.match(await page.$eval('#text', (text) => text.textContent), /"width": 200/);
});

test('only the newest answer is shown', async () => {
  await open('width=100');
  await page.evaluate(() => {
    const raw = document.getElementById('raw');
    for (let width = 101; width <= 140; width += 1) {
      raw.value = `width=${width}`;
      raw.dispatchEvent(new Event('input', { bubbles: true }));
      raw.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));
    }
  });
  await page.waitForFunction(() => document.getElementById('result').naturalWidth === 140);
  await page.waitForFunction(() => document.getElementById('result-figure').getAttribute('aria-busy') === 'false');
  assert.equal((await result()).width, 140);
});

test('a phone has no sideways scrolling', async () => {
  await page.setViewport(PHONE);
  await open('width=640,format=auto');
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= screen, `${content} > ${screen}`);
  await screenshot('phone');
});

test('dark mode works, and another address behind the # is another picture', async () => {
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await open('width=300,format=webp', 'logo.png');
  assert.equal((await result()).height, 300);
  await screenshot('dark');
  const ground = await page.$eval('body', (body) => getComputedStyle(body).backgroundColor);
  assert.equal(ground, 'rgb(20, 22, 27)');
  await answered(() => page.evaluate(() => { location.hash = 'picture=avatar.jpg&options=width=50'; }));
  assert.deepEqual([(await result()).width, (await result()).raw], [50, 'width=50']);
});

test('every control has a name and the page loads nothing from elsewhere', async () => {
  const foreign = [];
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== new URL(base).origin) foreign.push(request.url());
  });
  await open('width=100');
  assert.deepEqual(foreign, []);
  const nameless = await page.$$eval('input, select, button', (all) => all
    .filter((one) => !one.labels?.length && !one.getAttribute('aria-label') && !one.textContent.trim())
    .map((one) => one.outerHTML));
  assert.deepEqual(nameless, []);
});
