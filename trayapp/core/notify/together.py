"""Trouble of several providers at once that are not down: told as one, with what they are likely to have in common."""

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.core.incident.incident import Incident
from trayapp.core.incident.store import SHARED_PROVIDERS
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.severity import Finding
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.errors import Param

# The first word waits so long anyway: whoever begins meanwhile can be in it. Tools ask some providers seldom, so that
# the same refusal is found out at one minutes after the other.
WITHIN_S = 300.0

_OURS = (Source.PROBE, Source.TRAFFIC)
_SEEN = (Code.FAILURES, Code.SOME_FAILURES, Code.REFUSED, Code.SLOW)
_THROTTLED = 429
_NO_KEY = 401
_ABOUT_WHO_ASKS = frozenset({_NO_KEY, 403, _THROTTLED})


class Trouble(StrEnum):
    """What is the matter with all of them."""

    REFUSED = "refused"
    THROTTLED = "throttled"
    SLOW = "slow"
    REPORTED = "reported"
    ANY = "any"


class Cause(StrEnum):
    """What they have in common, most certain first.

    `host`: they are asked at one address. `proxy`, `reader`, `vpn`: all of it goes through there. `keys`: each refuses
    a key. `address`: each refuses or throttles whoever asks. `unknown`: their own errors, or their pages' word, or each
    refuses something else.
    """

    HOST = "host"
    PROXY = "proxy"
    READER = "reader"
    VPN = "vpn"
    KEYS = "keys"
    ADDRESS = "address"
    UNKNOWN = "unknown"


class Common(Struct, frozen=True):
    """`who`: the host, the proxy, whoever reads along, or the VPN's interface."""

    trouble: Trouble
    cause: Cause
    who: str | None = None


class Between(Struct, frozen=True):
    """What everything on the way out goes through, as far as this machine knows."""

    proxy: str | None = None
    reader: str | None = None
    vpn: str | None = None


NOTHING_BETWEEN = Between()


def between(around: Surroundings, passages: Iterable[Passage]) -> Between:
    """From what this machine says of its way out, and what the latest requests showed of it."""
    return Between(around.proxy, next((one.issuer for one in passages if one.issuer is not None), None), around.tunnel)


def gather(yellow: Sequence[Incident], told: Collection[str] = ()) -> tuple[Incident, ...]:
    """Which of these incidents, none of which is red, are told as one; oldest first, and none where there are too few.

    `told`: ids of those that were told together before, and stay so to the last of them.
    """
    in_order = sorted(yellow, key=lambda one: (one.started_at, one.id))
    before = [one for one in in_order if one.id in told]
    if before:
        since = before[0].started_at
        before = [one for one in in_order if one in before or since <= one.started_at <= since + WITHIN_S]
    others = [one for one in in_order if one not in before]
    for place, first in enumerate(others):
        group = [one for one in others[place:] if one.started_at - first.started_at <= WITHIN_S]
        if len({name for one in group for name in one.providers or (one.provider,)}) >= SHARED_PROVIDERS:
            return (*before, *group)
    return tuple(before)


def common(services: Sequence[ServiceVerdict], way: Between = NOTHING_BETWEEN) -> Common | None:
    """What these services, all in trouble, have in common; None where they are of one provider."""
    if len({v.provider for v in services}) < 2:
        return None
    seen = [[one for one in v.reasons if one.source in _OURS and one.code in _SEEN] for v in services]
    if not all(seen):
        reported = not any(seen) or all(v.finding is Finding.REPORTED_ONLY for v in services)
        return Common(Trouble.REPORTED if reported else Trouble.ANY, Cause.UNKNOWN)
    statuses = {one.params.get("status") for reasons in seen for one in reasons}
    trouble = _trouble(services, seen, statuses)
    hosts = {one.params.get("host") for reasons in seen for one in reasons} - {None}
    if len(hosts) == 1:
        return Common(trouble, Cause.HOST, str(*hosts))
    if trouble is Trouble.ANY:
        # Errors of their own come from nobody in between.
        return Common(trouble, Cause.UNKNOWN)
    for cause, who in ((Cause.PROXY, way.proxy), (Cause.READER, way.reader), (Cause.VPN, way.vpn)):
        if who is not None:
            return Common(trouble, cause, who)
    if trouble is Trouble.REFUSED and not statuses <= _ABOUT_WHO_ASKS:
        return Common(trouble, Cause.UNKNOWN)
    return Common(trouble, Cause.KEYS if statuses == {_NO_KEY} else Cause.ADDRESS)


def _trouble(services: Sequence[ServiceVerdict], seen: list[list[Reason]], statuses: set[Param]) -> Trouble:
    codes = {one.code for reasons in seen for one in reasons}
    if codes == {Code.REFUSED}:
        return Trouble.THROTTLED if statuses == {_THROTTLED} else Trouble.REFUSED
    return Trouble.SLOW if codes == {Code.SLOW} else Trouble.ANY
