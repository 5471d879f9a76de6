"""Makes every picture of this folder: `python make.py` (needs Pillow 12 or later, numpy, and cjxl of libjxl).

The pictures are drawn by formulas, so nobody else's work is in them, and the pixels are the same
on every run. The files are committed: tests read them and never run this script.
"""

import io
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

import animations

HERE = Path(__file__).parent
BAD = HERE / "bad"


def noise(rng, height, width, cells):
    """Smooth noise in 0..1: random values on a grid of `cells`, interpolated with cubics."""
    grid = rng.random((cells + 1, cells + 1)).astype(np.float32)
    image = Image.fromarray(grid, "F").resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image)


def fractal(rng, height, width, octaves, first=2):
    """Octaves of noise, each half as strong as the one before."""
    total, weight = np.zeros((height, width), np.float32), 0.0
    for octave in range(octaves):
        strength = 0.5**octave
        total += strength * noise(rng, height, width, first * 2**octave)
        weight += strength
    return total / weight


def photo(width=320, height=213):
    """A mountain lake at dusk: gradients, fine texture, hard edges and saturated colour."""
    rng = np.random.default_rng(7)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    v = y / height
    picture = np.stack([90 + 150 * v, 120 + 70 * v, 190 - 60 * v], -1)
    clouds = np.clip(fractal(rng, height, width, 6) * 2.2 - 0.9, 0, 1)[..., None]
    picture = picture * (1 - 0.6 * clouds) + np.array([255, 226, 214]) * 0.6 * clouds
    sun = np.exp(-(((x - 0.7 * width) ** 2 + (y - 0.33 * height) ** 2) / (0.004 * width * width)))
    picture += sun[..., None] * np.array([160, 110, 20])
    for base, colour in [(0.42, (110, 112, 150)), (0.52, (70, 84, 104)), (0.62, (34, 58, 48))]:
        ridge = fractal(rng, 2, width, 7, 3)[0]
        edge = height * (base + 0.35 * (ridge - 0.5))
        texture = fractal(rng, height, width, 7, 8)[..., None]
        mountain = np.array(colour) * (0.55 + 0.9 * texture)
        picture = np.where((y > edge)[..., None], mountain, picture)
    shore = int(height * 0.74)
    water = picture[shore - (height - shore) : shore][::-1] * [0.62, 0.72, 0.86]
    ripples = 12 * np.sin(y[shore:] * 1.9 + 3 * noise(rng, height - shore, width, 12))
    picture[shore:] = water + ripples[..., None]
    boat = (np.abs(x - 0.3 * width) < 16) & (np.abs(y - 0.82 * height) < 4)
    picture[boat] = (214, 40, 36)
    picture += rng.normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8), "RGB")


def logo(size=160):
    """A ring and a disc with soft edges and half-transparent colour."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) + 0.5
    r = np.hypot(x - size / 2, y - size / 2)
    ring = np.clip(6.5 - np.abs(r - size * 0.4), 0, 1)
    disc = np.clip(size * 0.26 - r, 0, 1) * 0.55
    rgba = np.zeros((size, size, 4), np.float32)
    rgba[..., 0] = 255 * x / size
    rgba[..., 1] = 90 + 60 * y / size
    rgba[..., 2] = 255 - 200 * x / size
    rgba[..., 3] = 255 * np.maximum(ring, disc)
    return Image.fromarray(rgba.astype(np.uint8), "RGBA")


def wide_gamut_profile():
    """A small ICC v2 matrix profile with the primaries of Display P3 and a gamma of 2.2."""

    def s15(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(values):
        return b"XYZ \0\0\0\0" + b"".join(map(s15, values))

    text = b"wide gamut test profile\0"
    description = b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(78)
    description += bytes(-len(description) % 4)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) + b"\0\0"
    tags = [
        (b"desc", description),
        (b"cprt", b"text\0\0\0\0none\0\0\0\0"),
        (b"wtpt", xyz((0.9642, 1.0, 0.8249))),
        (b"rXYZ", xyz((0.5151, 0.2412, -0.0011))),
        (b"gXYZ", xyz((0.2919, 0.6922, 0.0419))),
        (b"bXYZ", xyz((0.1572, 0.0666, 0.7841))),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
    ]
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    header = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + s15(0.9642) + s15(1.0) + s15(0.8249)
    return header + bytes(128 - len(header)) + table + body


def exif(orientation):
    """Orientation, a copyright line, a camera and a position."""
    block = Image.Exif()
    block[0x0112] = orientation
    block[0x8298] = "Safelight test picture"
    block[0x010F] = "Formula"
    gps = block.get_ifd(0x8825)
    gps[1], gps[2] = "N", (52.0, 31.0, 0.0)
    gps[3], gps[4] = "E", (13.0, 24.0, 0.0)
    return block.tobytes()


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png16(width=160, height=107):
    """A 16-bit RGB PNG, written by hand because Pillow has no such mode."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [x / (width - 1), y / (height - 1), (x + y) / (width + height - 2)]
    rows = (np.stack(planes, -1) * 65535).astype(">u2")
    # PNG filter 1: bytes minus the byte one pixel (6 bytes) to the left.
    data = np.frombuffer(rows.tobytes(), np.uint8).reshape(height, width * 6)
    left = np.pad(data, ((0, 0), (6, 0)))[:, :-6]
    raw = b"".join(b"\1" + row.tobytes() for row in data - left)
    ihdr = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(*c) for c in [(b"IHDR", ihdr), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")]
    )


def frames(size=72, count=8):
    """A dot running round a ring."""
    for index in range(count):
        y, x = np.mgrid[0:size, 0:size].astype(np.float32)
        angle = 2 * np.pi * index / count
        cx, cy = size / 2 + 24 * np.cos(angle), size / 2 + 24 * np.sin(angle)
        picture = np.full((size, size, 3), (24, 32, 56), np.uint8)
        picture[np.abs(np.hypot(x - size / 2, y - size / 2) - 24) < 2] = (90, 110, 160)
        picture[np.hypot(x - cx, y - cy) < 8] = (250, 200, 60)
        yield Image.fromarray(picture, "RGB")


def save(name, image, **how):
    image.save(HERE / name, **how)


def make_jpegs(picture):
    small = picture.resize((160, 107), Image.Resampling.LANCZOS)
    save("photo.jpg", picture, quality=82, subsampling="4:2:0")
    save("photo-422.jpg", small, quality=82, subsampling="4:2:2")
    save("photo-444.jpg", small, quality=82, subsampling="4:4:4")
    save("progressive.jpg", picture, quality=78, progressive=True, subsampling="4:2:0")
    save("gray.jpg", picture.convert("L"), quality=80)
    save("wide-gamut.jpg", small, quality=85, icc_profile=wide_gamut_profile())
    save("cmyk.jpg", small.convert("CMYK"), quality=80)
    for orientation in range(1, 9):
        source = picture if orientation == 6 else small.resize((60, 40))
        stored = undo(source, orientation)
        save(f"orientation-{orientation}.jpg", stored, quality=80, exif=exif(orientation))


def undo(picture, orientation):
    """The stored pixels that EXIF's `orientation` turns back into `picture`."""
    turn = Image.Transpose
    steps = {
        2: turn.FLIP_LEFT_RIGHT, 3: turn.ROTATE_180, 4: turn.FLIP_TOP_BOTTOM, 5: turn.TRANSPOSE,
        6: turn.ROTATE_90, 7: turn.TRANSVERSE, 8: turn.ROTATE_270,
    }
    return picture.transpose(steps[orientation]) if orientation in steps else picture


def make_pngs(picture):
    small = picture.resize((160, 107), Image.Resampling.LANCZOS)
    save("rgb.png", small, optimize=True)
    save("alpha.png", logo(), optimize=True)
    save("gray.png", small.convert("L"), optimize=True)
    save("gray-alpha.png", logo(64).convert("LA"), optimize=True)
    palette = small.quantize(32, method=Image.Quantize.MEDIANCUT)
    save("palette.png", palette, optimize=True, bits=5)
    save("palette-transparent.png", palette, optimize=True, transparency=3)
    (HERE / "rgb16.png").write_bytes(png16())
    save("pixel.png", Image.new("RGB", (1, 1), (214, 40, 36)))


def make_gifs(picture):
    small = picture.resize((120, 80), Image.Resampling.LANCZOS)
    save("still.gif", small.quantize(64))
    first, *rest = frames()
    save("anim.gif", first, save_all=True, append_images=rest, duration=80, loop=0)
    cut = logo(64).convert("RGBA")
    cut.putalpha(cut.getchannel("A").point(lambda a: 255 if a > 127 else 0))
    save("transparent.gif", cut)


def make_webps(picture):
    small = picture.resize((120, 80), Image.Resampling.LANCZOS)
    save("lossy.webp", picture, quality=75, method=6)
    save("lossless.webp", small, lossless=True, method=6)
    save("alpha.webp", logo(), quality=80, method=6)
    first, *rest = frames()
    save("anim.webp", first, save_all=True, append_images=rest, duration=80, loop=0, quality=60)


def make_avifs(picture):
    small = picture.resize((161, 107), Image.Resampling.LANCZOS)
    save("420.avif", small, quality=60, subsampling="4:2:0", speed=4)
    save("422.avif", small, quality=60, subsampling="4:2:2", speed=4)
    save("444.avif", small, quality=60, subsampling="4:4:4", speed=4)
    save("gray.avif", small.convert("L"), quality=60, subsampling="4:0:0", speed=4)
    save("alpha.avif", logo(), quality=70, speed=4)


def small_picture(picture):
    """A small part of `picture`, as PNG: what the same part in other formats must decode to."""
    small = picture.crop((40, 90, 136, 154))
    small.save(HERE / "small.png")
    alpha = Image.linear_gradient("L").resize(small.size)
    faded = small.copy()
    faded.putalpha(alpha)
    faded.save(HERE / "small-alpha.png")
    few = small.quantize(16)
    few.convert("RGB").save(HERE / "small-palette.png")
    ink = small.convert("L").point(lambda value: 255 * (value > 110)).convert("1")
    ink.save(HERE / "small-ink.png")
    return small, faded, few, ink


def make_tiffs_and_bmps(picture):
    small, faded, few, ink = small_picture(picture)
    deflate = {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}
    small.save(HERE / "rgb.tif", **deflate)
    small.save(HERE / "strips.tif", compression="tiff_lzw", strip_size=96 * 3 * 5)
    faded.save(HERE / "alpha.tif", compression="tiff_lzw")
    few.save(HERE / "palette.tif", compression="packbits")
    ink.save(HERE / "fax.tif", compression="group4")
    inverse = Image.merge("CMYK", [b.point(lambda v: 255 - v) for b in small.split()] + [
        Image.new("L", small.size)
    ])
    inverse.save(HERE / "cmyk.tif", **deflate)
    grey = np.asarray(small.convert("L")).astype(np.uint16)
    Image.fromarray(grey * 257).save(HERE / "gray16.tif", **deflate)
    Image.fromarray(grey.astype(np.uint8)).save(HERE / "small-gray.png")
    turned = small.transpose(Image.Transpose.ROTATE_90)
    turned.save(HERE / "turned.tif", compression="tiff_lzw", tiffinfo={274: 6})
    small.save(HERE / "jpeg-inside.tif", compression="jpeg")
    small.save(HERE / "profile.tif", icc_profile=wide_gamut_profile(), **deflate)
    small.save(HERE / "profile.png", icc_profile=wide_gamut_profile())
    small.save(HERE / "rgb.bmp")
    few.save(HERE / "palette.bmp")


def make_jxls():
    """By `cjxl` of libjxl, from the pictures that are there already."""
    for source, name, how in [
        ("small.png", "rgb.jxl", ["-d", "0"]),
        ("small-alpha.png", "alpha.jxl", ["-d", "0"]),
        ("small-gray.png", "gray.jxl", ["-d", "0"]),
        ("profile.png", "profile.jxl", ["-d", "0"]),
        ("small.png", "lossy.jxl", ["-d", "1", "--container=1"]),
    ]:
        subprocess.run(["cjxl", HERE / source, HERE / name, *how], check=True)
    first = Image.open(HERE / "small.png").convert("RGB")
    rest = [first.rotate(180), first.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    with tempfile.NamedTemporaryFile(suffix=".png") as moving:
        first.save(moving, "PNG", save_all=True, append_images=rest, duration=100)
        moving.flush()
        subprocess.run(["cjxl", moving.name, HERE / "anim.jxl", "-d", "0"], check=True)


def box(name, *parts, version=None):
    """A box of the ISO base media format; `version` makes it a full box."""
    head = b"" if version is None else struct.pack(">I", version << 24)
    body = head + b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, name) + body


def make_heic():
    """The boxes of a turned 64x40 HEIC. Its pixels are no HEVC: who decodes it is a hook of a test."""
    info = box(b"infe", struct.pack(">HH4s", 1, 0, b"hvc1"), b"\0", version=2)
    size = box(b"ispe", struct.pack(">II", 64, 40), version=0)
    properties = box(b"ipco", size, box(b"irot", b"\x01"))
    uses = box(b"ipma", struct.pack(">IHBBB", 1, 1, 2, 0x81, 0x82), version=0)
    place = struct.pack(">BBHHHHII", 0x44, 0, 1, 1, 0, 1, 0, 16)
    meta = box(
        b"meta",
        box(b"hdlr", b"\0" * 4 + b"pict" + b"\0" * 13, version=0),
        box(b"pitm", struct.pack(">H", 1), version=0),
        box(b"iinf", struct.pack(">H", 1), info, version=0),
        box(b"iprp", properties, uses),
        box(b"iloc", place, version=0),
        version=0,
    )
    start = box(b"ftyp", b"heic\0\0\0\0mif1heic")
    (HERE / "turned.heic").write_bytes(start + meta + box(b"mdat", b"no hevc, no hevc"))


def encoded(name):
    return (HERE / name).read_bytes()


def make_bad():
    BAD.mkdir(exist_ok=True)
    jpeg, png = bytearray(encoded("photo.jpg")), bytearray(encoded("rgb.png"))
    frame = jpeg.index(b"\xff\xc0")
    huge = bytearray(jpeg)
    huge[frame + 5 : frame + 9] = struct.pack(">HH", 65500, 65500)
    flat = bytearray(jpeg)
    flat[frame + 5 : frame + 9] = bytes(4)
    ihdr = struct.pack(">IIBBBBB", 60000, 60000, 8, 6, 0, 0, 0)
    bomb = png[:8] + png_chunk(b"IHDR", ihdr) + png_chunk(b"IDAT", zlib.compress(bytes(4000)))
    crc = bytearray(png)
    crc[30] ^= 0xFF
    deep = io.BytesIO()
    Image.new("P", (2, 2)).save(deep, "GIF")
    gif = bytearray(deep.getvalue())
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    files = {
        "empty.jpg": b"",
        "text.jpg": b"this is not a picture\n",
        "page.html": b"<!doctype html><script>alert(1)</script>\n",
        "truncated.jpg": jpeg[: len(jpeg) // 3],
        "header-only.jpg": jpeg[:frame],
        "bomb.jpg": huge,
        "zero-size.jpg": flat,
        "truncated.png": png[: len(png) // 2],
        "bad-crc.png": crc,
        "bomb.png": bomb,
        "huge-screen.gif": gif,
        "truncated.gif": encoded("anim.gif")[:300],
        "truncated.webp": encoded("lossy.webp")[:200],
        "header-only.webp": encoded("lossy.webp")[:16],
        "truncated.avif": encoded("420.avif")[: len(encoded("420.avif")) // 2],
        "header-only.avif": encoded("420.avif")[:60],
    }
    for name, data in files.items():
        (BAD / name).write_bytes(bytes(data))


def main():
    picture = photo()
    make_jpegs(picture)
    make_pngs(picture)
    make_gifs(picture)
    make_webps(picture)
    make_avifs(picture)
    make_heic()
    make_tiffs_and_bmps(picture)
    make_jxls()
    make_bad()
    animations.main()


if __name__ == "__main__":
    main()
