"""Start the environment a template describes and keep it running until Ctrl-C.

Everything listens on 127.0.0.1 unless --listen says otherwise. With --detach the command returns
when the environment is ready; `harness down` stops it. The first HTTP API of the template answers
at API_URL (`harness env`).

examples:
  harness up
  harness up --detach --port 0
  harness up --runtime docker       the images themselves, as Lambda runs them
  harness up --time-scale 60        retries that AWS makes after a minute come after a second
  HARNESS_STATE_DIR=/tmp/second harness up --port 4577
  harness up --attach hr-chatbot-backend=9002    its runtimes are started by compose or a debugger
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.detached import Notice, start_detached
from harness.errors import EnvironmentFailedError, HarnessError, UsageError
from harness.options import DEFAULT_PORT, LOOPBACK, Options, default_max_sandboxes
from harness.settings import Settings
from harness.start_progress import StartProgress
from harness.state import State

if TYPE_CHECKING:
    from harness.cloud import Cloud
    from harness.environment import Environment

HELP = "start the environment"
INTERRUPTED = 130
_LAST_PORT = 65535
_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--detach", action="store_true", help="return once it is ready")
    parser.add_argument(
        "--port",
        type=int,
        default=DEFAULT_PORT,
        help=f"port of the AWS endpoint (default {DEFAULT_PORT}; 0 picks a free one)",
    )
    parser.add_argument(
        "--template",
        type=Path,
        default=Path("template.yaml"),
        metavar="FILE",
        help="SAM template (default template.yaml)",
    )
    parser.add_argument(
        "--runtime",
        choices=["process", "docker"],
        default="process",
        help="child processes, or containers of a Docker engine (default process)",
    )
    parser.add_argument(
        "--time-scale",
        type=float,
        default=1.0,
        metavar="N",
        help="divide the waits AWS prescribes by N (function time-outs stay)",
    )
    parser.add_argument(
        "--max-sandboxes",
        type=int,
        default=default_max_sandboxes(),
        metavar="N",
        help="of all functions at the same time; further invocations wait (default %(default)s)",
    )
    parser.add_argument(
        "--warm",
        type=_warm,
        action="append",
        default=[],
        metavar="FUNCTION=N",
        help="keep N sandboxes of a function ready, so that no invocation waits for a cold start",
    )
    parser.add_argument(
        "--isolate",
        action="store_true",
        help="run functions in bubblewrap: they reach the endpoint and the database only (Linux)",
    )
    parser.add_argument(
        "--cpu-share",
        action="store_true",
        help="give functions CPU in proportion to their memory, 1769 MB being one core (Linux)",
    )
    parser.add_argument(
        "--strict-models",
        action="store_true",
        help="refuse Bedrock models that AWS does not offer in the region",
    )
    parser.add_argument(
        "--s3-delivery",
        default="off",
        metavar="SPEC|FILE",
        help="how S3 events travel, e.g. delay=0.5..3,tail=60@0.001,duplicates=0.01,reorder=0.05,"
        "keys=hostile,seed=7 (default off: at once, once, in order)",
    )
    parser.add_argument(
        "--enforce-iam",
        action="store_true",
        help="check calls of functions, roles and users against their IAM policies",
    )
    parser.add_argument(
        "--no-vpc",
        dest="vpc",
        action="store_false",
        help="let functions in a VPC reach every service, whatever their subnets lead to",
    )
    parser.add_argument(
        "--database-url",
        default="",
        metavar="URL",
        help="use this PostgreSQL with pgvector instead of one of our own",
    )
    parser.add_argument(
        "--control-plane-url",
        default="",
        metavar="URL",
        help="use this moto server, http://HOST:PORT, instead of one of our own",
    )
    parser.add_argument(
        "--empty-control-plane",
        action="store_true",
        help="have that server forget everything first, e.g. what an earlier environment made",
    )
    parser.add_argument(
        "--attach",
        type=_attached,
        action="append",
        default=[],
        metavar="FUNCTION=PORT",
        help="leave it to somebody else to start the runtimes of FUNCTION: they attach to this "
        "port by AWS_LAMBDA_RUNTIME_API=HOST:PORT (may be given several times)",
    )
    parser.add_argument(
        "--listen",
        type=IPv4Address,
        default=LOOPBACK,
        metavar="ADDRESS",
        help="listen there, 0.0.0.0 being every address: for containers, whose engine publishes "
        "ports on 127.0.0.1 (default %(default)s)",
    )
    parser.add_argument(
        "--api-port",
        type=int,
        default=0,
        metavar="N",
        help="port of the HTTP API (default: a free one)",
    )
    parser.add_argument(
        "--xray-port",
        type=int,
        default=0,
        metavar="N",
        help="UDP port of the X-Ray daemon, 2000 where the SDK looks for it (default: a free one)",
    )
    parser.add_argument(
        "--owner",
        type=int,
        metavar="PID",
        help="stop when this process ends, however it ends (Linux)",
    )
    parser.add_argument("--notify", type=int, default=-1, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    options = _options(arguments, settings)
    if arguments.detach:
        start_detached([word for word in sys.argv[1:] if word != "--detach"])
        _say(f"the environment in {settings.state_dir} is ready; `harness down` stops it")
        return 0
    notice = Notice(arguments.notify)
    try:
        return asyncio.run(_run(options, State(settings.state_dir), notice, arguments.owner))
    except BaseException as error:
        notice.give(str(error))
        raise


def _options(arguments: argparse.Namespace, settings: Settings) -> Options:
    if arguments.owner is not None and sys.platform != "linux":
        raise UsageError("--owner works on Linux only; leave it out and use `harness down`")
    if arguments.time_scale <= 0 or arguments.max_sandboxes < 1:
        raise UsageError("--time-scale and --max-sandboxes must be greater than 0")
    for option in ("port", "api_port", "xray_port"):
        if not 0 <= (port := getattr(arguments, option)) <= _LAST_PORT:
            name = option.replace("_", "-")
            raise UsageError(f"--{name} {port} is not a port; choose 0 to {_LAST_PORT}")
    return Options(
        template=_readable(arguments.template),
        port=arguments.port,
        time_scale=arguments.time_scale,
        max_sandboxes=arguments.max_sandboxes,
        strict_models=arguments.strict_models,
        s3_delivery=_s3_delivery(arguments.s3_delivery),
        database_url=arguments.database_url,
        control_plane_url=arguments.control_plane_url,
        inherited=settings.inherited,
        isolate=arguments.isolate,
        cpu_share=arguments.cpu_share,
        enforce_iam=arguments.enforce_iam,
        vpc=arguments.vpc,
        runtime=arguments.runtime,
        docker_host=settings.docker_host,
        warm=dict(arguments.warm),
        empty_control_plane=arguments.empty_control_plane,
        attached=dict(arguments.attach),
        listen=arguments.listen,
        api_port=arguments.api_port,
        xray_port=arguments.xray_port,
    )


def _warm(given: str) -> tuple[str, int]:
    name, _, count = given.rpartition("=")
    if not name or not count.isdigit():
        raise argparse.ArgumentTypeError(f"{given!r} is not FUNCTION=N, as in my-function=2")
    return name, int(count)


def _attached(given: str) -> tuple[str, int]:
    name, _, port = given.rpartition("=")
    if not name or not port.isdigit() or int(port) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{given!r} is not FUNCTION=PORT, as in my-function=9001")
    return name, int(port)


def _readable(template: Path) -> Path:
    try:
        with template.open("rb"):
            return template.absolute()
    except OSError as error:
        raise UsageError(
            f"the template {template} cannot be read: {error.strerror}; name one with --template"
        ) from None


def _s3_delivery(given: str) -> str:
    """Return the delivery profile, read from a file if `given` names one, and checked."""
    if given == "off":
        return given
    from harness.services.s3_events.profile import parse

    path = Path(given)
    text = path.read_text(errors="replace") if path.is_file() else given
    try:
        return parse(text).text()
    except UsageError as error:
        raise UsageError(f"--s3-delivery: {error}") from None


async def _run(options: Options, state: State, notice: Notice, owner: int | None) -> int:
    """Run the environment until a signal, its owner's end, or the end of a part it needs."""
    from harness.cloud import running

    if state.claim():
        _say("removed what a killed environment left behind")
    logging.basicConfig(filename=state.path("harness.log"), format=_LOG_FORMAT)
    main = asyncio.current_task()
    assert main is not None
    received = _cancelled_by_signals(main)
    watch = None if owner is None else asyncio.ensure_future(_stop_after(owner))
    progress = StartProgress()
    try:
        async with running(state, options, progress.note) as cloud:
            progress.end()
            _announce(cloud.environment, progress)
            notice.ready()
            await _until_the_end(cloud)
    except asyncio.CancelledError:
        if not received:
            raise
    except ExceptionGroup as group:
        raise _first(group) from None
    finally:
        if watch is not None:
            watch.cancel()
        await asyncio.to_thread(state.clean)
        if state.complaint:
            _say(state.complaint)
    return INTERRUPTED if signal.SIGINT in received else 0


async def _stop_after(owner: int) -> None:
    """Ask ourselves to stop once the process `owner` has ended."""
    from harness.process_end import ended

    await ended(owner)
    os.kill(os.getpid(), signal.SIGTERM)


async def _until_the_end(cloud: Cloud) -> None:
    raise EnvironmentFailedError(f"{await cloud.broken()}; start again with `harness up`")


def _cancelled_by_signals(main: asyncio.Task[Any]) -> list[signal.Signals]:
    """Cancel `main` at the first SIGINT or SIGTERM; return the list that names what came."""
    received: list[signal.Signals] = []
    loop = asyncio.get_running_loop()

    def stop(number: signal.Signals) -> None:
        if not received:
            main.cancel()
        received.append(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop, number)
    return received


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """Return the error to show: one that a user can act on, if there is any."""
    ours = group.subgroup(HarnessError)
    error: Exception = (ours or group).exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error


def _announce(environment: Environment, progress: StartProgress) -> None:
    _say(f"{progress.created} resources of {environment.template} are up")
    _say(f"  AWS endpoint  {environment.endpoint_url}")
    if environment.api_url:
        _say(f"  HTTP API      {environment.api_url}")
    _say('  clients       eval "$(harness env)"')
    _say("Ctrl-C stops it and removes everything.")


def _say(text: str) -> None:
    print(text, flush=True)
