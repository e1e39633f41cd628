"""Reading of a call's parameters: typed, complete and known, or refused with the name of the one at fault."""

import re
from dataclasses import dataclass
from typing import Any

import orjson

from sandbox.errors import Json
from sandbox.telegram.errors import bad_request
from sandbox.telegram.signatures import FAMILIES, METHODS, OBJECTS, Field, Fields

_INTEGER = re.compile(r"-?[0-9]{1,19}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with the call, in a part of a multipart body."""

    file_name: str
    content: bytes
    mime_type: str


class _WrongType(Exception):
    """A value is of none of the types that its place allows; the message says what was expected."""


def read_params(method: str, raw: Json, files: dict[str, Upload]) -> Json:
    """The typed parameters of a call; `raw` values may be JSON values or, as in a form, strings that hold JSON.

    Stricter than Telegram on purpose: an unknown parameter, or an unknown field in an object, is refused with a
    400 that names it, where Telegram ignores it. A misspelt name must not pass a test. Raises `ApiError` 400.
    """
    fields = METHODS[method]
    params: Json = {}
    for name, value in raw.items():
        field = fields.get(name)
        if field is None:
            raise bad_request(
                f'unknown parameter "{name}" of {method}; the sandbox serves {", ".join(fields) or "none"}'
            )
        params[name] = _read(field, value, name)
    for name, upload in files.items():
        if name in fields and "InputFile" in fields[name].types:
            params[name] = upload
    for name, field in fields.items():
        if field.required and name not in params:
            raise bad_request(_MISSING.get(name, f'parameter "{name}" is required'))
    return params


def _read(field: Field, value: Any, place: str) -> Any:
    try:
        return _one_of(field.types, value, place)
    except _WrongType as fault:
        raise bad_request(f'can\'t parse parameter "{place}": {fault}') from None


def _one_of(types: tuple[str, ...], value: Any, place: str) -> Any:
    if len(types) == 1:
        return _convert(types[0], value, place)
    if types[0] in OBJECTS:
        return _object_of(types, _mapping(value, place), place)
    for name in types:
        try:
            return _convert(name, value, place)
        except _WrongType:
            continue
    raise _WrongType(f"{place} must be {' or '.join(types)}")


def _convert(name: str, value: Any, place: str) -> Any:
    if name.endswith("[]"):
        items = _json_or_same(value)
        if not isinstance(items, list):
            raise _WrongType(f"{place} must be an array")
        return [_convert(name[:-2], item, f"{place}[{index}]") for index, item in enumerate(items)]
    if name in FAMILIES:
        return _object_of(FAMILIES[name], _mapping(value, place), place)
    if name in OBJECTS:
        return _object(name, _mapping(value, place), place)
    return _scalar(name, value, place)


def _scalar(name: str, value: Any, place: str) -> Any:
    if name == "Integer":
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and _INTEGER.fullmatch(value):
            return int(value)
    elif name == "Boolean":
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in _BOOLEANS:
            return _BOOLEANS[value.lower()]
    elif name in ("String", "InputFile"):
        if isinstance(value, str) and name == "String":
            return value
    elif value == name[1:]:
        return value
    raise _WrongType(f"{place} must be {name.lstrip('=')}")


def _object_of(names: tuple[str, ...], value: Json, place: str) -> Json:
    for name in names:
        if _fits(OBJECTS[name], value):
            return _object(name, value, place)
    raise _WrongType(f"{place} must be {' or '.join(names)}, with its required fields")


def _fits(fields: Fields, value: Json) -> bool:
    needed = [field for field in fields.values() if field.required]
    constants = [field for field in needed if field.types[0].startswith("=")]
    return all(field.name in value for field in needed) and all(
        value[field.name] == field.types[0][1:] for field in constants
    )


def _object(name: str, value: Json, place: str) -> Json:
    fields = OBJECTS[name]
    read: Json = {}
    for key, item in value.items():
        if key not in fields:
            raise _WrongType(f'unknown field "{key}" in {name} at {place}')
        read[key] = _one_of(fields[key].types, item, f"{place}.{key}")
    for field in fields.values():
        if field.required and field.name not in read:
            raise _WrongType(f'{name} at {place} needs the field "{field.name}"')
    return read


def _mapping(value: Any, place: str) -> Json:
    found = _json_or_same(value)
    if not isinstance(found, dict):
        raise _WrongType(f"{place} must be an object")
    return found


def _json_or_same(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value
