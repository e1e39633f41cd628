"""Settings, from the environment (prefix `TAPWORK_`) and from `.env`."""

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SQLITE = "sqlite:///"


class Settings(BaseSettings):
    """Everything that a service is told from outside; a platform with no token is off."""

    model_config = SettingsConfigDict(env_prefix="TAPWORK_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = SQLITE + "tapwork.db"
    telegram_token: SecretStr | None = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_rate: float = Field(default=29.7, gt=0, le=1000)
    """Calls a second to Telegram; only those with a higher allowance should change it."""
    public_url: str | None = None
    """Set: Telegram brings updates here (webhook mode)."""
    http_host: str = "127.0.0.1"
    http_port: int | None = Field(default=None, ge=0, le=65535)
    log_format: Literal["console", "json"] = "console"
    owner: str = ""

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(SQLITE) or len(url) == len(SQLITE):
            raise ValueError("expected sqlite:///FILE")
        return url

    @field_validator("telegram_token")
    @classmethod
    def _like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[^\s:/]+:[^\s/]+", token.get_secret_value()):
            raise ValueError("expected a bot token such as 123456:ABC-DEF, as @BotFather gives it")
        return token

    @field_validator("telegram_api_url", "public_url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("expected an http or https address")
        return url.rstrip("/") if url else url

    @property
    def database_path(self) -> str:
        """The SQLite file's path."""
        return self.database_url.removeprefix(SQLITE)
