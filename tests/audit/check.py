"""Whether the reports of the three pages say what must be true of them.

Usage: check.py FOLDER
"""

import json
import pathlib
import sys

# Headers of responses come over the line too, and are no bytes of a picture.
HEADERS = 4096


def check(name: str, holds: bool, problems: list[str]) -> None:
    print(f"{'ok' if holds else 'FAILED'}: {name}")
    if not holds:
        problems.append(name)


def predicted(report: dict, page: str, problems: list[str]) -> None:
    saved = report["saved"]
    off = abs(saved["predicted"] - saved["measured"])
    name = f"{page}: predicted {saved['predicted']} bytes saved, measured {saved['measured']}"
    check(name, off <= max(saved["measured"] * 0.1, HEADERS), problems)


def rules(report: dict) -> set[str]:
    return {found["rule"] for image in report["audit"]["images"] for found in image["findings"]}


def main(folder: pathlib.Path) -> int:
    problems: list[str] = []
    bad, half, good = (json.loads((folder / f"{page}.json").read_text()) for page in ("bad", "half", "good"))
    for page, report in (("bad", bad), ("half", half), ("good", good)):
        predicted(report, page, problems)
        before, after = report["before"], report["after"]
        check(f"{page}: layout shift {before['cls']} to {after['cls']}", after["cls"] < 0.01, problems)
    check(f"bad: layout shift above 0.25: {bad['before']['cls']}", bad["before"]["cls"] > 0.25, problems)
    for page, report in (("bad", bad), ("half", half)):
        before, after = report["before"]["lcp_ms"], report["after"]["lcp_ms"]
        check(f"{page}: largest paint {before} ms to {after} ms", 0 < after < before, problems)
    wanted = {"size", "format", "dimensions", "lazy", "lazy-main", "priority", "srcset"}
    check(f"bad: rules {sorted(rules(bad))}", wanted <= rules(bad), problems)
    check(f"half: rules {sorted(rules(half))}", {"size", "sizes", "priority"} <= rules(half), problems)
    check(f"good: nothing to change, {sorted(rules(good))}", not rules(good), problems)
    for page in ("bad", "half", "good"):
        text = (folder / f"{page}.html").read_text()
        outside = any(f'{word}="http' in text for word in ("src", "href"))
        check(f"{page}: the report needs nothing else", "data:image/" in text and not outside, problems)
    return 1 if problems else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
