"""Faults put into a running environment: what is hit, how often, and who tells."""
