"""What a message says, from a call's parameters: parsed text, caption, files, the message replied to."""

from typing import Any

from sandbox.errors import Json
from sandbox.telegram.chats import Chat
from sandbox.telegram.entities import check_given, clean_text, command_entities, is_blank, trim, utf16_length
from sandbox.telegram.errors import bad_request
from sandbox.telegram.files import MAX_UPLOAD, StoredFile
from sandbox.telegram.html import parse_html
from sandbox.telegram.messages import Message
from sandbox.telegram.methods import BotApi
from sandbox.telegram.params import Upload
from sandbox.telegram.world import MAX_CAPTION, MAX_TEXT


def message_text(api: BotApi, params: Json) -> tuple[str, list[Json]]:
    """The `text` parameter as 1-4096 characters (UTF-16 units) and its entities; raises `ApiError` 400."""
    text, entities = _formatted(api, params.get("text", ""), params.get("parse_mode"), params.get("entities"))
    if is_blank(text):
        raise bad_request("message text is empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text, entities


def caption(api: BotApi, params: Json) -> tuple[str, list[Json]]:
    """The `caption` parameter, at most 1024 characters (UTF-16 units); raises `ApiError` 400."""
    given = params.get("caption_entities")
    text, entities = _formatted(api, params.get("caption", ""), params.get("parse_mode"), given)
    if utf16_length(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return text, entities


def _formatted(api: BotApi, source: str, mode: str | None, given: list[Json] | None) -> tuple[str, list[Json]]:
    if mode:
        if mode.lower() != "html":
            raise bad_request(f"unsupported parse_mode {mode!r}; the sandbox reads HTML only")
        text, entities = parse_html(source)
    else:
        cleaned = clean_text(source)
        text, entities = trim(cleaned, check_given(cleaned, given or []))
    found = [entity for entity in (_with_user(api, entity) for entity in entities) if entity is not None]
    taken = any(entity["offset"] == 0 for entity in found)
    return text, found if taken else command_entities(text) + found


def _with_user(api: BotApi, entity: Json) -> Json | None:
    """A mention by id carries the whole `User`; of an unknown person nothing but the text is left."""
    if "user_id" not in entity:
        return entity
    person = api.world.people.get(entity["user_id"])
    rest = {name: value for name, value in entity.items() if name != "user_id"}
    return rest | {"user": person.to_json()} if person else None


def file_of(api: BotApi, value: Any, *, photo: bool) -> StoredFile:
    """The file that an `InputFile or String` means: an upload, `attach://part` or a known file_id."""
    if isinstance(value, str) and value.startswith("attach://"):
        value = api.uploads.get(value.removeprefix("attach://"), value)
    if isinstance(value, Upload):
        if len(value.content) > MAX_UPLOAD:
            raise bad_request(f"file is too big: {len(value.content)} bytes, the maximum is {MAX_UPLOAD}")
        return api.world.files.add(value.file_name, value.content, value.mime_type, photo=photo)
    stored = api.world.files.get(value)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if photo != stored.path.startswith("photos/"):
        raise bad_request("can't use file of this type: a photo and a document are not interchangeable")
    return stored


def reply_target(api: BotApi, chat: Chat, params: Json) -> Message | None:
    """The message that `reply_parameters` names; raises `ApiError` 400 when it is gone and must be there."""
    wanted = params.get("reply_parameters")
    if wanted is None:
        return None
    if "chat_id" in wanted and api.chat(wanted["chat_id"]) is not chat:
        raise bad_request("the sandbox replies within one chat only")
    found = chat.messages.get(wanted["message_id"])
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return found


def options_of(params: Json) -> Json:
    """Fields that a `Message` shows as they were sent."""
    names = {
        "link_preview_options": "link_preview_options",
        "show_caption_above_media": "show_caption_above_media",
        "has_spoiler": "has_media_spoiler",
        "protect_content": "has_protected_content",
        "message_effect_id": "effect_id",
    }
    return {shown: params[name] for name, shown in names.items() if params.get(name)}
