"""The environment in containers as docs/compose.md has it, from up to down.

One test, because each environment takes this machine a while: it goes through the life of one.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from scenarios.client import BUCKET, PROCESSOR, Pipeline, eventually
from scenarios.documents import markdown
from tests.compose.file import content
from tests.docs.pages import ROOT, blocks
from tests.docs.test_shown import typed

pytestmark = pytest.mark.docker

PAGE = ROOT / "docs" / "compose.md"
STARTED = {name for name, service in content()["services"].items() if "profiles" not in service}
PATIENCE_S = 120


def test_the_environment_in_containers(client, compose):
    (shown,) = [block for block in blocks(PAGE) if "curl" in block]
    script = shown.partition("\n\n")[0].replace("docker compose", compose.program)
    answer = json.loads(typed(script, compose.variables).splitlines()[-1])
    assert answer["message"] == "上傳成功"
    eventually(lambda: healthy(client, compose) == STARTED or None, PATIENCE_S)
    assert not mounted_sockets(client, compose)

    with reached(compose) as pipeline:
        (uploaded,) = answer["documents"]
        its_document_is_found(pipeline, uploaded["id"])
        a_client_stores_a_document_itself(pipeline)
        replicas_work_side_by_side(client, compose, pipeline)
        what_is_killed_comes_back(client, compose, pipeline)
        the_load_test_uploads(compose, pipeline)
    compose("restart", "endpoint")
    eventually(lambda: "endpoint" in healthy(client, compose) or None, PATIENCE_S)
    with reached(compose) as pipeline:
        a_client_stores_a_document_itself(pipeline)
    said = compose("--profile", "scenarios", "run", "--rm", "scenarios", *SUITE)
    assert " passed" in said
    assert "does not start its functions" in said

    compose("down", "--volumes")
    assert left(client, compose) == []


SUITE = (
    "scenarios/test_token.py",
    "scenarios/test_processor_log.py",
    "--environment=/var/lib/harness/state",
)


@contextmanager
def reached(compose):
    """Yield the pipeline as `harness env` says that it is reached."""
    exports = json.loads(compose("exec", "-T", "endpoint", "harness", "env", "--json"))
    with httpx.Client(base_url=exports["API_URL"], timeout=PATIENCE_S) as http:
        yield Pipeline(exports, http)


def containers(client, compose, service=""):
    labels = [f"com.docker.compose.project={compose.project}"]
    labels += [f"com.docker.compose.service={service}"] if service else []
    return client.containers.list(filters={"label": labels})


def healthy(client, compose):
    """Return the services whose containers say that they are."""
    return {
        container.labels["com.docker.compose.service"]
        for container in containers(client, compose)
        if container.attrs["State"].get("Health", {}).get("Status") == "healthy"
    }


def mounted_sockets(client, compose):
    mounts = [mount for found in containers(client, compose) for mount in found.attrs["Mounts"]]
    assert mounts
    return [mount for mount in mounts if mount["Source"].endswith(".sock")]


def left(client, compose):
    label = {"label": f"com.docker.compose.project={compose.project}"}
    return [
        *client.containers.list(all=True, filters=label),
        *client.networks.list(filters=label),
        *client.volumes.list(filters=label),
    ]


def its_document_is_found(pipeline, document_id):
    assert pipeline.wait_until_settled(document_id)["status"] == "completed"
    found = pipeline.get("/search", q="特別休假", limit=5).json()["results"]
    assert document_id in {result["document_id"] for result in found}
    (row,) = pipeline.rows("SELECT file_path FROM documents WHERE id = %s", document_id)
    assert pipeline.aws("s3").head_object(Bucket=BUCKET, Key=row["file_path"])["ContentLength"] > 0


def a_client_stores_a_document_itself(pipeline):
    """The URL is made in a container and used here; it is signed by a session of the role."""
    document = markdown("網址在容器裡簽署, 在外面使用。")
    wanted = pipeline.presign(document, "PUT")
    assert "X-Amz-Security-Token" in wanted["url"]
    stored = httpx.put(wanted["url"], content=document.content, headers=wanted["headers"])
    assert stored.status_code == 200, stored.text
    assert pipeline.wait_until_settled(wanted["id"])["status"] == "completed"


def status(compose):
    return json.loads(compose("exec", "-T", "endpoint", "harness", "status", "--json"))


def replicas_work_side_by_side(client, compose, pipeline):
    compose("up", "--detach", "--no-recreate", "--scale", "file-processor=2")

    def attached():
        (found,) = [f for f in status(compose)["functions"] if f["name"] == PROCESSOR]
        return found["sandboxes"] == 2 or None

    eventually(attached, PATIENCE_S)
    assert len(containers(client, compose, "file-processor")) == 2
    documents = [markdown(f"第{number}份。", f"{number}.md") for number in range(6)]
    with ThreadPoolExecutor(len(documents)) as clients:
        uploaded = list(clients.map(pipeline.upload_one, documents))
    settled = [pipeline.wait_until_settled(document) for document in uploaded]
    assert {document["status"] for document in settled} == {"completed"}
    started = [
        container.logs().decode().count('"Received event"')
        for container in containers(client, compose, "file-processor")
    ]
    assert min(started) > 0, started


def the_load_test_uploads(compose, pipeline):
    count = "SELECT count(*) AS n FROM documents"
    (before,) = pipeline.rows(count)
    compose("--profile", "loadtest", "run", "--rm", "loadtest")
    (after,) = pipeline.rows(count)
    assert after["n"] - before["n"] == 6  # two a second, three seconds long


def what_is_killed_comes_back(client, compose, pipeline):
    for container in containers(client, compose, "file-processor"):
        # What compose cannot tell from a crash: the engine restarts it, `docker kill` it would not.
        container.exec_run(["sh", "-c", "kill -KILL -1"])
    document = pipeline.upload_one(markdown("重新啟動之後。"))
    assert pipeline.wait_until_settled(document, PATIENCE_S)["status"] == "completed"
    restarted = [c.attrs["RestartCount"] for c in containers(client, compose, "file-processor")]
    assert min(restarted) > 0, restarted
