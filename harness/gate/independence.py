"""How many independent samples a series of dependent ones is worth.

Within one run a slow upload is often followed by another: of n such samples a bound that takes them
for independent is too narrow. n / (1 + 2 * sum of the autocorrelations) of them are worth as much.
"""

from __future__ import annotations

from collections.abc import Sequence


def inflation(exceeds: Sequence[bool]) -> float:
    """Return by how much the variance of the share of exceedances is inflated, at least 1.

    Lags are summed until the first that is not positive (Geyer); a constant series counts as
    independent.
    """
    n = len(exceeds)
    mean = sum(exceeds) / n if n else 0.0
    variance = mean * (1 - mean) * n
    if not variance:
        return 1.0
    centred = [value - mean for value in exceeds]
    total = 0.0
    for lag in range(1, n):
        correlation = sum(a * b for a, b in zip(centred, centred[lag:], strict=False)) / variance
        if correlation <= 0:
            break
        total += correlation
    return 1 + 2 * total
