"""Faults, one in each module: `FAULT`, see `harness.injection.fault`."""
