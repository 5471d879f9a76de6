"""The tables. Each section prints one and answers the number of its failures."""

import pathlib
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from PIL import Image, ImageChops, ImageOps, ImageStat
from tools import LARGEST, Bench, misread, same_pixels, size

POLISHED = {"JPEG", "PNG", "GIF", "WEBP"}


def percent(part: float, whole: float) -> str:
    return f"{100 * (part - whole) / whole:+6.1f} %"


def files_of(folder: pathlib.Path) -> list[pathlib.Path]:
    return sorted(file for file in folder.iterdir() if file.is_file())


def readable(folders: list[pathlib.Path]) -> list[tuple[pathlib.Path, str, int]]:
    """Files of formats that are polished, with format and frames, as far as tools can read them."""
    found = []
    for file in [file for folder in folders for file in files_of(folder)]:
        facts = size(file)
        if facts and facts[0] in POLISHED and facts[1] * facts[2] * facts[3] <= LARGEST:
            found.append((file, facts[0], facts[3]))
    return found


def folders(bench: Bench) -> list[pathlib.Path]:
    return list(dict.fromkeys([bench.folder("perf"), bench.folder("conformance")]))


def lossless(bench: Bench) -> int:
    """Bytes of every tool over the files on which every tool of the row has worked."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for count, (file, form, frames) in enumerate(readable(folders(bench))):
        print(f"  {count} {file.name}", file=sys.stderr, flush=True)
        source = file.stat().st_size
        info, data = bench.polish(file)
        row = {"polish": len(data)}
        if form == "JPEG":
            row["jpegtran"] = length(bench, file, bench.jpegtran(file))
        if form == "PNG" and frames == 1:
            row["oxipng -o4"] = length(bench, file, bench.oxipng(file))
            row["sharp png"] = length(bench, file, bench.sharp(file, "png"))
        if form in ("PNG", "GIF") and frames == 1:
            copied = bench.polish(file, "--webp")[1]
            row["polish --webp"] = len(copied)
        if form == "PNG" and frames == 1:
            row["cwebp -z 9"] = length(bench, file, bench.cwebp(file, "-lossless", "-z", "9"))
            row["sharp webp"] = length(bench, file, bench.sharp(file, "webp-lossless"))
        kind = f"{form} moving" if frames > 1 else form
        if info["status"] in ("cannot_optimize", "format_not_supported") or 0 in row.values():
            print(f"  left out of the table: {file.name} ({info['status']}, {row})")
            continue
        for name, bytes_ in {"source": source, **row}.items():
            # Nobody keeps a file that grew, and a WebP that is larger is not sent.
            sums[kind][name].append(min(source, bytes_))
    print("\nlossless: bytes of all files together; a tool's file that is larger or shows other pixels counts as the source")
    for kind, row in sums.items():
        whole = sum(row["source"])
        print(f"{kind}: {len(row['source'])} files, {whole} bytes")
        for name, list_ in row.items():
            print(f"  {name:14} {sum(list_):10} {percent(sum(list_), whole)}   mean of files {mean(list_, row['source'])}")
    return 0


def length(bench: Bench, file: pathlib.Path, data: bytes | None) -> int:
    """Bytes of a tool's file; those of the source where it shows other pixels, 0 where there is none."""
    if not data:
        return 0
    source = file.read_bytes()
    return len(data) if same_pixels(source, data) else len(source)


def mean(parts: list[int], wholes: list[int]) -> str:
    return f"{100 * (sum(p / w for p, w in zip(parts, wholes)) / len(parts) - 1):+6.1f} %"


def lossy(bench: Bench) -> int:
    """Polish at its floor, and what others take for the very same score."""
    print("\nlossy: bytes at the score that polish has reached, over the whole picture")
    sums: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    failures = 0
    with ThreadPoolExecutor(bench.jobs) as pool:
        for rows, lines, failed in pool.map(lambda file: compared(bench, file), pictures(bench)):
            print("\n".join(lines), flush=True)
            failures += failed
            for name, row in rows.items():
                for key, value in row.items():
                    sums[name][key].append(value)
    for name, row in sums.items():
        ours = row["polish"]
        print(f"{name}: {len(ours)} pictures on which all have reached the score")
        for key, values in row.items():
            print(f"  {key:14} {sum(values):10.0f} {percent(sum(values), sum(ours))}   mean of files {mean(values, ours)}")
    return failures


def compared(bench: Bench, file: pathlib.Path) -> tuple[dict, list[str], int]:
    """Rows of the table, lines to print, and failures of one picture."""
    reference, source = bench.png(file), file.stat().st_size
    rows, lines, failures = {}, [], 0
    for name, arguments, others in ways(bench, reference):
        info, data = bench.polish(file, "--lossy", *arguments)
        score = bench.score(reference, data)
        failures += len(data) > source or score < 78
        said = f"  {file.name:24} {name:6} {info['status']:14} {info['format']:4} q {info['quality']} score {score:5.1f} ({info['score']}): source {source}, polish {len(data)}"
        if info["format"] == name or name == "plain" and info["quality"] is not None:
            found = {other: bench.bytes_at(reference, score, encode) for other, encode in others.items()}
            said += "".join(f", {other} {bytes_ or 0:.0f}" for other, bytes_ in found.items())
            if all(found.values()):
                rows[name] = {"source": source, "polish": len(data), **found}
        lines.append(said)
    reference.unlink()
    return rows, lines, failures


def pictures(bench: Bench) -> list[pathlib.Path]:
    """Stills in colour of a fifth of a megapixel or more, none of them twice."""
    found, seen = [], []
    for file, form, frames in readable(folders(bench)):
        with Image.open(file) as image:
            pixels = image.width * image.height
            if frames > 1 or form not in ("JPEG", "PNG") or not 200_000 <= pixels <= bench.most or image.mode not in ("RGB", "RGBA", "P"):
                continue
            small = ImageOps.exif_transpose(image).convert("RGB").resize((16, 16), Image.Resampling.BOX)
        if all(sum(ImageStat.Stat(ImageChops.difference(small, other)).mean) > 18 for other in seen):
            found.append(file)
        seen.append(small)
    return found


def ways(bench: Bench, reference: pathlib.Path) -> list:
    """What is asked of polish, and who is asked for the same."""
    jpeg = {"sharp mozjpeg": lambda quality: bench.sharp(reference, "jpeg", quality)}
    webp = {
        "cwebp -m 6": lambda quality: bench.cwebp(reference, "-m", "6", "-q", str(quality)),
        "sharp webp": lambda quality: bench.sharp(reference, "webp", quality),
    }
    avif = {"sharp avif": lambda quality: bench.sharp(reference, "avif", quality)}
    return [("plain", [], jpeg), ("webp", ["--webp"], webp), ("avif", ["--avif"], avif)]


MODES = ([], ["--webp"], ["--lossy"], ["--lossy", "--webp", "--avif"])


def larger(bench: Bench) -> int:
    """Every file in every mode: nothing larger, lossless proven by another decoder."""
    found = list(dict.fromkeys([bench.folder(name) for name in ("perf", "conformance", "bad")]))
    files = [file for folder in found for file in files_of(folder)]
    statuses: dict[str, int] = defaultdict(int)
    failures, compared = 0, 0
    with ThreadPoolExecutor(bench.jobs) as pool:
        for kept in pool.map(lambda file: [held(bench, file, mode) for mode in MODES], files):
            for status, by_pillow, faults in kept:
                statuses[status] += 1
                compared += by_pillow
                failures += len(faults)
                print("".join(f"  {fault}\n" for fault in faults), end="", flush=True)
    print(f"\nlarger: {len(files)} files in {len(MODES)} modes, {compared} lossless results compared by Pillow, {dict(statuses)}, {failures} failures")
    return failures


def held(bench: Bench, file: pathlib.Path, mode: list[str]) -> tuple[str, bool, list[str]]:
    """The status, whether Pillow has compared the pixels, and what is wrong."""
    info, data = bench.polish(file, *mode)
    source, score = file.read_bytes(), info["score"]
    wrong = {
        "larger": len(data) > len(source),
        "changed though not polished": info["status"] not in ("ok", "webp_bigger") and data != source,
        "a fault of ours": info["status"] == "internal_error",
        "below the floor": score is not None and score < 80,
    }
    by_pillow = "--lossy" not in mode and data != source and size(file) is not None and not misread(source)
    wrong["Pillow decodes other pixels"] = by_pillow and not same_pixels(source, data)
    faults = [f"{file.name} {mode}: {what}: {info}" for what, is_so in wrong.items() if is_so]
    return info["status"], by_pillow, faults


def headline(bench: Bench) -> int:
    """The bytes of WebP and AVIF beside those of a JPEG of the same score."""
    print("\nheadline: photographs at 1200 px, a JPEG of libjpeg-turbo (4:2:0, optimised), and others at its score")
    sums: dict[tuple[int, str], float] = defaultdict(float)
    for file in photographs(bench):
        reference = bench.path(".png")
        with Image.open(file) as image:
            image = image.convert("RGB")
            image.thumbnail((1200, 1200), Image.Resampling.LANCZOS)
            image.save(reference)
        for quality in bench.qualities:
            jpeg = bench.path(".jpg")
            with Image.open(reference) as image:
                image.save(jpeg, quality=quality, subsampling="4:2:0", optimize=True)
            data = jpeg.read_bytes()
            score = bench.score(reference, data)
            row = {"jpeg": float(len(data))}
            row["polished jpeg"] = len(bench.polish(jpeg)[1])
            for name in ("webp", "avif"):
                encode = lambda q, name=name: bench.render(f"format={name},quality={q}", reference)  # noqa: E731
                row[name] = bench.bytes_at(reference, score, encode) or float("nan")
            for name, flag in (("polish webp", "--webp"), ("polish avif", "--avif")):
                floor = min(max(score, 30.0), 100.0)
                info, best = bench.polish(reference, "--lossy", flag, "--floor", f"{floor:.2f}")
                row[name] = len(best)
                row[f"{name} score"] = bench.score(reference, best)
            said = ", ".join(f"{name} {value:.0f}" if "score" not in name else f"({value:.1f})" for name, value in row.items())
            print(f"  {file.name:24} q {quality} score {score:5.1f}: {said}", flush=True)
            for name, value in row.items():
                sums[quality, name] += value
        reference.unlink()
    for quality in bench.qualities:
        whole = sums[quality, "jpeg"]
        names = ("jpeg", "polished jpeg", "webp", "avif", "polish webp", "polish avif")
        print(f"q {quality}: " + ", ".join(f"{name} {percent(sums[quality, name], whole)}" for name in names))
    return 0


def photographs(bench: Bench) -> list[pathlib.Path]:
    names = ("kodim", "clic", "phone", "sharp-bench", "photo")
    return [file for file in files_of(bench.folder("perf")) if file.name.startswith(names)]
