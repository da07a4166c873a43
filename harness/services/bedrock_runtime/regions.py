"""Which model ids AWS offers where, from the model cards of 2026 (pure).

A model is called by its own id where it runs in the region, or through an inference profile, whose
id is the model's with the profile's name in front (`global.cohere.embed-v4:0`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_NOT_COMMERCIAL = ("us-gov-", "cn-")


class Availability(Enum):
    OK = "ok"
    PROFILE_ONLY = "profile only"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class _Offer:
    """regions: where the bare id works; profiles: name -> prefix of the regions it serves."""

    regions: frozenset[str]
    profiles: dict[str, str]


_OFFERS = {
    "cohere.embed-v4:0": _Offer(
        frozenset({"us-east-1", "eu-west-1", "ap-northeast-1"}),
        {"us": "us-", "eu": "eu-", "global": ""},
    ),
    "amazon.nova-pro-v1:0": _Offer(
        frozenset(
            {
                "us-east-1",
                "us-gov-west-1",
                "eu-west-2",
                "ap-southeast-2",
                "ap-southeast-3",
                "me-central-1",
            }
        ),
        {"us": "us-", "eu": "eu-"},
    ),
}
_PROFILES = frozenset({"us", "eu", "apac", "global"})


def base_model(model_id: str) -> str | None:
    """Return the emulated model behind an id, profile id or ARN; None when there is none."""
    base = _split(model_id)[1]
    return base if base in _OFFERS else None


def availability(region: str, model_id: str) -> Availability:
    """Return what AWS makes of `model_id`, which must name an emulated model, in `region`."""
    profile, base = _split(model_id)
    offer = _OFFERS[base]
    if profile:
        return Availability.OK if _serves(offer, profile, region) else Availability.INVALID
    if region in offer.regions:
        return Availability.OK
    usable = any(_serves(offer, name, region) for name in offer.profiles)
    return Availability.PROFILE_ONLY if usable else Availability.INVALID


def refusal(region: str, model_id: str) -> str | None:
    """Return AWS's message for calling `model_id` in `region`, None when it is offered there."""
    match availability(region, model_id):
        case Availability.OK:
            return None
        case Availability.PROFILE_ONLY:
            return (
                f"Invocation of model ID {model_id} with on-demand throughput isn’t supported. "
                "Retry your request with the ID or ARN of an inference profile that contains "
                "this model."
            )
        case Availability.INVALID:
            return "The provided model identifier is invalid."


def finding(region: str, model_id: str) -> str | None:
    """Return a sentence on what fails on AWS and what to use there, None when nothing does."""
    message = refusal(region, model_id)
    if message is None:
        return None
    return (
        f"AWS does not offer {model_id} in {region}; there a call fails with “{message}” "
        f"{_advice(region, _split(model_id)[1])}"
    )


def _advice(region: str, base: str) -> str:
    offer = _OFFERS[base]
    if region in offer.regions:
        return f"Use {base}."
    usable = [f"{name}.{base}" for name in offer.profiles if _serves(offer, name, region)]
    if usable:
        return f"Use {' or '.join(usable)}."
    return f"Use another model, or a region that has it: {', '.join(sorted(offer.regions))}."


def _serves(offer: _Offer, profile: str, region: str) -> bool:
    prefix = offer.profiles.get(profile)
    return (
        prefix is not None and region.startswith(prefix) and not region.startswith(_NOT_COMMERCIAL)
    )


def _split(model_id: str) -> tuple[str, str]:
    """Return (profile, base id); the profile of a bare id is ""."""
    name = model_id.rpartition("/")[2] if model_id.startswith("arn:") else model_id
    profile, _, base = name.partition(".")
    return (profile, base) if profile in _PROFILES else ("", name)
