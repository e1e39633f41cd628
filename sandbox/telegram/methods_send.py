"""Bot API methods that put something new in a chat."""

from sandbox.errors import Json
from sandbox.telegram.content import caption, file_of, message_text, options_of, reply_target
from sandbox.telegram.errors import bad_request
from sandbox.telegram.markup import check_markup
from sandbox.telegram.messages import Message
from sandbox.telegram.methods import BotApi, method

_ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


@method("sendMessage")
def send_message(api: BotApi, params: Json) -> Json:
    text, entities = message_text(api, params)
    return _post(api, params, text=text, entities=entities).to_json()


@method("sendPhoto")
def send_photo(api: BotApi, params: Json) -> Json:
    text, entities = caption(api, params)
    photo = file_of(api, params["photo"], photo=True)
    return _post(api, params, text=text, entities=entities, photo=photo).to_json()


@method("sendDocument")
def send_document(api: BotApi, params: Json) -> Json:
    text, entities = caption(api, params)
    document = file_of(api, params["document"], photo=False)
    return _post(api, params, text=text, entities=entities, document=document).to_json()


@method("sendChatAction")
def send_chat_action(api: BotApi, params: Json) -> bool:
    chat = api.writable_chat(params["chat_id"])
    if params["action"] not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    api.world.tell("action", chat.id, {"action": params["action"]})
    return True


def _post(api: BotApi, params: Json, **content: object) -> Message:
    """Every check comes before the flood control's count: only what would be sent counts."""
    chat = api.writable_chat(params["chat_id"])
    markup = check_markup(params.get("reply_markup"))
    if chat.kind == "channel" and markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    quoted = reply_target(api, chat, params)
    api.limits.take(chat, sends=True)
    return api.world.write(
        chat,
        from_bot=True,
        sender=None if chat.kind == "channel" else api.world.bot,
        reply_markup=markup,
        reply_to_message=quoted,
        options=options_of(params),
        **content,
    )
