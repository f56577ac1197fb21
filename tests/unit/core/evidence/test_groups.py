"""One past for all components that the same requests speak for."""

import msgspec

from tests.unit.core.evidence.test_strikes import FAIL, GOOD, answering, tried
from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.groups import EvidenceGroups, GroupMemory
from trayapp.core.evidence.observation import Control, Depth, Outcome, Try
from trayapp.core.evidence.own_evidence import Company, Sight
from trayapp.core.evidence.reach import Reach

CHAT, EMBED, MODELS = (Part("api", name) for name in ("chat", "embed", "models"))
OTHER = Part("other", "main")
ACME, BETA = (CHAT, EMBED, MODELS), (OTHER,)
STRANGER = Part("api", "gone")


def speaking_for(*parts: Part, at: float, outcome: Outcome = FAIL, depth: Depth = Depth.API) -> Try:
    return msgspec.structs.replace(tried(at, outcome, depth), parts=parts)


def played(*tries: Try, kept: tuple[GroupMemory, ...] = ()) -> EvidenceGroups:
    groups = EvidenceGroups([ACME, BETA], kept)
    for t in tries:
        groups.add(t)
        look(groups, t.at)
    return groups


def look(groups: EvidenceGroups, at: float) -> None:
    for group in groups.all:
        group.evidence.look(at, answering(100, at=at))


def parts(groups: EvidenceGroups) -> list[set[Part]]:
    return [group.parts for group in groups.all]


def down(*tries: Part) -> list[Try]:
    return [speaking_for(*tries, at=at) for at in (100.0, 105.0, 120.0)]


def test_what_is_always_asked_together_has_one_past() -> None:
    groups = played(*down(*ACME))
    assert parts(groups) == [set(ACME), set(BETA)]
    assert {groups.of(part) for part in ACME} == {groups.of(CHAT)}
    assert groups.of(CHAT).sight(recovering=False) is Sight.DOWN


def test_other_providers_have_their_own() -> None:
    groups = played(*down(*ACME))
    assert groups.of(OTHER) is not groups.of(CHAT)
    assert groups.of(OTHER).tried_at is None


def test_the_first_request_that_speaks_for_some_alone_splits_them_with_the_past_they_share() -> None:
    groups = played(*down(*ACME))
    for at in (200.0, 260.0):
        groups.add(speaking_for(CHAT, at=at, outcome=GOOD))
        look(groups, at)
    assert parts(groups) == [{EMBED, MODELS}, set(BETA), {CHAT}]
    assert groups.of(EMBED).sight(recovering=False) is Sight.DOWN
    assert groups.of(EMBED).tried_at == 120.0
    assert groups.of(CHAT).red is None
    assert groups.of(CHAT).back_at == 200.0


def test_whoever_goes_an_own_way_takes_nothing_from_the_others() -> None:
    groups = played(*down(*ACME), speaking_for(CHAT, at=130.0))
    chat, embed = groups.of(CHAT).red, groups.of(EMBED).red
    assert chat is not None
    assert embed is not None
    assert (chat.failed, embed.failed) == (4, 3)
    assert (chat.first_at, embed.first_at) == (100.0, 100.0)
    assert len(groups.of(CHAT).run) == 4
    assert len(groups.of(EMBED).run) == 3


def test_a_request_that_speaks_for_all_again_reaches_all_of_them() -> None:
    groups = played(speaking_for(CHAT, at=10.0, outcome=GOOD), speaking_for(*ACME, at=20.0, outcome=GOOD))
    assert [group.evidence.tried_at for group in groups.all] == [20.0, None, 20.0]


def test_nobody_is_asked_twice_for_one_request() -> None:
    groups = played(*[speaking_for(*ACME, *BETA, at=at) for at in (100.0, 105.0)])
    assert [len(group.evidence.run) for group in groups.all] == [2, 2]


def test_what_is_not_watched_is_nobodys() -> None:
    groups = played(speaking_for(STRANGER, at=10.0))
    assert parts(groups) == [set(ACME), set(BETA)]
    assert groups.of(CHAT).tried_at is None
    assert played(speaking_for(CHAT, STRANGER, at=10.0)).of(CHAT).tried_at == 10.0


def restarted(groups: EvidenceGroups, providers: list[tuple[Part, ...]]) -> EvidenceGroups:
    kept = msgspec.json.decode(msgspec.json.encode(groups.remember()), type=list[GroupMemory])
    return EvidenceGroups(providers, kept)


def by_parts(groups: EvidenceGroups) -> dict[tuple[str, ...], GroupMemory]:
    return {memory.parts: memory for memory in groups.remember()}


def test_groups_and_their_pasts_survive_a_restart() -> None:
    groups = played(*down(*ACME), speaking_for(CHAT, at=130.0), speaking_for(EMBED, MODELS, at=131.0, outcome=GOOD))
    again = restarted(groups, [ACME, BETA])
    assert sorted(map(sorted, parts(again))) == sorted(map(sorted, parts(groups)))
    assert by_parts(again) == by_parts(groups)
    look(again, 132.0)
    look(groups, 132.0)
    for part in (*ACME, *BETA):
        assert again.of(part).sight(recovering=False) is groups.of(part).sight(recovering=False)


def test_nothing_is_remembered_of_what_was_never_asked() -> None:
    assert EvidenceGroups([ACME, BETA]).remember() == []
    (memory,) = played(speaking_for(*BETA, at=10.0, outcome=GOOD)).remember()
    assert memory.parts == ("other/main",)


def test_a_component_that_is_new_starts_with_no_past_and_one_that_is_gone_takes_its_own_along() -> None:
    again = restarted(played(*down(CHAT, EMBED)), [(CHAT, MODELS)])
    assert parts(again) == [{CHAT}, {MODELS}]
    look(again, 121.0)
    assert again.of(CHAT).sight(recovering=False) is Sight.DOWN
    assert again.of(MODELS).sight(recovering=False) is Sight.CLEAR


def test_a_recovery_goes_on_for_whoever_goes_an_own_way() -> None:
    groups = played(*down(*ACME), *[speaking_for(*ACME, at=at, outcome=GOOD) for at in (200.0, 260.0)])
    before = groups.of(EMBED).well_at
    groups.add(speaking_for(CHAT, at=320.0, outcome=GOOD))
    look(groups, 320.0)
    chat, embed = groups.of(CHAT), groups.of(EMBED)
    assert chat is not embed
    assert (chat.well_at, embed.well_at, chat.back_at) == (before, before, 200.0)


def test_what_was_asked_is_told_to_have_changed_and_nothing_else() -> None:
    groups, network = EvidenceGroups([ACME, BETA]), answering(1, at=9.0)
    assert groups.look(9.0, network) == set()
    groups.add(speaking_for(*ACME, at=10.0, outcome=GOOD))
    assert groups.look(10.0, network) == set(ACME)
    assert groups.look(11.0, network) == set()


def test_whoever_fails_alone_listens_for_others_even_when_all_is_decided() -> None:
    """How they do is among the reasons."""
    groups, network = EvidenceGroups([BETA]), OwnConnection(0.0)
    for at in (100.0, 105.0, 113.0, 121.0):
        groups.add(msgspec.structs.replace(tried(at, proven=True), parts=BETA))
        groups.look(at, network)
    assert groups.of(OTHER).red is not None
    groups.look(200.0, network)
    assert groups.of(OTHER).company == Company(1.0, 0)
    network.observe_control(Control(201.0, 200.8, "a", Reach.PUBLIC, True, "http_204"))
    groups.look(201.0, network)
    company = groups.of(OTHER).company
    assert company is not None
    assert company.hosts == 1
