"""What people see when it fails, in their own words, and what that usually means.

Words are matched as they are typed: in either language, in any order, with their endings and a slip of the finger. A
number is exact: 502 is no 503.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from trayapp.core.catalogue import Ability, Id
from trayapp.core.mine.side import Side

# Of what a phrase is made of, weighed by how telling each word is, so much has to be there.
ENOUGH = 0.66
# Of a long sentence only the clearest is worth a person's time.
SHOWN = 3
# A question is a line; what is longer is a log, whose beginning says enough.
MAX_WORDS = 40
# What any number of its hundred stands for is said where nothing closer is known.
_CLASS_WEIGHT = 0.3
# A status is worth more than the words around it, which often are those of another.
_STATUS_WEIGHT = 1.5
_STATUS_DIGITS = 3
_CLASSES = frozenset({"4xx", "5xx"})

Text = Annotated[str, Meta(min_length=1, max_length=300)]
_ENDINGS = ("ing", "ed", "es", "en", "er", "et", "s", "e", "n", "t")
_STEM_MIN = 4
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
# Who says more than a word or two says with more than one word of it what is wrong.
_BRIEF_WORDS = 2
# The address of a host says nothing of what it does.
_HOST = re.compile(r"\b(?:[\w-]+\.)+(?:com|ai|org|net|io|dev|de|eu)\b", re.I)
# Numbers of requests are made of any digits.
_IDS = re.compile(
    r"(?<![a-z0-9])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{12,})", re.I
)
_HERE = re.compile(r"(?<![\d.])127(?:\.\d{1,3}){3}(?![\d.])|\[::1\]")
# Errors in programs: RateLimitError.
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_IGNORED_WORDS = """
a an the is are was it its i my me you your have has been please to of in on at with and or for when every time all
get got gets getting just not
der die das den dem ein eine einen ist sind war es ich mein meine mir mich zu von im in am an mit und oder bei
wenn immer alle bekomme kriege nur nicht mehr so was wird beim zum sich
chatgpt openai claude gemini copilot says sagt shows zeigt
"""
_IGNORED = frozenset(_IGNORED_WORDS.split())
# Whether something works is what every phrase turns on in one language or the other; alone it says nothing.
_FAINT_WORDS = "api work works working geht gehen funktioniert error fehler fails fail problem kein keine no"


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """The same in both languages."""

    en: Text
    de: Text


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """Phrases that people use."""

    en: tuple[Text, ...]
    de: tuple[Text, ...]


class Symptom(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that people see. `side`: where it usually lies, as long as nothing more is known. `means`: what it says
    of itself; `then`: what to do where the light knows nothing against it. `components`: ids of the parts that it
    points to, where there are such; `ability`: what fails of a service that can more."""

    id: Id
    side: Side
    said: Said
    means: Words
    then: Words
    components: tuple[str, ...] = ()
    ability: Ability | None = None


class _Word(NamedTuple):
    """A word as it is written, and without its ending."""

    written: str
    stem: str


class Symptoms:
    """All that are known. `find` tells which of them somebody means."""

    def __init__(self, symptoms: Iterable[Symptom]) -> None:
        self.all = tuple(symptoms)
        self._phrases = [
            (symptom, words)
            for symptom in self.all
            for phrase in (*symptom.said.en, *symptom.said.de)
            if (words := _words(phrase))
        ]
        self._vocabulary = dict.fromkeys(word for _, words in self._phrases for word in words)
        spread: dict[str, set[str]] = {}
        for symptom, words in self._phrases:
            for word in words:
                spread.setdefault(word.stem, set()).add(symptom.id)
        self._weights = {stem: _weight(stem, len(ids)) for stem, ids in spread.items()}

    def find(self, text: str) -> tuple[Symptom, ...]:
        """Those that the text names, the clearest first; none where it names none."""
        typed = _words(_HUMP.sub(" ", _IDS.sub(" ", _HOST.sub(" ", _HERE.sub(" localhost ", text)))))
        brief = len(typed) <= _BRIEF_WORDS
        # What one person writes in two words another writes in one.
        typed += tuple(
            _Word(one.written + other.written, one.written + other.stem)
            for one, other in pairwise(typed)
            if one.written.isalpha() and other.written.isalpha()
        )
        stems = {one.stem for one in typed}
        long = [one for one in typed if _may_slip(one)]
        meant = {
            word
            for word in self._vocabulary
            if word.stem in stems or (_may_slip(word) and any(_same(word, one) for one in long))
        }
        scores: dict[str, tuple[float, float, int]] = {}
        for place, (symptom, phrase) in enumerate(self._phrases):
            said = [word for word in phrase if word in meant]
            if len(said) < min(2, len(phrase)) and not brief:
                continue
            if len(said) < len(phrase) and all(word.stem in _FAINT for word in said):
                continue
            here = sum(self._weights[word.stem] for word in said)
            share = here / sum(self._weights[word.stem] for word in phrase)
            if share >= ENOUGH:
                scores[symptom.id] = max(scores.get(symptom.id, (0.0, 0.0, 0)), (here, share, -place))
        best = sorted(scores, key=scores.__getitem__, reverse=True)[:SHOWN]
        by_id = {symptom.id: symptom for symptom in self.all}
        # What is much weaker than the best is a word that both have.
        return tuple(by_id[one] for one in best if scores[one][0] >= scores[best[0]][0] / 2)


def _weight(stem: str, symptoms: int) -> float:
    if stem in _CLASSES:
        return _CLASS_WEIGHT
    if stem.isdigit():
        return _STATUS_WEIGHT if len(stem) >= _STATUS_DIGITS else _CLASS_WEIGHT
    return (0.4 if stem in _FAINT else 1.0) / math.sqrt(symptoms)


@lru_cache(maxsize=2048)
def _words(text: str) -> tuple[_Word, ...]:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("'", "").replace("\u2019", ""))
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    for written, meant in (("ae", "a"), ("oe", "o"), ("ue", "u")):
        plain = plain.replace(written, meant)
    found: list[_Word] = []
    for word in re.findall(r"[45]xx|[a-z]+|\d+", plain)[:MAX_WORDS]:
        if word in _IGNORED:
            continue
        found.append(_Word(word, _stem(word)))
        if re.fullmatch(r"[45]\d\d", word):
            found.append(_Word(f"{word[0]}xx", f"{word[0]}xx"))
    return tuple(dict.fromkeys(found))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            return word.removesuffix(ending)
    return word


def _may_slip(word: _Word) -> bool:
    return len(word.written) >= _ONE_SLIP_FROM and word.written.isalpha()


def _same(meant: _Word, typed: _Word) -> bool:
    return _is_slip(meant.written, typed.written) or _is_slip(meant.stem, typed.stem)


def _is_slip(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    allowed = 2 if shorter >= _TWO_SLIPS_FROM else 1 if shorter >= _ONE_SLIP_FROM else 0
    if abs(len(one) - len(other)) > allowed or len({*one} ^ {*other}) > 2 * allowed:
        return False
    return _slips(one, other) <= allowed


@lru_cache(maxsize=16384)
def _slips(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many, or have changed places."""
    before: Sequence[int] = ()
    row: Sequence[int] = range(len(other) + 1)
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


_FAINT = frozenset(map(_stem, _FAINT_WORDS.split()))
