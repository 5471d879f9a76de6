"""A second opinion on code points (ITU-T H.273): float64, from the published primaries and transfer functions.

What the core says it does with high dynamic range is done here again from its description, so
that the two can be compared: diffuse white at 203 cd/m², a roll-off above 0.75 of it that
reaches white at the peak of the transfer, one factor for all channels.
"""

import pathlib

import numpy

# x and y of red, green and blue; white is D65 for all of these.
PRIMARIES = {
    1: ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060)),
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    7: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
D65 = (0.3127, 0.3290)
# Camera curves are read as sRGB's, as they are when pictures are shown.
LIKE_SRGB = {1, 2, 6, 13, 14, 15}
POWERS = {4: 2.2, 5: 2.8, 8: 1.0}
PQ, HLG = 16, 18
WHITE, KNEE = 203.0, 0.75


def of_file(data: bytes) -> tuple[int, int] | None:
    """Primaries and transfer that a PNG or AVIF states; None when only the stream inside says."""
    at = data.find(b"cICP")
    if data.startswith(b"\x89PNG") and at >= 0:
        return data[at + 4], data[at + 5]
    at = data.find(b"colrnclx")
    if at >= 0:
        return int.from_bytes(data[at + 8 : at + 10], "big"), int.from_bytes(data[at + 10 : at + 12], "big")
    return None


def to_xyz(primaries: int) -> numpy.ndarray:
    """Linear light in `primaries` to XYZ."""
    lift = lambda xy: numpy.array([xy[0] / xy[1], 1.0, (1 - xy[0] - xy[1]) / xy[1]])  # noqa: E731
    columns = numpy.stack([lift(xy) for xy in PRIMARIES[primaries]], axis=1)
    return columns * numpy.linalg.solve(columns, lift(D65))


def to_709(linear: numpy.ndarray, primaries: int) -> numpy.ndarray:
    return linear @ (numpy.linalg.inv(to_xyz(1)) @ to_xyz(primaries)).T


def srgb_light(value: numpy.ndarray) -> numpy.ndarray:
    return numpy.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def srgb_code(light: numpy.ndarray) -> numpy.ndarray:
    light = numpy.clip(light, 0, 1)
    return numpy.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def pq_light(value: numpy.ndarray) -> numpy.ndarray:
    """SMPTE ST 2084, in units of diffuse white."""
    m1, m2, c1, c2, c3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
    power = value ** (1 / m2)
    return (numpy.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1) * 10000 / WHITE


def hlg_light(value: numpy.ndarray, primaries: int) -> numpy.ndarray:
    """ARIB STD-B67 on a display of 1000 cd/m², in units of diffuse white."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = numpy.where(value <= 0.5, value**2 / 3, (numpy.exp((value - c) / a) + b) / 12)
    luminance = scene @ to_xyz(primaries)[1]
    return scene * luminance[..., None] ** 0.2 * 1000 / WHITE


def tone_mapped(light: numpy.ndarray, primaries: int, peak: float) -> numpy.ndarray:
    linear = to_709(light, primaries)
    grey = numpy.maximum(linear @ to_xyz(1)[1], 0)[..., None]
    least = linear.min(axis=-1, keepdims=True)
    share = numpy.where(least < 0, grey / numpy.maximum(grey - least, 1e-12), 1.0)
    linear = numpy.maximum(grey + (linear - grey) * share, 0)
    brightest = linear.max(axis=-1, keepdims=True)
    excess = numpy.minimum(brightest, peak) - KNEE
    rolled = KNEE + excess / (1 + (1 / (1 - KNEE) - 1 / (peak - KNEE)) * excess)
    return linear * numpy.where(brightest > KNEE, rolled / numpy.maximum(brightest, 1e-12), 1.0)


def to_srgb(pixels: numpy.ndarray, points: tuple[int, int]) -> numpy.ndarray | None:
    """Colours of 8 bits as sRGB of 8 bits; None for code points without an opinion here."""
    primaries, transfer = points
    primaries = 1 if primaries == 2 else primaries
    if primaries not in PRIMARIES:
        return None
    value = pixels.astype(numpy.float64) / 255
    if transfer == PQ:
        linear = tone_mapped(pq_light(value), primaries, 10000 / WHITE)
    elif transfer == HLG:
        linear = tone_mapped(hlg_light(value, primaries), primaries, 1000 / WHITE)
    elif transfer in LIKE_SRGB or transfer in POWERS:
        light = srgb_light(value) if transfer in LIKE_SRGB else value ** POWERS[transfer]
        linear = to_709(light, primaries)
    else:
        return None
    return numpy.round(srgb_code(linear) * 255).astype(numpy.uint8)


def main() -> None:
    """Checks itself on points that the standards give."""
    assert abs(pq_light(numpy.array(0.58068))[()] - 1) < 0.001, "203 cd/m² is PQ 0.5807"
    white = hlg_light(numpy.full((1, 3), 0.75), 9)
    assert numpy.allclose(white, 1, atol=0.01), "75 % HLG is diffuse white"
    assert numpy.allclose(to_709(numpy.ones(3), 9), 1), "white stays white"
    print(f"{pathlib.Path(__file__).name}: ok")


if __name__ == "__main__":
    main()
