"""Bot API methods that change or remove what stands in a chat."""

from typing import Any

from sandbox.errors import Json
from sandbox.telegram.chats import Chat
from sandbox.telegram.content import caption, file_of, message_text, options_of
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import check_markup
from sandbox.telegram.messages import Message
from sandbox.telegram.methods import BotApi, method

_DELETABLE_FOR = 48 * 3600
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


@method("editMessageText")
def edit_message_text(api: BotApi, params: Json) -> Json:
    text, entities = message_text(api, params)
    message = _editable(api, params)
    if message.has_media:
        raise bad_request("there is no text in the message to edit")
    # The preview is set anew with each edit; what was said when the message was sent stays.
    kept = {name: value for name, value in message.options.items() if name != "link_preview_options"}
    return _apply(api, message, params, text=text, entities=entities, options=kept | options_of(params))


@method("editMessageCaption")
def edit_message_caption(api: BotApi, params: Json) -> Json:
    text, entities = caption(api, params)
    message = _editable(api, params)
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    return _apply(api, message, params, text=text, entities=entities)


@method("editMessageMedia")
def edit_message_media(api: BotApi, params: Json) -> Json:
    media = params["media"]
    text, entities = caption(api, media)
    message = _editable(api, params)
    if not message.has_media:
        raise bad_request("the sandbox does not turn a text message into one with a file")
    stored = file_of(api, media["media"], photo=media["type"] == "photo")
    files = {"photo": stored, "document": None} if media["type"] == "photo" else {"photo": None, "document": stored}
    return _apply(api, message, params, text=text, entities=entities, **files)


@method("editMessageReplyMarkup")
def edit_message_reply_markup(api: BotApi, params: Json) -> Json:
    return _apply(api, _editable(api, params), params)


@method("deleteMessage")
def delete_message(api: BotApi, params: Json) -> bool:
    chat = api.chat(params["chat_id"])
    message = api.message(chat, params["message_id"], "message to delete not found")
    _check_deletable(api, chat, message)
    api.world.remove(message)
    return True


@method("deleteMessages")
def delete_messages(api: BotApi, params: Json) -> bool:
    ids = params["message_ids"]
    if not 1 <= len(ids) <= 100:
        raise bad_request("between 1 and 100 message identifiers must be given")
    chat = api.chat(params["chat_id"])
    found = [chat.messages[message_id] for message_id in dict.fromkeys(ids) if message_id in chat.messages]
    for message in found:
        _check_deletable(api, chat, message)
    for message in found:
        api.world.remove(message)
    return True


@method("pinChatMessage")
def pin_chat_message(api: BotApi, params: Json) -> bool:
    chat = api.writable_chat(params["chat_id"])
    message = api.message(chat, params["message_id"], "message to pin not found")
    chat.pinned = [*(kept for kept in chat.pinned if kept != message.message_id), message.message_id]
    api.world.tell("chat", chat.id, {"pinned": message.message_id})
    return True


@method("unpinChatMessage")
def unpin_chat_message(api: BotApi, params: Json) -> bool:
    chat = api.writable_chat(params["chat_id"])
    message_id = params.get("message_id", chat.pinned[-1] if chat.pinned else None)
    if message_id not in chat.pinned:
        raise bad_request("message to unpin not found")
    chat.pinned.remove(message_id)
    api.world.tell("chat", chat.id, {"unpinned": message_id})
    return True


@method("setMessageReaction")
def set_message_reaction(api: BotApi, params: Json) -> bool:
    chat = api.writable_chat(params["chat_id"])
    message = api.message(chat, params["message_id"], "message to react not found")
    reactions = params.get("reaction", [])
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions = reactions
    api.world.tell("edit", chat.id, api.world.seen(message) | {"reactions": reactions})
    return True


def _editable(api: BotApi, params: Json) -> Message:
    if "inline_message_id" in params:
        raise bad_request("message to edit not found")
    for name in ("chat_id", "message_id"):
        if name not in params:
            raise bad_request("message identifier is not specified" if name == "message_id" else "chat_id is empty")
    chat = api.writable_chat(params["chat_id"])
    message = api.message(chat, params["message_id"], "message to edit not found")
    foreign_markup = message.reply_markup is not None and "inline_keyboard" not in message.reply_markup
    # Telegram edits only what the bot wrote, with an inline keyboard or none.
    if not message.from_bot or message.service or foreign_markup:
        raise bad_request("message can't be edited")
    return message


def _apply(api: BotApi, message: Message, params: Json, **content: Any) -> Json:
    """Edit the message; a keyboard that is not given again is gone. The limits count only a real change."""
    content["reply_markup"] = check_markup(params.get("reply_markup"))
    if all(getattr(message, name) == value for name, value in content.items()):
        raise bad_request(_NOT_MODIFIED)
    api.limits.take(message.chat, sends=False)
    api.world.rewrite(message, **content)
    return message.to_json()


def _check_deletable(api: BotApi, chat: Chat, message: Message) -> None:
    if message.date + _DELETABLE_FOR < api.world.clock():
        raise bad_request("message can't be deleted for everyone")
    if chat.kind == "group" and not message.from_bot:
        raise bad_request("message can't be deleted")
