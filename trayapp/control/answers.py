"""The instance's answers, rendered in the language of the moment; `check` without an instance renders by the same."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from trayapp.control import fails_report
from trayapp.control.messages import AsideAnswer, FailsAnswer, Notice, StatusAnswer, SwitchAnswer, TargetAnswer
from trayapp.control.report import report
from trayapp.core.light.severity import Light, worst
from trayapp.core.light.shown import shown_light
from trayapp.core.light.verdicts import overall
from trayapp.core.mine.fails import fails as judge_failure
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode, To
from trayapp.core.switching.target import TargetStatus
from trayapp.engine.switch import Switched
from trayapp.errors import Param, Problem
from trayapp.settings.symptoms import known
from trayapp.text import (
    asides,
    checklist,
    concerns,
    forecasts,
    own_network,
    problems,
    reasons,
    rows,
    senses,
    sentences,
    silences,
    switching,
    terminal,
)


def status(snapshot: Snapshot, services: tuple[str, ...] = ()) -> StatusAnswer:
    """The snapshot as if only `services` were watched, in that order; without any, as it is."""
    seen = _only(snapshot, services) if services else snapshot
    return StatusAnswer(
        light=seen.judgement.light,
        shown=seen.shown.light,
        offline=seen.shown.offline,
        report=report(seen),
        lines=tuple(_lines(seen)),
        problems=notices(snapshot),
        network=(own_network.network_chain(seen), *_network_lines(seen)),
        checklist=tuple(one.line for one in checklist.check_lines(seen)),
    )


def notices(snapshot: Snapshot) -> tuple[Notice, ...]:
    """What is wrong with the instance itself."""
    return tuple(_notice(code, params) for code, params in snapshot.problems)


def notice(problem: Problem) -> Notice:
    return _notice(problem.code, problem.params)


def switched(done: Switched, after: Snapshot) -> SwitchAnswer:
    names = ", ".join(done.providers)
    if done.to is To.LOCAL:
        line = terminal.switched_to_local(names, str(done.model), done.tools)
    else:
        held = switching.held_lines(after, done.held)
        home = [terminal.switched_to_cloud(names)] if names else [] if held else [terminal.nothing_was_local()]
        line = " ".join([*home, *held])
    return SwitchAnswer(done.to, done.providers, done.tools, done.model, line)


def mode(before: Snapshot, after: Snapshot) -> SwitchAnswer:
    """What turning auto mode on or off has changed."""
    home = () if after.mode is Mode.AUTO else before.offer.moved
    return SwitchAnswer(after.mode, home, line=" ".join(switching.mode_sentences(after, home)))


def aside(snapshot: Snapshot) -> AsideAnswer:
    """What is set aside now."""
    seen = {service["id"]: service["aside"] for service in report(snapshot)["services"]}
    return AsideAnswer({name: each for name, each in seen.items() if each is not None}, tuple(asides.lines(snapshot)))


def fails(snapshot: Snapshot, service: str, words: str) -> FailsAnswer:
    """What it amounts to that this watched service fails for a user who sees `words`."""
    answer = judge_failure(snapshot, service, known().find(words))
    if answer is None:
        raise Problem("not_watched", name=service)
    lines = fails_report.lines(answer, snapshot, words)
    return FailsAnswer(answer.side, fails_report.report(answer, snapshot), tuple(lines))


def target(status: TargetStatus) -> TargetAnswer:
    return TargetAnswer(status.state, senses.target_line(status))


def _notice(code: str, params: Mapping[str, Param]) -> Notice:
    return Notice(code, dict(params), *problems.words((code, params)))


def _lines(snapshot: Snapshot) -> list[str]:
    """The sentence, then a line a service, then why where there is trouble."""
    out = [sentences.headline(snapshot)]
    if snapshot.shown.offline and (known := sentences.subline(snapshot)):
        out.append(known)
    if left_out := asides.left_out(snapshot):
        out.append(left_out)
    for service in snapshot.judgement.services:
        out.append(f"  {rows.service_line(service, snapshot)}")
        if service.light is not Light.GREEN:
            out += [f"      {reasons.reason(reason, snapshot)}" for reason in service.reasons]
            incidents = (one for one in snapshot.incidents if one.id == service.incident)
            silent = filter(None, (silences.silence_line(one, snapshot) for one in incidents))
            more = (*concerns.lines(service, snapshot), *silent, *forecasts.lines(service, snapshot))
            out += [f"      {line}" for line in more]
    out += [*_network_lines(snapshot), *switching.auto_lines(snapshot)]
    return out


def _network_lines(snapshot: Snapshot) -> list[str]:
    return [line for line in (own_network.network_line(snapshot), own_network.sparing_line(snapshot)) if line]


def _only(snapshot: Snapshot, services: tuple[str, ...]) -> Snapshot:
    judgement = snapshot.judgement
    kept = tuple(verdict for name in services if (verdict := judgement.service(name)) is not None)
    providers = {verdict.provider for verdict in kept}
    parts: dict[str, Any] = {
        "services": kept,
        # Who asks for nothing but what is set aside wants to know how it is.
        "light": overall(kept) if any(verdict.aside is None for verdict in kept) else worst(v.light for v in kept),
        "pages": tuple(page for page in judgement.pages if page.provider in providers),
    }
    judgement = replace(judgement, **parts)
    incidents = tuple(incident for incident in snapshot.incidents if incident.provider in providers or incident.shared)
    return replace(snapshot, judgement=judgement, incidents=incidents, shown=shown_light(judgement, snapshot.at))
