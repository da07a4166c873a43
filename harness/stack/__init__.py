"""template.yaml -> resources, created through the AWS API of an endpoint.

Runs as a process of its own (`python -m harness.stack`), so that its imports and the expansion of
the template happen while the endpoint is still starting. docs/stack.md describes the protocol.
"""
