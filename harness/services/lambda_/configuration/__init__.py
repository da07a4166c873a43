"""What functions are: the configuration side of the Lambda API.

The control plane forgets or confuses much of it (versions share one code, aliases lose their
weights, updates lose members), so it is kept here; the control plane is told that a function
exists, for its other services (docs/decisions/0022-functions-are-kept-here.md).
"""
