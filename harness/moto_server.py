"""The child process that serves moto: `python -m harness.moto_server SERVICE…`.

It listens on a free port of 127.0.0.1 and prints it. The named services are loaded beside the
first requests, since some of moto's backends take a second to import.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Sequence
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.server import DomainDispatcherApplication, create_backend_app
from waitress.server import create_server

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
    _load(application, ["s3"])
    server = create_server(
        application,
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
    threading.Thread(target=_load, args=[application, services], daemon=True).start()
    server.run()


def _load(application: DomainDispatcherApplication, services: Sequence[str]) -> None:
    for service in services:
        scope = f"Credential=x/x/{_LOADED_REGION}/{service}/aws4_request"
        application.get_application(
            {
                "HTTP_HOST": "127.0.0.1",
                "PATH_INFO": "/",
                "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 {scope}",
            }
        )


if __name__ == "__main__":
    serve(sys.argv[1:])
