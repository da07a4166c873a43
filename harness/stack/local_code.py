"""Code of zip functions that lies beside the template: what `sam package` would upload to S3.

Before expansion a local `CodeUri` (of SAM) or `Code` (of CloudFormation) becomes the address of an
object in a bucket that cannot exist, since the translator wants one; when the function is created,
that address is a directory again. Requirements are not installed: the harness's Python has its own.
"""

from __future__ import annotations

import copy
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.stack.errors import TemplateError
from harness.stack.template import Template

BUCKET = "(local)"
_IGNORED = frozenset({"__pycache__", ".git", ".aws-sam", ".venv"})
_MEMBERS = {
    "AWS::Serverless::Function": ("CodeUri", "Bucket", "Key"),
    "AWS::Lambda::Function": ("Code", "S3Bucket", "S3Key"),
}


def localised(template: Template, directory: Path) -> Template:
    """Return `template` with local code named by absolute paths; `directory` is the template's."""
    found = copy.deepcopy(template)
    for logical_id, properties, member, bucket, key in _holders(found):
        uri = properties.get(member)
        if isinstance(uri, str) and not uri.startswith("s3://"):
            properties[member] = {bucket: BUCKET, key: _existing(logical_id, directory / uri)}
    return found


def _holders(template: Template) -> Iterator[tuple[str, dict[str, Any], str, str, str]]:
    defaults = template.get("Globals", {}).get("Function", {})
    yield ("Globals", defaults, *_MEMBERS["AWS::Serverless::Function"])
    for logical_id, resource in template["Resources"].items():
        if resource.get("Type") in _MEMBERS and isinstance(resource.get("Properties"), dict):
            yield (logical_id, resource["Properties"], *_MEMBERS[resource["Type"]])


def _existing(logical_id: str, path: Path) -> str:
    if not path.exists():
        raise TemplateError(
            f"there is no {path}: code lies beside the template, or in S3 (s3://bucket/key)",
            logical_id=logical_id,
            property_path="CodeUri",
        )
    return str(path.resolve())


def packaged(code: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the member `Code` of CreateFunction for that of a template.

    CloudFormation's ZipFile is the text of a module called `index`; Lambda's is a zip.
    """
    if code.get("S3Bucket") == BUCKET:
        return {"ZipFile": _zipped(Path(code["S3Key"]))}
    if "ZipFile" in code:
        return {"ZipFile": _zip({"index.py": code["ZipFile"].encode()})}
    return code


def _zipped(path: Path) -> bytes:
    if path.is_file():
        return path.read_bytes()
    files = {
        str(found.relative_to(path)): found
        for found in sorted(path.rglob("*"))
        if found.is_file() and _IGNORED.isdisjoint(found.relative_to(path).parts)
    }
    return _zip(files)


def _zip(files: Mapping[str, bytes | Path]) -> bytes:
    """Return a zip that is the same for the same files: its hash tells whether code has changed."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            mode = 0o644 if isinstance(content, bytes) else content.stat().st_mode
            member.external_attr = mode << 16
            data = content if isinstance(content, bytes) else content.read_bytes()
            archive.writestr(member, data)
    return written.getvalue()
