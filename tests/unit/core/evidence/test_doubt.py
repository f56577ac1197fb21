"""Failures that nothing vouches for."""

from msgspec.structs import replace

from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.doubt import DOUBT_TRIES, DOUBTED_S, Doubt
from trayapp.core.evidence.observation import Control, Depth, Outcome, Source, Try
from trayapp.core.evidence.reach import Reach


def tried(at: float, outcome: Outcome = Outcome.FAIL, *, control: bool | None = None) -> Try:
    parts = (Part("api", "main"),)
    made = Try(at, at - 4.0, Source.PROBE, "acme", "api.acme.example", parts, Depth.API, outcome, "timeout")
    return replace(made, control=control)


def look(doubt: Doubt, *run: Try, network: OwnConnection | None = None, undecided: bool = False) -> float | None:
    now = run[-1].at if run else 1000.0
    doubt.look(run, Reach.PUBLIC, network or OwnConnection(0.0), now, undecided=undecided)
    return doubt.since


def test_three_in_a_row_from_the_first_of_them() -> None:
    doubt, run = Doubt(), [tried(at) for at in (100.0, 105.0, 120.0)]
    assert len(run) == DOUBT_TRIES
    assert look(doubt, *run[:2]) is None
    assert look(doubt, *run) == 96.0
    assert doubt.gives_up_at == 96.0 + DOUBTED_S
    assert look(doubt, *run[1:], tried(135.0)) == 96.0, "however short the memory of the run"
    assert look(doubt) is None


def test_a_control_that_failed_beside_it_vouches_for_nothing_and_one_that_answered_for_all() -> None:
    failed = [tried(at, control=False) for at in (100.0, 105.0, 120.0)]
    assert look(Doubt(), *failed) == 96.0
    assert look(Doubt(), *failed, tried(135.0, control=True)) is None


def test_strangers_count_while_nobody_else_has_answered() -> None:
    doubt = Doubt()
    for at in (100.0, 105.0, 120.0):
        doubt.stranger(tried(at, Outcome.FOREIGN))
    assert look(doubt, undecided=True) == 96.0
    assert look(doubt, undecided=False) is None
    assert look(doubt, undecided=True) is None


def test_what_the_own_network_explains_is_in_no_doubt_when_it_is_back() -> None:
    network, doubt = OwnConnection(0.0), Doubt()
    run = [tried(at, control=False) for at in (100.0, 105.0, 120.0)]
    for host in ("a", "b"):
        network.observe_control(Control(120.0, 116.0, host, Reach.PUBLIC, False, "timeout"))
    assert look(doubt, *run, network=network) is None
    network.observe_control(Control(125.0, 124.8, "a", Reach.PUBLIC, True, "http_200"))
    assert look(doubt, *run, network=network) is None
    later = [tried(at, control=False) for at in (150.0, 165.0, 180.0)]
    assert look(doubt, *run, *later, network=network) == 146.0
    assert look(doubt.copy(), *run, *later, network=network) == 146.0
