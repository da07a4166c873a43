"""Cannot be imported: what it needs was forgotten in the zip."""

import not_packed  # noqa: F401
