"""The two processors of Lambda, by everybody's names for them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Architecture:
    """name: Lambda's; engine: Docker's and Debian's; machine: the kernel's and the wheels'."""

    name: str
    engine: str
    machine: str

    @property
    def platform(self) -> str:
        return f"linux/{self.engine}"


X86_64 = Architecture("x86_64", "amd64", "x86_64")
ARM64 = Architecture("arm64", "arm64", "aarch64")
BY_NAME = {architecture.name: architecture for architecture in (X86_64, ARM64)}
