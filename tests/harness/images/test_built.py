"""The images, built without a registry and started as they will be: the tests that cost minutes
where nothing is in the engine's cache.
"""

from __future__ import annotations

import contextlib
import ipaddress
import queue
import re
import socket
import uuid

import psycopg
import pytest

from harness.images import builder, context
from harness.images.architecture import X86_64
from harness.images.bases import LAMBDA, MOTO, POSTGRES
from harness.images.builder import Builder, Order
from harness.images.store import ImageStore
from harness.images.wheels import wheels
from tests.harness.images.conftest import PROJECT
from tests.harness.images.runtime_api import serving

pytestmark = pytest.mark.docker

PROCESSOR = "hr-chatbot-file-processor"
AS_LAMBDA_DOES = {
    "cap_drop": ["ALL"],
    "mem_limit": "2048m",
    "memswap_limit": "2048m",
    "read_only": True,
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/tmp": "size=512m,mode=1777"},
    "user": "993:990",
}
DEADLINE_S = 120
HTTP = {"method": "GET", "path": "/openapi.json", "sourceIp": "192.0.2.1"}
LABELS = {"lambda-pipeline-harness.test": "images"}
NOT_HASHED = """
import pathlib, sys
for place in sys.argv[1:]:
    compiled = list(pathlib.Path(place).rglob("*.pyc"))
    assert compiled
    for file in compiled:
        if not file.read_bytes()[4] & 1:  # it has a time, which is no longer its source's
            print(file)
"""


@contextlib.contextmanager
def container(client, image, **settings):
    started = client.containers.run(image, detach=True, labels=LABELS, **settings)
    try:
        yield started
    finally:
        started.remove(force=True, v=True)


@pytest.fixture
def gateway(client):
    """This machine's address in the engine's network, where a Runtime API can listen."""
    (network, *_) = client.networks.get("bridge").attrs["IPAM"]["Config"]
    address = network.get("Gateway") or str(ipaddress.ip_network(network["Subnet"])[1])
    try:
        socket.create_server((address, 0)).close()
    except OSError:
        pytest.skip(f"{address}, the engine's gateway, is not an address of this machine")
    return address


def _answer(api, running):
    """Return what the runtime posted; fail with its output when it ended instead."""
    for _ in range(DEADLINE_S):
        try:
            return api.answers.get(timeout=1)
        except queue.Empty:
            running.reload()
            assert running.status == "running", running.logs().decode()
    raise AssertionError(running.logs().decode())


def test_the_processor_runs_as_lambda_runs_it(client, built, gateway):
    assert _invoked(client, built(PROCESSOR), gateway, {"Records": []}) == {"documents": []}


@pytest.mark.usefixtures("patient")
def test_the_backend_runs_as_lambda_runs_it(client, built, gateway):
    event = {
        "version": "2.0",
        "rawPath": "/openapi.json",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {"http": HTTP},
    }
    assert _invoked(client, built("hr-chatbot-backend"), gateway, event)["statusCode"] == 200


def _invoked(client, image, gateway, event):
    """Return what a function's image answers to an event, started as Lambda starts it."""
    environment = {"AWS_REGION": "ap-northeast-1"}
    with serving(gateway, event) as api:
        environment["AWS_LAMBDA_RUNTIME_API"] = api.address
        with container(client, image.id, environment=environment, **AS_LAMBDA_DOES) as running:
            path, body = _answer(api, running)
    assert path.endswith("/response"), body
    return body


def test_a_function_s_image_says_what_it_is(built):
    image = built(PROCESSOR)
    assert image.labels["org.opencontainers.image.version"] == "v1"
    assert "org.opencontainers.image.revision" in image.labels
    assert image.architecture == "amd64"


def _run(client, image, command, **environment):
    """Return (exit code, output) of the image started with `command`."""
    with container(client, image.id, command=command, environment=environment) as running:
        code = running.wait()["StatusCode"]
        return code, running.logs().decode()


def test_the_base_is_entered_as_that_of_aws(client, built):
    image = built(LAMBDA.name)
    address = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9"}
    assert _run(client, image, [], **address)[0] == 142
    assert _run(client, image, ["a.b", "c"], **address)[0] == 142
    code, said = _run(client, image, ["a.b"])
    assert (code, "AWS_LAMBDA_RUNTIME_API is not set" in said) == (1, True)
    wrapped = _run(client, image, ["a.b"], AWS_LAMBDA_EXEC_WRAPPER="/usr/bin/echo", **address)
    assert wrapped == (0, "/var/lang/bin/python3.13 /var/runtime/bootstrap.py\n")
    missing = _run(client, image, ["a.b"], AWS_LAMBDA_EXEC_WRAPPER="/opt/none", **address)
    assert missing == (1, "/opt/none: does not exist\n")


@pytest.mark.parametrize(
    ("name", "places"), [(LAMBDA.name, ["/var/lang", "/var/runtime"]), (PROCESSOR, ["/var/task"])]
)
def test_what_is_compiled_is_used(client, built, name, places):
    command = ["-c", NOT_HASHED, *places]
    with container(client, built(name).id, entrypoint="python", command=command) as running:
        assert running.wait()["StatusCode"] == 0
        assert running.logs().decode() == ""


def test_postgresql_has_vectors_and_wants_the_password(client, built):
    image = built(POSTGRES.name)
    settings = {
        "environment": {"POSTGRES_PASSWORD": "secret", "POSTGRES_DB": "docs"},
        "ports": {"5432/tcp": ("127.0.0.1", None)},
        "tmpfs": {"/var/lib/postgresql": "mode=1777"},
    }
    line = "database system is ready to accept connections"
    with container(client, image.id, **settings) as running, _ready(running, line):
        address = _address(running, "5432/tcp")
        with psycopg.connect(f"postgresql://postgres:secret@{address}/docs") as connection:
            connection.execute("CREATE EXTENSION vector")
            (distance,) = connection.execute("SELECT '[1,2]'::vector <-> '[1,2]'").fetchone()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(f"postgresql://postgres:wrong@{address}/docs")
    assert distance == 0


@pytest.mark.usefixtures("patient")
def test_moto_answers(client, built):
    image = built(MOTO.name)
    ports = {"5000/tcp": ("127.0.0.1", None)}
    with container(client, image.id, ports=ports) as running, _ready(running, "Running on"):
        host, _, port = _address(running, "5000/tcp").partition(":")
        with socket.create_connection((host, int(port)), timeout=DEADLINE_S) as connection:
            connection.sendall(b"GET /moto-api/data.json HTTP/1.0\r\n\r\n")
            assert b" 200 " in connection.makefile("rb").readline()


@contextlib.contextmanager
def _ready(running, line):
    """Wait for a line of the log; fail with all of it when the container ends before."""
    output = running.logs(stream=True, follow=True)
    seen = ""
    while line not in seen:
        piece = next(output, None)
        assert piece is not None, seen
        seen += piece.decode()
    yield
    running.kill()
    for _ in output:  # to its end, which frees the connection
        pass


def _address(running, port):
    running.reload()
    (binding,) = running.ports[port]
    return f"{binding['HostIp']}:{binding['HostPort']}"


@pytest.mark.usefixtures("patient")
def test_the_same_files_give_the_same_content(client, built, tmp_path, monkeypatch):
    """As the processor is built, but with one of its packages: by either builder."""
    base = built(LAMBDA.name)
    lock = (PROJECT / "image" / "file-processor.txt").read_text()
    (package,) = re.findall(r"^six==(?:.*\\\n)+.*$", lock, re.MULTILINE)
    (tmp_path / "list.txt").write_text(package)
    files = context.of_directory(PROJECT, "Dockerfile.file-processor")
    files["image/file-processor.txt"] = tmp_path / "list.txt"
    for wheel in wheels(tmp_path / "list.txt", X86_64, tmp_path):
        files[f"wheelhouse/{wheel.name}"] = wheel
    orders = [
        Order(
            f"localhost/test-{uuid.uuid4()}:{commit}",
            files,
            "Dockerfile.file-processor",
            {"BASE_IMAGE": base.reference},
            {"org.opencontainers.image.revision": commit},
            anew=True,
        )
        for commit in ("one", "two")
    ]
    one = _build(client, orders[0])
    monkeypatch.setattr(builder, "_BUILDKIT", builder._FIRST)
    two = _build(client, orders[1])
    assert one.content_digest == two.content_digest
    assert one.id != two.id


def _build(client, order):
    Builder(client, X86_64, lambda _: None).build(order)
    image = ImageStore(client).find(order.reference)
    client.images.remove(order.reference)
    return image
