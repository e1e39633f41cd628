"""What the service writes about itself: to stderr, structured, and with no token and no personal text in it."""

import logging
import re
import sys
from typing import Any

import structlog

_TOKEN = re.compile(r"\b(bot)?\d+:[A-Za-z0-9_-]{6,}")


def redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Bot tokens stand in URLs, and URLs stand in errors."""
    return {key: _TOKEN.sub("[token]", value) if isinstance(value, str) else value for key, value in event.items()}


def configure(form: str, *, quiet: bool = False) -> None:
    """Log as `console` or `json`; `quiet` lets only warnings through. Libraries speak from warnings up."""
    level = logging.WARNING if quiet else logging.INFO
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    last = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    foreign = [structlog.stdlib.add_logger_name, *shared]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=foreign, processor=last))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
