"""The figures of `tests.bench.gateway` as the README's table."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tests.bench.gateway_programs import SILENCE_LIMIT_S

DIALECTS = ("Chat", "Messages", "Responses")
BESIDE = ("direct", "nginx", "gateway")

ADDED_BUDGET_S = 0.25e-3
PER_S_BUDGET = 5500.0
CLICK_BUDGET_S = 0.050
EVENT_BUDGET_S = 0.5e-3
TRANSLATED_EVENT_BUDGET_S = 1e-3
FAILOVER_BUDGET_S = 1.0
OPEN_BUDGET_S = 0.05

Found = Mapping[tuple[str, str], Mapping[str, float]]
"""Figures by what was measured and at whom."""


class Sizes(NamedTuple):
    """How much is measured. `words`: in a stream. `failures`, `silences`: requests to a provider that fails, and to one
    that is silent. `memory_after`: so many requests; the first is asked before the first figure, since much is imported
    for it."""

    rounds: int = 5
    requests: int = 2000
    connections: int = 16
    seconds: float = 3.0
    some_streams: int = 16
    many_streams: int = 500
    words: int = 100
    clicks: int = 50
    failures: int = 20
    silences: int = 5
    memory_after: tuple[int, ...] = (1, 1_000, 10_000)


class Row(NamedTuple):
    what: str
    cells: dict[str, str]
    budget: str = ""


def table(found: Found, sizes: Sizes, rivals: list[str]) -> str:
    """In Markdown. `rivals`: the names of the other gateways that were measured."""
    sides = {side: side for side in (*BESIDE, *rivals)} | {"gateway": "LLM Ampel"}
    head = ("what", *sides.values(), "budget")
    rows = ((row.what, *(row.cells.get(side, "") for side in sides), row.budget) for row in _rows(found, sizes, sides))
    lines = (f"| {' | '.join(cells)} |".replace("  ", " ") for cells in (head, *rows))
    return "\n".join((next(lines), f"|{'---|' * len(head)}", *lines))


def _rows(found: Found, sizes: Sizes, sides: Iterable[str]) -> Iterator[Row]:
    def all_sides(what: str, key: str, form: str, scale: float = 1.0) -> dict[str, str]:
        return {side: form.format(found[what, side][key] * scale) for side in sides if (what, side) in found}

    def ours(text: str) -> dict[str, str]:
        return {"gateway": text}

    def added(what: str, key: str, than: str = "") -> float:
        return found[what, "gateway"][key] - found[than or what, "direct"][key]

    yield Row(
        "one connection, median",
        all_sides("latency", "median_s", "{:.3f} ms", 1e3),
        _most("{:.2f} ms added", ADDED_BUDGET_S, added("latency", "median_s"), 1e3),
    )
    per_s = found["throughput", "gateway"]["per_s"]
    yield Row(
        f"requests a second, {sizes.connections} connections",
        all_sides("throughput", "per_s", "{:,.0f}"),
        f"{PER_S_BUDGET:,.0f}{_verdict(per_s >= PER_S_BUDGET)}",
    )
    yield Row("CPU time of a request", ours(f"{found['cpu', 'gateway']['each_s'] * 1e3:.2f} ms"))
    whole = found["many streams", "gateway"]["whole"]
    yield Row(
        f"{sizes.many_streams} streams at once, whole and in order",
        all_sides("many streams", "whole", "{:.0f}"),
        f"{sizes.many_streams}{_verdict(whole == sizes.many_streams)}",
    )
    yield Row(
        f"{sizes.some_streams} streams, median age of an event",
        all_sides("some streams", "delay_s", "{:.2f} ms", 1e3),
        _most("{:.1f} ms added", EVENT_BUDGET_S, added("some streams", "delay_s"), 1e3),
    )
    click = found["clicks", "gateway"]
    yield Row(
        "from the flip to the next local answer, median and worst",
        ours(f"{click['median_s'] * 1e3:.0f} and {click['worst_s'] * 1e3:.0f} ms"),
        f"50 ms{_verdict(click['worst_s'] <= CLICK_BUDGET_S)}",
    )
    lost = f"{click['failed']:.0f} of {click['answered']:,.0f}"
    yield Row("requests lost while flipping", ours(lost), f"0{_verdict(not click['failed'])}")
    for dialect in DIALECTS:
        figure = found[f"plain {dialect}", "gateway"]["median_s"]
        direct = f"{found['plain Chat', 'direct']['median_s'] * 1e3:.3f} ms"
        yield Row(_locally(dialect, "one connection, median"), {"direct": direct} | ours(f"{figure * 1e3:.3f} ms"))
    for dialect in DIALECTS:
        figure = added(f"streamed {dialect}", "delay_s", "some streams")
        budget = EVENT_BUDGET_S if dialect == "Chat" else TRANSLATED_EVENT_BUDGET_S
        yield Row(
            _locally(dialect, f"{sizes.some_streams} streams, added to an event's age"),
            ours(f"{figure * 1e3:.2f} ms"),
            _most("{:.1f} ms", budget, figure, 1e3),
        )
    fails, opened = found["fails", "gateway"]["median_s"], found["open", "gateway"]["median_s"]
    yield Row(
        "auto mode, a provider that answers 503 for ever: until the fallback's first byte",
        all_sides("fails", "median_s", "{:.2f} s"),
        _most("{:.1f} s", FAILOVER_BUDGET_S, fails),
    )
    yield Row(
        "the same, the breaker open", ours(f"{opened * 1e3:.1f} ms"), _most("{:.0f} ms", OPEN_BUDGET_S, opened, 1e3)
    )
    silent = found["silent", "gateway"]["median_s"] - SILENCE_LIMIT_S
    yield Row("the same, a silent provider: from the end of its patience on", ours(f"{silent * 1e3:.1f} ms"))
    first, *_, last = found["memory", "gateway"].values()
    each = ", ".join(f"{figure:.1f}" for figure in found["memory", "gateway"].values())
    *first_ones, last_one = (f"{after:,}" for after in sizes.memory_after)
    yield Row(
        f"memory (PSS) after {', '.join(first_ones)} and {last_one} requests", ours(f"{each} MB: {last / first:.2f} x")
    )


def _locally(dialect: str, what: str) -> str:
    translated = "" if dialect == "Chat" else ", translated"
    return f"{dialect} on the local route{translated}: {what}"


def _most(form: str, budget: float, figure: float, scale: float = 1.0) -> str:
    told = form.format(budget * scale)
    if figure <= budget:
        return told
    return f"{told}: it is {figure * scale:.2f}, not met"


def _verdict(kept: bool) -> str:
    return "" if kept else ", not met"
