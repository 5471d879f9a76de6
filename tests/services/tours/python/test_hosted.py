"""Keys, variants, lists with continuation and filters, direct uploads, and what belongs to a zone."""

import datetime
import json
from urllib.parse import urlsplit

import cloudflare
import pytest
import requests
from conftest import link_of


def value_of(answer, name):
    return next((key.value for key in answer.keys if key.name == name), None)


def test_keys_are_made_listed_used_and_removed(place, v1):
    name = place.run[-20:]
    value = value_of(v1.keys.update(name, account_id=place.account), name)
    assert len(value) >= 32
    assert value_of(v1.keys.list(account_id=place.account), name) == value
    link = link_of(place.create(require_signed_urls=True))
    assert place.show(link).status == 403
    assert place.show(place.sign(link, value)).status == 200
    assert place.show(place.sign(link, value, -60)).status == 403
    assert place.show(place.sign(link, "another key")).status == 403
    left = v1.keys.delete(name, account_id=place.account)
    assert value_of(left, name) is None and left.keys
    assert place.show(place.sign(link, value)).status == 403


def test_variants_are_made_listed_shown_edited_and_removed(place, v1):
    own = place.run.replace("-", "")
    options = {"fit": "cover", "width": 40, "height": 30, "metadata": "none"}
    made = v1.variants.create(account_id=place.account, id=own, options=options, never_require_signed_urls=True).variant
    assert (made.id, made.options.width, made.options.height, made.options.fit) == (own, 40, 30, "cover")
    assert made.never_require_signed_urls is True
    # Typed with one key as an example; others are extra fields of the model.
    listed = v1.variants.list(account_id=place.account).variants
    assert {own, "public"} <= set(listed.model_extra)
    assert v1.variants.get(own, account_id=place.account).variant.to_dict() == made.to_dict()

    image = place.create("alpha.png", require_signed_urls=True)
    link = link_of(image, own)
    first = place.show(link)
    assert (first.status, first.headers["content-type"], first.size) == (200, "image/png", (40, 30))
    edited = v1.variants.edit(own, account_id=place.account, options={**options, "width": 20, "height": 20})
    assert (edited.variant.options.width, edited.variant.options.height) == (20, 20)
    assert place.show(link).size == (20, 20)
    v1.variants.delete(own, account_id=place.account)
    with pytest.raises(cloudflare.NotFoundError):
        v1.variants.get(own, account_id=place.account)
    assert place.show(link).status != 200


def every(place, v2, **query):
    images, token = [], None
    while True:
        more = {"continuation_token": token} if token else {}
        page = v2.list(account_id=place.account, **query, **more)
        images += page.images
        token = page.continuation_token
        if not token:
            return images


def ids(images):
    return [image.id for image in images]


def test_v2_list_pages_follow_each_other(place, v2):
    creator = f"{place.run}-pages"
    made = [place.create("pixel.png", creator=creator).id for _ in range(23)]
    first = v2.list(account_id=place.account, creator=creator, per_page=10, sort_order="asc")
    assert len(first.images) == 10 and first.continuation_token
    assert ids(every(place, v2, creator=creator, per_page=10, sort_order="asc")) == made
    assert ids(every(place, v2, creator=creator, per_page=10)) == made[::-1]
    # The SDK leaves an empty creator, which means "without one", out of the query.
    assert {*made} <= {*ids(every(place, v2))}


def test_v2_list_filters_by_metadata(place, v2):
    creator = f"{place.run}-filters"

    def make(**metadata):
        return place.create("pixel.png", creator=creator, metadata=json.dumps(metadata)).id

    cat = make(animal="cat", age=3, wild=False, home={"city": "Oslo"})
    dog = make(animal="dog", age=9, wild=False, home={"city": "Rome"})
    lynx = make(animal="lynx", age=5, wild=True)

    def found(meta):
        return ids(every(place, v2, creator=creator, meta=meta, sort_order="asc"))

    assert found({"animal[eq]": "cat"}) == [cat]
    assert found({"animal[in]": "cat|lynx"}) == [cat, lynx]
    assert found({"age[gt]": "3", "wild[eq:boolean]": "false"}) == [dog]
    assert found({"age[gte:number]": "3", "age[lt]": "9"}) == [cat, lynx]
    assert found({"home.city[eq:string]": "Rome"}) == [dog]
    with pytest.raises(cloudflare.BadRequestError):
        found({"animal[like]": "c"})


def test_v2_direct_uploads_create_lets_a_visitor_upload_once(place, v1, v2):
    expiry = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    own = f"{place.run}/visitor"
    draft = v2.direct_uploads.create(
        account_id=place.account, id=own, expiry=expiry, creator=place.run, metadata={"from": "visitor"}
    )
    assert draft.id == own
    assert v1.get(own, account_id=place.account).model_extra["draft"] is True
    files = {"file": ("me.jpg", place.bytes_of("photo.jpg"), "image/jpeg")}
    answer = requests.post(draft.upload_url, files=files, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.json()["result"]["id"] == own
    image = v1.get(own, account_id=place.account)
    assert "draft" not in (image.model_extra or {})
    assert (image.creator, image.meta, image.filename) == (place.run, {"from": "visitor"}, "me.jpg")
    assert requests.post(draft.upload_url, files=files, timeout=60).status_code >= 400


@pytest.mark.parametrize("verb", ["purge", "invalidate"])
def test_cache_purge_by_tag_host_prefix_file_and_everything(place, verb):
    image = place.create("small.png")
    link = link_of(image)
    where = urlsplit(link)
    orders = [
        {"tags": [f"image:{place.account}/{image.id}"]},
        {"hosts": [where.netloc]},
        {"prefixes": [f"{where.netloc}{where.path[:-3]}"]},
        {"files": [link]},
        {"files": [{"url": link, "headers": {"accept": "image/webp"}}]},
        {"purge_everything": True},
    ]
    for order in orders:
        assert place.show(link).status == 200
        assert place.show(link).kept
        assert getattr(place.client.cache, verb)(zone_id=place.zone, **order).id
        assert not place.show(link).kept, order


def test_cache_variants_are_set_read_and_removed(place):
    variants = place.client.cache.variants
    value = {"jpeg": ["image/webp", "image/avif"], "png": ["image/avif"]}
    assert variants.edit(zone_id=place.zone, value=value).id == "variants"
    read = variants.get(zone_id=place.zone)
    assert (read.value.jpeg, read.value.png) == (value["jpeg"], value["png"])
    assert variants.delete(zone_id=place.zone).id == "variants"


def test_zone_settings_are_set_and_read(place):
    settings = place.client.zones.settings
    words = {"polish": ["lossy", "off"], "webp": ["on", "off"], "image_resizing": ["open", "off", "on"], "mirage": ["on", "off"]}
    for setting, values in words.items():
        for value in values:
            done = settings.edit(setting, zone_id=place.zone, value=value)
            assert (done.id, done.value) == (setting, value)
            assert settings.get(setting, zone_id=place.zone).value == value
    with pytest.raises(cloudflare.BadRequestError):
        settings.edit("polish", zone_id=place.zone, value="shiny")


def test_zone_transformations_settings_are_set_and_read(place):
    origins = place.client.zones.transformations_allowed_origins
    before = origins.get(zone_id=place.zone).value
    for value in ["cdn.example.com,*.example.org/photos", before]:
        done = origins.edit(zone_id=place.zone, value=value)
        assert (done.id, done.value) == ("image_resizing_allowed_origins", value)
        assert origins.get(zone_id=place.zone).value == value
    c2pa = place.client.zones.transformations_c2pa
    for value in ["on", "off"]:
        assert c2pa.edit(zone_id=place.zone, value=value).value == value
        assert c2pa.get(zone_id=place.zone).value == value
