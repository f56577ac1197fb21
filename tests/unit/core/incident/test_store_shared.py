"""Incidents of several providers that fell together are one."""

import msgspec
import pytest

from tests.support.diary import Diary, trouble
from tests.support.spelled import spelled
from trayapp.core.incident.incident import Incident
from trayapp.core.incident.store import SHARED_WITHIN_S
from trayapp.core.light.severity import Finding


class TestShared:
    @staticmethod
    def fall(*times: float, network_fine: bool = True) -> tuple[Incident, ...]:
        diary = Diary()
        incidents: tuple[Incident, ...] = ()
        names = ("acme", "beta", "gamma", "delta")
        for now in sorted(times):
            troubles = [
                trouble(f"{name}-api", Finding.DOWN if at <= now else Finding.OK, at=at)
                for name, at in zip(names, times, strict=False)
            ]
            incidents = diary.at(now, *troubles, network_fine=network_fine)
        return incidents

    def test_three_providers_within_two_minutes_are_one(self) -> None:
        (incident,) = self.fall(100.0, 150.0, 100.0 + SHARED_WITHIN_S)
        assert incident.shared
        assert (incident.id, incident.provider) == ("acme-100", "acme")
        assert incident.services == ("acme-api", "beta-api", "gamma-api")
        assert incident.providers == ("acme", "beta", "gamma")

    def test_the_first_to_fall_keeps_its_name(self) -> None:
        (incident,) = self.fall(150.0, 200.0, 100.0)
        assert (incident.id, incident.provider, incident.services[0]) == ("gamma-100", "gamma", "gamma-api")
        falls = (("acme", 150.0), ("beta", 170.0), ("gamma", 100.0))
        (told_at_once,) = Diary().at(200.0, *(trouble(f"{name}-api", Finding.DOWN, at=at) for name, at in falls))
        assert told_at_once.id == "gamma-100"

    def test_a_fourth_joins_them(self) -> None:
        (incident,) = self.fall(100.0, 110.0, 120.0, 130.0)
        assert len(incident.services) == 4

    def test_one_that_fell_long_before_them_is_apart(self) -> None:
        alone, shared = self.fall(100.0, 500.0, 510.0, 520.0)
        assert (alone.shared, alone.services) == (False, ("acme-api",))
        assert (shared.shared, len(shared.services)) == (True, 3)

    @pytest.mark.parametrize("times", [(100.0, 110.0), (100.0, 110.0, 101.0 + SHARED_WITHIN_S)], ids=spelled)
    def test_two_are_not_nor_three_over_a_longer_time(self, times: tuple[float, ...]) -> None:
        incidents = self.fall(*times)
        assert len(incidents) == len(times)
        assert not any(incident.shared for incident in incidents)

    @pytest.mark.parametrize(
        ("proven", "shared"),
        [((True, True, False), True), ((False, True, False), False), ((False, False, False), False)],
        ids=spelled,
    )
    def test_two_of_them_must_be_proven(self, proven: tuple[bool, ...], shared: bool) -> None:
        names = ("acme-api", "beta-api", "gamma-api")
        down = [trouble(name, Finding.DOWN, at=90.0) for name in names]
        diary = Diary()
        told = [msgspec.structs.replace(one, proven=known) for one, known in zip(down, proven, strict=True)]
        assert any(incident.shared for incident in diary.at(100.0, *told)) is shared
        assert any(incident.shared for incident in diary.at(110.0, *down)), "or become so"

    def test_nor_where_nobody_knows_when_they_fell(self) -> None:
        names = ("acme-api", "beta-api", "gamma-api")
        down = [msgspec.structs.replace(trouble(name, Finding.DOWN, at=90.0), fell_at=None) for name in names]
        assert not any(incident.shared for incident in Diary().at(100.0, *down))

    def test_one_that_falls_into_silence_beside_two_that_are_proven_joins_them(self) -> None:
        diary = Diary()
        down = [trouble(name, Finding.DOWN, at=90.0) for name in ("acme-api", "beta-api")]
        assert len(diary.at(100.0, *down)) == 2
        silent = msgspec.structs.replace(trouble("gamma-api", Finding.DOWN, at=140.0), proven=False)
        (incident,) = diary.at(150.0, *down, silent)
        assert incident.shared

    def test_and_proven_once_is_proven(self) -> None:
        diary = Diary()
        down = [trouble(name, Finding.DOWN, at=90.0) for name in ("acme-api", "beta-api")]
        assert len(diary.at(100.0, *down)) == 2
        names = ("acme-api", "beta-api", "gamma-api")
        later = [msgspec.structs.replace(trouble(name, Finding.DOWN, at=140.0), proven=False) for name in names]
        (incident,) = diary.at(150.0, *later)
        assert incident.shared

    def test_a_relapse_counts_among_them(self) -> None:
        """By when it fell first, which is still the same incident."""
        diary = Diary()
        down = {name: trouble(f"{name}-api", Finding.DOWN, at=100.0) for name in ("acme", "beta", "gamma")}
        diary.at(100.0, down["acme"])
        back = trouble("acme-api", Finding.RECOVERING, back=130.0)
        assert len(diary.at(130.0, back, down["beta"], down["gamma"])) == 3
        again = msgspec.structs.replace(down["acme"])
        (incident,) = diary.at(160.0, again, down["beta"], down["gamma"])
        assert incident.shared

    def test_of_two_such_falls_each_is_told(self) -> None:
        """When the own network is no longer in doubt."""
        names = [f"p{number}" for number in range(6)]
        down = [trouble(f"{name}-api", Finding.DOWN, at=100.0 + 400.0 * (n // 3)) for n, name in enumerate(names)]
        diary = Diary()
        assert len(diary.at(600.0, *down, network_fine=False)) == 6
        incidents = diary.at(610.0, *down)
        assert [(incident.shared, len(incident.services)) for incident in incidents] == [(True, 3), (True, 3)]

    def test_not_while_the_own_network_is_in_doubt(self) -> None:
        assert len(self.fall(100.0, 110.0, 120.0, network_fine=False)) == 3

    def test_another_service_of_one_of_them_belongs_to_it(self) -> None:
        diary = Diary()
        names = ("acme-api", "beta-api", "gamma-api")
        diary.at(100.0, *[trouble(name, Finding.DOWN, at=90.0) for name in names])
        (incident,) = diary.at(110.0, *[trouble(name, Finding.DOWN, at=90.0) for name in (*names, "beta-chat")])
        assert "beta-chat" in incident.services
