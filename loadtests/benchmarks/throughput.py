"""How many PutObjects a second an S3 endpoint answers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_OBJECTS = 600


def per_second(s3: Any, bucket: str, body: bytes, clients: int) -> float:
    """Write objects through `clients` threads of one boto3 client and return the rate."""
    with ThreadPoolExecutor(clients) as pool:
        began = time.perf_counter()
        list(
            pool.map(
                lambda number: s3.put_object(Bucket=bucket, Key=f"{number}", Body=body),
                range(_OBJECTS),
            )
        )
        return _OBJECTS / (time.perf_counter() - began)
