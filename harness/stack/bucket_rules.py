"""CORS and lifecycle rules of a bucket, from CloudFormation's spelling to the API's and back."""

from __future__ import annotations

from typing import Any

Rule = dict[str, Any]
_CORS = {
    "AllowedHeaders": "AllowedHeaders",
    "AllowedMethods": "AllowedMethods",
    "AllowedOrigins": "AllowedOrigins",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
    "MaxAge": "MaxAgeSeconds",
}
_LIFECYCLE = {
    "AbortIncompleteMultipartUpload": "AbortIncompleteMultipartUpload",
    "Id": "ID",
    "NoncurrentVersionExpiration": "NoncurrentVersionExpiration",
    "Status": "Status",
}
_EXPIRATION = {"ExpirationInDays": "Days", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}


def cors_to_api(configuration: dict[str, Any]) -> dict[str, Any]:
    return {"CORSRules": [_renamed(rule, _CORS) for rule in configuration["CorsRules"]]}


def cors_from_api(answer: dict[str, Any]) -> dict[str, Any]:
    return {"CorsRules": [_renamed(rule, _reversed(_CORS)) for rule in answer["CORSRules"]]}


def lifecycle_to_api(configuration: dict[str, Any]) -> dict[str, Any]:
    return {"Rules": [_lifecycle_rule(rule) for rule in configuration["Rules"]]}


def _lifecycle_rule(rule: Rule) -> Rule:
    expiration = _renamed(rule, _EXPIRATION)
    return {
        **_renamed(rule, _LIFECYCLE),
        "Filter": {"Prefix": rule.get("Prefix", "")},
        **({"Expiration": expiration} if expiration else {}),
    }


def lifecycle_from_api(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "Rules": [
            {
                **_renamed(rule, _reversed(_LIFECYCLE)),
                "Prefix": rule["Filter"]["Prefix"],
                **_renamed(rule.get("Expiration", {}), _reversed(_EXPIRATION)),
            }
            for rule in answer["Rules"]
        ]
    }


def _renamed(rule: Rule, names: dict[str, str]) -> Rule:
    return {name: rule[own] for own, name in names.items() if own in rule}


def _reversed(names: dict[str, str]) -> dict[str, str]:
    return {name: own for own, name in names.items()}
