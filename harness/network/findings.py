"""What a function in a VPC seems to need and does not reach (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.network.reach import Reach


def suggested(variables: Mapping[str, str], models: Iterable[str] = ()) -> set[str]:
    """Return the services that a function's variables speak of, by the names of their endpoints.

    models: the values among them that name a model of Bedrock.
    """
    found = {"bedrock-runtime"} if any(value in models for value in variables.values()) else set()
    for name, value in variables.items():
        if "SECRET" in name.upper() and value:
            found.add("secretsmanager")
        if "BUCKET" in name.upper() and value:
            found.add("s3")
        if value.startswith("arn:aws:"):
            found.add(value.split(":")[2])
        if value.startswith("https://sqs."):
            found.add("sqs")
    return found


def unreachable(name: str, reach: Reach, services: Iterable[str]) -> list[str]:
    """Return a sentence for each of `services` that function `name` does not reach."""
    return [
        f"{name} does not reach {service} from its subnets: "
        f"{reach.obstacles.get(service, 'its VPC has no endpoint for it')}; "
        "a call hangs until the SDK's connect time-out"
        for service in sorted(services)
        if not reach.includes(service)
    ]
