"""The command menu, in every language that the interface speaks."""

from telegram import Bot, BotCommand

from bot.i18n import SOURCE, available, voice
from handlers.flows.account import COMMANDS

DESCRIPTION_LIMIT = 256


async def register_menu(bot: Bot) -> None:
    """Telegram keeps one menu a two-letter language, and one for all others."""
    for locale in available():
        said = voice(locale)
        commands = [BotCommand(name, said.say(text)[:DESCRIPTION_LIMIT]) for name, text in COMMANDS.items()]
        await bot.set_my_commands(commands, language_code=None if locale == SOURCE else locale.partition("_")[0])
