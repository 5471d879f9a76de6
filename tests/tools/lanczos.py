"""A neutral resize: float64 Lanczos3 over a full decode, the yardstick of truth and bench."""

import pathlib

import numpy
from PIL import Image


def weights(size: int, target: int) -> numpy.ndarray:
    """Lanczos3 weights along one axis; at the edges the rest is renormalised."""
    scale = size / target
    support = max(scale, 1.0)
    centres = (numpy.arange(target) + 0.5) * scale
    x = (numpy.arange(size)[None, :] + 0.5 - centres[:, None]) / support
    matrix = numpy.where(numpy.abs(x) < 3, numpy.sinc(x) * numpy.sinc(x / 3), 0.0)
    return matrix / matrix.sum(axis=1, keepdims=True)


def resize(image: Image.Image, width: int, height: int) -> Image.Image:
    """Resizes RGB or RGBA; colours are weighted by their opacity."""
    pixels = numpy.asarray(image, dtype=numpy.float64).copy()
    transparent = pixels.shape[2] == 4
    if transparent:
        pixels[..., :3] *= pixels[..., 3:] / 255
    rows = numpy.einsum("oi,ijc->ojc", weights(image.height, height), pixels, optimize=True)
    small = numpy.einsum("oj,ijc->ioc", weights(image.width, width), rows, optimize=True)
    if transparent:
        # The filter overshoots at edges; a valid pixel has no more colour than opacity.
        alpha = numpy.clip(small[..., 3:], 0, 255)
        colour = numpy.clip(small[..., :3], 0, alpha) * 255 / numpy.maximum(alpha, 1e-9)
        small = numpy.concatenate([colour, alpha], axis=2)
    return Image.fromarray((numpy.clip(small, 0, 255) + 0.5).astype(numpy.uint8), image.mode)


def height_for(image: Image.Image, width: int) -> int:
    """Height that keeps the shape, rounded to nearest."""
    return max(1, int(image.height * width / image.width + 0.5))


def load(path: pathlib.Path) -> Image.Image:
    """The picture as it is meant to be seen, RGB or RGBA."""
    from PIL import ImageOps

    image = ImageOps.exif_transpose(Image.open(path))
    transparent = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")
