"""SAM template -> CloudFormation template, with AWS's own translator and without AWS."""

from __future__ import annotations

import copy
from types import SimpleNamespace

from harness.stack.errors import TemplateError
from harness.stack.parameters import Values
from harness.stack.template import Template

_SAM = "AWS::Serverless-2016-10-31"


def expand(template: Template, parameters: Values, region: str) -> Template:
    """Return `template` with its SAM resources replaced by what they stand for.

    Raises `TemplateError` when the translator refuses the template.
    """
    transforms = template.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    for transform in transforms:
        if transform != _SAM:
            raise TemplateError(f"the transform {transform} is not supported, only {_SAM}")
    return _translate(template, parameters, region) if transforms else template


def _translate(template: Template, parameters: Values, region: str) -> Template:
    # Plain CloudFormation templates are spared the 0.4 s of this import.
    from samtranslator.internal.managed_policies import get_bundled_managed_policy_map
    from samtranslator.model.exceptions import InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    # Of the session the translator reads the region only; a real one would read ~/.aws.
    session = SimpleNamespace(region_name=region)
    policies = get_bundled_managed_policy_map("aws")
    try:
        expanded = Translator(policies, Parser(), boto_session=session).translate(
            copy.deepcopy(template), parameters
        )
    except InvalidDocumentException as error:
        raise TemplateError("; ".join(cause.message for cause in error.causes)) from error
    return expanded  # type: ignore[no-any-return]  # the translator is not typed
