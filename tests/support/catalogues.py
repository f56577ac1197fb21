"""The translation catalogues: what the code says, and how the German file is brought up to date.

`python -m tests.support.catalogues` extracts every text of `trayapp/`, merges it into the German `.po` and compiles
the `.mo`. Translate what it lists, then run it again.
"""

import ast
import io
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "trayapp"
TRANSLATIONS = ROOT / "resources" / "translations"
PO = TRANSLATIONS / "de" / "LC_MESSAGES" / "llm-ampel.po"
MO = PO.with_suffix(".mo")
_WIDTH = 120
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)
_HEADER = rb"""# German words of LLM Ampel.
msgid ""
msgstr ""
"Language: de\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"

"""
_KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


@cache
def texts() -> Catalog:
    """Every text of the program: what gettext functions name, titles and descriptions of settings, names of servers."""
    catalog = Catalog(project="LLM Ampel", charset="utf-8")
    found = extract_from_dir(PACKAGE, [("**.py", "python")], keywords=_KEYWORDS, comment_tags=())
    for _file, _line, message, _comments, _context in sorted(found, key=str):
        catalog.add(message)
    for message in (*_settings_texts(), *_server_names()):
        catalog.add(message)
    return catalog


def _settings_texts() -> Iterator[str]:
    tree = ast.parse((PACKAGE / "settings" / "schema.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Meta":
            for keyword in node.keywords:
                if keyword.arg in ("title", "description"):
                    yield str(ast.literal_eval(keyword.value))


def _server_names() -> Iterator[str]:
    """Those that are words; the others are products."""
    for file in sorted((ROOT / "resources" / "servers").glob("*.toml")):
        server = tomllib.loads(file.read_text(encoding="utf-8"))
        if server.get("general") or server.get("embedded"):
            yield server["name"]


def german() -> Catalog:
    """The German catalogue as it is on disk."""
    with PO.open("rb") as file:
        catalog = read_po(file, locale="de", charset="utf-8")
    # Without a date of its own a catalogue takes the moment's, and the compiled file would never be the same twice.
    catalog.creation_date = _NO_DATE
    return catalog


def compiled(catalog: Catalog) -> bytes:
    """The `.mo` bytes of a catalogue."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def merge(translations: dict[str, str | tuple[str, str]] | None = None) -> list[str]:
    """Bring `.po` and `.mo` up to date, put in `translations` (by the singular); returns what has none yet."""
    catalog = german() if PO.exists() else Catalog(locale="de", project="LLM Ampel", charset="utf-8")
    catalog.update(texts(), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    for message_id, string in (translations or {}).items():
        if (message := catalog.get(message_id)) is not None:
            message.string = string
            message.flags.discard("fuzzy")
    with PO.open("wb") as file:
        file.write(_HEADER)
        write_po(file, catalog, width=_WIDTH, no_location=True, sort_output=True, omit_header=True)
    # The file's own words decide what is compiled: dates and the like come from there.
    MO.write_bytes(compiled(german()))
    return [str(message.id) for message in german() if message.id and not _whole(message.string)]


def _whole(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)


if __name__ == "__main__":
    for missing in merge():
        print(missing)  # noqa: T201 - a command for maintainers
