"""A service: hosted images, signed links, purges, threads, closing."""

import concurrent.futures
import gc
import pathlib
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import safelight
from safelight.hosted import HostedImage

# Verbs whose methods have names of their own; the older ones are left to `call`.
METHODS = {"purge": "purge", "purge.invalidate": "purge", "images.page": "list"}
ACCOUNT = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def pictures(tmp_path: pathlib.Path, photo: bytes) -> pathlib.Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(photo)
    return folder


@pytest.fixture
def service(tmp_path: pathlib.Path, pictures: pathlib.Path) -> Iterator[safelight.Service]:
    account = {"id": ACCOUNT, "hash": "album"}
    with safelight.Service({"folder": tmp_path / "state", "sources": {"folder": pictures}, "account": account}) as service:
        yield service


def link(image: HostedImage, variant: str = "public") -> str:
    """Path of an image in a variant."""
    found = next(url for url in image["variants"] if url.endswith(f"/{variant}"))
    return urlsplit(found).path


def key(service: safelight.Service) -> str:
    return service.keys.list()["keys"][0]["value"]


def test_an_uploaded_picture_is_delivered(service: safelight.Service, photo: bytes) -> None:
    image = service.upload(photo, filename="photo.jpg", metadata={"plan": "pro"}, creator="ann")
    assert image["filename"] == "photo.jpg" and not image["requireSignedURLs"]
    response = service.handle("GET", link(image), {"Accept": "image/webp"})
    assert response.status == 200 and response.header("Content-Type") == "image/webp"
    assert safelight.probe(response.body)["width"] == 320
    assert response.header("etag")
    assert b"".join(response.parts(1000)) == response.body and len(response) == len(response.body)


def test_a_picture_is_kept_under_its_own_id_and_survives_reopening(tmp_path: pathlib.Path, photo_path: pathlib.Path) -> None:
    with safelight.Service(tmp_path) as service:
        service.upload(photo_path, id="cats/one")
        with pytest.raises(safelight.ConflictError):
            service.upload(photo_path, id="cats/one")
    with safelight.Service(str(tmp_path)) as service:
        assert service.original("cats/one") == photo_path.read_bytes()
        assert service.get("cats/one")["id"] == "cats/one"
        assert service.stats()["count"]["current"] == 1


def test_a_folder_is_imported_in_the_background(tmp_path: pathlib.Path, photo: bytes) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "a b.jpg").write_bytes(photo)
    (old / "note.txt").write_text("no picture")
    with safelight.Service({"folder": tmp_path / "state", "imports": {"folders": [str(old)]}}) as service:
        source = service.sources.create(name="old", kind="folder", folder=str(old))["id"]
        assert service.sources.check(id=source)["objects"] == 2
        job = service.imports.create(source=source, prefix="in/")["id"]
        deadline = time.monotonic() + 30
        while (progress := service.imports.progress(id=job))["status"] == "running":
            assert time.monotonic() < deadline, progress
            time.sleep(0.01)
        assert (progress["status"], progress["imported"], progress["failed"]) == ("completed", 1, 1)
        assert service.handle("GET", link(service.get("in/a b.jpg"))).status == 200
        entries = service.imports.logs(id=job)["entries"]
        assert [entry["status"] for entry in entries] == ["imported", "failed"]
        lines = service.imports.download(id=job, format="csv").decode().splitlines()
        assert lines[0].startswith("key,status,") and len(lines) == 3
        service.imports.delete(id=job)
        with pytest.raises(safelight.NotFoundError):
            service.imports.get(id=job)


def test_a_private_picture_is_shown_to_signed_links_only(service: safelight.Service, photo: bytes) -> None:
    image = service.upload(photo, require_signed_urls=True)
    path = link(image)
    assert service.handle("GET", path).status in (401, 403)
    signed = safelight.sign(path, key(service), expires=int(time.time()) + 60)
    assert service.handle("GET", signed).status == 200
    assert service.handle("GET", signed + "0").status == 403
    expired = safelight.sign(path, key(service), expires=int(time.time()) - 1)
    assert service.handle("GET", expired).status == 403


def test_a_key_that_is_taken_away_signs_no_more(service: safelight.Service, photo: bytes) -> None:
    path = link(service.upload(photo, require_signed_urls=True))
    keys = {row["name"]: row["value"] for row in service.keys.update(name="second")["keys"]}
    signed = safelight.sign(path, keys["second"])
    assert service.handle("GET", signed).status == 200
    service.keys.delete(name="second")
    assert service.handle("GET", signed).status == 403


def test_images_are_listed_changed_and_deleted(service: safelight.Service, photo: bytes) -> None:
    ids = [service.upload(photo, id=f"a{i}", creator="ann" if i % 2 else "bob")["id"] for i in range(12)]
    assert {image["id"] for image in service.images(per_page=10)} == set(ids)
    assert len(service.list(per_page=10)["images"]) == 10
    assert len(service.list(creator="ann")["images"]) == 6
    changed = service.update("a1", metadata={"stars": 5}, creator=None)
    assert changed["meta"] == {"stars": 5} and not changed.get("creator")
    assert [image["id"] for image in service.list(meta={"stars[gt]": 4})["images"]] == ["a1"]
    path = link(changed)
    assert service.handle("GET", path).status == 200
    service.delete("a1")
    assert service.handle("GET", path).status == 404
    with pytest.raises(safelight.NotFoundError):
        service.get("a1")


def test_variants_settings_and_tokens_are_made_by_verbs(service: safelight.Service, photo: bytes) -> None:
    service.variants.create(id="hero", options={"width": 100, "fit": "cover", "height": 50})
    assert {"hero", "public"} <= set(service.variants.list()["variants"])
    image = service.upload(photo)
    response = service.handle("GET", link(image, "hero"))
    assert safelight.probe(response.body)["width"] == 100
    service.variants.edit(id="hero", options={"width": 60})
    assert safelight.probe(service.handle("GET", link(image, "hero")).body)["width"] == 60
    service.variants.delete(id="hero")
    assert service.handle("GET", link(image, "hero")).status in (403, 404)
    assert service.settings.edit(flexible_variants=True)["flexible_variants"] is True
    token = service.tokens.create(name="reader", scopes=["read"])["value"]
    path = f"/client/v4/accounts/{ACCOUNT}/images/v2"
    assert service.handle("GET", path, {"Authorization": f"Bearer {token}"}).json()["success"] is True
    assert service.handle("GET", path).status in (400, 401, 403)


def test_a_direct_upload_takes_one_picture(service: safelight.Service, photo: bytes) -> None:
    ticket = service.direct_upload(metadata={"from": "form"})
    assert service.get(ticket["id"])["draft"] is True
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    body = head + photo + b"\r\n--x--\r\n"
    parts = urlsplit(ticket["uploadURL"])
    target = f"{parts.path}?{parts.query}"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    assert service.wants("POST", target)
    assert service.handle("POST", target, headers, body).status == 200
    assert "draft" not in service.get(ticket["id"])
    assert service.handle("POST", target, headers, body).status >= 400


def test_what_was_purged_is_made_again(service: safelight.Service, pictures: pathlib.Path, alpha: bytes) -> None:
    target = "/cdn-cgi/image/width=100,format=png/photo.jpg"
    before = service.handle("GET", target)
    assert before.status == 200
    (pictures / "photo.jpg").write_bytes(alpha)
    service.purge(purge_everything=True)
    after = service.handle("GET", target)
    assert after.status == 200 and after.body != before.body


def test_what_is_not_for_the_service_is_left_to_the_host(service: safelight.Service) -> None:
    assert service.wants("GET", "/cdn-cgi/image/width=1/a.jpg") is not None
    assert service.wants("GET", "/client/v4/user") is not None
    assert service.wants("GET", "/about") is None
    assert service.wants("GET", "/") is None


def test_a_wrong_request_is_a_response_and_a_wrong_verb_an_exception(service: safelight.Service) -> None:
    response = service.handle("GET", "/cdn-cgi/image/width=none/a.jpg")
    assert response.status == 400 and response.body.startswith(b"ERROR 9401")
    assert response.header("no-such-header") is None
    with pytest.raises(safelight.InvalidError):
        service.call("images.uplaod")
    with pytest.raises(safelight.InvalidError):
        service.call("images.get", {"name": "a"})
    with pytest.raises(safelight.UnsupportedError):
        service.upload(b"no picture")
    with pytest.raises(TypeError):
        service.handle("GET", "/", body="text")  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match="expected one of"):
        service.variants.creat


def test_a_configuration_that_cannot_be_meant_does_not_open(tmp_path: pathlib.Path) -> None:
    for config in ({}, {"folder": tmp_path, "mount": "images"}, {"folder": tmp_path, "wrokers": 1}):
        with pytest.raises(safelight.InvalidError):
            safelight.Service(config)
    (tmp_path / "file").write_text("")
    with pytest.raises(safelight.SafelightError):
        safelight.Service(tmp_path / "file")


def test_work_is_cancelled_from_another_thread(tmp_path: pathlib.Path, pictures: pathlib.Path) -> None:
    limits = {"memory": 4 << 30, "time_ms": 120_000, "avif_side": 4000}
    config = {"folder": tmp_path / "state", "sources": {"folder": pictures}, "limits": limits}
    target = "/cdn-cgi/image/width=3000,height=3000,fit=cover,blur=250,format=avif/photo.jpg"
    with safelight.Service(config) as service:
        token = safelight.CancelToken()
        threading.Timer(0.1, token.cancel).start()
        began = time.monotonic()
        assert service.handle("GET", target, cancel=token).status >= 400
        assert service.handle("GET", target, timeout=0.1).status >= 400
        assert time.monotonic() - began < 30


def test_many_threads_share_one_service(service: safelight.Service, photo: bytes) -> None:
    path = link(service.upload(photo))
    expected = service.handle("GET", path).body
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(service.handle, "GET", path) for _ in range(200)]
        uploads = [pool.submit(service.upload, photo, id=f"many/{i}") for i in range(20)]
        assert all(answer.result().body == expected for answer in answers)
        assert {upload.result()["id"] for upload in uploads} == {f"many/{i}" for i in range(20)}


def test_a_panic_is_an_internal_error_and_the_service_works_on(service: safelight.Service, photo: bytes) -> None:
    for _ in range(3):
        with pytest.raises(safelight.InternalError) as caught:
            service.panic_on_purpose()
        assert caught.value.context == "panic on purpose"
        assert service.get(service.upload(photo)["id"])


def test_closing_twice_is_fine_and_forgetting_to_close_too(tmp_path: pathlib.Path, photo: bytes) -> None:
    for number in range(5):
        service = safelight.Service(tmp_path / str(number))
        service.upload(photo)
        if number % 2:
            service.close()
            service.close()
        del service
        gc.collect()


def test_every_verb_of_the_rest_api_is_a_method(service: safelight.Service) -> None:
    paths = service.handle("GET", "/client/v4/openapi.json").json()["paths"].values()
    verbs = {operation["operationId"] for path in paths for operation in path.values() if "operationId" in operation}
    assert len(verbs) > 20
    for verb in verbs - {"uploads.fill"}:
        if verb.startswith("batch."):
            continue
        group, _, name = verb.partition(".")
        owner = service if group in ("images", "purge") else getattr(service, group)
        assert callable(getattr(owner, METHODS.get(verb, name))), verb
