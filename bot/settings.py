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
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    """Set: Socket Mode."""
    slack_signing_secret: SecretStr | None = None
    """Set, and no app token: Slack brings events to our HTTP server."""
    slack_api_url: str = "https://slack.com/api/"
    slack_rate: float = Field(default=20.0, gt=0, le=1000)
    """Calls a second to Slack."""
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

    @field_validator("slack_bot_token", "slack_app_token", "slack_signing_secret")
    @classmethod
    def _one_word(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"\S+", token.get_secret_value()):
            raise ValueError("expected one word, as Slack's page of the app shows it")
        return token

    @field_validator("telegram_api_url", "slack_api_url", "public_url")
    @classmethod
    def _http(cls, url: str | None) -> str | None:
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise ValueError("expected an http or https address")
        return url.rstrip("/") if url else url

    @field_validator("slack_api_url")
    @classmethod
    def _with_methods(cls, url: str) -> str:
        """Where method names are put behind: `http://127.0.0.1:9000` means its `/api/`, as on slack.com."""
        return (url if urlsplit(url).path else f"{url}/api") + "/"

    @property
    def lacks(self) -> str | None:
        """What a platform that is set up in part is lacking; only the service needs it whole."""
        if self.slack_bot_token and not (self.slack_app_token or self.slack_signing_secret):
            return "TAPWORK_SLACK_BOT_TOKEN needs TAPWORK_SLACK_APP_TOKEN or TAPWORK_SLACK_SIGNING_SECRET"
        if not self.slack_bot_token and (self.slack_app_token or self.slack_signing_secret):
            return "TAPWORK_SLACK_APP_TOKEN and TAPWORK_SLACK_SIGNING_SECRET need TAPWORK_SLACK_BOT_TOKEN"
        return None

    @property
    def serves_http(self) -> bool:
        """Is there anything that comes over HTTP?"""
        events = self.slack_bot_token is not None and self.slack_app_token is None
        return self.http_port is not None or self.public_url is not None or events

    @property
    def database_path(self) -> str:
        """The SQLite file's path."""
        return self.database_url.removeprefix(SQLITE)
