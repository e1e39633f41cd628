"""Reading of a call's parameters: typed, complete and known, or refused with the name of the one at fault."""

import re
from typing import Any

import orjson

from sandbox.errors import Json
from sandbox.slack.errors import invalid_arguments
from sandbox.slack.signatures import Method, Param

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_NEEDED = {"str": "a string", "bool": "a boolean", "int": "a number", "json": "JSON"}


def read_params(method: Method, raw: Json) -> Json:
    """The typed parameters of a call, from JSON or from a form.

    Stricter than Slack on purpose: an unknown parameter is refused, where Slack ignores it. A misspelt name must not
    pass a test. Raises `SlackError` invalid_arguments.
    """
    problems: list[str] = []
    params: Json = {}
    for name, value in raw.items():
        param = method.params.get(name)
        if param is None:
            problems.append(f"unknown parameter: {name}; the sandbox serves {', '.join(method.params) or 'none'}")
            continue
        try:
            params[name] = _read(param, value)
        except ValueError:
            problems.append(f"must provide {_NEEDED[param.type]} [json-pointer:/{name}]")
    problems += [
        f"missing required field: {one.name}" for one in method.params.values() if one.required and one.name not in raw
    ]
    if problems:
        raise invalid_arguments(*problems)
    return params


def _read(param: Param, value: Any) -> Any:
    if param.type == "str":
        if isinstance(value, str):
            return value
    elif param.type == "json":
        found = orjson.loads(value) if isinstance(value, str) else value
        if isinstance(found, list | dict):
            return found
    elif param.type == "bool":
        if isinstance(value, bool):
            return value
        if str(value).lower() in _BOOLEANS:
            return _BOOLEANS[str(value).lower()]
    elif not isinstance(value, bool) and _INTEGER.fullmatch(str(value)):
        return int(value)
    raise ValueError(value)
