"""The verbs without pixels, where Python has a say; what they answer is in the shared vectors."""

import pytest
import safelight


def test_one_key_or_several() -> None:
    signed = safelight.sign("/a.jpg", "new", expires=2_000_000_000)
    assert safelight.verify(signed, "new", now=1_999_999_999) is True
    assert safelight.verify(signed, ("old", "new"), now=1_999_999_999) is True
    with pytest.raises(safelight.SignatureError):
        safelight.verify(signed, ["old"], now=1_999_999_999)


def test_without_now_the_clock_decides() -> None:
    assert safelight.verify(safelight.sign("/a.jpg", "key", expires=9_000_000_000), "key")
    with pytest.raises(safelight.SignatureError):
        safelight.verify(safelight.sign("/a.jpg", "key", expires=1), "key")


def test_a_point_in_time_is_a_whole_number_of_seconds() -> None:
    with pytest.raises(TypeError):
        safelight.sign("/a.jpg", "key", expires=1.5)  # type: ignore[arg-type]
    for wrong in (-1, 2**64):
        with pytest.raises(safelight.InvalidError, match="expires"):
            safelight.sign("/a.jpg", "key", expires=wrong)


def test_a_url_comes_apart_and_together_again() -> None:
    text = "https://example.com/cdn-cgi/image/width=400,format=auto/a.jpg"
    parts = safelight.parse_url(text)
    assert parts["form"] == "transform" and parts["options"] == "width=400,format=auto"
    assert safelight.build_url(parts) == text


def test_several_lines_of_one_header_are_one_list() -> None:
    lines = [("Accept", "image/webp"), ("accept", "image/avif")]
    assert safelight.negotiate(lines) == safelight.negotiate({"accept": "image/webp, image/avif"})


def test_candidates_may_be_given() -> None:
    answer = safelight.negotiate({"accept": "image/avif,image/webp"}, ["webp", "jpeg"])
    assert answer["format"] == "webp" and answer["vary"] == ["Accept"]


def test_the_version_is_one() -> None:
    assert safelight.version() == safelight.__version__


def test_back_ends_have_a_role() -> None:
    roles = {backend["role"] for backend in safelight.backends()}
    assert any("jpeg" in role for role in roles) and any("resize" in role for role in roles)
