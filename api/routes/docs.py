"""GET /docs: what /openapi.json says, in a browser."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

from fastapi import APIRouter
from starlette.responses import HTMLResponse

# The viewer is not a dependency of the function: it would be half of its size.
_CDN = "https://cdn.jsdelivr.net"
_VIEWER = f"{_CDN}/npm/swagger-ui-dist@5"

_SCRIPT = "SwaggerUIBundle({url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true})"

_PAGE = f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>HR chatbot documents</title>
<link rel="stylesheet" href="{_VIEWER}/swagger-ui.css">
<div id="swagger-ui"></div>
<script src="{_VIEWER}/swagger-ui-bundle.js"></script>
<script>{_SCRIPT}</script>
</html>
"""

# The viewer's files and the one script of the page; Swagger UI styles its elements inline.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "base-uri 'none'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "img-src data:",
        f"script-src {_CDN} 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'",
        f"style-src {_CDN} 'unsafe-inline'",
    )
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})
