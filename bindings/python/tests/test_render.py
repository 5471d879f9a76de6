"""What goes into a verb and what comes out."""

import array
import json
import mmap
import pathlib

import pytest
import safelight


def test_a_result_says_what_it_is(photo: bytes) -> None:
    image = safelight.render(photo, "width=64,format=webp")
    assert (image.width, image.height, image.format) == (64, 43, "webp")
    assert image.data[:4] == b"RIFF"
    assert bytes(image) == image.data and len(image) == len(image.data) == image.info["size"]
    assert image.warnings == [] and image.info["source"] == {"format": "jpeg", "width": 320, "height": 213}
    assert repr(image) == f"<safelight.Image webp 64x43, {len(image)} bytes>"


def test_text_mapping_and_keywords_are_one(photo: bytes) -> None:
    text = safelight.render(photo, "width=40,height=40,fit=cover,format=png").data
    mapping = safelight.render(photo, {"width": 40, "height": 40, "fit": "cover", "format": "png"}).data
    keywords = safelight.render(photo, width=40, height=40, fit="cover", format="png").data
    assert text == mapping == keywords


def test_none_is_not_given(photo: bytes) -> None:
    assert safelight.render(photo, width=40, height=None, format="png").data == safelight.render(photo, "w=40,f=png").data


def test_an_unknown_name_is_a_warning(photo: bytes) -> None:
    [warning] = safelight.render(photo, "width=40,colour=blue").warnings
    assert "colour" in warning


def test_headers_choose_the_format(photo: bytes) -> None:
    accept = {"accept": "image/webp,*/*"}
    assert safelight.render(photo, width=40, format="auto", headers=accept).format == "webp"
    assert safelight.render(photo, width=40, format="auto", headers=list(accept.items())).format == "webp"
    assert safelight.render(photo, width=40, format="auto").format == "jpeg"


def test_every_buffer_gives_the_same_bytes(photo: bytes, photo_path: pathlib.Path) -> None:
    expected = safelight.render(photo, "width=32,format=png").data
    twice = bytes(byte for byte in photo for _ in range(2))
    with photo_path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for data in (bytearray(photo), memoryview(photo), array.array("B", photo), memoryview(twice)[::2], mapped):
            assert safelight.render(data, "width=32,format=png").data == expected
    assert safelight.render(photo_path, "width=32,format=png").data == expected


@pytest.mark.parametrize("data", ["photo.jpg", 7, None, [1, 2, 3]])
def test_what_is_no_buffer_is_a_type_error(data: object) -> None:
    with pytest.raises(TypeError, match="data: expected a bytes-like object or a path object"):
        safelight.render(data, width=1)  # type: ignore[arg-type]


def test_options_and_keywords_together_are_a_type_error(photo: bytes) -> None:
    with pytest.raises(TypeError, match="one of options and keywords"):
        safelight.render(photo, "width=40", height=40)
    with pytest.raises(TypeError, match="str or a mapping"):
        safelight.render(photo, 7)  # type: ignore[arg-type]


def test_a_missing_file_is_not_found_and_its_path_is_for_the_log(tmp_path: pathlib.Path) -> None:
    with pytest.raises(safelight.NotFoundError) as caught:
        safelight.probe(tmp_path / "secret-name.jpg")
    assert "secret-name" not in str(caught.value)
    assert caught.value.context is not None and "secret-name.jpg" in caught.value.context


def test_a_file_beyond_the_limit_is_too_large(photo_path: pathlib.Path) -> None:
    engine = safelight.Engine({"source_bytes": 100})
    with pytest.raises(safelight.TooLargeError, match="source bytes: limit 100, got 101"):
        engine.probe(photo_path)
    with pytest.raises(safelight.TooLargeError):
        safelight.render(photo_path, width=10, engine=engine)


def test_a_folder_is_no_source(tmp_path: pathlib.Path) -> None:
    with pytest.raises(safelight.StorageError):
        safelight.probe(tmp_path)


def test_probe_reads_the_header(photo: bytes) -> None:
    probe = safelight.probe(photo)
    assert (probe["format"], probe["mime"], probe["width"], probe["height"]) == ("jpeg", "image/jpeg", 320, 213)
    assert probe["subsampling"] == "4:2:0" and probe["alpha"] is False and probe["frames"] == 1


def test_explain_shows_plan_and_key(photo: bytes) -> None:
    explained = safelight.explain(photo, width=64, format="webp")
    assert explained["key"] == "width=64,format=webp"
    assert explained["source"] == safelight.probe(photo)
    assert {"plan", "warnings"} <= explained.keys()


def test_format_json_answers_json(photo: bytes) -> None:
    image = safelight.render(photo, width=64, format="json")
    assert json.loads(image.data)["width"] == 64


def test_limits_belong_to_the_engine(photo: bytes) -> None:
    engine = safelight.Engine({"output_side": 32})
    assert engine.limits["output_side"] == 32
    assert engine.limits["time_ms"] == safelight.Engine().limits["time_ms"] > 0
    assert max(engine.render(photo, width=30).width, safelight.render(photo, width=64).height) < 64
    with pytest.raises(safelight.InvalidError, match="limits"):
        safelight.Engine({"output_sides": 32})


def test_a_number_that_json_does_not_have_is_invalid(photo: bytes) -> None:
    with pytest.raises(safelight.InvalidError):
        safelight.render(photo, blur=float("nan"))


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf")])
def test_a_timeout_is_a_number_of_seconds(photo: bytes, timeout: float) -> None:
    with pytest.raises(safelight.InvalidError, match="timeout: expected seconds"):
        safelight.render(photo, width=40, timeout=timeout)


def test_no_time_is_a_timeout(photo: bytes) -> None:
    with pytest.raises(safelight.TimeoutError):
        safelight.render(photo, width=40, timeout=0)
