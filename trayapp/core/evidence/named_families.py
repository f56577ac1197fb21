"""Rule 4: which model families an incident is about, in the provider's own words, and no others.

That it is about others alone is believed only where all of it is understood. What names more than the catalogue knows,
leaves some out, is written in another language, or speaks of more than models, is about everybody.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from trayapp.core.evidence.incident_words import AREAS, PLACE, is_about, is_trouble, names_place, says_no_more

_BETWEEN = r"\s_\-\u2010-\u2013"
# Patterns are compiled when they are first needed: most starts see no incident.
_CLAUSE = r"(?<=[.!?;])\s+|\n+|<br\s*/?>|,?\s+(?:but|however|whereas)\s+|\s+[\u2013\u2014]\s+"
# It names some as those that are well.
_ONLY_THESE_ARE_WELL = (
    r"(?i)\b(?:only|all that)\b[^.]{0,30}\b(?:works?|working|available|operational|unaffected|usable|healthy|up)\b"
)
# What a model brings about is not what is wrong with it; a fix that is deployed for it is no such thing.
_CAUSE = r"(?i)\b(?:due to|caused by|deploy\w*|roll(?:ed|ing)?[-\s]?outs?)\b"
_FIX = r"(?i)\b(?:fix|mitigation|patch) (?:has been|was|is being|is) (?:deployed|released|rolled out)\b"
_OTHERS_ARE_WELL = r"(?i)\bno other models? (?:\w+ ){0,3}(?:affected|impacted)\b"
_OF_WHAT = r"\b(?:on|in|for|of|to|with|across|via|from|at|affect\w+|impact\w+)\s+"
_JOIN = r"\s*(?:(?:,|/|&|\+|\band\b|\bor\b|\bas well as\b|\bplus\b)\s*)+(?:(?:the|our|both|on|for|to|in)\s+)?"
_THERE = rf"^\s+(?:in|within|across)\s+(?:the\s+)?{AREAS}(?:{_JOIN}{AREAS})*(?:\s+regions?)?\b"
# A name goes on; what is joined to it, in a title with a capital as well, is something else.
_NEXT_TO_IT = r"^(?:[\s-]+(?!(?:And|Or|Plus)\b)(?:[A-Z][a-z]+|[A-Za-z]?\d+\w*)\b)*"
# Nobody lists so many in a sentence.
_MANY = 20
# As far from a name is looked for what is joined to it.
_REACH = 80
_VERSION = r"[kmrv]?\d[\d.]*\d|[kmrv]?\d"
_VARIANT = (
    r"(?:[\s_-]+(?:mini|nano|micro|pro|max|lite|codex|turbo|fast|instant|thinking|preview|audio|realtime|high|low"
    r"|latest|image)\b)*"
)
_WELL = (
    r"(?i)\b(?:recovered|resolved|restored|mitigated|operational|healthy|stable|stabili[sz]ed|normal(?:ly|i[sz]ed)?"
    r"|unaffected|unimpacted|no longer (?:affect|impact|see|experienc|observ)\w*|works? again"
    r"|back (?:up|online)|working as expected"
    r"|(?:is|are|remains?|stays?) (?:fully |again )?(?:available|up))\b"
    r"|\b(?:not|n['\u2019]t|never)\s+(?:(?:currently|been|being|be)\s+)*(?:affect|impact)\w*|\bno (?:\w+ )?impact\b"
)
# Then it is not, or not all of it, or nobody can say which.
_NOT_YET = (
    r"(?i)\b(?:until|once|when|before|yet|partial(?:ly)?|almost|mostly|will|should|(?<!as )expect\w*|begin\w*|start\w*"
    r"|work(?:ing (?:on|to))?|continu\w+|attempt\w*|trying|fail\w*|error\w*|elevated|degraded|some|many|most|part"
    r"|percent|to be|being|down|out|outages?|unavailable|slow\w*|unreachable|stuck|delay\w*|broken"
    r"|tim\w+[-\s]?out\w*)\b|%"
    r"|\b(?:not|n['\u2019]t)\s+(?:\w+\s+)?(?:recover|resol|restor|mitigat|operat|health|stab|normal)"
)
_NARROWED = (
    r"(?i)\b(?:limited|isolated|confined|specific|restricted|narrowed (?:\w+\s+){0,3})\s*to\b"
    r"|\bonly (?:affect|impact)\w*"
)
# It is not so, or may not be.
_NOT_NARROWED = (
    r"(?i)\b(?:may|might|could|should|seems?|appears?|likely|mostly)\b"
    r"|(?:\b(?:not|no longer|never|neither)|n['\u2019]t)\s+(?:\w+\s+)?"
    r"(?:only|just|limited|isolated|confined|specific|restricted)\b"
)
# What comes after is what to take meanwhile.
_ADVICE = (
    r"(?i)\b(?:recommend\w*|suggest\w*|switch(?:ing)? to|fall(?:ing)? ?back to|(?:re)?routed? to|consider using)\b"
)
# How long to take it, which says nothing of it.
_MEANWHILE = r"(?i)\b(?:until|while (?:we|this|it))\b[^,]*"
# "Pro" and "4.1" alone are short for models once one of the house has been named; plans and percentages are none.
_NOT_SHORT = (
    r"(?![\w%]|[-.](?!(?:mini|nano)\b)\w"
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
        for clause in re.split(_CLAUSE, text):
            found = _mentions(families, clause)
            if len(found) > _MANY or _means_more(clause, found):
                everybody = True
            elif found and _is_well(clause) and not names_place(clause):
                # Of what was all of it and is well now, it still was about that.
                about = {one: None for one in about if not _covers(found, one)} or about
            elif found and re.search(_NARROWED, clause):
                about, everybody = dict.fromkeys((one.family, one.which) for one in found), False
            elif found:
                about |= dict.fromkeys((one.family, one.which) for one in found)
                everybody = everybody or not is_trouble(clause)
    meant = {family for family, _ in about}
    return () if everybody else tuple(family for family in families if family in meant)


def families_in(families: Iterable[str], text: str) -> tuple[str, ...]:
    """Which of these a text or the id of a model names."""
    return tuple(family for family in families if _pattern(family).search(text))


def _mentions(families: Sequence[str], clause: str) -> list[_Mention]:
    """All in order, as far as they are no advice what to take instead."""
    text, _ = _advice(clause)
    found = [one for family in families for hit in _pattern(family).finditer(text) for one in _written(family, hit)]
    whole = [(one.start, one.end) for one in found]
    for family in families:
        short = _short(family)
        for hit in short.finditer(text) if short is not None else ():
            # The 4.1 of Opus 4.1 is no GPT-4.1.
            if not any(start <= hit.start() < end for start, end in whole):
                found += _written(family, hit)
    return sorted(set(found), key=lambda one: (one.start, one.end))


def _written(family: str, hit: re.Match[str]) -> list[_Mention]:
    """The whole word, with the versions before it or after it: "3.5 Sonnet", "Opus 4.5, 4.1 and 4"."""
    text, start, end = hit.string, hit.start(), hit.end()
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
    said, advice = _advice(clause)
    advice = re.sub(_MEANWHILE, "", advice)
    if re.search(r"(?i)\b(?:is|are)\b", advice) and is_trouble(advice):
        # Where everybody has gone, it fails, too.
        return True
    if not found:
        return not (says_no_more(said) or _is_well(clause))
    beside = _beside(said, found)
    return (
        re.search(_ONLY_THESE_ARE_WELL, clause) is not None
        or (re.search(_NARROWED, clause) is not None and re.search(_NOT_NARROWED, clause) is not None)
        or not is_about(" ".join(beside))
        or any(map(_comes_after_others, beside[:-1]))
        or any(map(_goes_on_to_others, beside[1:]))
    )


def _advice(clause: str) -> tuple[str, str]:
    """What is said before it, and it."""
    match = re.search(_ADVICE, clause)
    return (clause[: match.start()], clause[match.start() :]) if match else (clause, "")


def _beside(text: str, found: Sequence[_Mention]) -> list[str]:
    """What is said before, between and behind the names, without what stands next to one: "Claude Opus 4.8 Fast",
    "GPT-5.6 Sol", "Opus in the EU", which is less than all of it."""
    said, at = [], 0
    for one in found:
        said.append(re.sub(r"(?i)\bclaude\s*$", "", text[at : one.start]))
        at = max(at, one.end + len(_matched(_NEXT_TO_IT, text[one.end :])))
        at += len(_matched(_THERE, text[at:]))
    return [*said, text[at:]]


def _comes_after_others(before: str) -> bool:
    """Whether something else is named in one breath before a name, or it is named as a cause: "API and Opus", "since
    we rolled out Opus"."""
    before = before[-_REACH:]
    if re.search(rf"{_CAUSE}[^,]*$", re.sub(_FIX, "", before)):
        return True
    other = re.search(rf"(?i)({_OF_WHAT}(?:the\s+)?)?{PLACE}[^,]{{0,30}}(?:,|\band\b|&|\+)([^,]{{0,30}})$", before)
    if other and (other[1] or not re.search(rf"(?i){_OF_WHAT}", other[2])):
        return True
    return re.search(rf"(?i){PLACE}{_JOIN}$", before) is not None


def _goes_on_to_others(after: str) -> bool:
    """The same behind it: "Opus and the API", "Opus API or console", "Opus errors - API down"."""
    after = after[:_REACH]
    # Where it fails may be a list; what else fails is none.
    beside = (
        rf"(?i)(?:^(?:\s+(?:apis?|models?|requests?|endpoints?|users?))?{_JOIN}"
        rf"|(?:,|\band\b|&|\+|/|\s-\s|\((?![^)]*\bnot\b))\s*(?:\w+\s+){{0,4}}?){PLACE}"
    )
    other = re.search(beside, after)
    if other and not re.search(rf"(?i){PLACE}|{_OF_WHAT}", after[: other.start()]):
        return True
    return re.search(rf"(?i)\bcaus(?:es?|ed|ing)\b(?! by\b).*{PLACE}", after) is not None


def _is_well(clause: str) -> bool:
    return re.search(_WELL, clause) is not None and re.search(_NOT_YET, clause) is None


def _covers(found: Iterable[_Mention], one: _One) -> bool:
    """Whether what was found is `one`, or all of its family."""
    return any((each.family, each.which) in (one, (one[0], "")) for each in found)


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
