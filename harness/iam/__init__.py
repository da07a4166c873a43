"""Who calls, what the call does, and whether policies allow it (aws-behaviour §10)."""
