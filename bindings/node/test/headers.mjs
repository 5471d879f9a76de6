// Pictures that are nothing but a header: enough for `probe` and `explain`.

const big16 = (value) => [value >> 8, value & 255]
const big32 = (value) => [...big16(value >>> 16), ...big16(value & 65535)]
const ascii = (text) => [...Buffer.from(text, 'latin1')]

function jpeg(width, height, orientation) {
  const tiff = [...ascii('II*\0'), 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
  const frame = [8, ...big16(height), ...big16(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]
  const scan = [3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0]
  const segment = (kind, body) => [0xff, kind, ...big16(body.length + 2), ...body]
  const exif = segment(0xe1, [...ascii('Exif\0\0'), ...tiff])
  return [0xff, 0xd8, ...exif, ...segment(0xc0, frame), ...segment(0xda, scan)]
}

// Check sums are left out: they guard pixels and text, not the plan.
function png(width, height) {
  const chunk = (kind, body) => [...big32(body.length), ...ascii(kind), ...body, 0, 0, 0, 0]
  const size = [...big32(width), ...big32(height), 8, 6, 0, 0, 0]
  return [...ascii('\x89PNG\r\n\x1a\n'), ...chunk('IHDR', size), ...chunk('IDAT', []), ...chunk('IEND', [])]
}

function webp(width, height) {
  const bits = ((width - 1) | ((height - 1) << 14) | (1 << 28)) >>> 0
  const body = [...ascii('WEBPVP8L'), 16, 0, 0, 0, 0x2f, ...big32(bits).reverse(), ...Array(11).fill(0)]
  return [...ascii('RIFF'), ...big32(body.length).reverse(), ...body]
}

function gif(width, height) {
  const size = [...big16(width).reverse(), ...big16(height).reverse()]
  const frame = [0x2c, 0, 0, 0, 0, ...size, 0, 2, 1, 0x44, 0]
  return [...ascii('GIF89a'), ...size, 0x80, 0, 0, ...Array(6).fill(0), ...frame, 0x3b]
}

/** A header of `kind` for a size such as `400x200`; PNG and WebP have alpha. */
export function header(kind, size, orientation) {
  const [width, height] = size.split('x').map(Number)
  return Uint8Array.from({ gif, jpeg, png, webp }[kind](width, height, orientation))
}
