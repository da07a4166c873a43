"""Container images: those of the functions, and those that an environment of containers stands on.

What a registry offers is pulled; where none can be reached, the same is built from Debian and
Python packages (docs/images.md).
"""
