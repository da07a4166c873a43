from __future__ import annotations

import pytest

from api.settings import Settings, load
from processor.errors import ConfigurationError


def test_defaults_are_the_architecture_before_s3() -> None:
    assert load({}) == Settings(bucket=None, semantic_search=True)


def test_the_bucket_counts_only_with_s3() -> None:
    assert load({"USE_S3": "true", "S3_BUCKET": "documents"}).bucket == "documents"
    assert load({"USE_S3": "false", "S3_BUCKET": "documents"}).bucket is None


def test_search_by_meaning_can_be_switched_off() -> None:
    assert not load({"ENABLE_RAG": " False "}).semantic_search


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"USE_S3": "yes"}, "USE_S3"),
        ({"ENABLE_RAG": ""}, "ENABLE_RAG"),
        ({"USE_S3": "true"}, "S3_BUCKET"),
    ],
)
def test_a_wrong_variable_is_named(environment: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{named} is not usable"):
        load(environment)
