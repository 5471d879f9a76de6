"""A Django package that speaks Cloudflare's API, unchanged but for its settings."""

import os
import pathlib
import time

import django
import pytest
import requests
from django.conf import settings
from django.core.management import call_command

HOSTS = {"ACCOUNT_ID": os.environ["ACCOUNT_ID"], "API_TOKEN": os.environ["API_TOKEN"],
         "ACCOUNT_HASH": os.environ["ACCOUNT_HASH"], "BASE_URL": os.environ["SERVER_URL"] + "/client/v4"}
PHOTO = pathlib.Path(__file__).parents[3] / "images" / "photo.jpg"
RUN = f"django-{time.time_ns() // 1_000_000:x}"


@pytest.fixture(scope="session")
def service():
    settings.configure(
        SECRET_KEY="tests", USE_TZ=True, CLOUDFLARE_IMAGES=HOSTS,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django_cloudflareimages_toolkit"],
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from django_cloudflareimages_toolkit.services import CloudflareImagesService

    return CloudflareImagesService()


def fill(image):
    answer = requests.post(image.upload_url, files={"file": ("me.jpg", PHOTO.read_bytes(), "image/jpeg")}, timeout=60)
    assert answer.status_code == 200, answer.text


def test_a_direct_upload_goes_from_draft_to_uploaded(service):
    from django_cloudflareimages_toolkit.exceptions import ImageNotReadyError

    own = f"{RUN}/me"
    image = service.create_direct_upload_url(custom_id=own, metadata={"from": "django"}, require_signed_urls=False, creator=RUN)
    assert image.cloudflare_id == own
    assert service.check_image_status(image)["draft"] is True
    with pytest.raises(ImageNotReadyError):
        service.register_uploaded_image(own)
    fill(image)
    assert "draft" not in service.check_image_status(image)
    known = service.register_uploaded_image(own, expected_creator=RUN)
    assert known.metadata["from"] == "django"
    assert requests.get(known.variants[0], timeout=60).status_code == 200


def test_images_are_listed_updated_and_deleted(service):
    from django_cloudflareimages_toolkit.exceptions import ImageNotFoundError

    image = service.create_direct_upload_url(require_signed_urls=False)
    fill(image)
    listed = service.list_images(page=1, per_page=1000)["result"]["images"]
    assert image.cloudflare_id in [one["id"] for one in listed]
    updated = service.update_image(image.cloudflare_id, metadata={"n": 7})["result"]
    assert updated["meta"] == {"n": 7}
    assert service.delete_image(image)
    with pytest.raises(ImageNotFoundError):
        service.get_image(image.cloudflare_id)
    assert service.delete_image(image, missing_ok=True)
