"""Let things go wrong in the running environment: services, networks, credentials.

`list` shows the faults that there are, `add` puts one in, `show` tells how often each has hit, and
`clear` takes one or all of them out. A fault hits calls that clients and functions make, all of
them or those of a service, an operation, a resource or a function.

examples:
  harness fault list
  harness fault add throttle --service bedrock-runtime --times 3
  harness fault add slow-reply --service s3 --operation PutObject --ms 2000
  harness fault add error --service s3 --resource '*/uploads/*' --probability 0.1 --seed 7
  harness fault show
  harness fault clear fault-1
  harness fault clear
"""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from harness import environment
from harness.injection import catalogue
from harness.injection.fault import Fault, summary
from harness.injection.injection import NAME, asked
from harness.injection.option import Option, options
from harness.injection.schedule import Schedule
from harness.settings import Settings
from harness.state import State

if TYPE_CHECKING:
    from harness.injection.client import Faults

HELP = "let things go wrong: errors, latency, lost replies"
_WHERE = "which are meant"
_WHICH = "how many of them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="show the faults that there are")
    listing.set_defaults(action=_list)
    add = actions.add_parser("add", help="put a fault into the environment")
    kinds = add.add_subparsers(metavar="FAULT", required=True, dest=NAME)
    for name in catalogue.names():
        _add_kind(kinds, name, catalogue.fault(name))
    add.set_defaults(action=_add)
    show = actions.add_parser("show", help="show what is in the environment, and its hits")
    show.add_argument("--json", action="store_true", help="an array")
    show.set_defaults(action=_show)
    clear = actions.add_parser("clear", help="take a fault out, or all of them")
    clear.add_argument("id", nargs="?", default="", metavar="ID", help="only this one")
    clear.set_defaults(action=_clear)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    arguments.action(arguments, settings)
    return 0


def _add_kind(
    kinds: argparse._SubParsersAction[argparse.ArgumentParser], name: str, kind: type[Fault]
) -> None:
    parser = kinds.add_parser(name, help=summary(kind), description=summary(kind))
    where, which = parser.add_argument_group(_WHERE), parser.add_argument_group(_WHICH)
    for declared, group in ((kind, parser), (kind.scope, where), (Schedule, which)):
        for one in options(declared):
            shown = one.help.replace("%", "%%")
            group.add_argument(
                one.flag, metavar=_metavar(one), default=argparse.SUPPRESS, help=shown
            )


def _metavar(one: Option) -> str:
    return {int: "N", float: "NUMBER", str: "TEXT"}[type(one.default)]


def _list(arguments: argparse.Namespace, settings: Settings) -> None:
    from harness.rows import print_rows

    kinds = [(name, catalogue.fault(name)) for name in catalogue.names()]
    rows = [
        (name, " ".join(one.flag for one in options(kind)), summary(kind)) for name, kind in kinds
    ]
    print_rows("Faults", ("fault", "options", "what a client sees"), rows)


def _add(arguments: argparse.Namespace, settings: Settings) -> None:
    given = {k: v for k, v in vars(arguments).items() if k not in ("command", "action")}
    wanted = asked(given).settings()
    added = _faults(settings).add(str(wanted.pop(NAME)), **wanted)
    print(added.id)


def _show(arguments: argparse.Namespace, settings: Settings) -> None:
    from harness.rows import print_rows

    shown = _faults(settings).shown()
    if arguments.json:
        told = [{"id": f.id, **f.settings, "covered": f.covered, "hits": f.hits} for f in shown]
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    rows = [(f.id, *_described(dict(f.settings)), f.covered, f.hits) for f in shown]
    print_rows("Faults", ("id", "fault", "settings", "covered", "hits"), rows)


def _described(settings: dict[str, object]) -> tuple[object, str]:
    return settings.pop(NAME), " ".join(f"{name}={value}" for name, value in settings.items())


def _clear(arguments: argparse.Namespace, settings: Settings) -> None:
    _faults(settings).clear(arguments.id)


def _faults(settings: Settings) -> Faults:
    running = environment.load(State(settings.state_dir))
    from harness.injection.client import Faults

    return Faults(running)
