"""What can go wrong with images.

ImageError(HarnessError)      an image cannot be had; says what to do
  EngineError                 the Docker engine cannot be used
  RegistryError               no registry answers, or it has no such image
  DownloadError               packages cannot be downloaded
"""

from __future__ import annotations

from harness.errors import HarnessError


class ImageError(HarnessError):
    """An image cannot be had; the message says why and what to do."""


class EngineError(ImageError):
    """The Docker engine cannot be used."""


class RegistryError(ImageError):
    """No registry answers, or it does not have the image."""


class DownloadError(ImageError):
    """Packages that an image is made of cannot be downloaded."""
