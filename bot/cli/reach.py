"""Can the platforms be reached, and do they take our tokens? One harmless call to each."""

import asyncio
from typing import Any

import aiohttp
import orjson
from pydantic import SecretStr

from bot.cli.findings import Finding, ok, problem, warning
from bot.settings import Settings
from handlers.slack.tokens import LACKING, REFUSED

SECONDS = 5.0
"""How long a platform may take to answer."""

_NETWORK = "check the network, its proxy and name service; what is owed waits meanwhile"


async def platform_checks(settings: Settings) -> list[Finding]:
    """One finding for each platform that is set up."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session:
        calls = []
        if settings.telegram_token is not None:
            calls.append(_telegram(session, settings.telegram_api_url, settings.telegram_token))
        if settings.slack_bot_token is not None:
            calls.append(_slack(session, settings.slack_api_url, settings.slack_bot_token))
        return list(await asyncio.gather(*calls))


async def _telegram(session: aiohttp.ClientSession, url: str, token: SecretStr) -> Finding:
    status, answer = await _call(session, f"{url}/bot{token.get_secret_value()}/getMe")
    if isinstance(answer, str):
        return _unreached("telegram", answer)
    if answer.get("ok") is True:
        return ok("telegram", "reached, and the token is good")
    if status in (401, 404):
        return problem(
            "telegram", "reached, but it does not accept the token", "check TAPWORK_TELEGRAM_TOKEN with @BotFather"
        )
    return _failing("telegram", status)


async def _slack(session: aiohttp.ClientSession, url: str, token: SecretStr) -> Finding:
    bearer = {"Authorization": f"Bearer {token.get_secret_value()}"}
    status, answer = await _call(session, f"{url}auth.test", bearer)
    if isinstance(answer, str):
        return _unreached("slack", answer)
    if answer.get("ok") is True:
        return ok("slack", "reached, and the bot token is good")
    if (word := str(answer.get("error", ""))) in REFUSED | LACKING:
        advice = "check TAPWORK_SLACK_BOT_TOKEN, and that the app is installed in the workspace"
        return problem("slack", f"reached, but it does not accept the token ({word})", advice)
    return _failing("slack", status, word if word.isidentifier() else "")


async def _call(
    session: aiohttp.ClientSession, url: str, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any] | str]:
    """(HTTP status, the answer), or (0, what came in the answer's way): never an address, for a token may be in it."""
    try:
        async with session.post(url, headers=headers, allow_redirects=False) as response:
            answer = orjson.loads(await response.read())
            return response.status, answer if isinstance(answer, dict) else {}
    except orjson.JSONDecodeError:
        return 0, "the answer is not the platform's"
    except TimeoutError:
        return 0, f"no answer within {SECONDS:.0f} s"
    except (aiohttp.ClientError, OSError) as error:
        return 0, type(error).__name__


def _unreached(platform: str, why: str) -> Finding:
    return problem(platform, f"not reached ({why})", _NETWORK)


def _failing(platform: str, status: int, word: str = "") -> Finding:
    if status == 429:
        return warning(platform, "reached, but it asks to be called less often", "wait, and ask again")
    return problem(
        platform, f"reached, but it fails (HTTP {status}{word and f', {word}'})", "wait; what is owed waits meanwhile"
    )
