"""Files on people's side: the page's own, those that went through a chat, and those that people send."""

from pathlib import Path
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from sandbox.errors import WorldError

PAGE = Path(__file__).with_name("page")
_SAFE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SAFE_TEXTS = ("text/plain", "text/csv", "application/json", "application/pdf")
# Named here, since the system's own table of types differs from machine to machine.
_PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}


def page_file(name: str) -> web.StreamResponse:
    """A file of the page; raises `LookupError` for one that is not there."""
    path = PAGE / name
    if not path.is_file():
        raise LookupError(f"there is no page {name}")
    headers = {
        "Content-Type": _PAGE_TYPES.get(path.suffix, "application/octet-stream"),
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)


def chat_file(name: str, mime_type: str, content: bytes) -> web.StreamResponse:
    """A file from a chat. Anything but plain pictures is offered for download only: it may be a page with scripts."""
    shown = mime_type in _SAFE_IMAGES
    headers = {
        "Content-Type": mime_type if shown else _harmless(mime_type),
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{quote(name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
    }
    return web.Response(body=content, headers=headers)


async def read_upload(request: web.Request) -> tuple[BodyPartReader, bytes, dict[str, str]]:
    """The part `file` of a form, its bytes, and the form's texts; raises `WorldError` where there is none."""
    if not request.content_type.startswith("multipart/"):
        raise WorldError("an upload is a multipart form with the field 'file'")
    texts: dict[str, str] = {}
    found: tuple[BodyPartReader, bytes] | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        if part.name == "file" and part.filename:
            found = part, bytes(await part.read(decode=False))
        else:
            texts[part.name] = await part.text()
    if found is None:
        raise WorldError("the field 'file' with a file name is missing")
    return *found, texts


def _harmless(mime_type: str) -> str:
    kind = mime_type.partition(";")[0].strip().lower()
    return kind if kind in _SAFE_TEXTS else "application/octet-stream"
