"""Whom an incident concerns, in the provider's own words: model families, plans, regions. Where it does not say so, or
says that it means more, nothing is claimed.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from trayapp.core.catalogue import Provider
from trayapp.core.evidence.families import Use
from trayapp.core.evidence.incident_words import AREAS
from trayapp.core.evidence.named_families import concerned
from trayapp.core.incident.incident import Incident

# Patterns are compiled when they are first needed: most starts see no incident.
_PLAN = r"(?:Plus|Pro|Team|Business|Enterprise|Education|Edu|Max|Go|Ultra|Premium|Basic|[Ff]ree|FREE|enterprise)"
_JOINED = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s*/\s*|\s*&\s*|\s+and\s+|\s+or\s+)"
_WHO = r"(?:tiers?|[Pp]lans?|users?|customers?|accounts?|subscribers?|subscriptions?|workspaces?|organi[sz]ations?)"
_PLANS = rf"(?<![\w-])({_PLAN}(?:{_JOINED}{_PLAN})*)[\s-]+{_WHO}\b"

# A time zone is no region.
_NO_ZONE = r"(?![\w/]|\s+(?:Pacific|Eastern|Central|Mountain)\b|\s+time\b)"
_PLACES = (
    rf"\b(?:in|from|within|across)\s+(?:the\s+)?({AREAS}){_NO_ZONE}"
    rf"|(?<![\w-])({AREAS})\s+(?:regions?\b|{_WHO}\b|data\s?cent(?:er|re)s?\b)"
    r"|(?<![\w-])((?:us|eu|ap|sa|ca|me|af|il|europe|asia|northamerica|southamerica|australia|africa)"
    r"-(?:gov-)?(?:north|south|east|west|central|northeast|southeast|northwest|southwest)(?:-?\d[a-z]?)?)(?![\w-])"
)
# It means more than it names, names who is well, or where somebody is going or sits.
_MORE = (
    r"(?i)\b(?:including|such as|among others|and more|and others|as well as"
    r"|not (?:be )?(?:affected|impacted|affect|impact)|no impact|unaffected"
    r"|except(?:ed)?|excluding|other than|without|unlike|but|not (?:only|just|on|in|limited)|non|outside"
    r"|primar(?:il)?y|main(?:ly)?|mostly|especially|particular(?:ly)?|most affected"
    r"|recovered|resolved|restored|mitigated|no longer|back to normal|again"
    r"|only [^.]{1,40}\b(?:can|works?|remains?|is|are) (?!affected|impacted|failing|down)"
    r"|remains?|operational|continue to|upgrad\w+|moved?|moving|fail(?:ing)? ?over|shift\w*|rerout\w+|limiting"
    r"|preserve|engineers?|our (?:team|provider)|outage (?:affects|impacts))\b"
)
_EVERYBODY = (
    r"(?i)\b(?:all|every|both|most|many|multiple|several)\s+(?:of\s+)?(?:our\s+)?"
    r"(?:users|customers|plans|accounts|tiers|regions|locations|paid|subscribers)\b"
    r"|\b(?:globally|worldwide|every(?:one|body)|wide(?:n\w*|r)|broaden\w*|broader|expand\w*|not (?:only|just))\b"
    r"|\bno longer limited\b"
)
# Their sizes are called as plans are.
_MODELS_OF_SIZES = ("gemini", "qwen", "grok", "sonar")
_SENTENCE = r"(?<=[.!?;])\s+|\n+"


class Concerns(Struct, frozen=True):
    """`used`: the families that are used here, as far as that is known; `plans`, `regions`: as the page writes them."""

    families: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()

    @property
    def hit(self) -> bool | None:
        """Whether a family is concerned that is used here; None where nobody knows."""
        return not set(self.families).isdisjoint(self.used) if self.families and self.used else None


def concerns(title: str | None, updates: Iterable[str], uses: Iterable[Use]) -> Concerns:
    """What title and updates of an incident say, the newest first. `uses`: what is known of the services that it
    touches."""
    texts = [text for text in (title, *updates) if text]
    said = (title or "", *reversed(texts[1:] if title else texts))
    every = tuple(uses)
    listed = tuple(dict.fromkeys(family for use in every for family in use.families))
    families = concerned(listed, said)
    used = tuple(dict.fromkeys(family for use in every for family in use.families if family in use.used))
    everybody = any(re.search(_EVERYBODY, text) for text in texts)
    models = [family.split()[0] for family in listed]
    plans = () if everybody else _found(texts, lambda text: _plans_in(text, models))
    regions = () if everybody else _found(texts, _places_in)
    return Concerns(families, used if families else (), plans, regions)


def _found(texts: Iterable[str], look: Callable[[str], Iterable[str]]) -> tuple[str, ...]:
    sentences = [sentence for text in texts for sentence in re.split(_SENTENCE, text)]
    if any(look(sentence) and re.search(_MORE, sentence) for sentence in sentences):
        return ()
    return tuple(dict.fromkeys(name for sentence in sentences for name in look(sentence)))


def _plans_in(text: str, models: Iterable[str]) -> list[str]:
    """Those that are no part of a model's name: "Gemini Pro", "GPT-5 Pro"."""
    of_a_model = rf"(?i)(?:\d\S*|\b(?:{'|'.join(map(re.escape, (*models, *_MODELS_OF_SIZES)))}))\s+$"
    found = [
        plan
        for match in re.finditer(_PLANS, text)
        if not re.search(of_a_model, text[: match.start()])
        for plan in re.findall(_PLAN, match[1])
    ]
    return [plan[:1].upper() + plan[1:].lower() for plan in found]


def _places_in(text: str) -> list[str]:
    return [next(filter(None, match.groups())) for match in re.finditer(_PLACES, text)]


class Concerned:
    """Whom each incident concerns. What has not changed since the last time is not looked through again."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Incident, tuple[Use, ...], Concerns]] = {}

    def of(
        self,
        incidents: Iterable[Incident],
        providers: Mapping[str, Provider],
        use: Callable[[str], Use | None],
    ) -> dict[str, Concerns]:
        """By the incidents' ids, as far as anything is known. `use`: of a service by its id."""
        before, self._told = self._told, {}
        for incident in incidents:
            uses = tuple(filter(None, map(use, incident.services))) or _families_of(providers.get(incident.provider))
            told = before.get(incident.id)
            if told is None or told[0] is not incident or told[1] != uses:
                said = concerns(incident.title, (update.text for update in incident.updates), uses)
                told = incident, uses, said
            self._told[incident.id] = told
        return {name: said for name, (_, _, said) in self._told.items() if said != _NOTHING}


def _families_of(provider: Provider | None) -> tuple[Use, ...]:
    """Where traffic shows nothing of the services that are touched, as of a website: the names that the house has."""
    services = provider.services if provider is not None else ()
    families = tuple(dict.fromkeys(family for service in services for family in service.families))
    return (Use(families, frozenset()),) if families else ()


_NOTHING = Concerns()
