"""Methods that show modals and App Homes."""

from sandbox.errors import Json
from sandbox.slack.blockkit.surfaces import view_content
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.methods import WebApi, method
from sandbox.slack.triggers import Trigger
from sandbox.slack.views import View


@method("views.open")
def open_view(api: WebApi, params: Json) -> Json:
    content = _content(api, params, "modal")
    trigger = api.world.triggers.take(params["trigger_id"])
    return _answer(api, api.world.stack.open(trigger.user, content))


@method("views.push")
def push(api: WebApi, params: Json) -> Json:
    content = _content(api, params, "modal")
    trigger: Trigger = api.world.triggers.take(params["trigger_id"])
    if trigger.view_id is None or api.world.find_view(trigger.view_id) is None:
        raise SlackError("invalid_trigger_id", messages=["a modal is pushed only after an act in a modal"])
    return _answer(api, api.world.stack.push(trigger.user, content))


@method("views.update")
def update(api: WebApi, params: Json) -> Json:
    if ("view_id" in params) == ("external_id" in params):
        raise invalid_arguments("needs either view_id or external_id")
    view = _find(api, params)
    if view is None or view.kind != "modal":
        raise SlackError("not_found")
    content = _content(api, params, "modal", view)
    _check_hash(view, params)
    api.world.stack.update(view, content)
    return _answer(api, view)


@method("views.publish")
def publish(api: WebApi, params: Json) -> Json:
    user = api.member(params["user_id"])
    if user.deleted:
        raise SlackError("user_not_found")
    content = _content(api, params, "home")
    home = api.world.homes.get(user.id)
    if home is not None:
        _check_hash(home, params)
    return _answer(api, api.world.stack.publish(user.id, content))


def _content(api: WebApi, params: Json, kind: str, own: View | None = None) -> Json:
    content = view_content(params["view"], kind)
    external_id = content.get("external_id")
    views = [*api.world.homes.values(), *(view for stack in api.world.stacks.values() for view in stack)]
    if external_id and any(view.content.get("external_id") == external_id for view in views if view is not own):
        raise SlackError("duplicate_external_id")
    return content


def _find(api: WebApi, params: Json) -> View | None:
    if "view_id" in params:
        return api.world.find_view(params["view_id"])
    views = (view for stack in api.world.stacks.values() for view in stack)
    return next((view for view in views if view.content.get("external_id") == params["external_id"]), None)


def _check_hash(view: View, params: Json) -> None:
    if params.get("hash") and params["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _answer(api: WebApi, view: View) -> Json:
    return {"view": api.world.view_json(view)}
