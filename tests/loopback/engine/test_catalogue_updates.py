"""Updates of the catalogue over real HTTP: what is taken, what is refused and said, and what is used meanwhile."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Behaviour, Server, answer, bomb, cut, hang_up, huge, redirect
from tests.support.publisher import DAY, PATH, Publisher, put, service_text
from trayapp import paths
from trayapp.engine.catalogue_updates import DAY_S, JITTER, RETRY_S, SILENT_DAYS, CatalogueUpdates
from trayapp.engine.loading import load_all
from trayapp.paths import home
from trayapp.secrets.key_index import KeyIndex, write_index
from trayapp.settings.bundle import Edition, bundle_bytes, shipped_edition, trusted_comment
from trayapp.settings.file import change
from trayapp.text.problems import words

NEXT = shipped_edition().version + 1
TOMORROW_S = DAY_S * (1 + JITTER) + 1


class Bed:
    """One installation that gets its updates from `server`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.publisher = Publisher()
        self.clock = FakeClock()
        self.home = home()
        self.reloads = 0
        change(
            self.home,
            {
                ("catalogue", "updates"): True,
                ("catalogue", "url"): server.url + PATH,
                ("catalogue", "key"): self.publisher.key,
            },
        )
        self.start()

    def start(self) -> None:
        """The program starts, or starts again."""
        self.loaded = load_all(self.home)
        self.updates = CatalogueUpdates(self.home, self.clock, lambda: self.loaded, self._reload, lambda count: None)

    async def _reload(self) -> None:
        self.reloads += 1
        self.loaded = load_all(self.home)

    async def look(self, after_s: float = 0.0) -> list[str]:
        """The codes of what is wrong after a look; every one has words."""
        self.clock.move(after_s)
        await self.updates.look()
        problems = (*self.loaded.problems, *self.updates.problems)
        assert all("{" not in "".join(words(problem)) for problem in problems)
        # None of the catalogues here has what is usually watched.
        return [problem.code for problem in problems if problem.code != "catalogue_services_gone"]

    @property
    def version(self) -> int:
        assert self.loaded.edition is not None
        return self.loaded.edition.version

    @property
    def providers(self) -> set[str]:
        return set(self.loaded.catalogue.providers)


@pytest.fixture
async def bed() -> AsyncIterator[Bed]:
    async with Server() as server:
        yield Bed(server)


async def test_a_signed_update_is_used_at_once_and_after_a_restart(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT, "acme")
    assert not bed.loaded.updated
    assert await bed.look() == []
    assert (bed.loaded.edition, bed.loaded.updated, bed.providers) == (Edition(NEXT, DAY), True, {"acme"})
    bed.start()
    assert (bed.version, bed.providers, bed.reloads) == (NEXT, {"acme"}, 1)


async def test_what_it_no_longer_has_is_not_silently_watched_no_more(bed: Bed) -> None:
    assert not bed.loaded.problems
    bed.publisher.put(bed.server, NEXT, "acme")
    await bed.look()
    [told] = bed.loaded.problems
    assert (told.code, told.params["names"]) == ("catalogue_services_gone", "chatgpt, openai-api, claude, claude-api")
    assert bed.loaded.settings.watch.services == ()
    change(bed.home, {("watch", "services"): ["acme-api"]})
    bed.start()
    assert not bed.loaded.problems


async def test_a_key_that_is_stored_goes_nowhere_else_and_its_provider_stays(bed: Bed) -> None:
    write_index(bed.home, KeyIndex(hosts={"openai": "api.openai.com"}))
    moved = (paths.resources() / "services" / "openai.toml").read_text().replace("api.openai.com", "evil.example")
    edition = Edition(NEXT, DAY)
    raw = bundle_bytes(edition, {"openai.toml": moved, "acme.toml": service_text("acme")})
    put(bed.server, raw, bed.publisher.sign(raw, trusted_comment(edition)))
    assert set(await bed.look()) == {"key_other_host"}
    assert bed.providers == {"openai", "acme"}
    openai = bed.loaded.catalogue.providers["openai"]
    assert openai.api is not None
    assert openai.api.url == "https://api.openai.com"
    assert "chatgpt" in bed.loaded.settings.watch.services


async def test_it_is_asked_once_a_day_and_only_for_what_is_new(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT)
    for after_s in (0.0, 60.0, DAY_S - 120.0):
        await bed.look(after_s)
    bed.start()
    await bed.look()
    assert bed.server.asked(PATH) == 1
    await bed.look(TOMORROW_S)
    assert (bed.server.asked(PATH), bed.server.asked(f"{PATH}.minisig"), bed.reloads) == (2, 1, 1)
    assert bed.server.requests[-1].headers["if-none-match"] == f'"{NEXT}"'


async def test_switched_off_nobody_is_asked_and_the_shipped_one_is_used(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT)
    await bed.look()
    change(bed.home, {("catalogue", "updates"): None})
    bed.start()
    assert await bed.look(TOMORROW_S) == []
    assert (bed.server.asked(PATH), bed.loaded.edition) == (1, shipped_edition())
    assert {"openai", "anthropic"} <= bed.providers


async def test_a_file_of_the_users_own_still_replaces_it(bed: Bed) -> None:
    bed.home.services_dir.mkdir(parents=True)
    (bed.home.services_dir / "acme.toml").write_text(service_text("acme").replace('"Acme"', '"Mine"'))
    bed.publisher.put(bed.server, NEXT, "acme", "other")
    assert await bed.look() == []
    assert (bed.providers, bed.loaded.catalogue.providers["acme"].name) == ({"acme", "other"}, "Mine")


def _swapped(bed: Bed) -> tuple[bytes, bytes]:
    return bed.publisher.edition(NEXT + 1, "evil")[0], bed.publisher.edition(NEXT + 1)[1]


def _tampered_comment(bed: Bed) -> tuple[bytes, bytes]:
    raw, signature = bed.publisher.edition(NEXT + 1)
    return raw, signature.replace(f"catalogue {NEXT + 1} ".encode(), f"catalogue {NEXT + 9} ".encode())


def _other_purpose(bed: Bed) -> tuple[bytes, bytes]:
    raw, _ = bed.publisher.edition(NEXT + 1)
    return raw, bed.publisher.sign(raw, "llm-ampel 1.0.0 for Linux")


def _other_key(bed: Bed) -> tuple[bytes, bytes]:
    return Publisher().edition(NEXT + 1, "evil")


def _truncated(bed: Bed) -> tuple[bytes, bytes]:
    raw, signature = bed.publisher.edition(NEXT + 1)
    return raw[:-20], signature


def _half_a_signature(bed: Bed) -> tuple[bytes, bytes]:
    raw, signature = bed.publisher.edition(NEXT + 1)
    return raw, b"\n".join(signature.splitlines()[:2])


def _web_page(bed: Bed) -> tuple[bytes, bytes]:
    return b"<!doctype html><title>Sign in</title>", b"<!doctype html><title>Sign in</title>"


def _signed(bed: Bed, raw: bytes) -> tuple[bytes, bytes]:
    return raw, bed.publisher.sign(raw, trusted_comment(Edition(NEXT + 1, DAY)))


def _no_json(bed: Bed) -> tuple[bytes, bytes]:
    raw = b"not json"
    return raw, bed.publisher.sign(raw, "llm-ampel catalogue")


def _newer_format(bed: Bed) -> tuple[bytes, bytes]:
    return _signed(bed, b'{"format": 2, "version": 3, "date": "2026-12-01", "parts": []}')


def _mistakes(bed: Bed) -> tuple[bytes, bytes]:
    return _signed(bed, bundle_bytes(Edition(NEXT + 1, DAY), {"acme.toml": 'provider = "acme"\nnmae = "Acme"\n'}))


def _odd_name(bed: Bed) -> tuple[bytes, bytes]:
    return _signed(bed, bundle_bytes(Edition(NEXT + 1, DAY), {"../acme.toml": 'provider = "acme"'}))


def _nothing_in_it(bed: Bed) -> tuple[bytes, bytes]:
    return _signed(bed, bundle_bytes(Edition(NEXT + 1, DAY), {}))


def _downgrade(bed: Bed) -> tuple[bytes, bytes]:
    return bed.publisher.edition(NEXT - 1, "evil")


def _replaced(bed: Bed) -> tuple[bytes, bytes]:
    return bed.publisher.edition(NEXT, "evil")


def _never_to_be_passed(bed: Bed) -> tuple[bytes, bytes]:
    return bed.publisher.edition(10**9, "evil")


Make = Callable[[Bed], tuple[bytes, bytes]]
REFUSED: dict[Make, str] = {
    _swapped: "catalogue_unsigned",
    _tampered_comment: "catalogue_unsigned",
    _other_purpose: "catalogue_unsigned",
    _other_key: "catalogue_unsigned",
    _truncated: "catalogue_unsigned",
    _half_a_signature: "catalogue_unsigned",
    _web_page: "catalogue_unsigned",
    _no_json: "catalogue_damaged",
    _mistakes: "catalogue_damaged",
    _odd_name: "catalogue_damaged",
    _nothing_in_it: "catalogue_damaged",
    _never_to_be_passed: "catalogue_damaged",
    _newer_format: "catalogue_too_new",
    _downgrade: "catalogue_older",
    _replaced: "catalogue_older",
}


@pytest.mark.parametrize("make", REFUSED, ids=lambda make: make.__name__)
async def test_what_is_not_to_be_taken_changes_nothing_and_is_said(bed: Bed, make: Make) -> None:
    bed.publisher.put(bed.server, NEXT, "acme")
    await bed.look()
    put(bed.server, *make(bed))
    assert await bed.look(TOMORROW_S) == [REFUSED[make]]
    bed.start()
    assert await bed.look() == [REFUSED[make]]
    assert (bed.version, bed.providers, bed.reloads) == (NEXT, {"acme"}, 1)
    # An hour later the publisher has put it right.
    bed.publisher.put(bed.server, NEXT + 1, "better")
    assert await bed.look(RETRY_S + 1) == []
    assert (bed.version, bed.providers) == (NEXT + 1, {"better"})


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (answer(404, "<html>gone</html>"), "catalogue_unreachable"),
        (answer(503, {"error": "later"}), "catalogue_unreachable"),
        (redirect("http://elsewhere.example/catalogue.json"), "catalogue_unreachable"),
        (hang_up, "catalogue_unreachable"),
        (cut, "catalogue_unreachable"),
        (huge(9_000_000), "catalogue_too_large"),
        (bomb(20), "catalogue_too_large"),
    ],
)
async def test_what_is_no_file_is_given_up_and_said(bed: Bed, behaviour: Behaviour, code: str) -> None:
    bed.server.on(PATH, behaviour)
    assert await bed.look() == [code]
    assert bed.loaded.edition == shipped_edition()


async def test_being_offline_for_a_day_is_no_news_and_for_days_it_is(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT)
    await bed.look()
    bed.server.on(PATH, hang_up)
    assert await bed.look(TOMORROW_S) == []
    assert await bed.look(SILENT_DAYS * DAY_S) == ["catalogue_unreachable"]
    assert bed.version == NEXT


async def test_a_damaged_one_gives_way_to_the_one_before_and_is_fetched_again(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT, "first")
    await bed.look()
    bed.publisher.put(bed.server, NEXT + 1, "second")
    await bed.look(TOMORROW_S)
    assert bed.version == NEXT + 1
    newest = bed.home.data / "catalogue" / f"{NEXT + 1}.bundle.json"
    newest.write_bytes(newest.read_bytes()[:-1])
    bed.start()
    assert bed.providers == {"first"}
    assert [problem.code for problem in bed.loaded.problems][:1] == ["catalogue_kept_damaged"]
    assert await bed.look(TOMORROW_S) == []
    assert bed.providers == {"second"}
    for file in newest.parent.glob("*.bundle.json"):
        file.write_bytes(b"")
    bed.start()
    assert bed.loaded.edition == shipped_edition()
    (newest.parent / "record.json").write_bytes(b"{")
    bed.start()
    assert [problem.code for problem in bed.loaded.problems] == ["catalogue_record_damaged"]
    assert await bed.look() == []
    assert bed.providers == {"second"}


async def test_a_newer_program_leaves_an_older_update_alone(bed: Bed, monkeypatch: pytest.MonkeyPatch) -> None:
    bed.publisher.put(bed.server, NEXT)
    await bed.look()
    later = Edition(NEXT + 5, DAY)
    for place in ("trayapp.settings.services", "trayapp.engine.catalogue_updates"):
        monkeypatch.setattr(f"{place}.shipped_edition", lambda: later)
    bed.start()
    assert (bed.loaded.edition, bed.loaded.updated, bed.loaded.problems) == (later, False, ())


async def test_without_an_address_or_a_key_it_says_what_is_missing(bed: Bed) -> None:
    change(bed.home, {("catalogue", "key"): None})
    bed.start()
    assert await bed.look() == ["catalogue_no_key"]
    change(bed.home, {("catalogue", "url"): None})
    bed.start()
    assert await bed.look() == ["catalogue_no_address"]
    assert bed.server.requests == []


async def test_what_cannot_be_kept_is_not_used_and_said(bed: Bed) -> None:
    bed.publisher.put(bed.server, NEXT)
    bed.home.data.mkdir(parents=True, exist_ok=True)
    (bed.home.data / "catalogue").write_text("in its place")
    assert "not_writable" in await bed.look()
    assert (bed.loaded.edition, bed.reloads) == (shipped_edition(), 0)
