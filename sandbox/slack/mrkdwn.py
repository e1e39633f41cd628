"""Slack's mrkdwn as a person reads it: marks and entities gone, links by their labels."""

import re

from sandbox.slack.typing import unescape

_ENTITY = re.compile(r"<([^<>]*)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?![\w*])")
_MARKS = tuple(re.compile(rf"(?<![\w{mark}])\{mark}(?=\S)([^{mark}\n]*?\S)\{mark}(?![\w{mark}])") for mark in "*_~")
_CODE = re.compile(r"```\n?([\s\S]*?)\n?```|`([^`\n]+)`")
_QUOTE = re.compile(r"^&gt; ?", re.MULTILINE)


def _label(found: re.Match[str]) -> str:
    target, _, label = found.group(1).partition("|")
    if target[:1] == "!":
        return label or "@" + target[1:].partition("^")[0]
    return label or target


def _prose(text: str) -> str:
    text = _QUOTE.sub("", _ENTITY.sub(_label, text))
    for mark in _MARKS:
        text = mark.sub(r"\1", text)
    return text


def plain_of(text: str) -> str:
    """The text as it is read; code keeps whatever marks stand in it."""
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [_prose(text[at : code.start()]), code.group(1) or code.group(2) or ""]
        at = code.end()
    return unescape("".join([*parts, _prose(text[at:])]))


def bold_of(text: str) -> list[str]:
    """The bold parts, in order."""
    prose = _ENTITY.sub(_label, _CODE.sub("", text))
    return [unescape(found.group(1)) for found in _BOLD.finditer(prose)]
