"""Rule 4: which model families an incident is about, in the provider's own words, and no others.

That it is about others alone is believed only where all of it is understood. What names more than the catalogue knows,
leaves some out, is written in another language, or speaks of more than models, is about everybody.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

_BETWEEN = r"\s_\-\u2010-\u2013"
# Patterns are compiled when they are first needed: most starts see no incident.
# "All but Opus" is no two clauses.
_ALL_BUT = r"(?i)\b(?:all|everything|everyone|anything)\s+but\b"
_CLAUSE = r"(?<=[.!?;:])\s+|\n+|<br\s*/?>|,?\s+(?:but|however|whereas)\s+|\s+[\u2013\u2014]\s+"
# It names some, and means more, or all but these.
_AND_MORE = (
    r"(?i)\b(?:all|any|both|every|each|multiple|several|various|many|some|most|others?|certain|different|additional|more"
    r"|remaining|newer|older|larger|smaller)\b[^.]{0,40}\bmodels?\b"
    r"|\b(?:including|such as|and (?:more|others)|among|the rest|the others?|etc|more than|for (?:example|instance))\b"
    r"|\b(?:e\.g\.|incl\.)|\b(?:and|or)\s+(?:newer|later|above|higher|up|below|older|earlier|lower|similar|related)\b"
    r"|\b(?:primar(?:il)?y|main(?:ly)?|mostly|chiefly|largely|e?specially|particular(?:ly)?|notably|predominantly|worst"
    r"|most (?:affected|impacted))\b"
    r"|\b(?:other than|except(?:ing)?|excluding|excludes?|apart from|aside from|besides|beyond|unlike"
    r"|not (?:just|only|limited)|across the board|everything|globally|worldwide)\b|\bnon[-\s]"
    r"|\b(?:only|all that)\b[^.]{0,30}\b(?:works?|working|available|operational|unaffected|usable|healthy|up)\b"
)
# What a model brings about is not what is wrong with it.
_CAUSE = (
    r"(?i)\b(?:due to|because|caused by|launch\w*|releas\w+|deploy\w*|roll[-\s]?outs?|introduc\w+"
    r"|demand for|migrat\w+)\b"
)
_OTHERS_ARE_WELL = r"(?i)\bno other models?\b"
_SUBJECT = (
    r"requests?|traffic|services?|products?|apis?|endpoints?|platforms?|components?|surfaces?|features?|systems?"
    r"|functions?|engines?|tools?"
)
# Without the name of a model: it is about more than was named before, or about something else than models.
_WIDER = (
    r"(?i)\b(?:all|every|entire|whole|multiple|several|various|many|most|other|more|additional|both|handful|number)\b"
    r"[^.]{0,30}"
    rf"\b(?:{_SUBJECT})\b"
    r"|\balso\s+(?:\w+\s+){0,3}(?:affect|impact|see|fail|experienc|observ)\w*"
    r"|\b(?:everything|everywhere|across the board|globally|worldwide|broader|wider)\b"
    r"|\b(?:expand|widen|spread|broaden|escalat)(?:s|ed|ing)?\b|\b(?:larger|bigger|greater|more) than\b"
    r"|\b(?:apis?|chatgpt|claude(?:\.ai| code)?|platform)\s+(?:(?:is|are|has been)\s+(?:\w+\s+)?)?"
    r"(?:down|out|outages?|unavailable|unreachable|failing|affected|impacted|degraded)\b"
)
_ACCOUNT = (
    r"(?:log[-\s]?ins?|logging in|sign[-\s]?ins?|signing in|sign[-\s]?ups?|authenticat\w+|uploads?|uploading|billing"
    r"|console|dashboard|website|api keys?|network|dns)"
)
_THING = (
    rf"(?:{_ACCOUNT}|apis?|chatgpt|claude(?:\.ai| code| cowork| desktop)|codex|platform|playground|files?|embeddings?"
    r"|search|voice|images?|audio|speech|transcriptions?|batch(?:es)?|assistants|realtime|responses|fine[-\s]?tun\w+"
    r"|dall\W?e|sora|whisper|tts|moderations?|connectors|projects|workspaces)\b"
)
_OF_WHAT = r"\b(?:on|in|for|of|to|with|across|via|from|at|affect\w+|impact\w+)\s+"
# What may be a model that the catalogue does not know: letters with digits, a number alone, a name.
_MODEL = r"(?:[a-z]+[-.])*[a-z]*\d[\w.-]*"
_JOIN = r"\s*(?:(?:,|/|&|\+|\band\b|\bor\b|\bas well as\b|\bplus\b)\s*)+(?:(?:the|our|both|on|for|to|in)\s+)?"
# Nobody lists so many in a sentence.
_MANY = 20
# As far before a name is looked for what is joined to it.
_REACH = 80
_VERSION = r"v?\d[\d.]*\d|v?\d"
_VARIANT = (
    r"(?:[\s_-]+(?:mini|nano|micro|pro|max|lite|codex|turbo|fast|instant|thinking|preview|audio|realtime|high|low"
    r"|latest|image)\b)*"
)
_WELL = (
    r"(?i)\b(?:recovered|resolved|restored|mitigated|operational|healthy|stable|stabili[sz]ed|normal(?:ly|i[sz]ed)?"
    r"|unaffected|unimpacted|no longer|works? again|back (?:up|online)|working as expected"
    r"|(?:is|are|remains?|stays?) (?:fully |again )?(?:available|up))\b"
    r"|\b(?:not|n['\u2019]t|never)\s+(?:(?:currently|been|being|be)\s+)*(?:affect|impact)\w*|\bno (?:\w+ )?impact\b"
)
# Then it is not, or not all of it, or nobody can say which.
_NOT_YET = (
    r"(?i)\b(?:until|once|when|before|yet|partial(?:ly)?|almost|mostly|will|should|(?<!as )expect\w*|begin\w*|start\w*"
    r"|work(?:ing (?:on|to))?|continu\w+|attempt\w*|trying|fail\w*|error\w*|elevated|degraded|some|many|most|part"
    r"|percent|to be|being)\b|%"
    r"|\b(?:not|n['\u2019]t)\s+(?:\w+\s+)?(?:recover|resol|restor|mitigat|operat|health|stab|normal)"
)
_NARROWED = r"(?i)\b(?:only|limited to|isolated to|confined to|specific to|restricted to|narrowed (?:\w+\s+){0,3}to)\b"
# What comes after is what to take meanwhile.
_ADVICE = (
    r"(?i)\b(?:recommend\w*|suggest\w*|switch(?:ing)? to|fall(?:ing)? ?back to|(?:re)?routed? to|consider using)\b"
)
_TROUBLE = (
    r"(?i)error|fail|degrad|outage|partial|\bdown\b|unavailab|availability|latenc|slow|elevat|increas|issue|problem|impact|affect|disrupt"
    r"|inciden|interrupt|time(?:d|s)?[-\s]?outs?|timing out|capacity|overload|investigat|stab(?:le|ility)|performance"
    r"|recover|mitigat|fix|stuck|delay|reduc|missing|\bloss\b|suspend|reject|broken|unreachable|\b5\d\d\b|\b[45]29\b"
)
# A text of so many words has one of these, if it is English.
_SOME_WORDS = 4
_ENGLISH_WORDS = """
the are this has been and have from our with for to we is of by on
not yet errors error rates rate elevated degraded increased high partial partially outage unavailable affecting
issue issues down slow
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_WRITTEN_OTHERWISE = r"[^\W\d_\u0000-\u024f]"
# "Pro" and "4.1" alone are short for models once one of the house has been named; plans and percentages are none.
_NOT_SHORT = (
    r"(?![\w%]|[-.]\w"
    r"|\s+(?:tiers?|plans?|users?|customers?|accounts?|subscri\w+|workspaces?|minutes?|hours?|percent)\b)"
)


class _Mention(NamedTuple):
    """Where a clause names a family, and which version and variant of it, if any."""

    family: str
    which: str
    start: int
    end: int


_One = tuple[str, str]


@lru_cache(maxsize=64)
def concerned(families: tuple[str, ...], texts: tuple[str, ...]) -> tuple[str, ...]:
    """The families that an incident with these texts is about, where it is about no others; else none.

    `texts`: its title, and what was said of it, the oldest first.
    """
    short = any(families_in(families, text) for text in texts)
    about: dict[_One, None] = {}
    everybody = not short
    for text in filter(str.strip, texts) if short else ():
        everybody = everybody or not _is_english(text)
        for clause in re.split(_CLAUSE, re.sub(_ALL_BUT, "except", text)):
            found = _mentions(families, clause)
            if len(found) > _MANY or _means_more(clause, found):
                everybody = True
            elif found and _is_well(clause):
                # Of what was all of it and is well now, it still was about that.
                about = {one: None for one in about if not _covers(found, one)} or about
            elif found and not _is_trouble(clause):
                everybody = True
            elif found:
                narrowed = re.search(_NARROWED, clause) is not None
                about = dict.fromkeys([*(() if narrowed else about), *((one.family, one.which) for one in found)])
                everybody = everybody and not narrowed
    meant = {family for family, _ in about}
    return () if everybody else tuple(family for family in families if family in meant)


def families_in(families: Iterable[str], text: str) -> tuple[str, ...]:
    """Which of these a text or the id of a model names."""
    return tuple(family for family in families if _pattern(family).search(text))


def _mentions(families: Sequence[str], clause: str) -> list[_Mention]:
    """All in order, as far as they are no advice what to take instead."""
    advice = re.search(_ADVICE, clause)
    text = clause[: advice.start()] if advice else clause
    found: list[_Mention] = []
    for family in families:
        short = _short(family)
        hits = chain(_pattern(family).finditer(text), short.finditer(text) if short is not None else ())
        found += (mention for hit in hits for mention in _as_written(family, text, hit.start(), hit.end()))
    return sorted(set(found), key=lambda one: (one.start, one.end))


def _as_written(family: str, text: str, start: int, end: int) -> list[_Mention]:
    """The whole word, with the versions before it or after it: "3.5 Sonnet", "Opus 4.5, 4.1 and 4"."""
    start -= len(_matched(r"[\w.-]*$", text[:start]))
    start -= len(_matched(rf"(?i)(?<![\w.])(?:{_VERSION})[{_BETWEEN}]+$", text[:start]))
    end += len(_matched(r"^(?:[\w-]|\.(?=\w))*", text[end:]))
    end += len(_matched(rf"(?i)^(?:[{_BETWEEN}]+(?:{_VERSION})(?![\w%]))?{_VARIANT}", text[end:]))
    which = [_which(family, text[start:end])]
    number = _VERSION if family.isalpha() else rf"{family[-1]}\.\d"
    more = re.compile(rf"(?i){_JOIN}({number})(?![\w%]|\s+\w+s\b)")
    while which[0] and (one := more.match(text, end)):
        end = one.end()
        which.append(_which(family, one[1]))
    return [_Mention(family, one, start, end) for one in which]


def _which(family: str, written: str) -> str:
    """Version and variant: what stands there beside the name of family and house."""
    left = _words(written)
    for word in ("claude", *_words(family)):
        if word in left:
            left.remove(word)
    return " ".join(left)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z]+|\d+", text.lower())


def _matched(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[0] if match else ""


def _means_more(clause: str, found: Sequence[_Mention]) -> bool:
    if re.search(_OTHERS_ARE_WELL, clause):
        return False
    if not found:
        if re.search(_ADVICE, clause) or _is_well(clause):
            return False
        other = re.search(rf"(?i)\b{_ACCOUNT}\b", clause) and re.search(_TROUBLE, clause)
        return bool(other or re.search(_AND_MORE, clause) or re.search(_WIDER, clause))
    return bool(re.search(_AND_MORE, clause)) or any(_is_one_of_several(clause, one, found) for one in found)


def _is_one_of_several(clause: str, one: _Mention, found: Sequence[_Mention]) -> bool:
    """Whether something else is named in one breath with it, or it is named as a cause or in passing: "GPT-5 and the
    API", "o1 and GPT-4o", "reasoning models (o3)", "since the launch of Opus"."""
    before, after = clause[max(0, one.start - _REACH) : one.start], clause[one.end : one.end + _REACH]
    if re.search(rf"{_CAUSE}|\(\s*$", before):
        return True
    starts = {each.start for each in found}
    if right := re.match(rf"(?i)(?:\s+(?:apis?|models?|requests?|endpoints?|users?))?{_JOIN}", after):
        rest = after[right.end() :]
        brand = _matched(r"^(?:\w+\s+)?", rest)
        places = {one.end + right.end(), one.end + right.end() + len(brand)}
        if not places & starts and re.match(rf"(?i:{_THING}|{_MODEL}|(?:\w+\s+){{1,3}}models\b)|[A-Z]\w+", rest):
            return True
    # Where it fails may be a list; what else fails is none.
    beside = rf"(?i)(?:,|\band\b|&|\+)\s*(?:\w+\s+){{0,4}}?{_THING}"
    if (other := re.search(beside, after)) and not re.search(rf"(?i)\b{_THING}|{_OF_WHAT}", after[: other.start()]):
        return True
    other = re.search(rf"(?i)({_OF_WHAT}(?:the\s+)?)?\b{_THING}[^,]{{0,30}}(?:,|\band\b|&|\+)([^,]{{0,30}})$", before)
    if other and (other[1] or not re.search(rf"(?i){_OF_WHAT}", other[2])):
        return True
    left = re.search(rf"(?i)(\S+?)({_JOIN})(?:\w+\s+)?$", before)
    first = one.start - len(before)
    if left is None or any(each.start <= first + left.start(1) < each.end for each in found):
        return False
    name = r"[A-Z][\w-]+" if "," not in left[2] else r"(?!)"
    return re.fullmatch(rf"(?i:\W?{_THING}|\W?{_MODEL})|{name}", left[1]) is not None


def _is_well(clause: str) -> bool:
    return re.search(_WELL, clause) is not None and re.search(_NOT_YET, clause) is None


def _covers(found: Iterable[_Mention], one: _One) -> bool:
    """Whether what was found is `one`, or all of its family."""
    return any((each.family, each.which) in (one, (one[0], "")) for each in found)


def _is_trouble(clause: str) -> bool:
    return re.search(_TROUBLE, clause) is not None or re.search(_NARROWED, clause) is not None


def _is_english(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+", text.lower())
    if re.search(_WRITTEN_OTHERWISE, text):
        return False
    return len(words) < _SOME_WORDS or not _ENGLISH.isdisjoint(words)


@lru_cache(maxsize=256)
def _pattern(family: str) -> re.Pattern[str]:
    """Gemini Pro is also Gemini 2.5 Pro, and GPT-5 also gpt-5.1-codex; gpt-50 is another."""
    first, *rest = re.split(r"[\s-]+", family)
    words = re.escape(first)
    for word in rest:
        words += f"[{_BETWEEN}]*" if word[0].isdigit() else rf"[{_BETWEEN}.\d]*"
        words += re.escape(word).replace(r"\.", "[.-]")
    end = "[a-z0-9]" if words[-1].isalpha() else r"\d"
    return re.compile(rf"(?<![a-z0-9]){words}(?!{end})", re.I)


@lru_cache(maxsize=256)
def _short(family: str) -> re.Pattern[str] | None:
    """What a list goes on with, or a text: "Gemini Pro and Flash", "GPT-4o, 4.1"; none that may be any number."""
    *rest, last = re.split(r"[\s-]+", family)
    of_a_number = bool(rest) and not rest[0].isalpha() and last.isalpha()
    if not rest or last.isdigit() or of_a_number or len(last) == 1:
        return None
    return re.compile(rf"(?<![\w.-]){re.escape(last)}{_NOT_SHORT}", re.I)
