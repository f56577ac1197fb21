"""Every code that a `Reason` can carry, with its parameters: the contract between the rules and their words.

All codes share `Reason.source`, `Reason.at` (when it was found or, for the page, when the page said so) and
`Reason.link`. Times among the parameters end in `_at` (steady seconds), durations in `_s`. `component` and
`components` hold names for people; several names are joined with `SEPARATOR`. Texts that come from a provider
(`title`) are raw here: whoever draws them cleans them.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.page_report import PageLight
from trayapp.errors import Param

# A unit separator cannot occur in a name: control characters are removed where names are read.
SEPARATOR = "\x1f"
_OUT_OF_ORDER = frozenset({PageLight.DEGRADED, PageLight.PARTIAL, PageLight.MAJOR})


class Reason(Struct, frozen=True):
    """One reason for a verdict. `code` and `params` name the words; `text` quotes a provider, plain and bounded."""

    code: str
    source: Source
    at: float
    params: dict[str, Param] = {}
    link: str | None = None


class Code(StrEnum):
    """The code of a reason. The docstring under each member names its parameters."""

    PAGE_INCIDENT = "page_incident"
    """The page has an open incident. `title`, `stage` (Stage), `impact` (Impact), `started_at`; `at`: last update."""

    PAGE_COMPONENT = "page_component"
    """The page calls a part less than operational. `component`, `state` (PageLight)."""

    PAGE_UNNAMED = "page_unnamed"
    """The page has an open incident that names no part; it colours nothing. Parameters as for `page_incident`."""

    PAGE_ELSEWHERE = "page_elsewhere"
    """The page has an open incident that names only model families which are not used here; it colours nothing.
    Parameters as for `page_incident`, and `families`, `used`."""

    PAGE_STALE = "page_stale"
    """The page calls a part less than operational, and nothing has changed about that for two weeks: nobody looks after
    it. Parameters as for `page_component`; `at`: the last change."""

    PAGE_MISSING = "page_missing"
    """The page does not list one of several components that this rests on. `id`."""

    PAGE_MAINTENANCE = "page_maintenance"
    """Maintenance is declared and under way. `title`, `started_at`."""

    PAGE_RESOLVED = "page_resolved"
    """The page closed its incident. `title`; `at`: when."""

    PAGE_OPERATIONAL = "page_operational"
    """The page calls every part of this operational, and there is no trouble to contradict it. `components`: what it
    says so of, absent where it says so of everything that it lists, empty where it has no names for this."""

    PAGE_SILENT = "page_silent"
    """The page still calls this operational although requests fail from here. `components` as for
    `page_operational`."""

    PAGE_UNKNOWN = "page_unknown"
    """The page says nothing usable. `health` (PageHealth, `missing_component` or `unknown_value`), `reason` (a page
    reason code or None), `fetched_at` (last good reading or None)."""

    PAGE_CONTRADICTED = "page_contradicted"
    """The page says red, real answers newer than that say otherwise. `answers`: how many."""

    NO_PAGE = "no_page"
    """There is no status page for this. No parameters."""

    FAILURES = "failures"
    """All of the latest requests failed. `failed`, `tries` (equal), `what` (a `Try.code`: http_502, timeout, connect,
    tls, dns, malformed, cut, ...), `status` (or None), `host`, `since_at` (the first of them)."""

    SOME_FAILURES = "some_failures"
    """Some of the latest requests failed. Parameters as for `failures`, `failed` < `tries` or equal."""

    UNVERIFIED_FAILS = "unverified_fails"
    """A request fails that was answered here before, and of which nothing shows what that tells. `host`, `what`,
    `status`, `since_at` as in `failures`."""

    ANSWERS = "answers"
    """A request was answered well. `depth` (api, completion), `latency_s` (or None), `host`; and where one phase of its
    way took most of a long time `phase` (Phase), `phase_s` and `of_s` (the whole)."""

    NOT_ANSWERING_LATELY = "not_answering_lately"
    """The last good answer is too old to count. `last_at` (or None)."""

    CHALLENGE = "challenge"
    """The site asks scripts whether they are human: its edge is up, the rest cannot be seen. `host`."""

    EDGE_ONLY = "edge_only"
    """Only the edge of the site answers scripts; that proves nothing about what is behind it. `host`."""

    BLOCKED = "blocked"
    """Somebody in between answers in the provider's place. `host`, `what`, `status` (or None)."""

    KEPT_OUT = "kept_out"
    """Several providers fell silent together while their pages are calm, or with them. `pages`: "unreached" then."""

    SLOW = "slow"
    """First tokens come late. `first_token_s` (the latest), `baseline_s` (the usual); `phase`, `phase_s`, `of_s` as for
    `answers`, of any phase."""

    RECOVERING = "recovering"
    """It answers again and is still being watched. `back_at` (first sign), `until_at` (green then, at the earliest)."""

    PAGE_NOT_CLOSED = "page_not_closed"
    """It answers again, but the page is still investigating. `title`, `stage`."""

    FLAPPING = "flapping"
    """It keeps changing between good and bad. `percent`: the weighted share of changes."""

    NETWORK_FINE = "network_fine"
    """The own connection works. `hosts`: how many other hosts answered lately."""

    NETWORK_UNPROVEN = "network_unproven"
    """Requests fail, and nothing has yet shown that the own connection works. No parameters."""

    NOTHING_TO_COMPARE = "nothing_to_compare"
    """Requests have failed for minutes, and nothing here can show whether it is the connection. No parameters."""

    NETWORK_SHAKY = "network_shaky"
    """Much else fails as well, so more proof is needed. `percent`: share of failures among all other hosts."""

    NETWORK_DOWN = "network_down"
    """The own connection fails. `step` (Step, or None when not yet known), `state` (NetworkState)."""

    GRACE = "grace"
    """The machine just woke up or changed networks. `kind` (DisturbanceKind), `until_at`."""

    STARTING = "starting"
    """Nothing has been found out yet. No parameters."""

    SHARED = "shared"
    """Several providers fell together while controls answer: they share something. `providers` (names), `count`."""

    PARTS = "parts"
    """The service's light comes from its parts. `components` (names of the failing ones), `failing`, `total`."""

    PARTS_UNKNOWN = "parts_unknown"
    """Nobody can tell how these main parts do; the light is that of the others. `components`."""

    LISTED_ONLY = "listed_only"
    """Minor parts have trouble, too few to colour the service. `components`, `failing`, `total`."""

    REFUSED = "refused"
    """The provider refuses what it accepted a while ago. `since_at`, `accepted_at`, `tries`, `witnesses` (how many
    different credentials), `what`, `status`, `host` as in `failures`."""

    BADGE_KEY = "badge_key"
    """The provider refuses the user's key. `accepted_at`: when it last accepted the same, or None."""

    BADGE_QUOTA = "badge_quota"
    """The user's quota or credit is used up. No parameters."""

    BADGE_RATE_LIMIT = "badge_rate_limit"
    """The user's key is being throttled; or, `keyless`, requests of ours that had none."""

    BADGE_MODEL = "badge_model"
    """The provider does not offer, any more or to this key, the model that is asked for. `model` (or None)."""

    BADGE_FORBIDDEN = "badge_forbidden"
    """The provider refuses, and does not say whether that is about the key or about the address. `accepted_at` as for
    `badge_key`."""

    USER_REPORT = "user_report"
    """The user has said that it fails for them; it colours nothing. No parameters; `at`: when."""

    BADGE_REGION = "badge_region"
    """The provider refuses the address that this machine asks from. No parameters."""


def page_shows(reasons: Iterable[Reason]) -> bool:
    """Does a page call a part out of order by its state, whether or not it says a word about it?"""
    return any(each.code == Code.PAGE_COMPONENT and each.params.get("state") in _OUT_OF_ORDER for each in reasons)


def reason(code: Code, source: Source, at: float, link: str | None = None, **params: Param) -> Reason:
    """A reason with its parameters."""
    return Reason(code.value, source, at, params, link)
