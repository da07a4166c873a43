"""Provisioned concurrency, which versions and aliases have in common."""

from __future__ import annotations

import threading
from typing import Any

from harness.stack.errors import StackError
from harness.stack.properties import Leaf, Properties, Shape

PROVISIONED: Shape = {"ProvisionedConcurrentExecutions": Leaf.VALUE}
_POLL_S = 0.05


def provision(client: Any, name: str, qualifier: str, properties: Properties) -> None:
    """Put the configuration and wait until it is ready, as CloudFormation does."""
    if "ProvisionedConcurrencyConfig" not in properties:
        return
    key = {"FunctionName": name, "Qualifier": qualifier}
    wanted = int(properties["ProvisionedConcurrencyConfig"]["ProvisionedConcurrentExecutions"])
    client.put_provisioned_concurrency_config(**key, ProvisionedConcurrentExecutions=wanted)
    pause = threading.Event()
    while (found := client.get_provisioned_concurrency_config(**key))["Status"] == "IN_PROGRESS":
        pause.wait(_POLL_S)  # the Lambda API can only be asked
    if found["Status"] == "FAILED":
        raise StackError(f"provisioned concurrency failed: {found['StatusReason']}")


def provisioned(
    client: Any, name: str, qualifier: str, properties: Properties
) -> Properties | None:
    """Return what AWS holds, None when none was asked for."""
    if "ProvisionedConcurrencyConfig" not in properties:
        return None
    found = client.get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
    executions = found["RequestedProvisionedConcurrentExecutions"]
    return {"ProvisionedConcurrentExecutions": executions}
