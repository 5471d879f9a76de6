"""The programs that are compared, each a function from a file to the bytes it makes of it."""

import importlib.metadata
import io
import itertools
import json
import math
import os
import pathlib
import shutil
import subprocess

import oxipng
from PIL import Image, ImageSequence

HERE = pathlib.Path(__file__).parent
# Of a picture of more pixels the tools and the metric would take minutes each.
LARGEST = 8_000_000
LIMITS = {"time_ms": 0, "memory": 2_000_000_000}
Image.MAX_IMAGE_PIXELS = None


def version(program: str) -> str:
    done = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip().splitlines()[0]


def libraries() -> str:
    names = {name: importlib.metadata.version(name) for name in ("pyoxipng", "pillow")}
    sharp = json.loads((HERE / "node_modules/sharp/package.json").read_text())["version"]
    return ", ".join(f"{name} {number}" for name, number in {**names, "sharp": sharp}.items())


class Bench:
    """Where everything is."""

    def __init__(self, release: pathlib.Path, pictures: pathlib.Path, work: pathlib.Path) -> None:
        self.safelight = release / "safelight"
        self.scorer = release / "examples/score"
        self.pictures = pictures
        self.work = work
        self.qualities = [60, 80, 90]
        self.most = LARGEST
        self.jobs = 1
        self.numbers = itertools.count()

    def path(self, suffix: str) -> pathlib.Path:
        return self.work / f"{next(self.numbers)}{suffix}"

    def folder(self, name: str) -> pathlib.Path:
        folder = self.pictures / name
        return folder if folder.is_dir() else self.pictures

    def polish(self, file: pathlib.Path, *arguments: str) -> tuple[dict, bytes]:
        """What the CLI says, and the bytes."""
        out = self.path(".out")
        command = [str(self.safelight), "polish", *arguments, "--json", "--limits", json.dumps(LIMITS), str(file), str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        data = out.read_bytes()
        out.unlink()
        return json.loads(done.stdout), data

    def render(self, options: str, file: pathlib.Path) -> bytes:
        out = self.path(".out")
        subprocess.run([str(self.safelight), "render", options, str(file), str(out)], check=True)
        data = out.read_bytes()
        out.unlink()
        return data

    def run(self, command: list[str], suffix: str) -> bytes | None:
        """The file that a command makes at the path behind its arguments."""
        if shutil.which(command[0]) is None:
            return None
        out = self.path(suffix)
        done = subprocess.run([*command, str(out)], capture_output=True, check=False)
        data = out.read_bytes() if done.returncode == 0 and out.exists() else None
        out.unlink(missing_ok=True)
        return data

    def jpegtran(self, file: pathlib.Path) -> bytes | None:
        if shutil.which("jpegtran") is None:
            return None
        command = ["jpegtran", "-copy", "icc", "-optimize", "-progressive", str(file)]
        done = subprocess.run(command, capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None

    def oxipng(self, file: pathlib.Path) -> bytes | None:
        try:
            return oxipng.optimize_from_memory(file.read_bytes(), level=4, strip=oxipng.StripChunks.safe())
        except oxipng.PngError:
            return None

    def cwebp(self, file: pathlib.Path, *arguments: str) -> bytes | None:
        return self.run(["cwebp", "-quiet", *arguments, str(file), "-o"], ".webp")

    def sharp(self, file: pathlib.Path, form: str, quality: int = 0) -> bytes | None:
        return self.run(["node", str(HERE / "encode.mjs"), form, str(quality), str(file)], f".{form.split('-')[0]}")

    def png(self, data: bytes | pathlib.Path) -> pathlib.Path:
        """The picture as PNG of 8 bits, decoded by Pillow, turned as it is meant to be seen."""
        from PIL import ImageOps

        source = data
        if isinstance(data, bytes):
            source = self.path(".in")
            source.write_bytes(data)
        out = self.path(".png")
        with Image.open(source) as image:
            turned = ImageOps.exif_transpose(image)
            has_alpha = "A" in turned.mode or "transparency" in turned.info
            plain = turned.convert("RGBA" if has_alpha else "RGB")
            # A profile or an orientation that is left would be followed by some and not by others.
            plain.info.clear()
            plain.save(out, compress_level=1)
        if isinstance(data, bytes):
            os.unlink(source)
        return out

    def score(self, reference: pathlib.Path, data: bytes) -> float:
        """SSIMULACRA2 of a file against a PNG, over the whole picture."""
        candidate = self.png(data)
        done = subprocess.run([str(self.scorer), str(reference), str(candidate)], capture_output=True, text=True, check=True)
        candidate.unlink()
        return float(done.stdout)

    def bytes_at(self, reference: pathlib.Path, score: float, encode) -> float | None:
        """Bytes that an encoder takes for exactly `score`, between the two qualities around it.

        The next quality is where a line through the two nearest scores so far meets `score`.
        """
        known: dict[int, tuple[float, int]] = {}
        low, high, quality = 0, 101, 75
        while high - low > 1:
            data = encode(quality)
            if data is None:
                return None
            known[quality] = self.score(reference, data), len(data)
            low, high = (low, quality) if known[quality][0] >= score else (quality, high)
            quality = between(known, low, high, score)
        if high not in known:
            return None
        above, below = known[high], known.get(low)
        if below is None or above[0] == below[0]:
            return float(above[1])
        share = (score - below[0]) / (above[0] - below[0])
        return math.exp(math.log(below[1]) + share * (math.log(above[1]) - math.log(below[1])))


def between(known: dict[int, tuple[float, int]], low: int, high: int, score: float) -> int:
    """The quality to try next between two of which the lower is too bad and the higher is not."""
    if low in known and high in known:
        rise = (known[high][0] - known[low][0]) / (high - low)
        aimed = low + (score - known[low][0]) / max(rise, 0.01)
    else:
        at = low if low in known else high
        aimed = at + (score - known[at][0]) / 0.6
        # Past the aim by one, so that the other side is known soon.
        aimed += 1 if at == low else -1
    return min(max(round(aimed), low + 1), high - 1)


def size(file: pathlib.Path) -> tuple[str, int, int, int] | None:
    """Format, width, height and frames as Pillow sees them; nothing for what it does not read."""
    try:
        with Image.open(file) as image:
            image.load()
            return image.format or "", image.width, image.height, getattr(image, "n_frames", 1)
    except Exception:  # noqa: BLE001: whatever goes wrong, Pillow does not read it
        return None


def misread(source: bytes) -> bool:
    """Whether Pillow takes other pixels of a PNG for transparent than the format says: of greys of fewer
    than 8 bits it stretches the samples, and not the one that is transparent."""
    return source.startswith(b"\x89PNG") and source[24] < 8 and source[25] == 0 and b"tRNS" in source


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether Pillow decodes the same frames for the same time; hidden colours do not count."""
    with Image.open(io.BytesIO(one)) as left, Image.open(io.BytesIO(other)) as right:
        return spans(left) == spans(right)


def spans(image: Image.Image) -> list:
    """Frames as seen with their times, equal neighbours joined.

    A frame of up to 10 ms is shown for 100 by every browser, and is written so by polish.
    """
    if image.format == "MPO":
        # A JPEG with further pictures behind its end, which are none of its frames.
        return [visible(image)]
    found: list[list] = []
    for at, frame in enumerate(ImageSequence.Iterator(image)):
        if at == 0 and getattr(image, "default_image", False):
            # What an APNG shows where it cannot move is no frame of it.
            continue
        pixels, time = visible(frame), frame.info.get("duration", 0)
        time = 100 if time <= 10 else time
        if found and found[-1][0] == pixels:
            found[-1][1] += time
        else:
            found.append([pixels, time])
    return found if len(found) > 1 else [found[0][0]]


def visible(frame: Image.Image) -> tuple:
    """Samples that are seen; orientation is of the file, not of the samples."""
    if frame.mode == "I;16":
        # Grey of 16 bits, the low byte first; 8 say the same where both are equal.
        samples = frame.tobytes()
        if samples[::2] == samples[1::2]:
            frame = Image.frombytes("L", frame.size, samples[::2])
    if frame.mode in ("CMYK", "I;16", "I;16B", "I"):
        return frame.mode.removesuffix("B"), frame.size, hash(frame.tobytes())
    rgba = frame.convert("RGBA")
    shown = Image.new("RGBA", rgba.size)
    mask = rgba.getchannel("A").point(lambda alpha: 255 if alpha else 0)
    shown.paste(rgba, mask=mask)
    return "RGBA", frame.size, hash(shown.tobytes())
