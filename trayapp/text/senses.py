"""One line for everything that is not a service: pages, the fallback; and what is blamed on the own network."""

from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.verdicts import PageStatus
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.text import codes, problems
from trayapp.text.language import _
from trayapp.text.names import model_name, provider_name
from trayapp.text.numbers import grouped
from trayapp.text.page_words import HEALTHS
from trayapp.text.times import ago, waiting_time
from trayapp.text.trim import clean


def page_line(p: PageStatus, s: Snapshot) -> str:
    """A status page's own health, with age and reason."""
    provider = provider_name(p.provider, s)
    if p.health is PageHealth.OK and p.fetched_at is not None:
        return _("{provider}'s page: read {age}", provider=provider, age=ago(s.at - p.fetched_at))
    state = _(HEALTHS[p.health])
    why = codes.page(p.reason, p.params)
    health = _("{state} ({reason})", state=state, reason=why) if why else state
    if p.fetched_at is None or p.health is PageHealth.NEVER:
        return _("{provider}'s page {state}", provider=provider, state=health)
    return _(
        "{provider}'s page {state}; last read {age}", provider=provider, state=health, age=ago(s.at - p.fetched_at)
    )


def is_news(p: PageStatus, s: Snapshot) -> bool:
    """Without a connection no page can be read: that is said once, of the connection."""
    away = s.judgement.network.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
    return not (away and p.health is PageHealth.UNREADABLE)


def blamed_step(s: Snapshot) -> NetworkStep | None:
    """The step of the own network that does not hold, as far as it is known."""
    network = s.judgement.network
    return network.step or (NetworkStep.CAPTIVE_PORTAL if network.state is NetworkState.CAPTIVE else None)


def target_line(t: TargetStatus) -> str:
    """The fallback's own light in words."""
    if t.state is TargetState.NONE:
        return _("No local model is set up.")
    server = _(t.server_name) if t.server_name else t.server or "?"
    model = model_name(t.model or _("no model chosen"))
    match t.state:
        case TargetState.READY:
            context = _("{n} tokens of context", n=grouped(t.context)) if t.context else ""
            ready = _("ready in {time}", time=waiting_time(t.ready_s)) if t.ready_s is not None else _("ready")
            state = ", ".join(filter(None, [ready, context]))
        case TargetState.STARTING:
            state = _("starting")
        case TargetState.LOADING:
            state = _("loading the model")
        case _:
            title = problems.words((t.code, t.params))[0] if t.code else ""
            state = title or _("not running")
    line = _("{model} on {server}: {state}", model=model, server=clean(server, 40), state=state)
    if t.through is None or t.state is not TargetState.READY:
        return line
    return _("{line}, through {product}, which can pass requests on to a cloud", line=line, product=t.through)
