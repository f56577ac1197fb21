"""RSS and Atom, as far as incidents need them: items with their texts, nothing fetched, nothing expanded.

Expat reads them, as in every Python. It does not mind being strict: a feed that breaks off may have lost the very item
that matters. What a hostile feed could do is refused where it begins: entities of its own, nesting that no feed has.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from xml.parsers import expat

from trayapp.core.evidence.page_report import PageHealth
from trayapp.watch.pages.fetch import Unfit

MAX_ITEMS = 300
"""Feeds list what is newest first, and 10 to 50 of it."""
MAX_BYTES = 500_000
"""Feeds have 1 to 200 kB, and a tag is read in one go that nothing can interrupt."""
MAX_DEPTH = 40
MAX_CHARS = 50_000
"""Of one text."""

_ROOTS = frozenset({"rss", "feed", "rdf"})
_ITEMS = frozenset({"item", "entry"})
_WHOLE = frozenset({"channel", "feed"})
_TEXTS = frozenset(
    {"title", "link", "id", "guid", "pubdate", "date", "published", "updated", "description", "summary", "content",
     "encoded"}
)  # fmt: skip


class Item(NamedTuple):
    """An entry. `texts`: by the names of its elements, in lower case and without prefixes. Times are Unix seconds."""

    texts: dict[str, str]
    categories: tuple[str, ...]

    def first(self, *names: str) -> str:
        return next((self.texts[name] for name in names if self.texts.get(name)), "")

    def at(self, *names: str) -> float | None:
        return next((at for at in map(when, (self.texts.get(name, "") for name in names)) if at is not None), None)


class Feed(NamedTuple):
    """`about`: the feed's own title, link and id."""

    about: dict[str, str]
    items: list[Item]


def read_feed(body: bytes) -> Feed:
    """The feed in `body`. Raises `Unfit`: `unreadable`, reason `xml`, `too_deep`, or `shape` where it is no feed."""
    if len(body) > MAX_BYTES:
        raise Unfit(PageHealth.UNREADABLE, "too_large", limit_bytes=MAX_BYTES)
    reading = _Reading()
    try:
        reading.parser.Parse(body, True)
    # A codec that expat does not know is looked up by Python, which has errors of its own.
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unfit(PageHealth.UNREADABLE, "xml") from error
    if not reading.about.get("title"):
        raise Unfit(PageHealth.UNREADABLE, "shape", where="title")
    return Feed(reading.about, reading.items)


def when(said: str) -> float | None:
    """A time as feeds write them, as Unix seconds."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            # "Z" for UTC is not a mail's, but Azure's.
            at = read(said[:64].strip().removesuffix(" Z") if read is parsedate_to_datetime else said.strip())
            return (at if at.tzinfo is not None else at.replace(tzinfo=UTC)).timestamp()
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


class _Reading:
    """What expat tells, as it goes."""

    def __init__(self) -> None:
        self.about: dict[str, str] = {}
        self.items: list[Item] = []
        self._open: list[str] = []
        self._texts: dict[str, str] | None = None
        self._categories: list[str] = []
        self._words: list[str] = []
        self._chars = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._say
        self.parser.EntityDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise Unfit(PageHealth.UNREADABLE, "xml")

    def _begin(self, element: str, attributes: dict[str, str]) -> None:
        name = element.rpartition(":")[2].lower()
        if not self._open and name not in _ROOTS:
            raise Unfit(PageHealth.UNREADABLE, "shape", where="xml")
        if len(self._open) >= MAX_DEPTH:
            raise Unfit(PageHealth.UNREADABLE, "too_deep")
        self._open.append(name)
        self._words, self._chars = [], 0
        if name in _ITEMS:
            self._texts, self._categories = {}, []
        elif name == "category" and self._texts is not None and "term" in attributes:
            self._categories.append(attributes["term"])
        elif name == "link" and "href" in attributes and attributes.get("rel", "alternate") == "alternate":
            self._keep(name, attributes["href"])

    def _say(self, data: str) -> None:
        if self._chars < MAX_CHARS:
            self._words.append(data[: MAX_CHARS - self._chars])
            self._chars += len(data)

    def _end(self, _element: str) -> None:
        name = self._open.pop()
        said = "".join(self._words).strip()
        self._words, self._chars = [], 0
        if name in _ITEMS and self._texts is not None:
            self.items.append(Item(self._texts, tuple(self._categories[:20])))
            self._texts = None
            if len(self.items) >= MAX_ITEMS:
                # The rest has to be well-formed, and no more.
                self.parser.StartElementHandler = self.parser.EndElementHandler = None
                self.parser.CharacterDataHandler = None
        elif name == "category" and said and self._texts is not None:
            self._categories.append(said)
        elif name in _TEXTS and said:
            self._keep(name, said)

    def _keep(self, name: str, said: str) -> None:
        """For the item, or for the feed itself; the first of a name counts, and what lies deeper is none of either."""
        parent = self._open[-2:-1] if self._open and self._open[-1] == name else self._open[-1:]
        if self._texts is not None and parent and parent[0] in _ITEMS:
            self._texts.setdefault(name, said[:MAX_CHARS])
        elif self._texts is None and parent and parent[0] in _WHOLE:
            self.about.setdefault(name, said[:MAX_CHARS])
