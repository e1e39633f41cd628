"""Methods that say who is who: the app, the team, its people."""

from sandbox.errors import Json
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import WebApi, method, paged


@method("api.test")
def api_test(api: WebApi, params: Json) -> Json:
    return {"args": {}}


@method("auth.test")
def auth_test(api: WebApi, params: Json) -> Json:
    world = api.world
    who = {"team_id": world.team_id, "user_id": world.bot_user_id, "bot_id": world.bot_id}
    names = {"url": f"https://{world.team_domain}.slack.com/", "team": world.team_name, "user": world.app_name.lower()}
    return names | who | {"is_enterprise_install": False}


@method("apps.connections.open")
def connections_open(api: WebApi, params: Json) -> Json:
    return {"url": api.world.hub.new_url(api.world.base_url)}


@method("bots.info")
def bots_info(api: WebApi, params: Json) -> Json:
    world = api.world
    if params.get("bot", world.bot_id) != world.bot_id:
        raise SlackError("bot_not_found")
    names = {"id": world.bot_id, "app_id": world.app_id, "user_id": world.bot_user_id, "name": world.app_name}
    return {"bot": names | {"deleted": False, "updated": 0, "icons": {}}}


@method("team.info")
def team_info(api: WebApi, params: Json) -> Json:
    world = api.world
    if params.get("team", world.team_id) != world.team_id:
        raise SlackError("team_not_found")
    names = {"id": world.team_id, "name": world.team_name, "domain": world.team_domain}
    return {"team": names | {"email_domain": "", "icon": {}}}


@method("users.info")
def users_info(api: WebApi, params: Json) -> Json:
    if params["user"] == api.world.bot_user_id:
        return {"user": _bot_user(api)}
    member = api.member(params["user"])
    return {"user": member.to_json(api.world.team_id, locale=params.get("include_locale", False))}


@method("users.list")
def users_list(api: WebApi, params: Json) -> Json:
    locale = params.get("include_locale", False)
    members = [one.to_json(api.world.team_id, locale=locale) for one in api.world.people.values()]
    return paged([*members, _bot_user(api)], params, "members") | {"cache_ts": int(api.world.clock())}


def _bot_user(api: WebApi) -> Json:
    world = api.world
    profile = {"real_name": world.app_name, "bot_id": world.bot_id, "api_app_id": world.app_id}
    names = {"id": world.bot_user_id, "team_id": world.team_id, "name": world.app_name.lower()}
    return names | {"deleted": False, "is_bot": True, "is_app_user": False, "profile": profile, "tz_offset": 0}
