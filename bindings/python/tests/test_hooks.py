"""What the host does for the library, and the verbs that say what a picture shows."""

import pytest
import safelight
from conftest import ROOT

IMAGES = ROOT / "tests" / "images"
RGB = (IMAGES / "rgb.png").read_bytes()
PHOTO = (IMAGES / "photo.jpg").read_bytes()
HEIC = (IMAGES / "turned.heic").read_bytes()


def test_the_host_finds_the_subject() -> None:
    def segment(pixels: bytes, width: int, height: int) -> bytes:
        assert len(pixels) == width * height * 4
        return bytes(width * height)

    engine = safelight.Engine(segment=segment)
    cut = engine.render(RGB, segment="foreground", format="webp", quality=100)
    assert safelight.probe(cut.data)["alpha"]


def test_the_host_enlarges() -> None:
    def upscale(pixels: bytes, width: int, height: int, to_width: int, to_height: int) -> bytes:
        assert to_width > width and to_height > height and len(pixels) == width * height * 4
        return b"\xff" * (to_width * to_height * 4)

    engine = safelight.Engine(upscale=upscale)
    large = engine.render(RGB, upscale="generate", width=600, fit="contain")
    assert large.width == 600


def test_the_host_decodes_heic() -> None:
    engine = safelight.Engine(decode=lambda data, width, height: b"\x80" * (width * height * 4))
    assert (engine.render(HEIC, width=20).width, engine.probe(HEIC)["format"]) == (20, "heic")


def test_without_a_hook_what_needs_one_is_unsupported() -> None:
    with pytest.raises(safelight.UnsupportedError, match="needs a hook"):
        safelight.render(RGB, segment="foreground")


def test_an_exception_of_a_hook_reaches_the_caller() -> None:
    def refuse(*_: object) -> bytes:
        raise safelight.ForbiddenError("not for you")

    def fail(*_: object) -> bytes:
        raise RuntimeError("the model did not answer")

    with pytest.raises(safelight.ForbiddenError):
        safelight.Engine(segment=refuse).render(RGB, segment="foreground")
    with pytest.raises(safelight.StorageError) as caught:
        safelight.Engine(segment=fail).render(RGB, segment="foreground")
    assert "the model did not answer" in (caught.value.context or "")


def test_a_hook_that_answers_too_little_is_told_so() -> None:
    with pytest.raises(safelight.InvalidError, match="bytes from the hook"):
        safelight.Engine(segment=lambda *_: b"").render(RGB, segment="foreground")


def test_a_polish_can_be_stopped_and_refuses_unknown_options() -> None:
    polished = safelight.polish(PHOTO)
    assert (polished.status, polished.format, polished.bgj) == ("ok", "jpeg", "imgq:100")
    assert bytes(polished) == polished.data and len(polished) < len(PHOTO)
    token = safelight.CancelToken()
    token.cancel()
    with pytest.raises(safelight.CancelledError):
        safelight.polish(PHOTO, cancel=token)
    with pytest.raises(safelight.TimeoutError):
        safelight.polish(PHOTO, timeout=0)
    with pytest.raises(safelight.InvalidError):
        safelight.polish(PHOTO, quality=85)  # type: ignore[call-arg]


def test_a_picture_is_described() -> None:
    described = safelight.describe(PHOTO)
    assert described["format"] == "jpeg" and len(described["phash"]) == 16
    assert sum(color["share"] for color in described["palette"]) == pytest.approx(1, abs=0.01)


def test_markup_is_written_and_escaped() -> None:
    markup = safelight.markup(source="/a.jpg", width=800, height=600, alt="<b>")
    assert 'alt="&lt;b&gt;"' in markup["html"] and markup["width"] == 800


def test_overlays_come_as_assets() -> None:
    draw = {"draw": [{"url": "logo"}], "format": "png"}
    with pytest.raises(safelight.NotFoundError):
        safelight.render(PHOTO, draw)
    logo = (IMAGES / "alpha.png").read_bytes()
    assert safelight.render(PHOTO, draw, assets={"logo": logo}).width == 320
