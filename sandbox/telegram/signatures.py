"""The parameters that each served method takes and the objects in them, as data.

A line reads `name field:type ...`; `!` marks a required field, `[]` an array, `|` a choice, `=word` a constant.
Parameters that make no sense in a sandbox (business accounts, topics, payments) are left out.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One parameter or field: its possible types, in the order in which they are tried."""

    name: str
    types: tuple[str, ...]
    required: bool


Fields = dict[str, Field]

_SEND = (
    "disable_notification:Boolean protect_content:Boolean allow_paid_broadcast:Boolean message_effect_id:String"
    " reply_parameters:ReplyParameters"
    " reply_markup:InlineKeyboardMarkup|ReplyKeyboardMarkup|ReplyKeyboardRemove|ForceReply"
)
_CAPTION = "caption:String parse_mode:String caption_entities:MessageEntity[]"
_EDIT = "chat_id:Integer|String message_id:Integer inline_message_id:String reply_markup:InlineKeyboardMarkup"
_MENU = "scope:BotCommandScope language_code:String"

_METHODS = f"""
getMe
getUpdates offset:Integer limit:Integer timeout:Integer allowed_updates:String[]
setWebhook url!:String certificate:InputFile ip_address:String max_connections:Integer allowed_updates:String[] \
drop_pending_updates:Boolean secret_token:String
deleteWebhook drop_pending_updates:Boolean
getWebhookInfo
sendMessage chat_id!:Integer|String text!:String parse_mode:String entities:MessageEntity[] \
link_preview_options:LinkPreviewOptions {_SEND}
sendPhoto chat_id!:Integer|String photo!:InputFile|String {_CAPTION} show_caption_above_media:Boolean \
has_spoiler:Boolean {_SEND}
sendDocument chat_id!:Integer|String document!:InputFile|String thumbnail:InputFile|String {_CAPTION} \
disable_content_type_detection:Boolean {_SEND}
sendChatAction chat_id!:Integer|String action!:String
editMessageText {_EDIT} text:String parse_mode:String entities:MessageEntity[] link_preview_options:LinkPreviewOptions
editMessageCaption {_EDIT} {_CAPTION} show_caption_above_media:Boolean
editMessageMedia {_EDIT} media!:InputMedia
editMessageReplyMarkup {_EDIT}
deleteMessage chat_id!:Integer|String message_id!:Integer
deleteMessages chat_id!:Integer|String message_ids!:Integer[]
answerCallbackQuery callback_query_id!:String text:String show_alert:Boolean url:String cache_time:Integer
setMyCommands commands!:BotCommand[] {_MENU}
getMyCommands {_MENU}
deleteMyCommands {_MENU}
setMyName name:String language_code:String
getMyName language_code:String
setMyDescription description:String language_code:String
getMyDescription language_code:String
setMyShortDescription short_description:String language_code:String
getMyShortDescription language_code:String
setChatMenuButton chat_id:Integer menu_button:MenuButton
getChatMenuButton chat_id:Integer
getFile file_id!:String
getChat chat_id!:Integer|String
getChatMember chat_id!:Integer|String user_id!:Integer
pinChatMessage chat_id!:Integer|String message_id!:Integer disable_notification:Boolean
unpinChatMessage chat_id!:Integer|String message_id:Integer
setMessageReaction chat_id!:Integer|String message_id!:Integer reaction:ReactionType[] is_big:Boolean
"""

_OBJECTS = f"""
MessageEntity type!:String offset!:Integer length!:Integer url:String user:User language:String custom_emoji_id:String
User id!:Integer is_bot!:Boolean first_name!:String last_name:String username:String language_code:String
LinkPreviewOptions is_disabled:Boolean url:String prefer_small_media:Boolean prefer_large_media:Boolean \
show_above_text:Boolean
ReplyParameters message_id!:Integer chat_id:Integer|String allow_sending_without_reply:Boolean quote:String \
quote_parse_mode:String quote_entities:MessageEntity[] quote_position:Integer
InlineKeyboardMarkup inline_keyboard!:InlineKeyboardButton[][]
InlineKeyboardButton text!:String icon_custom_emoji_id:String style:String url:String callback_data:String \
web_app:WebAppInfo switch_inline_query:String switch_inline_query_current_chat:String \
copy_text:CopyTextButton pay:Boolean
CopyTextButton text!:String
WebAppInfo url!:String
ReplyKeyboardMarkup keyboard!:KeyboardButton[][] is_persistent:Boolean resize_keyboard:Boolean \
one_time_keyboard:Boolean input_field_placeholder:String selective:Boolean
KeyboardButton text!:String icon_custom_emoji_id:String style:String request_contact:Boolean request_location:Boolean \
web_app:WebAppInfo
ReplyKeyboardRemove remove_keyboard!:Boolean selective:Boolean
ForceReply force_reply!:Boolean input_field_placeholder:String selective:Boolean
InputMediaPhoto type!:=photo media!:String {_CAPTION} show_caption_above_media:Boolean has_spoiler:Boolean
InputMediaDocument type!:=document media!:String thumbnail:String {_CAPTION} disable_content_type_detection:Boolean
BotCommand command!:String description!:String
BotCommandScopeDefault type!:=default
BotCommandScopeAllPrivateChats type!:=all_private_chats
BotCommandScopeAllGroupChats type!:=all_group_chats
BotCommandScopeAllChatAdministrators type!:=all_chat_administrators
BotCommandScopeChat type!:=chat chat_id!:Integer|String
BotCommandScopeChatAdministrators type!:=chat_administrators chat_id!:Integer|String
BotCommandScopeChatMember type!:=chat_member chat_id!:Integer|String user_id!:Integer
MenuButtonCommands type!:=commands
MenuButtonDefault type!:=default
MenuButtonWebApp type!:=web_app text!:String web_app!:WebAppInfo
ReactionTypeEmoji type!:=emoji emoji!:String
ReactionTypeCustomEmoji type!:=custom_emoji custom_emoji_id!:String
"""


def _field(word: str) -> Field:
    name, _, types = word.partition(":")
    return Field(name.rstrip("!"), tuple(types.split("|")), name.endswith("!"))


def _table(text: str) -> dict[str, Fields]:
    table = {}
    for line in text.strip().splitlines():
        name, *words = line.split()
        table[name] = {field.name: field for field in map(_field, words)}
    return table


METHODS = _table(_METHODS)
OBJECTS = _table(_OBJECTS)
# Types that Telegram describes as "one of"; the first whose required fields and constants fit is meant.
FAMILIES: dict[str, tuple[str, ...]] = {
    "InputMedia": ("InputMediaPhoto", "InputMediaDocument"),
    "BotCommandScope": tuple(name for name in OBJECTS if name.startswith("BotCommandScope")),
    "MenuButton": tuple(name for name in OBJECTS if name.startswith("MenuButton")),
    "ReactionType": tuple(name for name in OBJECTS if name.startswith("ReactionType")),
}
