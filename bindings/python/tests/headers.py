"""Pictures that are nothing but a header: enough for ``probe`` and ``explain``."""

import struct
import zlib


def jpeg(width: int, height: int, orientation: int) -> bytes:
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    components = bytes([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])
    frame = struct.pack(">BHH", 8, height, width) + components
    scan = bytes([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0])
    segments = [(0xE1, b"Exif\0\0" + tiff), (0xC0, frame), (0xDA, scan)]
    return b"\xff\xd8" + b"".join(b"\xff" + bytes([kind]) + struct.pack(">H", len(body) + 2) + body for kind, body in segments)


def png(width: int, height: int) -> bytes:
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    framed = [struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def webp(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14 | 1 << 28
    body = b"WEBPVP8L" + struct.pack("<I", 16) + b"\x2f" + struct.pack("<I", bits) + bytes(11)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif(width: int, height: int) -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + bytes([2, 1, 0x44, 0])
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + frame + b";"


def picture(kind: str, size: str, orientation: int) -> bytes:
    """A header of ``kind`` for a size such as ``400x200``; PNG and WebP have alpha."""
    width, height = map(int, size.split("x"))
    return jpeg(width, height, orientation) if kind == "jpeg" else {"gif": gif, "png": png, "webp": webp}[kind](width, height)
