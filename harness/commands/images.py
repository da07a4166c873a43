"""Make the container images that functions and environments run in, and look at them.

`build` pulls the public images and builds those of the template's functions. Where no registry can
be reached, or with --offline, it builds all of them from Debian and Python packages. What is there
already is not made again. NAME is lambda-python, postgres, moto, endpoint or the repository of a
function's image; without one, all are made.

examples:
  harness images build
  harness images build --offline
  harness images build hr-chatbot-file-processor
  harness images list
  harness images inspect hr-chatbot-file-processor
  harness images remove
"""

from __future__ import annotations

import argparse
import json
import signal
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import UsageError
from harness.images.architecture import BY_NAME, X86_64, Architecture
from harness.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.images.bases import Base
    from harness.images.functions import FunctionImage
    from harness.images.production import Produced, Production
    from harness.images.store import ImageStore, Stored

HELP = "make container images, and look at them"
_COLUMNS = ("image", "id", "content digest", "MB", "architecture")
_SHORT = slice(7, 19)  # of "sha256:…", as Docker shows it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    build = actions.add_parser("build", help="pull or build what is missing")
    build.add_argument("names", nargs="*", metavar="NAME", help="only these")
    build.add_argument("--offline", action="store_true", help="ask no registry")
    build.add_argument("--no-cache", action="store_true", help="do every step again")
    build.add_argument(
        "--template", type=Path, default=Path("template.yaml"), metavar="FILE", help="%(default)s"
    )
    build.add_argument("--base-image", default="", metavar="IMAGE", help="of the functions")
    build.add_argument("--architecture", choices=BY_NAME, help="default: that of the functions")
    build.add_argument("--debian-mirror", default="", metavar="URL", help="default: that of apt")
    build.set_defaults(action=_build)
    listing = actions.add_parser("list", help="show the images that there are")
    listing.add_argument("--json", action="store_true", help="an array, digests in full")
    listing.set_defaults(action=_list)
    inspect = actions.add_parser("inspect", help="show one image as JSON")
    inspect.add_argument("name", metavar="NAME")
    inspect.set_defaults(action=_inspect)
    remove = actions.add_parser(
        "remove", help="remove the images; `docker builder prune` frees what builds keep"
    )
    remove.set_defaults(action=_remove)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    return int(arguments.action(arguments, settings))


def _build(arguments: argparse.Namespace, settings: Settings) -> int:
    from harness.images import cache
    from harness.images.engine import connect
    from harness.images.functions import function_images
    from harness.images.production import Production, Sources
    from harness.images.progress import Progress

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing half made then too
    of_template = function_images(arguments.template)
    wanted, functions = _chosen(arguments, of_template)
    progress = Progress()
    client = connect(settings.docker_host)
    sources = Sources(
        directory=settings.cache_dir,
        offline=arguments.offline,
        mirror=arguments.debian_mirror,
        anew=arguments.no_cache,
    )
    architecture = _architecture(arguments, of_template)
    production = Production(client, architecture, sources, progress.say)
    try:
        with cache.alone(settings.cache_dir, lambda: progress.say("waiting for another build")):
            rows = _timed(production, wanted, functions, arguments.base_image)
    finally:
        progress.end()
    _print(("image", "how", "s", *_COLUMNS[1:]), rows)
    return 0


def _architecture(
    arguments: argparse.Namespace, of_template: Sequence[FunctionImage]
) -> Architecture:
    if arguments.architecture:
        return BY_NAME[arguments.architecture]
    return next((image.architecture for image in of_template), X86_64)


def _chosen(
    arguments: argparse.Namespace, of_template: Sequence[FunctionImage]
) -> tuple[list[Base], list[FunctionImage]]:
    """Return what is to be made; raises `UsageError` for a name that nothing has."""
    from harness.images import bases

    known = {base.name for base in bases.ALL} | {image.name for image in of_template}
    if unknown := set(arguments.names) - known:
        raise UsageError(f"no image is called {min(unknown)}; known: {', '.join(sorted(known))}")
    names = set(arguments.names) or known
    functions = [image for image in of_template if image.name in names]
    needed = names | ({bases.LAMBDA.name} if functions and not arguments.base_image else set())
    return [base for base in bases.ALL if base.name in needed], functions


def _timed(
    production: Production,
    wanted: Sequence[Base],
    functions: Sequence[FunctionImage],
    base_image: str,
) -> list[tuple[object, ...]]:
    rows = []
    began = time.monotonic()
    for produced in production.produce(wanted, functions, base_image):
        now = time.monotonic()
        rows.append(_produced_row(produced, now - began))
        began = now
    return rows


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    found = list(_store(settings).all())
    if arguments.json:
        print(json.dumps([asdict(image) for image in found], indent=2))
    else:
        _print(_COLUMNS, [_row(image) for image in found])
    return 0


def _inspect(arguments: argparse.Namespace, settings: Settings) -> int:
    found = _store(settings).named(arguments.name)
    print(json.dumps(asdict(found), indent=2))
    return 0


def _remove(_arguments: argparse.Namespace, settings: Settings) -> int:
    print(f"{_store(settings).remove()} images removed")
    return 0


def _store(settings: Settings) -> ImageStore:
    from harness.images.engine import connect
    from harness.images.store import ImageStore

    return ImageStore(connect(settings.docker_host))


def _produced_row(produced: Produced, seconds: float) -> tuple[object, ...]:
    reference, *rest = _row(produced.image)
    return (reference, produced.how, f"{seconds:.1f}", *rest)


def _row(image: Stored) -> tuple[object, ...]:
    megabytes = round(image.size / 1e6)
    digest = image.content_digest[_SHORT]
    return (image.reference, image.id[_SHORT], digest, megabytes, image.architecture)


def _print(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from harness.rows import print_rows

    print_rows("Images", columns, rows)
