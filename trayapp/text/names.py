"""Names in sentences: lists with "and", shortened where room is short, and the names of interfaces in German."""

from collections.abc import Sequence

from trayapp.core.snapshot import Snapshot
from trayapp.text.language import N_, _, language, ngettext
from trayapp.text.trim import clean

NAME_LIMIT = 40
"""Characters of one name: catalogue files are the user's own and may hold anything."""
FILE_LIMIT = 300
"""Characters of a path, of which only the last part is shown."""
_SHOWN_WHEN_SHORTENED = 2


def name(text: str) -> str:
    """A service's or provider's name as the language writes it: "OpenAI API", German "OpenAI-API"."""
    plain = clean(text, NAME_LIMIT)
    return plain.removesuffix(" API") + "-API" if language() == "de" and plain.endswith(" API") else plain


def named(text: str) -> str:
    """The name inside a sentence, where an interface has its article: "the OpenAI API", "ChatGPT"."""
    return _("the {name}", name=name(text)) if text.endswith(" API") else name(text)


def model_name(text: str) -> str:
    """A model's name; llama.cpp calls a model by its file, of which the last part says enough."""
    plain = clean(text, FILE_LIMIT)
    is_file = plain.startswith(("/", "~", "\\\\")) or plain[1:3] == ":\\"
    return clean(plain.replace("\\", "/").rpartition("/")[2] if is_file else plain, NAME_LIMIT)


# The parts of the shipped services; a part of the user's own service keeps its name.
PARTS: dict[str, str] = {
    text: text
    for text in (
        N_("All parts"),
        N_("Answers"),
        N_("Chat"),
        N_("Login"),
        N_("History and projects"),
        N_("File uploads"),
        N_("Chat completions"),
        N_("Responses"),
        N_("Embeddings"),
        N_("Messages"),
    )
}


def part(text: str) -> str:
    """A component's name, translated where it is a shipped one."""
    return _(PARTS[text]) if text in PARTS else name(text)


def provider_name(provider: str, s: Snapshot) -> str:
    """A provider's name by its id; the id itself when none of its services is watched."""
    return name(next((v.provider_name for v in s.judgement.services if v.provider == provider), provider))


def _joined(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return _("{names} and {last}", names=", ".join(words[:-1]), last=words[-1])


def join(names: Sequence[str], *, articles: bool = False) -> str:
    """ "ChatGPT, OpenAI API and Claude"."""
    return _joined([named(text) if articles else name(text) for text in names])


def join_short(names: Sequence[str], limit: int, *, articles: bool = False) -> str:
    """The list if it has at most `limit` characters, else "ChatGPT, OpenAI API and 2 more"."""
    whole = join(names, articles=articles)
    if len(whole) <= limit or len(names) <= 1:
        return clean(whole, limit)
    shown = _SHOWN_WHEN_SHORTENED if len(names) > _SHOWN_WHEN_SHORTENED else 1
    for count in range(shown, 0, -1):
        head = ", ".join(named(text) if articles else name(text) for text in names[:count])
        rest = len(names) - count
        text = ngettext("{names} and {n} more", "{names} and {n} more", rest, names=head)
        if len(text) <= limit:
            return text
    return clean(text, limit)
