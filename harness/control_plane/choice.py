"""Which control plane an environment has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.control_plane import ControlPlane
from harness.control_plane.process import ProcessMoto
from harness.control_plane.services import services_of
from harness.options import Options
from harness.state import State

if TYPE_CHECKING:
    from harness.containers.supply import Supply


def chosen(state: State, options: Options, supply: Supply | None) -> ControlPlane:
    """Return the one that the options name. supply: of containers, None without any."""
    if options.control_plane_url:
        from harness.control_plane.external import ExternalMoto

        return ExternalMoto(options.control_plane_url, emptied=options.empty_control_plane)
    if supply is not None:
        from harness.control_plane.container import ContainerMoto

        return ContainerMoto(supply)
    services = services_of(options.template.read_text(errors="replace"))
    return ProcessMoto(state.registry, state.path("moto.log"), options.inherited, services)
