"""What the product promises to be quick at, measured: `make bench`.

Nothing is asserted about time here; a run is compared with another one of the same machine.
"""
