"""Pixel truth: our decoded pixels against a second decoder's, our resize against a neutral one.

Decoding: every picture of a corpus that both sides read is rendered at its own size to PNG and
compared with Pillow's decode (libjpeg-turbo, libpng, libwebp, libavif), turned upright and
converted to sRGB there too. The tolerances below are stated per format; alpha counts, and
colour only as far as a pixel is visible.

Animations: every frame, its time and the number of plays, see `animation.py`.

Resizing: SSIMULACRA2 against a float64 Lanczos3 of the second decode: at least 90 where no DCT
scaling took part, at least 80 where it did.

Usage: run.py --release DIR [--verbose]
"""

import argparse
import io
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageCms, ImageOps

import safelight

HERE = pathlib.Path(__file__).parent
TOP = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "tools"))
import animation  # noqa: E402  (needs the path above)
import lanczos  # noqa: E402  (needs the path above)

sys.path.insert(0, str(HERE))
import codepoints  # noqa: E402  (needs the path above)

CORPUS = [TOP / "tests/images", TOP.parent / "shared/images/conformance", TOP.parent / "shared/images/perf"]
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif")
# Mean and largest difference of a channel, in levels. Decoders of JPEG and lossy WebP may round
# differently in the inverse transform and in chroma upsampling, those of AVIF in the latter too.
TOLERANCE = {"png": (0.01, 1), "gif": (0.01, 0), "jpeg": (0.6, 24), "webp": (0.6, 24), "avif": (1.0, 40)}
# A colour conversion adds the rounding and the gamut edges of another engine.
CONVERTED = (1.5, 255)
# The second decoder keeps 8 bits of an HDR sample; tone mapping spreads their steps.
TONE_MAPPED = (2.0, 255)
SCORE_PLAIN, SCORE_SCALED = 90.0, 80.0


def known_differences() -> dict[str, str]:
    """Files that are left out, with the reason."""
    lines = (HERE / "known.tsv").read_text().splitlines()
    return dict(line.split("\t") for line in lines if line and line[0] != "#")


def second_decode(path: pathlib.Path) -> tuple[Image.Image, bool] | None:
    """Pillow's decode, upright and in sRGB, and whether colours were converted; None if it cannot."""
    try:
        image = Image.open(path)
        image.load()
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001  (any refusal of the second decoder only means: no comparison)
        return None
    if image.mode.startswith("I") or image.mode == "F":
        samples = numpy.asarray(image, dtype=numpy.float64)
        image = Image.fromarray(((samples * 255 + 32767) // 65535).astype(numpy.uint8))
    transparent = image.mode in ("RGBA", "LA", "PA", "RGBa") or "transparency" in image.info
    if not profile:
        return image.convert("RGBA" if transparent else "RGB"), image.mode == "CMYK"
    return to_srgb(image, profile, transparent)


def to_srgb(image: Image.Image, profile: bytes, transparent: bool) -> tuple[Image.Image, bool] | None:
    """Little CMS's conversion, relative colorimetric with black point compensation, as browsers do it; alpha is carried over."""
    alpha = image.convert("RGBA").getchannel("A") if transparent else None
    base = image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        base = ImageCms.profileToProfile(base, source, ImageCms.createProfile("sRGB"), renderingIntent=intent, outputMode="RGB", flags=ImageCms.Flags.BLACKPOINTCOMPENSATION)
    except (ImageCms.PyCMSError, OSError):
        return None
    if alpha is not None:
        base.putalpha(alpha)
    return base, True


def by_code_points(path: pathlib.Path, data: bytes) -> tuple[Image.Image, bool] | None:
    """Pillow's decode, converted by our own float arithmetic, as Pillow leaves code points alone."""
    points, second = codepoints.of_file(data), second_decode(path)
    if points is None or second is None:
        return None
    image = second[0].convert("RGBA")
    samples = numpy.asarray(image)
    colours = codepoints.to_srgb(samples[..., :3], points)
    if colours is None:
        return None
    return Image.fromarray(numpy.dstack([colours, samples[..., 3]]), "RGBA"), True


def compare(ours: Image.Image, theirs: Image.Image) -> tuple[float, float]:
    """Mean and largest difference; colour is weighted by opacity."""
    left = numpy.asarray(ours.convert("RGBA"), dtype=numpy.float64)
    right = numpy.asarray(theirs.convert("RGBA"), dtype=numpy.float64)
    visible = numpy.minimum(left[..., 3:], right[..., 3:]) / 255
    apart = numpy.abs(left - right)
    apart[..., :3] *= visible
    return float(apart.mean()), float(apart.max())


def tolerance(probe: dict, converted: bool) -> tuple[float, float]:
    """Mean and largest difference that a file may show."""
    if probe["profile"] == "cicp" and probe["bits"] > 8:
        return TONE_MAPPED
    if converted or probe["profile"] != "srgb":
        return CONVERTED
    # The second decoder cuts 16-bit samples off where we round.
    return (0.5, 1) if probe["format"] == "png" and probe["bits"] == 16 else TOLERANCE[probe["format"]]


def check_decode(path: pathlib.Path) -> tuple[str, str]:
    """Verdict and detail of one file."""
    data = path.read_bytes()
    try:
        probe = safelight.probe(data)
        ours = Image.open(io.BytesIO(bytes(safelight.render(data, "format=png,anim=false"))))
    except safelight.SafelightError as error:
        return "skipped", f"refused: {error}"
    second = by_code_points(path, data) if probe["profile"] == "cicp" else second_decode(path)
    if second is None:
        return "skipped", "no second opinion: the decoder refuses it, or its code points are not known here"
    theirs, converted = second
    if ours.size != theirs.size:
        return "failed", f"size {ours.size}, second decoder {theirs.size}"
    mean, largest = compare(ours, theirs)
    limit, peak = tolerance(probe, converted)
    detail = f"{probe['format']} mean {mean:.3f} (≤ {limit}) largest {largest:.0f} (≤ {peak})"
    return ("passed" if mean <= limit and largest <= peak else "failed"), detail


def check_resize(path: pathlib.Path, width: int, scorer: str, folder: pathlib.Path) -> tuple[str, str]:
    """SSIMULACRA2 of a resize to PNG."""
    data = path.read_bytes()
    options = f"width={width},format=png"
    scale = safelight.explain(data, options)["plan"]["decode"]["scale"]
    image = lanczos.load(path)
    reference, ours = folder / "reference.png", folder / "ours.png"
    lanczos.resize(image, width, lanczos.height_for(image, width)).save(reference)
    ours.write_bytes(bytes(safelight.render(data, options)))
    score = float(subprocess.check_output([scorer, str(reference), str(ours)], text=True))
    floor = SCORE_SCALED if scale > 1 else SCORE_PLAIN
    return ("passed" if score >= floor else "failed"), f"width {width}: decoded at 1/{scale}, {score:.1f} (≥ {floor:.0f})"


def resize_cases() -> list[tuple[pathlib.Path, int]]:
    """Real photographs where they are there, and our own pictures."""
    perf = TOP.parent / "shared/images/perf"
    names = ["sharp-bench-2725x2225.jpg", "phone-nokia-8.3.jpg", "phone-iphone6.jpg", "clic-28d24b9c.png", "alpha-2048x1536.png", "kodim03.png", "gallery1-4.webp"]
    real = [(perf / name, width) for name in names for width in (160, 320, 480, 720, 1000) if (perf / name).exists()]
    own = [(TOP / "tests/images" / name, width) for name in ("photo.jpg", "rgb.png", "alpha.png") for width in (64, 100)]
    return [(path, width) for path, width in real + own if Image.open(path).width > width]


class Tally:
    """Counts verdicts and prints those worth reading."""

    def __init__(self, verbose: bool) -> None:
        self.verbose = verbose
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}

    def note(self, name: str, verdict: str, detail: str) -> None:
        self.counts[verdict] += 1
        if self.verbose or verdict == "failed":
            print(f"{verdict}: {name}: {detail}", flush=True)


def moves(path: pathlib.Path) -> bool:
    """Whether we read more than one frame in it."""
    try:
        return safelight.probe(path.read_bytes())["frames"] > 1
    except safelight.SafelightError:
        return False


def check_corpus(folder: pathlib.Path, tally: Tally) -> None:
    """Every picture of one folder."""
    if not folder.is_dir():
        print(f"not here, skipped: {folder.name}")
        return
    known = known_differences()
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES:
            name = f"{folder.name}/{path.name}"
            tally.note(name, *(("skipped", known[name]) if name in known else check_decode(path)))
            moving = f"animation {name}"
            if moves(path):
                tally.note(moving, *(("skipped", known[moving]) if moving in known else animation.check(path)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--release", required=True, type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    tally = Tally(arguments.verbose)
    for folder in CORPUS:
        check_corpus(folder, tally)
    with tempfile.TemporaryDirectory() as folder:
        for path, width in resize_cases():
            scorer = str(arguments.release / "examples/score")
            tally.note(f"resize {path.name}", *check_resize(path, width, scorer, pathlib.Path(folder)))
    counts = tally.counts
    print(f"truth: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


sys.exit(main())
