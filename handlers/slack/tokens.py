"""What Slack says of a token that it does not take."""

from slack_sdk.errors import SlackApiError

from bot.domain.errors import TapworkError

REFUSED = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "not_allowed_token_type"}
"""What Slack says to a token that will not get better by trying again."""

LACKING = {"missing_scope", "access_denied", "no_permission", "team_access_not_granted", "org_login_required"}
"""What it says when the app may not do this (yet): the operator's matter, not the message's."""


class WrongToken(TapworkError):
    """Slack does not know a token."""

    def __init__(self, setting: str, said: object) -> None:
        super().__init__(f"Slack does not accept this token ({said}); check {setting}")


def word_of(error: SlackApiError) -> str:
    """Slack's word for what went wrong; "" when something else answered in its place."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def said(error: BaseException) -> str:
    """A word for what went wrong, Slack's own as far as there is one."""
    word = word_of(error) if isinstance(error, SlackApiError) else ""
    return word or type(error).__name__
