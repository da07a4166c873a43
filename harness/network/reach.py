"""Which services a function reaches from its subnets, and why not (aws-behaviour §10.4; pure).

Lambda puts each sandbox into one of the function's subnets, so what is not reached from all of
them hangs now and then: it counts as not reached. Network ACLs and endpoint policies are not
looked at.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.network.topology import Endpoint, Permission, Vpc

HTTPS = 443
_EVERYWHERE = ("0.0.0.0/0", "::/0")
# What a default route leads to that ends outside. An internet gateway is not among them: the
# function's network interface has no public address.
_WAYS_OUT = ("nat-", "eni-", "i-", "tgw-", "vgw-", "pcx-", "vpce-", "lgw-")


@dataclass(frozen=True, slots=True)
class Reach:
    """everything: there is a way out; services: reached through endpoints.

    obstacles: for services that have an endpoint and are not reached, what is in the way.
    """

    everything: bool = False
    services: frozenset[str] = frozenset()
    obstacles: dict[str, str] = field(default_factory=dict)

    def includes(self, service: str) -> bool:
        return self.everything or service in self.services


def shown(reach: Reach | None) -> str:
    """Return what a function reaches, in words; one outside a VPC (None) reaches everything."""
    if reach is None or reach.everything:
        return "everything"
    return ", ".join(sorted(reach.services)) or "nothing"


def reach(vpc: Vpc, subnets: Sequence[str], groups: Sequence[str]) -> Reach:
    """Return what a function in `subnets` with the security `groups` reaches."""
    if all(_leaves(vpc, subnet, groups) for subnet in subnets):
        return Reach(everything=True)
    obstacles: dict[str, str] = {}
    services = set()
    for endpoint in vpc.endpoints:
        obstacle = _obstacle(vpc, endpoint, subnets, groups)
        if obstacle is None:
            services.add(endpoint.service)
        else:
            obstacles[endpoint.service] = obstacle
    missing = {name: text for name, text in obstacles.items() if name not in services}
    return Reach(services=frozenset(services), obstacles=missing)


def _leaves(vpc: Vpc, subnet: str, groups: Sequence[str]) -> bool:
    table = vpc.route_table(subnet)
    ways = [target for network, target in table.routes if network in _EVERYWHERE] if table else []
    out = any(
        way in vpc.nat_gateways if way.startswith("nat-") else way.startswith(_WAYS_OUT)
        for way in ways
    )
    return out and any(_covers(p.networks, _EVERYWHERE[0]) for p in _egress(vpc, groups))


def _obstacle(
    vpc: Vpc, endpoint: Endpoint, subnets: Sequence[str], groups: Sequence[str]
) -> str | None:
    """Return what keeps the function from `endpoint`, None when nothing does."""
    if not endpoint.available:
        return f"{endpoint.id} is not available"
    if endpoint.gateway:
        return _gateway_obstacle(vpc, endpoint, subnets, groups)
    if not endpoint.private_dns:
        return f"{endpoint.id} has no private DNS name"
    if not vpc.dns:
        return f"DNS support or DNS hostnames are off in {vpc.id}"
    return _interface_obstacle(vpc, endpoint, subnets, groups)


def _gateway_obstacle(
    vpc: Vpc, endpoint: Endpoint, subnets: Sequence[str], groups: Sequence[str]
) -> str | None:
    for subnet in subnets:
        table = vpc.route_table(subnet)
        if table is None or table.id not in endpoint.route_tables:
            return f"{endpoint.id} is not in the route table of {subnet}"
    # Its addresses are public ones; a rule may name them by their prefix list.
    if not any(_covers(p.networks, _EVERYWHERE[0]) or p.prefix_lists for p in _egress(vpc, groups)):
        return f"no security group of the function allows port {HTTPS} to {endpoint.id}"
    return None


def _interface_obstacle(
    vpc: Vpc, endpoint: Endpoint, subnets: Sequence[str], groups: Sequence[str]
) -> str | None:
    addresses = [vpc.subnets[name] for name in endpoint.subnets if name in vpc.subnets]
    if not _permits(_egress(vpc, groups), addresses, endpoint.groups):
        return f"no security group of the function allows port {HTTPS} to {endpoint.id}"
    sources = [vpc.subnets[name] for name in subnets if name in vpc.subnets]
    ingress = _rules(vpc, endpoint.groups, ingress=True)
    if not _permits(ingress, sources, frozenset(groups)):
        return f"no security group of {endpoint.id} allows port {HTTPS} from the function"
    return None


def _permits(rules: Iterable[Permission], networks: Sequence[str], groups: frozenset[str]) -> bool:
    """Tell whether the rules let everything of `networks`, or one of `groups`, pass."""
    found = list(rules)
    if any(rule.groups & groups for rule in found):
        return True
    allowed = [network for rule in found for network in rule.networks]
    return bool(networks) and all(_covers(allowed, network) for network in networks)


def _egress(vpc: Vpc, groups: Iterable[str]) -> list[Permission]:
    return _rules(vpc, groups, ingress=False)


def _rules(vpc: Vpc, groups: Iterable[str], *, ingress: bool) -> list[Permission]:
    """Return the rules about HTTPS of several groups together."""
    known = [vpc.groups[name] for name in groups if name in vpc.groups]
    rules = [rule for group in known for rule in (group.ingress if ingress else group.egress)]
    return [rule for rule in rules if rule.ports is None or _includes(rule.ports, HTTPS)]


def _includes(ports: tuple[int, int], port: int) -> bool:
    return ports[0] <= port <= ports[1]


def _covers(networks: Iterable[str], address: str) -> bool:
    wanted = ipaddress.ip_network(address)
    return any(
        network.version == wanted.version and wanted.subnet_of(network)  # type: ignore[arg-type]
        for network in map(ipaddress.ip_network, networks)
    )
