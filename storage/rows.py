"""From entities to columns."""

from typing import Any


def columns(entity: Any) -> dict[str, Any]:
    """An entity's fields by name, without its id. Not `dataclasses.asdict`, which copies drafts and payloads deeply."""
    return {name: getattr(entity, name) for name in entity.__dataclass_fields__ if name != "id"}
