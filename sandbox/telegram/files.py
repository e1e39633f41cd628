"""Files that went through the chat: their bytes, ids and paths, kept in memory."""

import hashlib
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

from sandbox.errors import Json
from sandbox.telegram.errors import bad_request

MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file: `path` is what getFile hands out; `width` and `height` (pixels) are 0 unless it is a photo."""

    file_id: str
    file_unique_id: str
    file_name: str
    mime_type: str
    path: str
    content: bytes
    width: int = 0
    height: int = 0

    @property
    def size(self) -> int:
        return len(self.content)

    def _ids(self) -> Json:
        return {"file_id": self.file_id, "file_unique_id": self.file_unique_id, "file_size": self.size}

    def document_json(self) -> Json:
        return self._ids() | {"file_name": self.file_name, "mime_type": self.mime_type}

    def photo_json(self) -> Json:
        return self._ids() | {"width": self.width, "height": self.height}

    def file_json(self) -> Json:
        """The Telegram `File`; raises `ApiError` 400 above the 20 MB that a bot may download."""
        if self.size > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return self._ids() | {"file_path": self.path}


class FileStore:
    """All files of one world, by id and by path."""

    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}

    def add(self, name: str, content: bytes, mime_type: str, *, photo: bool = False) -> StoredFile:
        """Keep a file; raises `ApiError` 400 for an empty one and for a photo that is no usable image."""
        if not content:
            raise bad_request("file must be non-empty")
        width, height = _photo_size(content) if photo else (0, 0)
        number = len(self._by_id) + 1
        folder, letter = ("photos", "P") if photo else ("documents", "D")
        unique = hashlib.sha256(content).hexdigest()[:15]
        suffix = PurePosixPath(name).suffix[:12] or ".bin"
        stored = StoredFile(
            file_id=f"{letter}{number:06d}-{unique}",
            file_unique_id=f"U{letter}{unique}",
            file_name=name,
            mime_type=mime_type,
            path=f"{folder}/file_{number}{suffix}",
            content=content,
            width=width,
            height=height,
        )
        self._by_id[stored.file_id] = self._by_path[stored.path] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        return self._by_path.get(path)


def _photo_size(content: bytes) -> tuple[int, int]:
    if len(content) > MAX_PHOTO:
        raise bad_request(f"file of size {len(content)} bytes is too big for a photo; the maximum is {MAX_PHOTO} bytes")
    size = image_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if min(size) == 0 or sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return size


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, GIF, JPEG or WebP; None for anything else."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            return _pair(struct.unpack(">II", content[16:24]))
        if content[:6] in (b"GIF87a", b"GIF89a"):
            return _pair(struct.unpack("<HH", content[6:10]))
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp_size(content)
    except (struct.error, IndexError):
        return None
    return None


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return values[0], values[1]


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content):
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        if content[at] != 0xFF:
            return None
        if marker in _JPEG_SIZES:
            height, width = _pair(struct.unpack(">HH", content[at + 5 : at + 9]))
            return width, height
        at += 2 + length
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = _pair(struct.unpack("<HH", content[26:30]))
    return width & 0x3FFF, height & 0x3FFF
