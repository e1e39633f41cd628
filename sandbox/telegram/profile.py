"""What the bot tells about itself: command menus, names and descriptions, by scope and language."""

import re

from sandbox.errors import Json
from sandbox.telegram.chats import Person
from sandbox.telegram.errors import bad_request

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}|")
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}


class Profile:
    """Menus by (scope, language) and texts by (field, language); language "" stands for everybody else."""

    def __init__(self, name: str) -> None:
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.texts: dict[tuple[str, str], str] = {("name", ""): name}
        self.menu_buttons: dict[int | None, Json] = {}

    def set_commands(self, scope: Json | None, language: str, commands: list[Json]) -> None:
        """Store a menu; an empty one removes it. Raises `ApiError` 400 beyond Telegram's limits."""
        if len(commands) > 100:
            raise bad_request("too many bot commands specified")
        for command in commands:
            if not _COMMAND.fullmatch(command["command"]):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"].strip()) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        key = scope_key(scope), check_language(language)
        if commands:
            self.commands[key] = commands
        else:
            self.commands.pop(key, None)

    def get_commands(self, scope: Json | None, language: str) -> list[Json]:
        """The menu stored for exactly this scope and language; empty when there is none."""
        return self.commands.get((scope_key(scope), check_language(language)), [])

    def menu(self, person: Person) -> list[Json]:
        """The commands that this person's phone lists: the narrowest scope first, their language before none."""
        for scope in (f"chat:{person.id}", "all_private_chats", "default"):
            for language in (person.language_code[:2].lower(), ""):
                found = self.commands.get((scope, language))
                if found:
                    return found
        return []

    def set_text(self, field: str, language: str, text: str) -> None:
        """Store a name or description; an empty one removes it."""
        if len(text) > TEXT_LIMITS[field]:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        key = field, check_language(language)
        if text:
            self.texts[key] = text
        elif key != ("name", ""):
            self.texts.pop(key, None)

    def text(self, field: str, language: str) -> str:
        default = self.texts.get((field, ""), "")
        return self.texts.get((field, check_language(language)), default)

    def menu_button(self, chat_id: int | None) -> Json:
        return self.menu_buttons.get(chat_id) or self.menu_buttons.get(None) or {"type": "commands"}


def check_language(language: str) -> str:
    """`language` if it is empty or a two-letter code; raises `ApiError` 400 otherwise."""
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def scope_key(scope: Json | None) -> str:
    """A `BotCommandScope` as a key: "default", "all_private_chats", "chat:77", "chat_member:-5:77"."""
    if scope is None:
        return "default"
    parts = [scope["type"], *(str(scope[name]) for name in ("chat_id", "user_id") if name in scope)]
    return ":".join(parts)
