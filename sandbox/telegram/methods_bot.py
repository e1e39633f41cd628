"""Bot API methods about the bot itself, its menus, chats, files and answers to taps."""

from sandbox.errors import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.members import member_json
from sandbox.telegram.methods import BotApi, method
from sandbox.telegram.taps import CallbackAnswer

_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_TEXT_METHODS = {"Name": "name", "Description": "description", "ShortDescription": "short_description"}


@method("getMe")
def get_me(api: BotApi, params: Json) -> Json:
    abilities = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return api.world.bot | abilities


@method("answerCallbackQuery")
def answer_callback_query(api: BotApi, params: Json) -> bool:
    """A second answer to the same tap is taken and changes nothing: the phone has shown the first."""
    text = params.get("text") or None
    if text is not None and len(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    answer = CallbackAnswer(text, params.get("show_alert", False), params.get("url"))
    if not api.world.settle_tap(params["callback_query_id"], answer):
        raise bad_request(_TOO_OLD)
    return True


@method("setMyCommands")
def set_my_commands(api: BotApi, params: Json) -> bool:
    _check_scope(api, params.get("scope"))
    api.world.profile.set_commands(params.get("scope"), params.get("language_code", ""), params["commands"])
    api.world.tell("commands", 0, {})
    return True


@method("deleteMyCommands")
def delete_my_commands(api: BotApi, params: Json) -> bool:
    return set_my_commands(api, {**params, "commands": []})


@method("getMyCommands")
def get_my_commands(api: BotApi, params: Json) -> list[Json]:
    return api.world.profile.get_commands(params.get("scope"), params.get("language_code", ""))


def _check_scope(api: BotApi, scope: Json | None) -> None:
    if scope is not None and "chat_id" in scope:
        api.chat(scope["chat_id"])


def _serve_text(suffix: str, field: str) -> None:
    @method(f"setMy{suffix}")
    def set_text(api: BotApi, params: Json) -> bool:
        api.world.profile.set_text(field, params.get("language_code", ""), params.get(field, ""))
        return True

    @method(f"getMy{suffix}")
    def get_text(api: BotApi, params: Json) -> Json:
        return {field: api.world.profile.text(field, params.get("language_code", ""))}


for _suffix, _field in _TEXT_METHODS.items():
    _serve_text(_suffix, _field)


@method("setChatMenuButton")
def set_chat_menu_button(api: BotApi, params: Json) -> bool:
    chat_id = params.get("chat_id")
    if chat_id is not None:
        api.chat(chat_id)
    api.world.profile.menu_buttons[chat_id] = params.get("menu_button", {"type": "default"})
    return True


@method("getChatMenuButton")
def get_chat_menu_button(api: BotApi, params: Json) -> Json:
    return api.world.profile.menu_button(params.get("chat_id"))


@method("getFile")
def get_file(api: BotApi, params: Json) -> Json:
    stored = api.world.files.get(params["file_id"])
    if stored is None:
        raise bad_request("invalid file_id")
    return stored.file_json()


@method("getChat")
def get_chat(api: BotApi, params: Json) -> Json:
    chat = api.chat(params["chat_id"])
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    full = chat.to_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }
    if chat.pinned:
        full["pinned_message"] = chat.messages[chat.pinned[-1]].to_json(whole=False)
    return full


@method("getChatMember")
def get_chat_member(api: BotApi, params: Json) -> Json:
    chat = api.chat(params["chat_id"])
    if params["user_id"] == api.world.bot_id:
        status = "administrator" if chat.kind == "channel" else "member"
        return member_json(api.world.bot, status if chat.bot_present else "kicked")
    person = api.world.people.get(params["user_id"])
    if person is None:
        raise bad_request("user not found")
    inside = person.id in chat.members or chat.person is person
    return member_json(person.to_json(), "member" if inside else "left")
