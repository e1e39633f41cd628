"""The sorts of task. One file a kind: each module here that has a `KIND` is one, found by looking."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from bot.kinds.base import Kind


@cache
def kinds() -> dict[str, Kind]:
    """All kinds by name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    return {module.KIND.name: module.KIND for module in modules if hasattr(module, "KIND")}


def kind(name: str) -> Kind:
    """The kind called `name`; KeyError for one that does not exist."""
    return kinds()[name]
