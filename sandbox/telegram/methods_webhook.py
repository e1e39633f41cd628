"""Bot API methods that say where updates go."""

import ipaddress
import re
from urllib.parse import urlsplit

from sandbox.errors import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.methods import BotApi, method
from sandbox.telegram.webhook import WebhookSettings

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PORTS = frozenset({80, 88, 443, 8443})


@method("setWebhook")
def set_webhook(api: BotApi, params: Json) -> bool:
    if not params["url"]:
        return delete_webhook(api, params)
    _check_url(params["url"])
    secret = params.get("secret_token")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = params.get("max_connections", 40)
    if not 1 <= connections <= 100:
        raise bad_request("max_connections must be between 1 and 100")
    if "allowed_updates" in params:
        api.world.updates.allow(params["allowed_updates"])
    _drop(api, params)
    settings = WebhookSettings(
        params["url"], secret, connections, params.get("ip_address"), bool(params.get("certificate"))
    )
    api.webhook.use(settings)
    return True


@method("deleteWebhook")
def delete_webhook(api: BotApi, params: Json) -> bool:
    _drop(api, params)
    api.webhook.use(None)
    return True


@method("getWebhookInfo")
def get_webhook_info(api: BotApi, params: Json) -> Json:
    return api.webhook.info()


def _drop(api: BotApi, params: Json) -> None:
    if params.get("drop_pending_updates"):
        api.world.updates.drop_all()


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise bad_request("bad webhook: invalid webhook URL specified") from None
    if not parts.hostname:
        raise bad_request("bad webhook: invalid webhook URL specified")
    # Real webhooks need https and one of four ports; on this machine neither is any use.
    if _is_loopback(parts.hostname):
        if parts.scheme not in ("http", "https"):
            raise bad_request("bad webhook: invalid webhook URL specified")
        return
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in _PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
