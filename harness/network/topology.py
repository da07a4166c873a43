"""A VPC as far as reachability depends on it (pure)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RouteTable:
    """routes: (destination, target id); subnets: those explicitly associated."""

    id: str
    main: bool
    subnets: frozenset[str]
    routes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint; service: the end of its service name, "bedrock-runtime"."""

    id: str
    service: str
    gateway: bool
    available: bool
    route_tables: frozenset[str]
    groups: frozenset[str]
    subnets: frozenset[str]
    private_dns: bool


@dataclass(frozen=True, slots=True)
class Permission:
    """One rule of a security group; ports: None for all of them and every protocol."""

    ports: tuple[int, int] | None
    networks: tuple[str, ...]
    groups: frozenset[str]
    prefix_lists: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    ingress: tuple[Permission, ...]
    egress: tuple[Permission, ...]


@dataclass(frozen=True, slots=True)
class Vpc:
    """dns: whether both DNS support and DNS hostnames are on, which private names need.

    subnets: CIDR blocks by id. nat_gateways: the available ones.
    """

    id: str
    dns: bool
    subnets: dict[str, str]
    route_tables: tuple[RouteTable, ...]
    endpoints: tuple[Endpoint, ...]
    groups: dict[str, SecurityGroup]
    nat_gateways: frozenset[str]

    def route_table(self, subnet: str) -> RouteTable | None:
        """Return the table of a subnet: its own, else the main one."""
        own = next((t for t in self.route_tables if subnet in t.subnets), None)
        return own or next((t for t in self.route_tables if t.main), None)
