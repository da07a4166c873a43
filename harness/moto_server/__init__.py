"""The process of the control plane, `python -m harness.moto_server SERVICE…`: moto, served."""
