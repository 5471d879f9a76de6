"""Animations with every rule of their formats in them, for `make.py`; also runs alone.

The containers are written by hand, because no library writes offsets, disposal, blending and odd
times exactly as they are told; Pillow codes single pictures.
"""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
SIZE = (48, 32)


def shape(width, height, index, alpha=True):
    """A disc in one of six colours on a chequered or empty ground."""
    colours = [(214, 40, 36), (40, 160, 60), (40, 90, 214), (240, 200, 40), (160, 60, 190), (30, 190, 200)]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    inside = np.hypot((x - width / 2) / (width / 2), (y - height / 2) / (height / 2)) < 0.9
    rgba = np.zeros((height, width, 4), np.uint8)
    if not alpha:
        rgba[..., :3] = np.where(((x // 4 + y // 4) % 2 == 0)[..., None], 70, 110)
        rgba[..., 3] = 255
    rgba[inside] = (*colours[index % 6], 255)
    return Image.fromarray(rgba, "RGBA")


def half(picture):
    """The same, fading out to the right."""
    rgba = np.asarray(picture).copy()
    fade = np.linspace(1, 0, rgba.shape[1])[None, :]
    rgba[..., 3] = (rgba[..., 3] * fade).astype(np.uint8)
    return Image.fromarray(rgba, "RGBA")


# ---------------------------------------------------------------- GIF


def gif_picture(image, left, top, interlaced):
    """Descriptor, own palette and coded data of one frame; index 0 is transparent."""
    rgba = np.asarray(image)
    colours = [(0, 0, 0)] + sorted({tuple(int(v) for v in c[:3]) for c in rgba.reshape(-1, 4) if c[3]})
    lookup = {colour: index for index, colour in enumerate(colours) if index}
    indices = [[lookup[tuple(int(v) for v in p[:3])] if p[3] else 0 for p in row] for row in rgba]
    paletted = Image.fromarray(np.array(indices, np.uint8), "P")
    paletted.putpalette([v for colour in colours for v in colour] + [0] * (768 - 3 * len(colours)))
    file = io.BytesIO()
    paletted.save(file, "GIF", interlace=int(interlaced), optimize=False)
    data = file.getvalue()
    head = 13 + 768
    body = data[data.index(b",", head) :]
    size = max(1, (len(colours) - 1).bit_length())
    table = b"".join(bytes(colour) for colour in colours).ljust(3 << size, b"\0")
    flags = 0x80 | (0x40 if interlaced else 0) | (size - 1)
    descriptor = struct.pack("<BHHHHB", 0x2C, left, top, *image.size, flags)
    coded = body[10 + (3 << ((body[9] & 7) + 1) if body[9] & 0x80 else 0) :]
    return descriptor + table + coded.rstrip(b"\x3b")


def gif(frames, loop, canvas=SIZE):
    """`frames` are (image, left, top, disposal, delay, interlaced); `loop` None writes no extension."""
    parts = [b"GIF89a" + struct.pack("<HHBBB", *canvas, 0, 0, 0)]
    if loop is not None:
        parts.append(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", loop) + b"\0")
    for image, left, top, disposal, delay, interlaced in frames:
        parts.append(struct.pack("<BBBBHBB", 0x21, 0xF9, 4, disposal << 2 | 1, delay, 0, 0))
        parts.append(gif_picture(image, left, top, interlaced))
    return b"".join(parts) + b"\x3b"


def make_gifs():
    width, height = SIZE
    ground = shape(width, height, 0, alpha=False)
    frames = [
        (ground, 0, 0, 1, 0, False),
        (shape(20, 20, 1), 4, 6, 3, 1, False),
        (shape(16, 12, 2), 30, 18, 2, 2, True),
        (shape(24, 24, 3), 20, 2, 1, 7, False),
        (shape(30, 9, 4), 0, 20, 4, 50, True),
        (shape(8, 8, 5), 40, 0, 0, 300, False),
    ]
    write("anim-rules.gif", gif(frames, 2))
    write("anim-once.gif", gif([(shape(width, height, i), 0, 0, 2, 10, False) for i in range(3)], None))
    outside = [(ground, 0, 0, 1, 5, False), (shape(40, 40, 2), 30, 10, 2, 5, True), (shape(9, 9, 3), 200, 200, 3, 5, False), (shape(12, 12, 4), 2, 2, 1, 5, False)]
    write("anim-outside.gif", gif(outside, 0))


# ---------------------------------------------------------------- PNG


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png_data(samples, interlaced):
    """Rows of `samples` (height × width × bytes of a pixel), unfiltered, packed."""
    passes = PASSES if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in passes]
    rows = [b"\0" + row.tobytes() for part in parts if part.size for row in part]
    return zlib.compress(b"".join(rows), 9)


def png(frames, loop, bits=8, interlaced=False, hidden=None, canvas=SIZE, claimed=None):
    """`frames` are (image, left, top, dispose, blend, delay numerator, denominator)."""

    def samples(image):
        rgba = np.asarray(image)
        deep = rgba.astype(np.uint32) * 257 + np.where(rgba % 2 == 1, 100, 0)
        wide = np.minimum(deep, 65535).astype(">u2") if bits == 16 else rgba
        return np.ascontiguousarray(wide).view(np.uint8).reshape(*rgba.shape[:2], -1)

    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", *canvas, bits, 6, 0, 0, int(interlaced)))]
    parts.append(chunk(b"acTL", struct.pack(">II", claimed or len(frames), loop)))
    if hidden:
        parts.append(chunk(b"IDAT", png_data(samples(hidden), interlaced)))
    number = 0
    for index, (image, left, top, dispose, blend, *delay) in enumerate(frames):
        control = struct.pack(">IIIIIHHBB", number, *image.size, left, top, *delay, dispose, blend)
        parts.append(chunk(b"fcTL", control))
        number += 1
        data = png_data(samples(image), interlaced)
        if index == 0 and not hidden:
            parts.append(chunk(b"IDAT", data))
            continue
        parts.append(chunk(b"fdAT", struct.pack(">I", number) + data))
        number += 1
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def make_pngs():
    width, height = SIZE
    ground = shape(width, height, 0, alpha=False)
    frames = [
        (ground, 0, 0, 0, 0, 1, 3),
        (half(shape(20, 20, 1)), 4, 6, 2, 1, 1, 3),
        (half(shape(16, 12, 2)), 30, 18, 1, 0, 1, 3),
        (shape(24, 24, 3), 20, 2, 0, 1, 7, 0),
        (half(shape(30, 9, 4)), 0, 20, 2, 1, 0, 10),
        (half(shape(31, 17, 5)), 9, 13, 0, 1, 2, 1),
    ]
    write("anim-rules.png", png(frames, 3))
    write("anim-deep.png", png(frames, 0, bits=16))
    write("anim-interlaced.png", png(frames, 1, interlaced=True))
    write("anim-hidden.png", png(frames[1:], 0, hidden=ground))


# ---------------------------------------------------------------- WebP


def riff(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def u24(value):
    return struct.pack("<I", value)[:3]


def webp_picture(image, lossless):
    """The chunks that code one frame."""
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=lossless, quality=80, method=4, exact=True)
    data, chunks = file.getvalue()[12:], b""
    while data:
        name, size = data[:4], struct.unpack("<I", data[4:8])[0]
        end = 8 + size + size % 2
        if name in (b"ALPH", b"VP8 ", b"VP8L"):
            chunks += data[:end]
        data = data[end:]
    return chunks


def webp(frames, loop, canvas=SIZE, alpha=True):
    """`frames` are (image, left, top, clear, replace, milliseconds, lossless); offsets are even."""
    size = u24(canvas[0] - 1) + u24(canvas[1] - 1)
    body = riff(b"VP8X", bytes([0x02 | (0x10 if alpha else 0), 0, 0, 0]) + size)
    body += riff(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, loop))
    for image, left, top, clear, replace, time, lossless in frames:
        width, height = image.size
        place = u24(left // 2) + u24(top // 2) + u24(width - 1) + u24(height - 1) + u24(time)
        flags = bytes([int(clear) | int(replace) << 1])
        body += riff(b"ANMF", place + flags + webp_picture(image, lossless))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def make_webps():
    width, height = SIZE
    ground = shape(width, height, 0, alpha=False).convert("RGB")
    frames = [
        (ground, 0, 0, False, True, 0, True),
        (half(shape(20, 20, 1)), 4, 6, True, False, 33, True),
        (half(shape(16, 12, 2)), 30, 18, True, True, 34, False),
        (shape(24, 24, 3), 20, 2, False, False, 1000, True),
        (half(shape(30, 9, 4)), 0, 20, False, True, 10, False),
        (half(shape(31, 17, 5)), 8, 12, False, False, 70, True),
    ]
    write("anim-rules.webp", webp(frames, 3))
    write("anim-opaque.webp", webp([(ground, 0, 0, False, True, 40, False), (shape(24, 24, 3, False).convert("RGB"), 8, 4, False, False, 40, False)], 1, alpha=False))


# ---------------------------------------------------------------- AVIF


def make_avifs():
    frames = [shape(*SIZE, i, alpha=False).convert("RGB") for i in range(5)]
    turning = [half(shape(*SIZE, i)) for i in range(4)]
    for name, (first, *rest), times in [("anim.avif", frames, [40, 80, 33, 33, 500]), ("anim-alpha.avif", turning, [100] * 4)]:
        file = io.BytesIO()
        first.save(file, "AVIF", save_all=True, append_images=rest, duration=times, quality=70, speed=6, max_threads=1)
        write(name, file.getvalue())


# ---------------------------------------------------------------- bad ones


def make_bad():
    whole = (HERE / "anim.gif").read_bytes()
    pictures = [at for at in range(len(whole)) if whole.startswith(b"\x21\xf9\x04", at)]
    write("bad/cut-in-frame-7.gif", whole[: (pictures[6] + pictures[7]) // 2])
    moving = (HERE / "anim.webp").read_bytes()
    starts = [at for at in range(len(moving)) if moving.startswith(b"ANMF", at)]
    write("bad/cut-in-frame-7.webp", moving[: (starts[6] + starts[7]) // 2])
    write("bad/no-frame.gif", gif([], 0))
    frames = [(shape(*SIZE, i), 0, 0, 0, 1, 1, 10) for i in range(8)]
    data = png(frames, 0)
    starts = [at for at in range(len(data)) if data.startswith(b"fcTL", at)]
    write("bad/cut-in-frame-7.png", data[: (starts[6] + starts[7]) // 2])
    write("bad/frames-2147483647.png", png(frames[:1], 0, claimed=2**31 - 1))
    write("bad/outside.png", png([frames[0], (shape(40, 9, 1), 20, 0, 0, 1, 1, 10)], 0))
    wide = [(shape(*SIZE, 0), 0, 0, False, True, 40, True), (shape(40, 9, 1), 20, 0, False, True, 40, True)]
    write("bad/outside.webp", webp(wide, 0))


def write(name, data):
    (HERE / name).write_bytes(bytes(data))


def main():
    make_gifs()
    make_pngs()
    make_webps()
    make_avifs()
    make_bad()


if __name__ == "__main__":
    main()
