"""A service inside real frameworks and servers: what is for it, what is not, bodies, clients that go."""

import asyncio
import contextlib
import http.client
import json
import pathlib
import shutil
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import fastapi
import flask
import pytest
import safelight
import safelight.asgi
import safelight.wsgi
import starlette.applications
import starlette.responses
import starlette.routing
import uvicorn
from django.conf import settings
from werkzeug.serving import make_server as make_werkzeug

TOKEN = "a token for the tests"
ACCOUNT = "0123456789abcdef0123456789abcdef"
API = f"/client/v4/accounts/{ACCOUNT}/images/v1"
# Minutes of work when nobody stops it.
SLOW = "/cdn-cgi/image/width=10000,height=10000,fit=scale-up,blur=250,format=png/a/photo.jpg"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, photo_path: pathlib.Path) -> Iterator[safelight.Service]:
    top = tmp_path_factory.mktemp("adapters")
    (top / "pictures" / "a").mkdir(parents=True)
    shutil.copy(photo_path, top / "pictures" / "a" / "photo.jpg")
    config = {
        "folder": top / "state",
        "sources": {"folder": top / "pictures"},
        "admin_token": TOKEN,
        "account": {"id": ACCOUNT, "hash": "album"},
        "limits": {"memory": 4 << 30, "time_ms": 600_000, "source_bytes": 1_000_000},
        "workers": 1,
    }
    with safelight.Service(config) as service:
        yield service


def starlette_middleware(service: safelight.Service) -> Any:
    async def about(request: Any) -> Any:
        return starlette.responses.PlainTextResponse("about")

    async def echo(request: Any) -> Any:
        return starlette.responses.JSONResponse(await request.json())

    routes = [starlette.routing.Route("/about", about), starlette.routing.Route("/echo", echo, methods=["POST"])]
    app = starlette.applications.Starlette(routes=routes)
    app.add_middleware(safelight.asgi.Middleware, service=service)
    return app


def fastapi_mounts(service: safelight.Service) -> Any:
    app = fastapi.FastAPI()

    @app.get("/about", response_class=fastapi.responses.PlainTextResponse)
    def about() -> str:
        return "about"

    @app.post("/echo")
    def echo(value: dict[str, Any]) -> dict[str, Any]:
        return value

    for path in ("/cdn-cgi", "/client/v4", "/album"):
        app.mount(path, safelight.asgi.App(service))
    return app


def django_views(path: str) -> Callable[..., Any]:
    from django.http import HttpResponse, JsonResponse

    return {
        "about": lambda request: HttpResponse("about"),
        "echo": lambda request: JsonResponse(json.loads(request.body)),
    }[path]


def set_up_django() -> None:
    if settings.configured:
        return
    settings.configure(
        ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="for tests", MIDDLEWARE=[], LOGGING_CONFIG=None
    )
    django.setup()
    from django.urls import path

    globals()["urlpatterns"] = [path(name, django_views(name)) for name in ("about", "echo")]


def django_asgi(service: safelight.Service) -> Any:
    set_up_django()
    from django.core.asgi import get_asgi_application

    return safelight.asgi.Middleware(get_asgi_application(), service)


def django_wsgi(service: safelight.Service) -> Any:
    set_up_django()
    from django.core.wsgi import get_wsgi_application

    return safelight.wsgi.Middleware(get_wsgi_application(), service)


def flask_app(service: safelight.Service) -> Any:
    app = flask.Flask(__name__)
    app.add_url_rule("/about", view_func=lambda: "about", endpoint="about")
    app.add_url_rule("/echo", view_func=lambda: flask.request.get_json(), endpoint="echo", methods=["POST"])
    app.wsgi_app = safelight.wsgi.Middleware(app.wsgi_app, service)  # type: ignore[method-assign]
    return app


@contextlib.contextmanager
def on_uvicorn(app: Any) -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


class Quiet(WSGIRequestHandler):
    """Logs nothing."""

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def serving(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def on_wsgiref(app: Any) -> contextlib.AbstractContextManager[int]:
    return serving(make_server("127.0.0.1", 0, app, handler_class=Quiet))


def on_werkzeug(app: Any) -> contextlib.AbstractContextManager[int]:
    return serving(make_werkzeug("127.0.0.1", 0, app, threaded=True))


SERVERS = {
    "starlette": (starlette_middleware, on_uvicorn),
    "fastapi": (fastapi_mounts, on_uvicorn),
    "django-asgi": (django_asgi, on_uvicorn),
    "django-wsgi": (django_wsgi, on_wsgiref),
    "flask": (flask_app, on_werkzeug),
}


@pytest.fixture(scope="module", params=SERVERS)
def port(request: pytest.FixtureRequest, service: safelight.Service) -> Iterator[int]:
    make, run = SERVERS[request.param]
    with run(make(service)) as port:
        yield port


def ask(
    port: int, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, target, body, headers or {})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def test_a_transform_is_answered_with_its_length_and_type(port: int) -> None:
    target = "/cdn-cgi/image/width=64,format=webp/a/photo.jpg"
    response, body = ask(port, "GET", target)
    assert response.status == 200, body
    assert response.headers["content-type"] == "image/webp" and body[8:12] == b"WEBP"
    assert response.headers["content-length"] == str(len(body))
    again, nothing = ask(port, "GET", target, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status, nothing) == (304, b"")


def test_head_has_no_body_and_a_range_is_a_part(port: int) -> None:
    target = "/cdn-cgi/image/width=64,format=png/a/photo.jpg"
    head, nothing = ask(port, "HEAD", target)
    assert (head.status, nothing) == (200, b"") and int(head.headers["content-length"]) > 1000
    part, body = ask(port, "GET", target, headers={"Range": "bytes=1-3"})
    assert (part.status, body) == (206, b"PNG")


def form(photo: bytes, **fields: str) -> tuple[bytes, dict[str, str]]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n\r\n'
    body = "".join(parts).encode() + head.encode() + photo + b"\r\n--x--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=x", "Authorization": f"Bearer {TOKEN}"}


def test_a_form_uploads_a_picture(port: int, service: safelight.Service, photo: bytes) -> None:
    body, headers = form(photo, id=f"on/{port}")
    response, answer = ask(port, "POST", API, body, headers)
    assert response.status == 200, answer
    assert json.loads(answer)["result"]["filename"] == "photo.jpg"
    assert service.original(f"on/{port}") == photo
    assert ask(port, "GET", f"/album/on/{port}/public")[0].status == 200


def test_a_body_that_is_too_long_is_refused(port: int) -> None:
    body, headers = form(bytes(2_000_000))
    assert ask(port, "POST", API, body, headers)[0].status == 413


def test_other_requests_go_to_the_host(port: int) -> None:
    assert ask(port, "GET", "/about")[1] == b"about"
    response, body = ask(port, "POST", "/echo", b'{"a":1}', {"Content-Type": "application/json"})
    assert json.loads(body) == {"a": 1}
    assert ask(port, "GET", "/nothing")[0].status == 404


def test_an_escaped_slash_arrives_as_it_was_sent(service: safelight.Service) -> None:
    service.upload(pathlib.Path(__file__).parents[3] / "tests" / "images" / "photo.jpg", id="in/two/parts")
    for make, run in (SERVERS["starlette"], SERVERS["flask"]):
        with run(make(service)) as port:
            assert ask(port, "GET", "/album/in%2Ftwo%2Fparts/public")[0].status == 200


def test_a_client_that_goes_away_ends_its_work(service: safelight.Service) -> None:
    with on_uvicorn(starlette_middleware(service)) as port:
        with socket.create_connection(("127.0.0.1", port)) as gone:
            gone.sendall(f"GET {SLOW} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            time.sleep(0.2)
        # The one worker there is would be busy for minutes.
        began = time.monotonic()
        assert ask(port, "GET", "/cdn-cgi/image/width=63/a/photo.jpg")[0].status == 200
        assert time.monotonic() - began < 30


def test_an_application_of_its_own_answers_lifespan_and_404(service: safelight.Service) -> None:
    with on_uvicorn(safelight.asgi.App(service)) as port:
        assert ask(port, "GET", "/about")[0].status == 404
    with on_wsgiref(safelight.wsgi.App(service)) as port:
        assert ask(port, "GET", "/about")[0].status == 404


def test_a_client_that_goes_away_while_it_sends_gets_nothing(service: safelight.Service) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": API, "query_string": b"", "headers": []}
    app: Callable[..., Awaitable[None]] = safelight.asgi.App(service)
    asyncio.run(app(scope, receive, send))  # type: ignore[arg-type]
