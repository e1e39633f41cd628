"""Files of the workspace: their bytes in memory, and the uploads that the app has begun."""

import secrets
from dataclasses import dataclass, field

from sandbox.errors import Json
from sandbox.slack.errors import SlackError, invalid_arguments

MAX_FILE = 1024 * 1024 * 1024
DOWNLOADS = "/files-pri"


@dataclass(slots=True, eq=False)
class SlackFile:
    """One file; `user` is who shared it, `created` in seconds since the epoch."""

    id: str
    name: str
    mimetype: str
    content: bytes
    user: str
    created: int
    title: str = ""
    alt_text: str = ""
    channels: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """Where the app can download it, with its token."""
        return f"{DOWNLOADS}/{self.id}/{self.name}"

    def to_json(self, urls: str) -> Json:
        """The Slack `file`."""
        suffix = self.name.rpartition(".")[2].lower() if "." in self.name else "binary"
        body: Json = {"id": self.id, "created": self.created, "timestamp": self.created, "name": self.name}
        body |= {"title": self.title or self.name, "mimetype": self.mimetype, "filetype": suffix, "user": self.user}
        body |= {"pretty_type": suffix.upper(), "editable": False, "size": len(self.content), "mode": "hosted"}
        body |= {"is_external": False, "is_public": False, "channels": [], "groups": [], "ims": self.channels}
        url = urls + self.path
        body |= {"url_private": url, "url_private_download": url, "file_access": "visible"}
        return body | ({"alt_txt": self.alt_text} if self.alt_text else {})


@dataclass(slots=True, eq=False)
class Upload:
    """An upload that files.getUploadURLExternal began: the bytes come to its URL, `length` of them."""

    file_id: str
    ticket: str
    name: str
    length: int
    alt_text: str
    content: bytes | None = None


class FileStore:
    """All files of the workspace by id, and the uploads that are not complete."""

    def __init__(self) -> None:
        self.files: dict[str, SlackFile] = {}
        self._uploads: dict[str, Upload] = {}
        self._last = 0

    def new_id(self) -> str:
        self._last += 1
        return f"F{self._last:08d}"

    def begin(self, name: str, length: int, alt_text: str) -> Upload:
        """Raises `SlackError` for a length that no file can have."""
        if not 0 < length <= MAX_FILE:
            raise invalid_arguments(f"length must be between 1 and {MAX_FILE}")
        upload = Upload(self.new_id(), secrets.token_hex(16), name, length, alt_text)
        self._uploads[upload.file_id] = upload
        return upload

    def by_ticket(self, ticket: str) -> Upload | None:
        return next((one for one in self._uploads.values() if one.ticket == ticket), None)

    def finish(self, file_id: str) -> Upload:
        """Take an upload whose bytes are all there; raises `SlackError` otherwise."""
        upload = self._uploads.get(file_id)
        if upload is None or upload.content is None:
            raise SlackError("file_not_found")
        return self._uploads.pop(file_id)

    def get(self, file_id: str) -> SlackFile:
        if file_id not in self.files:
            raise SlackError("file_not_found")
        return self.files[file_id]

    def keep(self, file: SlackFile) -> SlackFile:
        self.files[file.id] = file
        return file
