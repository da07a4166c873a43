"""Sandboxes as containers: the image that will be deployed, as Lambda runs it."""
