"""Static files, read once, served from memory under a name that changes with their content."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from monitor import resources

if TYPE_CHECKING:
    from collections.abc import Mapping

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
_REFERENCE = re.compile(r"url\(([\w.-]+\.woff2)\)")
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file."""

    body: bytes
    content_type: str
    version: str


class Assets:
    """All static files of the page."""

    def __init__(self) -> None:
        folder = resources.templates() / "static"
        self._files: Mapping[str, Asset] = {
            path.name: _read(path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(folder.iterdir())
            if path.suffix in _TYPES
        }

    def address(self, name: str) -> str:
        """Return the address of a file; it changes when the file does, so it is kept for ever.

        Raises:
            KeyError: there is no such file.
        """
        return f"/static/{name}?v={self._files[name].version}"

    def inside(self, name: str) -> str:
        """Return a file as an address that needs no server, what it refers to included.

        Raises:
            KeyError: there is no such file.
        """
        asset = self._files[name]
        body = asset.body
        if asset.content_type.startswith("text/css"):
            text = body.decode("utf-8")
            body = _REFERENCE.sub(lambda found: f"url({self.inside(found[1])})", text).encode()
        kind = asset.content_type.replace(" ", "")
        return f"data:{kind};base64,{base64.b64encode(body).decode()}"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer `/static/<name>`."""
        asset = self._files.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        kept = request.query.get("v") == asset.version
        headers = {
            "Cache-Control": _FOR_EVER if kept else _FOR_AN_HOUR,
            "Content-Type": asset.content_type,
            "ETag": f'"{asset.version}"',
        }
        if any(tag.value == asset.version for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        answer = web.Response(body=asset.body, headers=headers)
        if asset.content_type.startswith("text/"):
            answer.enable_compression()
        return answer


def _read(body: bytes, content_type: str) -> Asset:
    return Asset(body, content_type, hashlib.sha256(body).hexdigest()[:12])
