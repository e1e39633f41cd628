"""Telegram's updates as arrivals. Pure."""

import re

from telegram import CallbackQuery, Chat, ChatMember, Message, Update, User

from handlers.flows.intents import Arrival, Command, Intent, Left, Press, Said

PLATFORM = "telegram"

ALLOWED = [Update.MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]
"""The updates that we ask for."""

_COMMAND = re.compile(r"/([A-Za-z][A-Za-z0-9_]{0,31})(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
"""What Telegram itself takes for a command; `/usr/bin` is something that was typed."""


def arrival(update: Update, bot_id: int) -> Arrival | None:
    """What the update says a person did in their chat with the bot; None for what does not concern us."""
    if update.callback_query is not None:
        return _pressed(update, update.callback_query, bot_id)
    if update.message is not None:
        return _written(update, update.message, bot_id)
    if update.my_chat_member is not None and update.my_chat_member.new_chat_member.status in (
        ChatMember.BANNED,
        ChatMember.LEFT,
    ):
        changed = update.my_chat_member
        return _arrival(update, changed.from_user, changed.chat, Left(), bot_id)
    return None


def _pressed(update: Update, query: CallbackQuery, bot_id: int) -> Arrival | None:
    # The message may be too old to be shown to us; its chat and id are there all the same.
    if query.message is None or not query.data:
        return None
    message = str(query.message.message_id)
    return _arrival(update, query.from_user, query.message.chat, Press(query.data), bot_id, message)


def _written(update: Update, message: Message, bot_id: int) -> Arrival | None:
    if message.from_user is None:
        return None
    replied = message.reply_to_message
    return _arrival(
        update,
        message.from_user,
        message.chat,
        _intent(message.text or ""),
        bot_id,
        str(message.message_id),
        str(replied.message_id) if replied else None,
    )


def _intent(text: str) -> Intent:
    found = _COMMAND.fullmatch(text)
    return Command(found[1].lower(), (found[2] or "").strip()) if found else Said(text)


def _arrival(
    update: Update,
    user: User,
    chat: Chat,
    intent: Intent,
    bot_id: int,
    message: str | None = None,
    replies_to: str | None = None,
) -> Arrival | None:
    if chat.type != Chat.PRIVATE:
        return None
    return Arrival(
        platform=PLATFORM,
        # Update ids are each bot's own: a database that changes bots must not take new ones for old.
        key=f"{bot_id}:{update.update_id}",
        user=str(user.id),
        address=str(chat.id),
        language=user.language_code,
        intent=intent,
        message=message,
        replies_to=replies_to,
    )
