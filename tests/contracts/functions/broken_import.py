"""Cannot be imported: what it needs was forgotten in the zip."""

import a_module_that_was_not_packed  # noqa: F401
