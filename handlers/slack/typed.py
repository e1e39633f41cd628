"""What somebody typed into Slack's message field, as plain text. Pure."""

from typing import Any


def plain(blocks: list[dict[str, Any]]) -> str | None:
    """The text of a message's rich text; None when there is none, and the message's `text` has to do.

    The rich text is what was typed: in `text` emoji are names and addresses are rewritten.
    """
    parts = [element for block in blocks if block.get("type") == "rich_text" for element in block["elements"]]
    return "\n".join(_part(one) for one in parts) if parts else None


def _part(part: dict[str, Any]) -> str:
    if part["type"] == "rich_text_list":
        return "\n".join(_part(one) for one in part["elements"])
    return "".join(_element(one) for one in part.get("elements", []))


def _element(element: dict[str, Any]) -> str:
    match element.get("type"):
        case "text":
            return str(element["text"])
        case "link":
            return str(element.get("text") or element["url"])
        case "emoji":
            return _emoji(element)
        case "user":
            return f"@{element['user_id']}"
        case "channel":
            return f"#{element['channel_id']}"
        case "broadcast":
            return f"@{element['range']}"
        case _:
            return str(element.get("fallback") or element.get("text") or "")


def _emoji(element: dict[str, Any]) -> str:
    """`1f44d-1f3fb` is a thumb in its colour; a workspace's own emoji have only a name."""
    if points := element.get("unicode"):
        return "".join(chr(int(one, 16)) for one in points.split("-"))
    return f":{element['name']}:"
