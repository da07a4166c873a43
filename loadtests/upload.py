"""Upload under an open load: clients arrive as a Poisson process and wait for nobody.

    locust -f loadtests/upload.py --host "$API_URL"        from the project's directory

One locust user is the dispatcher; every arrival gets a greenlet of its own. Latency counts from
the intended start, so a stall is seen by all who would have come during it. Arrivals beyond
`--max-in-flight` are dropped and recorded as such. TOKEN is read from the environment.
"""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import Any

import gevent
from gevent.pool import Pool
from locust import FastHttpUser, events, task
from locust.exception import StopUser

from harness.gate.samples import ANSWERED, DROPPED, FAILED, UNFINISHED, Recorder, Sample
from loadtests import documents
from loadtests.arrivals import arrivals
from loadtests.documents import Document

PATIENCE_S = 35.0  # API Gateway answers within 30 s, if only with an error


@events.init_command_line_parser.add_listener  # type: ignore[untyped-decorator]
def add_options(parser: Any, **_: Any) -> None:
    """Declare this load test's options; the web page asks for them as well."""
    parser.add_argument("--arrival-rate", type=float, default=2.0, help="clients per second")
    parser.add_argument("--arrival-seconds", type=float, default=60.0, help="length of the load")
    parser.add_argument("--arrival-seed", type=int, default=1, help="of times and documents")
    parser.add_argument("--max-in-flight", type=int, default=64, help="more are dropped")
    parser.add_argument("--documents", type=Path, default=documents.SAMPLES, help="directory")
    parser.add_argument("--samples", type=Path, default=Path("samples.csv"), help="file written")
    parser.add_argument("--token", env_var="TOKEN", is_secret=True, help="bearer token", default="")


class Upload(FastHttpUser):  # type: ignore[misc] # locust has no types
    fixed_count = 1
    concurrency = 1024  # connections; --max-in-flight is what limits
    network_timeout = PATIENCE_S
    connection_timeout = PATIENCE_S

    def on_start(self) -> None:
        self._recorder = Recorder(self.environment.parsed_options.samples)

    @task  # type: ignore[untyped-decorator]
    def dispatch(self) -> None:
        """Send every arrival at its time, wait for the last answers, end the run."""
        try:
            self._send_all(self.environment.parsed_options)
        except Exception:
            self.environment.process_exit_code = 2  # else locust reports a finished run
            raise
        finally:
            self._recorder.close()
            gevent.spawn(self._end)
        raise StopUser  # or locust would run the task again

    def _send_all(self, options: Any) -> None:
        random = Random(options.arrival_seed)  # noqa: S311 - a schedule, not a secret
        choices = documents.read(options.documents)
        in_flight = Pool(options.max_in_flight)
        self._headers = {"Authorization": f"Bearer {options.token}"}
        self._began = time.monotonic()
        for intended in arrivals(options.arrival_rate, options.arrival_seconds, random):
            gevent.sleep(max(0.0, intended - self._now()))
            document = random.choice(choices)
            if in_flight.full():
                self._drop(intended, document)
            else:
                in_flight.spawn(self._upload, intended, document)
        in_flight.join(timeout=PATIENCE_S)
        in_flight.kill()

    def _upload(self, intended: float, document: Document) -> None:
        start, status, outcome = self._now(), 0, UNFINISHED
        try:
            status, outcome = self._send(intended, document)
        finally:
            size = len(document.content)
            self._recorder.write(Sample(intended, start, self._now(), status, size, outcome))

    def _send(self, intended: float, document: Document) -> tuple[int, str]:
        """Return the answer's status and whether it is the one promised."""
        files = {"files": (document.name, document.content, document.media_type)}
        with self.client.post(
            "/upload/document", files=files, headers=self._headers, catch_response=True
        ) as response:
            response.request_meta["response_time"] = (self._now() - intended) * 1000
            if response.status_code == 200 and response.json().get("status") == "success":
                return 200, ANSWERED
            response.failure(f"status {response.status_code} instead of 200 and success")
            return response.status_code, FAILED

    def _drop(self, intended: float, document: Document) -> None:
        now = self._now()
        self._recorder.write(Sample(intended, now, now, 0, len(document.content), DROPPED))
        self.environment.events.request.fire(
            request_type="POST",
            name="/upload/document",
            response_time=(now - intended) * 1000,
            response_length=0,
            exception=RuntimeError("dropped: too many requests in flight"),
        )

    def _now(self) -> float:
        return time.monotonic() - self._began

    def _end(self) -> None:
        runner = self.environment.runner
        if self.environment.web_ui:
            runner.stop()
        else:
            runner.quit()
