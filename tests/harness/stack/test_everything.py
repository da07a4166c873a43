"""Every property that is handled survives the way to the control plane and back.

`apply` compares each property with what AWS holds, so exit code 0 is the proof.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from harness.stack.properties import MapOf, Refused, SetOf
from harness.stack.resources import by_type
from harness.stack.template import read
from tests.harness.stack.conftest import REGION, ROOT

TEMPLATE = ROOT / "tests" / "harness" / "stack" / "everything.yaml"
# Read back by CloudFormation's words for a version of the code, which nothing here has; and what
# moto alone forgets, but not the endpoint: tests/contracts/test_lambda_stack.py has those.
NOT_USED = {
    "Code.S3ObjectVersion",
    "CodeSha256",
    "DeadLetterConfig.TargetArn",
    "LoggingConfig.ApplicationLogLevel",
    "LoggingConfig.LogFormat",
    "LoggingConfig.LogGroup",
    "LoggingConfig.SystemLogLevel",
    "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions",
    "RoutingConfig.AdditionalVersionWeights.FunctionVersion",
    "RoutingConfig.AdditionalVersionWeights.FunctionWeight",
    "TracingConfig.Mode",
}


def test_everything_is_created_and_found_again(control_plane):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.py", "def b(event, context): return event")
    s3 = control_plane.client("s3")
    s3.create_bucket(
        Bucket="everything-code", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    s3.put_object(Bucket="everything-code", Key="code.zip", Body=archive.getvalue())
    result = control_plane.apply(TEMPLATE)
    assert result.last["event"] == "complete", result.last


def members(shape, path=""):
    """Yield the path of every property that `shape` names and does not refuse."""
    if isinstance(shape, (SetOf, MapOf)):
        yield from members(shape.item, path)
    elif isinstance(shape, list):
        yield from members(shape[0], path)
    elif isinstance(shape, dict):
        for key, item in shape.items():
            yield from members(item, f"{path}.{key}".strip("."))
    elif not isinstance(shape, Refused):
        yield path


def used(value, shape, path=""):
    """Yield the path in `shape` of every value that is given."""
    if isinstance(shape, MapOf):
        for item in value.values():
            yield from used(item, shape.item, path)
    elif isinstance(shape, (SetOf, list)):
        item_shape = shape.item if isinstance(shape, SetOf) else shape[0]
        for item in value:
            yield from used(item, item_shape, path)
    elif isinstance(shape, dict):
        for key, item in value.items():
            yield from used(item, shape[key], f"{path}.{key}".strip("."))
    else:
        yield path


@pytest.mark.parametrize("kind", by_type().values(), ids=by_type())
def test_the_template_leaves_no_property_out(kind):
    given = {
        path
        for resource in read(TEMPLATE)["Resources"].values()
        if resource["Type"] == kind.TYPE
        for path in used(resource["Properties"], kind.PROPERTIES)
    }
    assert set(members(kind.PROPERTIES)) - NOT_USED == given
