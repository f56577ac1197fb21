"""What may be said of a red light beyond that it is red: "it is not you" is a claim, and needs to be shown.

It is shown by an error that the provider itself sent over proven TLS, and by its page naming the component, read
freshly. All else that makes red says what is seen from here, and no more.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.answers import LOADING
from trayapp.core.evidence.observation import Try
from trayapp.core.evidence.refusals import Refusal
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.severity import Finding, Light

_SERVER_ERROR = 500
# Failures without a status in which somebody said something.
_ANSWERED = ("expired", "malformed")
# Pages lag by a median of 16 minutes; what began an hour after a refusal is something else.
PAGE_LAGS_S = 3600.0


class ClaimKind(StrEnum):
    """Strongest first.

    `not_you`: the provider or its page says so. `edge`: its edge answers with an error. `errors`: errors come that
    somebody in between can have made, or that make no sense. `refused`: it refuses what it accepted. `silent`: nothing
    answers from here. `none`: nothing that holds for all of what is red, or only the last word of a page.
    """

    NOT_YOU = "not_you"
    EDGE = "edge"
    ERRORS = "errors"
    REFUSED = "refused"
    SILENT = "silent"
    NONE = "none"


class Claim(Struct, frozen=True):
    """`status`: of the error, where there is one."""

    kind: ClaimKind
    status: int | None = None

    @property
    def shown(self) -> bool:
        """Does it rest on a page, or on an error that nobody in between can have made?"""
        return self.kind in (ClaimKind.NOT_YOU, ClaimKind.EDGE)


NOTHING = Claim(ClaimKind.NONE)
_STRENGTH = {kind: place for place, kind in enumerate(reversed(ClaimKind))}


def names_it(opinion: PageOpinion | None) -> bool:
    """Whether a page that was just read calls this component wrong, and neither over nor planned."""
    return (
        opinion is not None
        and opinion.light in (Light.RED, Light.YELLOW)
        and opinion.finding is not Finding.RECOVERING
        and not opinion.maintenance
    )


def explains(opinion: PageOpinion | None, refusal: Refusal) -> bool:
    """Whether the page calls this component partly out, or worse, and says that it began as the refusal did.

    Users take keys back, too: what is merely degraded refuses nobody, and no incident all through which a credential
    was accepted is why it is refused now.
    """
    if opinion is None or not names_it(opinion) or not opinion.out or opinion.since is None:
        return False
    return refusal.accepted_at <= opinion.since <= refusal.since_at + PAGE_LAGS_S


def claim_of(opinion: PageOpinion | None, failures: Sequence[Try], refusal: Refusal | None) -> Claim:
    """What may be claimed of a component that is red by its page, by the present run of failures, or by a refusal."""
    if names_it(opinion):
        return Claim(ClaimKind.NOT_YOU)
    error: int | None = None
    edge: int | None = None
    # The latest speaks first, and every evaluation of an outage asks: what decides ends the search.
    for t in reversed(failures):
        status = _error(t.code)
        if status is None:
            continue
        error = status if error is None else error
        if t.proven and status >= _SERVER_ERROR:
            if not t.edge:
                return Claim(ClaimKind.NOT_YOU)
            edge = status if edge is None else edge
    if edge is not None:
        return Claim(ClaimKind.EDGE, edge)
    if error is not None:
        return Claim(ClaimKind.ERRORS, error)
    if any(t.status is not None or t.code in _ANSWERED for t in failures):
        return Claim(ClaimKind.ERRORS)
    if refusal is not None:
        return Claim(ClaimKind.REFUSED)
    return Claim(ClaimKind.SILENT) if failures else NOTHING


def strongest(claims: Iterable[Claim | None]) -> Claim | None:
    """Of the parts of a service: what shows it for one of them shows it for the service."""
    return max(filter(None, claims), key=lambda claim: _STRENGTH[claim.kind], default=None)


def together(claims: Iterable[tuple[str, Claim | None]]) -> Claim:
    """Of several services in one sentence, each given with its provider: only what holds for each.

    A provider whose one service is shown to be down answers for the edge of another that fails beside it.
    """
    given = [(provider, claim or NOTHING) for provider, claim in claims]
    blamed = {provider for provider, claim in given if claim.kind is ClaimKind.NOT_YOU}
    every = {Claim(ClaimKind.NOT_YOU) if claim.shown and provider in blamed else claim for provider, claim in given}
    if len(every) == 1:
        return every.pop()
    kinds = {claim.kind for claim in every}
    same = kinds.pop() if len(kinds) == 1 else ClaimKind.NONE
    # Edges that answer with different numbers still answer with errors.
    return Claim(ClaimKind.ERRORS if same is ClaimKind.EDGE else same)


def _error(code: str) -> int | None:
    """The status of an error, which can come inside a 200."""
    if code == LOADING:
        return 503
    number = code.removeprefix("http_")
    return int(number) if number != code and number.isdecimal() else None
