"""What the control plane's process runs: moto behind waitress, see `harness.moto_server`.

It listens on a free port of 127.0.0.1 and prints it. The named services are loaded beside the
first requests, since some of moto's backends take a second to import.
"""

from __future__ import annotations

import functools
import gc
import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from botocore.loaders import JSONFileLoader
from moto.backends import get_backend
from moto.server import DomainDispatcherApplication, create_backend_app
from waitress.server import create_server
from werkzeug.test import Client

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 16
_LOADED_REGION = "ap-northeast-1"


def remember_botocore_data() -> None:
    """Let sessions share what botocore read: moto makes many, and each parses the same files.

    That is 0.5 of the 1.7 s of CPU that loading the backends of our template takes.
    """
    load = JSONFileLoader.load_file

    @functools.cache
    def load_once(path: str) -> Any:
        return load(JSONFileLoader(), path)

    JSONFileLoader.load_file = lambda _self, path: load_once(path)


def serve(services: Sequence[str]) -> None:
    """Serve until the process is ended; print the port once connections are accepted."""
    remember_botocore_data()
    application = DomainDispatcherApplication(create_backend_app)
    # moto reads its own source directory at every request: 0.6 of a small PutObject's 1.4 ms.
    application.get_backend_for_host = functools.cache(application.get_backend_for_host)
    # Everybody's first call, made before the other services compete for the interpreter.
    Client(application).get("/", headers={"Authorization": _authorization("s3")})
    server = create_server(
        _with_raw_path(application),
        host="127.0.0.1",
        port=0,
        threads=THREADS,
        max_request_body_size=1 << 40,
        connection_limit=1000,
        channel_timeout=24 * 3600,
        asyncore_use_poll=True,
        ident=None,
    )
    print(server.effective_port, flush=True)
    threading.Thread(target=_load_all, args=[application, services], daemon=True).start()
    server.run()


def _with_raw_path(application: WSGIApplication) -> WSGIApplication:
    """Name the undecoded path as moto knows it; else it decodes S3 keys a second time."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["RAW_URI"] = environ["REQUEST_URI"]
        return application(environ, start_response)

    return call


def _load_all(application: DomainDispatcherApplication, services: Sequence[str]) -> None:
    """Load `services`; what is there by then stays, so the collector need not look at it again."""
    for service in services:
        _load(application, service)
    gc.freeze()
    gc.enable()


def _load(application: DomainDispatcherApplication, service: str) -> None:
    """Import what answers for `service`, so that its first request need not wait for it."""
    request = {
        "HTTP_HOST": "127.0.0.1",
        "PATH_INFO": "/",
        "HTTP_AUTHORIZATION": _authorization(service),
    }
    host = application.infer_service_region_host(request, "/")
    # Imported here, and not under the lock that every request takes to find its application.
    get_backend(application.get_backend_for_host(host))
    application.get_application(request)


def _authorization(service: str) -> str:
    return f"AWS4-HMAC-SHA256 Credential=x/20260101/{_LOADED_REGION}/{service}/aws4_request"
