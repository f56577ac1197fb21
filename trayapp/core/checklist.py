"""What to look at in an outage's first minute, in the order in which a person would, from what is known already.

About the services that are in trouble, or about all where none is. Every item has one finding; the words for what it
means and what to do next are `trayapp.text.checklist`'s.
"""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.network_picture import Holds, Stretch
from trayapp.core.evidence.observation import Badge, NetworkState
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.claim import ClaimKind, together
from trayapp.core.light.reasons import SEPARATOR, Code, Reason, page_shows
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.target import TargetState
from trayapp.errors import Param


class Item(StrEnum):
    """What is looked at, in this order."""

    CONNECTION = "connection"
    NAMES = "names"
    BETWEEN = "between"
    CLOCK = "clock"
    PAGE = "page"
    PROBES = "probes"
    OTHERS = "others"
    KEYS = "keys"
    LOCAL = "local"
    TOOLS = "tools"


class Mark(StrEnum):
    """How it is: all right; not; nobody knows, or there is nothing to look at."""

    TICK = "tick"
    CROSS = "cross"
    UNKNOWN = "unknown"


class Said(StrEnum):
    """What was found. The docstring under some members names their parameters."""

    CONNECTION_FINE = "connection_fine"
    """`hosts`: how many others answer."""
    CONNECTION_SLOW = "connection_slow"
    CONNECTION_NO_LINK = "connection_no_link"
    CONNECTION_ROUTER = "connection_router"
    """`router`: its address."""
    CONNECTION_PORTAL = "connection_portal"
    CONNECTION_LOST = "connection_lost"
    CONNECTION_TLS = "connection_tls"
    CONNECTION_SEE_BELOW = "connection_see_below"
    CONNECTION_UNKNOWN = "connection_unknown"
    NAMES_FINE = "names_fine"
    """`resolver` (or None), `took_s` (or None); of the others, too."""
    NAMES_SLOW = "names_slow"
    NAMES_FAIL = "names_fail"
    NAMES_FAIL_HERE = "names_fail_here"
    """`resolver`: it does answer when it is asked by itself."""
    NAMES_BLOCKED = "names_blocked"
    """`host`: the one that only this network does not find."""
    NAMES_BY_PROXY = "names_by_proxy"
    NAMES_UNKNOWN = "names_unknown"
    BETWEEN_NOTHING = "between_nothing"
    BETWEEN_VPN = "between_vpn"
    """`vpn`: its interface, or None, and `proxy`: its host, or None; of the others, too."""
    BETWEEN_READER = "between_reader"
    """`issuer`: who vouches for certificates in the providers' place."""
    BETWEEN_BLOCKS = "between_blocks"
    """`names`: of the services that do not come through."""
    BETWEEN_REGION = "between_region"
    """`names`: of the services that refuse this address."""
    BETWEEN_PROXY_FAILS = "between_proxy_fails"
    BETWEEN_UNKNOWN = "between_unknown"
    CLOCK_FINE = "clock_fine"
    CLOCK_WRONG = "clock_wrong"
    CLOCK_UNKNOWN = "clock_unknown"
    CUT_OFF = "cut_off"
    """Of whatever is out there."""
    PAGE_CALM = "page_calm"
    """`names`: of the providers; of the others, too."""
    PAGE_CALM_YET = "page_calm_yet"
    PAGE_TROUBLE = "page_trouble"
    PAGE_UNREADABLE = "page_unreadable"
    PAGE_NONE = "page_none"
    PROBES_ANSWERED = "probes_answered"
    """`names`: of the services; of the others, too."""
    PROBES_FAIL_THEIRS = "probes_fail_theirs"
    PROBES_FAIL = "probes_fail"
    PROBES_REFUSED = "probes_refused"
    PROBES_UNSEEN = "probes_unseen"
    OTHERS_WORK = "others_work"
    """`names`: of the services that one can go on with."""
    OTHERS_FAIL = "others_fail"
    """`names`: of the providers that are in trouble together."""
    OTHERS_SHARE = "others_share"
    """The same, where it is shown that it is not the user."""
    OTHERS_NONE = "others_none"
    OTHERS_ALONE = "others_alone"
    """Nobody else is watched."""
    ALL_WORK = "all_work"
    """`names`: of all services."""
    KEYS_FINE = "keys_fine"
    KEYS_REFUSED = "keys_refused"
    """`names`: of the services that it concerns; of the others, too."""
    KEYS_FORBIDDEN = "keys_forbidden"
    KEYS_QUOTA = "keys_quota"
    KEYS_RATE = "keys_rate"
    LOCAL_READY = "local_ready"
    """For the tools that can be moved; and where there are none. `model`: as it is called; of the others, too."""
    LOCAL_READY_ALONE = "local_ready_alone"
    LOCAL_COMING = "local_coming"
    LOCAL_DOWN = "local_down"
    LOCAL_NONE = "local_none"
    TOOLS_POINTED = "tools_pointed"
    """`names`: of the tools."""
    TOOLS_UNHEARD = "tools_unheard"
    TOOLS_NONE = "tools_none"


class Check(Struct, frozen=True):
    """One item of the list. `params`: as `Said` has them; several names are joined with `SEPARATOR`."""

    item: Item
    mark: Mark
    said: Said
    params: dict[str, Param] = {}


def checklist(s: Snapshot) -> tuple[Check, ...]:
    """Every item once, in their order."""
    suspects = _suspects(s)
    seen = (
        (_page(s, suspects), _probes(suspects), _others(s, suspects))
        if s.judgement.network.state not in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
        else tuple(_unknown(item, Said.CUT_OFF) for item in (Item.PAGE, Item.PROBES, Item.OTHERS))
    )
    return (
        _connection(s),
        _names(s, suspects),
        _between(s, suspects),
        _clock(s),
        *seen,
        _keys(s.judgement.services),
        _local(s),
        _tools(s),
    )


def _suspects(s: Snapshot) -> tuple[ServiceVerdict, ...]:
    """The services that the list is about."""
    services = s.judgement.services
    unseen = tuple(v for v in services if v.finding is Finding.NO_EVIDENCE)
    return tuple(filter(_is_troubled, services)) or unseen or services


def _is_troubled(v: ServiceVerdict) -> bool:
    return v.light in (Light.RED, Light.YELLOW) or v.finding is Finding.BLOCKED


def _tick(item: Item, said: Said, **params: Param) -> Check:
    return Check(item, Mark.TICK, said, params)


def _cross(item: Item, said: Said, **params: Param) -> Check:
    return Check(item, Mark.CROSS, said, params)


def _unknown(item: Item, said: Said, **params: Param) -> Check:
    return Check(item, Mark.UNKNOWN, said, params)


def _names_of(names: Iterable[str]) -> str:
    return SEPARATOR.join(dict.fromkeys(names))


def _connection(s: Snapshot) -> Check:
    item, network = Item.CONNECTION, s.network
    holds = {view.stretch: view.holds for view in network.stretches}
    if holds[Stretch.INTERFACE] is Holds.FAILED:
        return _cross(item, Said.CONNECTION_NO_LINK)
    if holds[Stretch.ROUTER] is Holds.FAILED:
        return _cross(item, Said.CONNECTION_ROUTER, router=network.of(Stretch.ROUTER).detail)
    if s.judgement.network.state is NetworkState.ONLINE:
        if Holds.SLOW in (holds[Stretch.TCP], holds[Stretch.TLS]):
            return _tick(item, Said.CONNECTION_SLOW)
        return _tick(item, Said.CONNECTION_FINE, hosts=s.judgement.network.answering)
    if s.judgement.network.state is NetworkState.UNKNOWN:
        return _unknown(item, Said.CONNECTION_UNKNOWN)
    if holds[Stretch.CAPTIVE_PORTAL] is Holds.FAILED:
        return _cross(item, Said.CONNECTION_PORTAL)
    if holds[Stretch.TLS] is Holds.FAILED:
        return _cross(item, Said.CONNECTION_TLS)
    if Holds.FAILED in (holds[Stretch.DNS], holds[Stretch.PROXY], holds[Stretch.CLOCK]):
        return _unknown(item, Said.CONNECTION_SEE_BELOW)
    return _cross(item, Said.CONNECTION_LOST)


def _names(s: Snapshot, suspects: tuple[ServiceVerdict, ...]) -> Check:
    item, view = Item.NAMES, s.network.of(Stretch.DNS)
    told: dict[str, Param] = {"resolver": view.detail, "took_s": None if view.ms is None else view.ms / 1000}
    if view.holds is Holds.FAILED:
        return _cross(item, Said.NAMES_FAIL if view.ms is None else Said.NAMES_FAIL_HERE, resolver=view.detail)
    for reason in _reasons(suspects, Code.BLOCKED):
        if reason.params.get("what") in ("no_name", "private_address"):
            return _cross(item, Said.NAMES_BLOCKED, host=reason.params.get("host"))
    if view.holds is Holds.SLOW:
        return _cross(item, Said.NAMES_SLOW, **told)
    if view.holds is Holds.OK:
        return _tick(item, Said.NAMES_FINE, **told)
    by_proxy = s.network.of(Stretch.PROXY).detail is not None and s.judgement.network.state is NetworkState.ONLINE
    return _unknown(item, Said.NAMES_BY_PROXY if by_proxy else Said.NAMES_UNKNOWN)


def _between(s: Snapshot, suspects: tuple[ServiceVerdict, ...]) -> Check:
    item, proxy, vpn = Item.BETWEEN, s.network.of(Stretch.PROXY), s.network.of(Stretch.VPN)
    who: dict[str, Param] = {"vpn": vpn.detail, "proxy": proxy.detail}
    if proxy.holds is Holds.FAILED:
        return _cross(item, Said.BETWEEN_PROXY_FAILS, **who)
    blocked = [v.name for v in suspects if v.finding is Finding.BLOCKED]
    if blocked:
        return _cross(item, Said.BETWEEN_BLOCKS, names=_names_of(blocked), **who)
    foreign = [v.name for v in suspects if Badge.REGION in v.badges]
    if foreign:
        return _cross(item, Said.BETWEEN_REGION, names=_names_of(foreign), **who)
    reader = s.network.of(Stretch.TLS).detail
    if reader is not None:
        return _tick(item, Said.BETWEEN_READER, issuer=reader, **who)
    if vpn.detail is not None or proxy.detail is not None:
        through = s.judgement.network.state is NetworkState.ONLINE
        return Check(item, Mark.TICK if through else Mark.UNKNOWN, Said.BETWEEN_VPN, who)
    return _unknown(item, Said.BETWEEN_UNKNOWN) if vpn.holds is Holds.UNKNOWN else _tick(item, Said.BETWEEN_NOTHING)


def _clock(s: Snapshot) -> Check:
    match s.network.of(Stretch.CLOCK).holds:
        case Holds.FAILED:
            return _cross(Item.CLOCK, Said.CLOCK_WRONG)
        case Holds.UNKNOWN:
            return _unknown(Item.CLOCK, Said.CLOCK_UNKNOWN)
        case _:
            return _tick(Item.CLOCK, Said.CLOCK_FINE)


def _page(s: Snapshot, suspects: tuple[ServiceVerdict, ...]) -> Check:
    item = Item.PAGE
    speaking = [v for v in suspects if page_shows(v.reasons) or any(_reasons([v], Code.PAGE_INCIDENT))]
    if speaking:
        return _cross(item, Said.PAGE_TROUBLE, names=_names_of(v.provider_name for v in speaking))
    pages = {page.provider: page for page in s.judgement.pages}
    read = [v for v in suspects if v.provider in pages]
    if not read:
        return _unknown(item, Said.PAGE_NONE, names=_names_of(v.provider_name for v in suspects))
    lost = [v for v in read if pages[v.provider].health not in (PageHealth.OK, PageHealth.INCOMPLETE, PageHealth.MOVED)]
    if lost:
        return _unknown(item, Said.PAGE_UNREADABLE, names=_names_of(v.provider_name for v in lost))
    said = Said.PAGE_CALM_YET if any(v.light is not Light.GREEN for v in suspects) else Said.PAGE_CALM
    return _tick(item, said, names=_names_of(v.provider_name for v in read))


def _probes(suspects: tuple[ServiceVerdict, ...]) -> Check:
    item = Item.PROBES
    refused = [v for v in suspects if any(_reasons([v], Code.REFUSED))]
    failing = [v for v in suspects if any(_reasons([v], Code.FAILURES, Code.SOME_FAILURES)) and v not in refused]
    if failing:
        said = Said.PROBES_FAIL_THEIRS if _is_theirs(failing) else Said.PROBES_FAIL
        return _cross(item, said, names=_names_of(v.name for v in failing))
    if refused:
        return _cross(item, Said.PROBES_REFUSED, names=_names_of(v.name for v in refused))
    answered = [v for v in suspects if any(_reasons([v], Code.ANSWERS))]
    if answered:
        return _tick(item, Said.PROBES_ANSWERED, names=_names_of(v.name for v in answered))
    return _unknown(item, Said.PROBES_UNSEEN, names=_names_of(v.name for v in suspects))


def _is_theirs(services: Iterable[ServiceVerdict]) -> bool:
    return together((v.provider, v.claim) for v in services).kind is ClaimKind.NOT_YOU


def _others(s: Snapshot, suspects: tuple[ServiceVerdict, ...]) -> Check:
    item = Item.OTHERS
    troubled = [v for v in suspects if _is_troubled(v)]
    providers = {v.provider for v in troubled}
    working = [v.name for v in s.judgement.services if v.light is Light.GREEN]
    if len(providers) > 1:
        said = Said.OTHERS_SHARE if _is_theirs(troubled) else Said.OTHERS_FAIL
        return _cross(item, said, names=_names_of(v.provider_name for v in troubled))
    if len({v.provider for v in s.judgement.services}) < 2:
        return _unknown(item, Said.OTHERS_ALONE)
    if not working:
        return _unknown(item, Said.OTHERS_NONE)
    return _tick(item, Said.OTHERS_WORK if troubled else Said.ALL_WORK, names=_names_of(working))


def _keys(services: Iterable[ServiceVerdict]) -> Check:
    for badge, said in _BADGES.items():
        names = [v.name for v in services if badge in v.badges and not (badge in _WHO_ASKS and _was_accepted(v))]
        if names:
            return _cross(Item.KEYS, said, names=_names_of(names))
    return _tick(Item.KEYS, Said.KEYS_FINE)


def _was_accepted(v: ServiceVerdict) -> bool:
    """Who refuses a key that it took a while ago may be the one that is wrong (rule 3)."""
    badges = _reasons([v], Code.BADGE_KEY, Code.BADGE_FORBIDDEN)
    return any(_reasons([v], Code.REFUSED)) or any(each.params.get("accepted_at") is not None for each in badges)


_WHO_ASKS = (Badge.KEY, Badge.FORBIDDEN)
_BADGES = {
    Badge.KEY: Said.KEYS_REFUSED,
    Badge.FORBIDDEN: Said.KEYS_FORBIDDEN,
    Badge.QUOTA: Said.KEYS_QUOTA,
    Badge.RATE_LIMIT: Said.KEYS_RATE,
}


def _local(s: Snapshot) -> Check:
    item, model = Item.LOCAL, s.target.model
    match s.target.state:
        case TargetState.READY:
            return _tick(item, Said.LOCAL_READY if s.tools else Said.LOCAL_READY_ALONE, model=model)
        case TargetState.STARTING | TargetState.LOADING:
            return _unknown(item, Said.LOCAL_COMING, model=model)
        case TargetState.NONE:
            return _unknown(item, Said.LOCAL_NONE)
        case _:
            return _cross(item, Said.LOCAL_DOWN, model=model)


def _tools(s: Snapshot) -> Check:
    item = Item.TOOLS
    if not s.tools:
        return _unknown(item, Said.TOOLS_NONE)
    names = _names_of(tool.name for tool in s.tools)
    if s.gateway_url is None:
        return _cross(item, Said.TOOLS_UNHEARD, names=names)
    return _tick(item, Said.TOOLS_POINTED, names=names)


def _reasons(services: Iterable[ServiceVerdict], *codes: Code) -> Iterable[Reason]:
    """All with these codes, those of the parts included."""
    for verdict in services:
        for reasons in (verdict.reasons, *(part.reasons for part in verdict.components)):
            yield from (reason for reason in reasons if reason.code in codes)
