"""The German catalogue holds every text of the code, whole, with the same gaps, and is compiled as it stands."""

import ast
import gettext
import io
import re
from collections.abc import Iterator
from typing import Any

from babel.messages.catalog import Message

from tests.support.catalogues import MO, PACKAGE, german, texts

_GAP = re.compile(r"\{(\w*)\}")
_CALLS = ("_", "N_", "ngettext")
# Words that are the same in both languages, and nothing but gaps and signs.
_SAME = {
    "API", "Chat", "Chat completions", "Demo", "Details", "Deutsch", "DNS", "Embeddings", "English", "Gateway", "in",
    "LLM Ampel", "Messages", "Name", "OK", "Port", "Proxy", "Responses", "Router", "Server", "Test", "TLS", "Tools",
    "VPN", "s",
}  # fmt: skip


def _forms(value: Any) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _messages() -> Iterator[Message]:
    yield from (message for message in texts() if message.id)


def test_every_text_is_in_german_and_nothing_else_is() -> None:
    wanted = {message.id if isinstance(message.id, str) else tuple(message.id) for message in _messages()}
    there = {one.id if isinstance(one.id, str) else tuple(one.id) for one in german() if one.id}
    assert there == wanted


def test_no_translation_is_missing_or_doubtful() -> None:
    unsure = [one.id for one in german() if one.id and (one.fuzzy or not all(_forms(one.string)))]
    assert unsure == []


def test_every_gap_is_in_both_languages() -> None:
    for message in german():
        if not message.id:
            continue
        gaps = {frozenset(_GAP.findall(form)) for form in _forms(message.id)}
        assert len(gaps) == 1, f"the forms of {message.id!r} have different gaps"
        for form in _forms(message.string):
            assert frozenset(_GAP.findall(form)) in gaps, f"{message.id!r} and {form!r} have different gaps"


def test_what_is_left_in_english_is_meant_to_be() -> None:
    for message in german():
        for english, translated in zip(_forms(message.id), _forms(message.string), strict=False):
            word = re.sub(r"\{\w+\}", "", english).strip(" :().,“”")
            if re.search("[A-Za-z]", word) and english == translated:
                assert word in _SAME, f"{english!r} is not translated"


def test_in_german_dots_stand_apart_from_a_whole_word() -> None:
    close = [form for message in german() if message.id for form in _forms(message.string) if re.search(r"\w…", form)]
    assert close == []


def test_the_compiled_file_is_fresh() -> None:
    """Run `python -m tests.support.catalogues` when this fails."""
    compiled = gettext.GNUTranslations(io.BytesIO(MO.read_bytes()))
    for message in german():
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert compiled.gettext(message.id) == message.string
        else:
            one, many = message.id
            assert tuple(compiled.ngettext(one, many, n) for n in (1, 2)) == _forms(message.string)
    sizes = len(getattr(compiled, "_catalog")), sum(len(_forms(one.string)) for one in german())  # noqa: B009
    assert sizes[0] == sizes[1]


def test_what_is_translated_is_a_plain_text_that_extraction_finds() -> None:
    """No f-strings, no joined texts, nothing nested that the extractor would pass over."""
    known = {form for message in _messages() for form in _forms(message.id)}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS):
                continue
            for argument in node.args[: 2 if node.func.id == "ngettext" else 1]:
                place = f"{path.relative_to(PACKAGE)}:{node.lineno}"
                if isinstance(argument, ast.Constant):
                    assert argument.value in known, f"{place}: {argument.value!r} is not extracted"
                else:
                    # What is looked up in a table or passed on was marked with N_ where it is written.
                    assert isinstance(argument, ast.Name | ast.Subscript | ast.Attribute | ast.Call), place
                    inner = [one for one in ast.walk(argument) if isinstance(one, ast.Name) and one.id in _CALLS]
                    assert not inner, f"{place}: a marked text inside a call is not extracted"
