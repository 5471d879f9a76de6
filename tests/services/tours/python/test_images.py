"""images.v1: upload, details, changes, removal, originals, counts."""

import datetime
import re

import cloudflare
import pytest
from conftest import link_of

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def code(raised):
    return raised.value.errors[0].code


def test_create_makes_an_image_of_a_file(place, v1):
    image = place.create(metadata={"kind": "photo", "by": {"name": "Ana"}}, creator=place.run)
    assert UUID.fullmatch(image.id)
    assert (image.filename, image.require_signed_urls) == ("photo.jpg", False)
    age = datetime.datetime.now(datetime.timezone.utc) - image.uploaded
    assert abs(age.total_seconds()) < 60
    link = link_of(image)
    assert link.endswith(f"/{place.hash}/{image.id}/public")
    shown = place.show(link)
    assert shown.status == 200
    assert shown.headers["content-type"].startswith("image/")
    found = v1.get(image.id, account_id=place.account)
    assert found.meta == {"kind": "photo", "by": {"name": "Ana"}}
    assert found.creator == place.run


def test_create_takes_an_id_of_ones_own_and_metadata_as_text(place, v1):
    own = f"{place.run}/über uns/50%"
    image = place.create(id=own, metadata='{"kind":"text","n":7}')
    assert image.id == own
    found = v1.get(own, account_id=place.account)
    assert found.meta == {"kind": "text", "n": 7}
    assert "/50%25/" in link_of(found)
    assert place.show(link_of(found)).status == 200
    with pytest.raises(cloudflare.ConflictError) as raised:
        place.create(id=own)
    assert code(raised) == 5409
    v1.delete(own, account_id=place.account)
    with pytest.raises(cloudflare.NotFoundError):
        v1.get(own, account_id=place.account)


def test_create_takes_bytes_without_a_name(place, v1):
    image = v1.create(account_id=place.account, file=place.bytes_of("photo.jpg"), require_signed_urls=True)
    assert image.filename == "upload"
    assert image.require_signed_urls is True
    assert place.show(link_of(image)).status == 403


def test_create_fetches_a_url(place, v1):
    image = v1.create(account_id=place.account, url=f"{place.origin}/photo.jpg")
    assert image.filename == "photo.jpg"
    assert v1.blobs.get(image.id, account_id=place.account).read() == place.bytes_of("photo.jpg")
    with pytest.raises(cloudflare.APIStatusError):
        v1.create(account_id=place.account, url=f"{place.origin}/nothing.jpg")


def test_create_refuses_what_is_no_picture(place, v1):
    with pytest.raises(cloudflare.APIStatusError) as raised:
        v1.create(account_id=place.account, file=("a.jpg", b"not a picture", "image/jpeg"))
    assert (raised.value.status_code, code(raised)) == (415, 5455)


def test_list_has_what_a_creator_made(place, v1):
    creator = f"{place.run}-list"
    made = {place.create(creator=creator).id for _ in range(2)}
    page = v1.list(account_id=place.account, page=1, per_page=10, creator=creator)
    # The pager of the SDK looks for `items`, which this endpoint does not have.
    assert {image["id"] for image in page.result.images} == made
    assert v1.list(account_id=place.account, page=2, per_page=10, creator=creator).result.images == []


def test_edit_replaces_metadata_and_leaves_the_rest(place, v1):
    image = place.create(metadata={"a": "1", "b": "2"}, creator=place.run)
    edited = v1.edit(image.id, account_id=place.account, metadata={"c": 3, "deep": [True, None]})
    assert (edited.id, edited.meta, edited.creator) == (image.id, {"c": 3, "deep": [True, None]}, place.run)
    renamed = v1.edit(image.id, account_id=place.account, creator="another")
    assert (renamed.creator, renamed.meta) == ("another", {"c": 3, "deep": [True, None]})


def test_edit_of_the_access_gives_another_id(place, v1):
    image = place.create()
    assert place.show(link_of(image)).status == 200
    secret = v1.edit(image.id, account_id=place.account, require_signed_urls=True)
    assert secret.id != image.id and secret.require_signed_urls is True
    with pytest.raises(cloudflare.NotFoundError):
        v1.get(image.id, account_id=place.account)
    assert place.show(link_of(image)).status == 404
    assert place.show(link_of(secret)).status == 403
    opened = v1.edit(secret.id, account_id=place.account, require_signed_urls=False)
    assert place.show(link_of(opened)).status == 200


def test_delete_leaves_nothing_to_show(place, v1):
    image = place.create()
    assert place.show(link_of(image)).status == 200
    v1.delete(image.id, account_id=place.account)
    assert place.show(link_of(image)).status == 404
    with pytest.raises(cloudflare.NotFoundError) as raised:
        v1.delete(image.id, account_id=place.account)
    assert code(raised) == 5404


def test_blobs_get_gives_the_bytes_that_were_uploaded(place, v1):
    for name in ["photo.jpg", "anim.gif", "alpha.png", "lossy.webp"]:
        image = place.create(name)
        assert v1.blobs.get(image.id, account_id=place.account).read() == place.bytes_of(name), name


def test_stats_get_follows(place, v1):
    before = v1.stats.get(account_id=place.account).count
    assert before.allowed > before.current
    image = place.create()
    assert v1.stats.get(account_id=place.account).count.current == before.current + 1
    v1.delete(image.id, account_id=place.account)
    assert v1.stats.get(account_id=place.account).count.current == before.current


def test_a_wrong_token_is_told(place):
    stranger = place.client.with_options(api_token="wrong")
    with pytest.raises(cloudflare.AuthenticationError) as raised:
        stranger.images.v1.stats.get(account_id=place.account)
    assert code(raised) == 10000
