"""What Lambda gives every function (aws-behaviour §1.8), whatever its sandbox consists of."""

from __future__ import annotations

MB_OF_ONE_CPU = 1769
PROCESSES = 1024
FILES = 1024
