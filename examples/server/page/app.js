// The start page. The form and the options text are two views of one thing: whichever is edited
// rewrites the other, then the picture is asked for. Only the newest answer is shown.

const $ = (id) => document.getElementById(id);
const form = $('options');
const raw = $('raw');

const ALIASES = { w: 'width', h: 'height', q: 'quality', f: 'format', g: 'gravity' };
const SLIDERS = [
  ['blur', 0, 50, 1, 0], ['sharpen', 0, 10, 0.5, 0], ['brightness', 0, 3, 0.05, 1],
  ['contrast', 0, 3, 0.05, 1], ['gamma', 0.1, 4, 0.05, 1], ['saturation', 0, 3, 0.05, 1],
];
const PRESETS = [
  ['Responsive', 'width=800,format=auto'],
  ['Thumbnail', 'width=200,height=200,fit=cover,quality=70'],
  ['Tiny blur', 'width=320,blur=20,quality=40'],
  ['Padded', 'width=480,height=480,fit=pad,background=%23204060'],
  ['Vivid', 'width=640,saturation=1.6,contrast=1.15,sharpen=1'],
  ['Facts only', 'width=640,format=json'],
];
const FIRST = 'width=640,format=auto';
const STAGES = { fetch: 's1', decode: 's2', transform: 's3', encode: 's4' };

let samples = [];
let current = null;
let extras = [];
let newest = 0;
let running = null;
let timer = 0;
let shown = null;

// ---- options text <-> form ----

function fields() {
  return [...form.elements].filter((element) => element.name);
}

// Splits at commas that stand outside of brackets, as in background=rgb(1,2,3).
function split(text) {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter(Boolean);
}

function textFromForm() {
  const given = fields().filter((field) => field.value.trim() !== '');
  return [...given.map((field) => `${field.name}=${field.value.trim()}`), ...extras].join(',');
}

function formFromText(text) {
  const values = new Map();
  extras = [];
  for (const part of split(text)) {
    const at = part.indexOf('=');
    const name = part.slice(0, at);
    const field = form.elements.namedItem(ALIASES[name] || name);
    if (at > 0 && field && takes(field, part.slice(at + 1))) values.set(field.name, part.slice(at + 1));
    else extras.push(part);
  }
  for (const field of fields()) field.value = values.get(field.name) ?? '';
  showSliders();
}

function takes(field, value) {
  if (field.type === 'number') return value !== '' && Number.isFinite(Number(value));
  return field.tagName !== 'SELECT' || [...field.options].some((option) => option.value === value);
}

function showSliders() {
  for (const slider of document.querySelectorAll('[data-for]')) {
    const value = Number(form.elements.namedItem(slider.dataset.for).value || slider.dataset.default);
    slider.value = Number.isFinite(value) ? value : slider.dataset.default;
  }
}

function setOptions(text) {
  raw.value = text;
  formFromText(text);
  schedule(0);
}

// ---- asking ----

function escapeOptions(text) {
  // What a browser would cut off or rewrite is escaped; the rest stands as typed.
  return text.replace(/[#?\s/\\"<>`{}^|]|%(?![0-9a-fA-F]{2})/g, encodeURIComponent);
}

function address(prefix = '/cdn-cgi/image') {
  return `${prefix}/${escapeOptions(raw.value) || 'dpr=1'}/${current.path}`;
}

function schedule(delay) {
  clearTimeout(timer);
  remember();
  timer = setTimeout(update, delay);
}

async function update() {
  if (!current) return;
  running?.abort();
  running = new AbortController();
  const mine = ++newest;
  const url = address();
  const absolute = new URL(url, location.href).href;
  $('url').textContent = absolute;
  $('url').href = absolute;
  $('result-figure').setAttribute('aria-busy', 'true');
  const ask = { signal: running.signal, headers: { Accept: $('accept').value }, cache: 'no-store' };
  try {
    const started = performance.now();
    const response = await fetch(url, ask);
    const blob = await response.blob();
    if (mine !== newest) return;
    await show(response, blob, performance.now() - started, mine);
    if ($('plan').open) await explain(mine);
  } catch (error) {
    if (mine !== newest || error.name === 'AbortError') return;
    fail('', 'the server does not answer');
  } finally {
    if (mine === newest) {
      $('result-figure').setAttribute('aria-busy', 'false');
      document.body.dataset.shown = String(mine);
    }
  }
}

async function explain(mine) {
  const response = await fetch(address('/api/explain'), { headers: { Accept: $('accept').value } });
  const text = await response.text();
  if (mine !== newest) return;
  $('plan-text').textContent = response.ok ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

// ---- showing ----

async function show(response, blob, wall, mine) {
  const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`);
  $('headers-text').textContent = `${response.status} ${response.statusText}\n${lines.join('\n')}`;
  showWarnings(response.headers.get('warning'));
  showTimings(response.headers.get('server-timing'), wall);
  $('status').textContent = `${response.status} ${response.statusText}`;
  if (!response.ok) {
    const [, code, message] = /^ERROR (\d+): (.*)/s.exec(await blob.text()) || [];
    return fail(code || response.status, message || 'the request failed');
  }
  $('problem').hidden = true;
  raw.removeAttribute('aria-invalid');
  $('empty').hidden = true;
  const type = blob.type.split(';')[0];
  if (!type.startsWith('image/')) return showText(await blob.text(), blob.size, type);
  await showPicture(blob, type, mine);
}

async function showPicture(blob, type, mine) {
  const url = URL.createObjectURL(blob);
  const picture = $('result');
  picture.src = url;
  try {
    await picture.decode();
  } catch {
    URL.revokeObjectURL(url);
    if (mine === newest) fail('', `this browser cannot show ${type}`);
    return;
  }
  if (shown) URL.revokeObjectURL(shown);
  shown = url;
  picture.hidden = false;
  $('text').hidden = true;
  const size = `${picture.naturalWidth} × ${picture.naturalHeight}`;
  $('result-facts').textContent = `${size} · ${name(type)} · ${bytes(blob.size)}`;
  showSaved(blob.size);
  $('change').textContent = `${(current.format || '?').toUpperCase()} → ${name(type)}`;
}

function showText(text, size, type) {
  $('text').textContent = type === 'application/json' ? JSON.stringify(JSON.parse(text), null, 2) : text;
  $('text').hidden = false;
  $('result').hidden = true;
  $('result-facts').textContent = `${name(type)} · ${bytes(size)}`;
  $('change').textContent = name(type);
  $('saved').textContent = '–';
  $('saved').className = '';
}

function showSaved(size) {
  const share = 100 * (1 - size / current.size);
  $('saved').textContent = `${share < 0 ? '−' : ''}${Math.abs(share).toFixed(share > 99 ? 2 : 1)} %`;
  $('saved').className = share >= 0 ? 'good' : 'bad';
}

function showWarnings(header) {
  // Texts stand in quotes: cf-images 299 "text", one after the other.
  const texts = [...(header || '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1].replace(/\\(.)/g, '$1'));
  $('warnings').replaceChildren(...texts.map((text) => element('li', text)));
  $('warnings').hidden = texts.length === 0;
}

function showTimings(header, wall) {
  const parts = (header || '').split(',').map((part) => /^\s*(\w+).*?dur=([\d.]+)/.exec(part)).filter(Boolean);
  const stages = parts.map(([, stage, time]) => [stage, Number(time)]).filter(([stage]) => stage in STAGES);
  const total = stages.reduce((sum, [, time]) => sum + time, 0);
  $('time').textContent = stages.length ? milliseconds(total) : '–';
  $('timings').hidden = stages.length === 0;
  const bar = element('div', '', 'bar');
  const key = element('div', '', 'key');
  for (const [stage, time] of stages) {
    const piece = element('i', '', STAGES[stage]);
    piece.style.flexGrow = String(Math.max(time, total / 500));
    bar.append(piece);
    const entry = element('span', '');
    entry.append(element('i', '', STAGES[stage]), `${stage} ${milliseconds(time)}`);
    key.append(entry);
  }
  key.append(element('span', `with network ${milliseconds(wall)}`));
  $('timings').replaceChildren(bar, key);
}

function fail(code, message) {
  $('problem').replaceChildren(...(code ? [element('b', `Error ${code}`)] : []), message);
  $('problem').hidden = false;
  raw.setAttribute('aria-invalid', 'true');
  $('result').hidden = true;
  $('text').hidden = true;
  $('empty').hidden = false;
  for (const id of ['result-facts', 'saved', 'change']) $(id).textContent = id === 'result-facts' ? '' : '–';
  $('saved').className = '';
}

function element(tag, text, className = '') {
  const made = document.createElement(tag);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function name(type) {
  return type.replace(/^.*\//, '').toUpperCase();
}

function bytes(count) {
  if (count < 1000) return `${count} B`;
  const units = ['kB', 'MB', 'GB'];
  let unit = -1;
  while (count >= 1000 && unit < 2) { count /= 1000; unit += 1; }
  return `${count.toFixed(count < 10 ? 2 : count < 100 ? 1 : 0)} ${units[unit]}`;
}

function milliseconds(time) {
  return `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}

// ---- picking a picture ----

function pick(sample) {
  current = sample;
  for (const button of $('samples').children) {
    const mine = button.dataset.path === sample.path;
    button.setAttribute('aria-checked', String(mine));
    button.tabIndex = mine ? 0 : -1;
    if (mine) button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }
  const facts = [sample.width && `${sample.width} × ${sample.height}`, sample.format?.toUpperCase(), bytes(sample.size)];
  $('source-facts').textContent = facts.filter(Boolean).join(' · ');
  $('source').src = `/${sample.path}`;
  $('source').alt = `Source picture ${sample.name}`;
  $('point').hidden = true;
  schedule(0);
}

function sampleButton(sample) {
  const button = element('button', '');
  button.type = 'button';
  button.setAttribute('role', 'radio');
  button.dataset.path = sample.path;
  button.title = sample.name;
  const picture = element('img', '');
  picture.loading = 'lazy';
  picture.alt = '';
  picture.src = `/cdn-cgi/image/width=112,height=72,fit=cover,dpr=2,format=auto,anim=false/${sample.path}`;
  button.append(picture, element('span', sample.name));
  button.addEventListener('click', () => pick(sample));
  return button;
}

function moveInSamples(event) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step || !samples.length) return;
  event.preventDefault();
  const next = samples[(samples.indexOf(current) + step + samples.length) % samples.length];
  pick(next);
  $('samples').querySelector('[aria-checked="true"]').focus();
}

// ---- start ----

function remember() {
  const state = new URLSearchParams({ picture: current?.path ?? '', options: raw.value });
  history.replaceState(null, '', `#${state}`);
}

function setGravity(event) {
  const box = event.target.getBoundingClientRect();
  const part = (at, start, length) => Math.min(1, Math.max(0, (at - start) / length)).toFixed(2);
  form.elements.namedItem('gravity').value = `${part(event.clientX, box.left, box.width)}x${part(event.clientY, box.top, box.height)}`;
  const frame = event.target.parentElement.getBoundingClientRect();
  $('point').style.left = `${event.clientX - frame.left}px`;
  $('point').style.top = `${event.clientY - frame.top}px`;
  $('point').hidden = false;
  raw.value = textFromForm();
  schedule(0);
}

function build() {
  for (const [id, low, high, step, normal] of SLIDERS) {
    const label = element('label', id[0].toUpperCase() + id.slice(1));
    const pair = element('span', '', 'slider');
    const range = Object.assign(element('input', ''), { type: 'range', min: low, max: high, step });
    range.dataset.for = id;
    range.dataset.default = normal;
    range.setAttribute('aria-label', `${id} slider`);
    const number = Object.assign(element('input', ''), { name: id, inputMode: 'decimal', placeholder: String(normal) });
    number.setAttribute('aria-label', id);
    pair.append(range, number);
    label.append(pair);
    $('sliders').append(label);
  }
  for (const [title, text] of PRESETS) {
    const button = element('button', title);
    button.type = 'button';
    button.addEventListener('click', () => setOptions(text));
    $('presets').append(button);
  }
}

function listen() {
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(() => { extras = []; $('point').hidden = true; setOptions(''); }));
  form.addEventListener('input', ({ target }) => {
    if (target.id === 'accept') return schedule(0);
    const slider = target.dataset.for;
    if (slider) form.elements.namedItem(slider).value = target.value === target.dataset.default && slider !== 'quality' ? '' : target.value;
    else showSliders();
    raw.value = textFromForm();
    schedule(slider || target.tagName !== 'SELECT' ? 200 : 0);
  });
  raw.addEventListener('input', () => { formFromText(raw.value); schedule(250); });
  raw.addEventListener('keydown', (event) => { if (event.key === 'Enter') schedule(0); });
  $('samples').addEventListener('keydown', moveInSamples);
  $('source').addEventListener('click', setGravity);
  $('plan').addEventListener('toggle', () => { if ($('plan').open && current) explain(newest).catch(() => {}); });
  $('copy').addEventListener('click', copy);
}

async function copy() {
  const url = $('url');
  try {
    await navigator.clipboard.writeText(url.href);
    $('copy').textContent = 'Copied';
  } catch {
    // Without the clipboard's permission the text is at least selected.
    getSelection().selectAllChildren(url);
    $('copy').textContent = 'Press Ctrl+C';
  }
  setTimeout(() => { $('copy').textContent = 'Copy URL'; }, 1500);
}

function largest() {
  const area = (sample) => (sample.width || 0) * (sample.height || 0);
  return samples.reduce((best, sample) => (area(sample) > area(best) ? sample : best));
}

async function start() {
  build();
  listen();
  fetch('/api/version').then((response) => response.json()).then((found) => {
    const slow = found.backends.filter((backend) => !backend.accelerated).length;
    $('version').textContent = `version ${found.version}${slow ? ` · ${slow} back ends without SIMD` : ''}`;
  }).catch(() => {});
  try {
    samples = await (await fetch('/api/samples')).json();
  } catch {
    return fail('', 'the server does not answer');
  }
  if (!samples.length) return fail('', 'the folder has no picture in it');
  $('samples').replaceChildren(...samples.map(sampleButton));
  restore();
  addEventListener('hashchange', restore);
}

// The picture and the options stand behind the # of the page's own address.
function restore() {
  const state = new URLSearchParams(location.hash.slice(1));
  raw.value = state.get('options') ?? FIRST;
  formFromText(raw.value);
  pick(samples.find((sample) => sample.path === state.get('picture')) || largest());
}

start();
