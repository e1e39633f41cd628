"""Keeps the catalogs: `python -m locales.catalogs update` extracts and merges, `check` says what is wrong with them."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parent
TEMPLATE = HERE / "messages.pot"
KEYWORDS = {"T": None, "TN": (1, 2), "TC": ((1, "c"), 2)}
SOURCES = ("bot", "handlers")


def extract() -> Catalog:
    """All messages that the code marks with T, TN and TC."""
    catalog = Catalog(project="Tapwork", charset="utf-8")
    for folder in SOURCES:
        found = extract_from_dir(
            ROOT / folder, [("**.py", "python")], keywords=KEYWORDS, comment_tags=("Translators:",)
        )
        for file, _, message, comments, context in found:
            # Line numbers would make every edit of the code an edit of every catalog.
            catalog.add(message, locations=[(f"{folder}/{file}", 0)], auto_comments=comments, context=context)
    return catalog


def catalogs() -> Iterator[tuple[str, Path]]:
    """(locale, path) of each catalog."""
    for path in sorted(HERE.glob("*/LC_MESSAGES/messages.po")):
        yield path.parent.parent.name, path


def load(path: Path, locale: str | None = None) -> Catalog:
    with path.open("rb") as source:
        return read_po(source, locale=locale)


def save(catalog: Catalog, path: Path) -> None:
    catalog.header_comment = f"# Words of Tapwork's interface{f', {catalog.locale}' if catalog.locale else ''}."
    catalog.last_translator, catalog.language_team = "", ""
    catalog.msgid_bugs_address = catalog.copyright_holder = ""
    with path.open("wb") as target:
        write_po(
            target, catalog, sort_by_file=True, omit_header=False, width=0, include_lineno=False, ignore_obsolete=True
        )


def update() -> None:
    """Write the template anew and bring every catalog in line with it."""
    template = extract()
    if not TEMPLATE.exists() or _keys(load(TEMPLATE)) != _keys(template):
        save(template, TEMPLATE)
    for locale, path in catalogs():
        catalog = load(path, locale)
        if _keys(catalog) != _keys(template):
            catalog.update(template, no_fuzzy_matching=True)
            save(catalog, path)


def faults() -> Iterator[str]:
    """What is wrong: a stale template, missing or fuzzy entries, placeholders that differ, plural forms that lack."""
    wanted = _keys(extract())
    if not TEMPLATE.exists() or _keys(load(TEMPLATE)) != wanted:
        yield "messages.pot is stale: run `make i18n`"
    for locale, path in catalogs():
        catalog = load(path, locale)
        if missing := wanted - _keys(catalog):
            yield f"{locale}: {len(missing)} messages are not in the catalog: run `make i18n`"
        for message in catalog:
            if message.id and (fault := _fault(message, catalog.num_plurals)):
                yield f"{locale}: {message.id!r}: {fault}"


def _keys(catalog: Catalog) -> set[object]:
    return {(message.context, message.id) for message in catalog if message.id}


def _fault(message: Message, plurals: int) -> str | None:
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
    if message.fuzzy:
        return "fuzzy"
    if not all(forms):
        return "not translated"
    if len(sources) > 1 and len(forms) != plurals:
        return f"expected {plurals} plural forms, got {len(forms)}"
    wanted = set().union(*map(_names, sources))
    # A form for one or two may say the number in words.
    optional = {"count"} if len(sources) > 1 else set()
    for form in forms:
        try:
            given = _names(form)
        except ValueError as error:
            return f"placeholders cannot be read: {error}"
        if given - wanted or wanted - given - optional:
            return f"expected placeholders {sorted(wanted)}, got {sorted(given)}"
    if any(
        set(re.findall(r"/[a-z]+\b", source)) - set(re.findall(r"/[a-z]+\b", form))
        for source in sources[:1]
        for form in forms
    ):
        return "a command is missing"
    return None


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def main() -> int:
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    if command == "update":
        update()
    elif command == "check":
        found = list(faults())
        sys.stdout.writelines(f"{fault}\n" for fault in found)
        return 1 if found else 0
    else:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
