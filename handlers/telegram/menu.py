"""The command menu, in every language that the interface speaks."""

from telegram import Bot, BotCommand, BotCommandScopeChat

from bot.i18n import SOURCE, Voice, available, voice
from handlers.flows.account import COMMANDS

DESCRIPTION_LIMIT = 256


async def register_menu(bot: Bot) -> None:
    """Telegram keeps one menu a two-letter language, and one for all others."""
    for locale in available():
        language = None if locale == SOURCE else locale.partition("_")[0]
        await bot.set_my_commands(_commands(voice(locale)), language_code=language)


async def set_menu(bot: Bot, chat: int, said: Voice) -> None:
    """The menu of one chat, in a language that its owner chose here."""
    await bot.set_my_commands(_commands(said), scope=BotCommandScopeChat(chat))


def _commands(said: Voice) -> list[BotCommand]:
    return [BotCommand(name, said.say(text)[:DESCRIPTION_LIMIT]) for name, text in COMMANDS.items()]
