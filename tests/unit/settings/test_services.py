"""The catalogue's files: each judged alone and beside the others."""

from datetime import date
from pathlib import Path

import pytest

from tests.support.fullness import read_only
from trayapp import paths
from trayapp.core.catalogue import Catalogue
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.secrets.env_keys import EnvKey, env_keys
from trayapp.secrets.key_index import KeyIndex, index_file, stored_hosts, write_index
from trayapp.settings.file import load
from trayapp.settings.schema import CatalogueSettings, ProviderSettings, Settings, Watch
from trayapp.settings.services import key_hosts, load_services
from trayapp.text.problems import words

ACME = """\
provider = "acme"
name = "Acme AI"

[page]
kind = "statuspage"
url = "https://status.acme.example"

[api]
url = "https://api.acme.example"
dialects = ["openai"]
key = "acme"

[[service]]
id = "acme-api"
name = "Acme API"

[[service.component]]
id = "chat-completions"
name = "Chat completions"
main = true
page_components = ["01ABC"]

[[service.component]]
id = "embeddings"
name = "Embeddings"

[[service.probe]]
kind = "api"
components = ["chat-completions", "embeddings"]
url = "https://api.acme.example/v1/models"
auth = "bearer"
key = "acme"
up = [{ status = 401, json = "error.type" }]
"""
PAGE_KINDS = ("statuspage",)
OTHER = ACME.replace("acme", "other")
ONLY_OWN = Settings(watch=Watch(services=("acme-api",)), catalogue=CatalogueSettings(builtin=False))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with an empty folder of own services, and a shipped catalogue of Acme alone."""
    shipped = tmp_path / "resources" / "services"
    shipped.mkdir(parents=True)
    (shipped / "acme.toml").write_text(ACME)
    (shipped / "edition.json").write_text('{"version": 1, "date": "2026-11-27"}')
    monkeypatch.setattr(paths, "resources", lambda: tmp_path / "resources")
    place = home()
    place.services_dir.mkdir(parents=True)
    return place


def own(here: Home, **texts: str) -> None:
    for name, text in texts.items():
        (here.services_dir / f"{name}.toml").write_text(text)


def loaded(here: Home, settings: Settings = ONLY_OWN) -> tuple[Catalogue, list[Problem]]:
    hosts, broken = stored_hosts(here)
    catalogue, _watched, _own, wrong, *_ = load_services(here, settings, hosts, PAGE_KINDS)
    problems = [*broken, *wrong]
    for problem in problems:
        assert "{" not in "".join(words(problem)), "every gap of the words is filled"
    return catalogue, problems


def refused(here: Home, text: str) -> list[tuple[str, object, object]]:
    """What is told about a file that is left out."""
    own(here, acme=text)
    catalogue, problems = loaded(here, Settings(watch=Watch(services=()), catalogue=CatalogueSettings(builtin=False)))
    assert not catalogue.providers
    return [(one.code, one.params["line"], one.params["key"]) for one in problems]


def test_a_file_of_the_users_is_loaded(here: Home) -> None:
    own(here, acme=ACME)
    catalogue, problems = loaded(here)
    assert not problems
    found = catalogue.find("acme-api")
    assert found is not None
    assert [component.id for component in found[1].components] == ["chat-completions", "embeddings"]


def test_the_shipped_catalogue_stands_alone_or_is_left_out(here: Home) -> None:
    assert list(loaded(here, Settings(watch=Watch(services=("acme-api",))))[0].providers) == ["acme"]
    assert not loaded(here, ONLY_OWN)[0].providers


def test_the_users_file_replaces_the_shipped_provider_whole(here: Home) -> None:
    text = ACME.replace('name = "Acme AI"', 'name = "My Acme"').replace('id = "acme-api"', 'id = "mine"')
    own(here, whatever=text, other=OTHER)
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("mine", "other-api"))))
    assert not problems
    assert {one.provider: one.name for one in catalogue.providers.values()} == {"acme": "My Acme", "other": "Acme AI"}
    assert catalogue.find("acme-api") is None


def test_a_broken_replacement_leaves_the_shipped_one(here: Home) -> None:
    own(here, acme="provider = ")
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("acme-api",))))
    assert catalogue.find("acme-api") is not None
    assert [(one.code, one.params["file"], one.params["line"]) for one in problems] == [("toml_syntax", "acme.toml", 1)]


def test_one_broken_file_does_not_stop_the_others(here: Home) -> None:
    own(here, a_broken=OTHER.replace('kind = "api"', 'kind = "ping"'), acme=ACME)
    catalogue, problems = loaded(here)
    assert list(catalogue.providers) == ["acme"]
    (problem,) = problems
    assert (problem.code, problem.params["allowed"]) == ("setting_choice", "edge, api, completion")
    assert (problem.params["file"], problem.params["line"]) == ("a_broken.toml", 28)
    assert problem.params["key"] == "service[0].probe[0].kind"


def test_all_mistakes_of_a_file_are_told_at_once(here: Home) -> None:
    text = (
        ACME.replace('kind = "statuspage"', 'kind = "statusmonkey"')
        .replace('url = "https://status.acme.example"', 'adress = "x"')
        .replace('dialects = ["openai"]', 'dialects = ["klingon"]')
        .replace('id = "embeddings"', 'id = "Embeddings!"')
    )
    assert refused(here, text) == [
        ("page_kind_unknown_near", 5, "page.kind"),
        ("setting_unknown", 6, "page.adress"),
        ("setting_missing", 4, "page.url"),
        ("setting_choice", 10, "api.dialects[0]"),
        ("setting_id", 24, "service[0].component[1].id"),
    ]


PROBE = 'kind = "api"\n'


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('["chat-completions", "embeddings"]', '["chat-completion"]', ("component_unknown_near", 29, "components[0]")),
        ('["chat-completions", "embeddings"]', '["xyz"]', ("component_unknown", 29, "components[0]")),
        ('["chat-completions", "embeddings"]', "[]", ("setting_empty", 29, "components")),
        ('auth = "bearer"\nkey = "acme"\n', 'auth = "bearer"\n', ("setting_missing", 27, "key")),
        (PROBE, PROBE + 'method = "DELETE"\n', ("setting_choice", 29, "method")),
        (PROBE, PROBE + 'headers = { Cookie = "a=b" }\n', ("header_credential", 29, "headers.Cookie")),
        (PROBE, PROBE + 'headers = { X-Api-Key = "a" }\n', ("header_credential", 29, "headers.X-Api-Key")),
        (PROBE, PROBE + 'headers = { X-A = "a\\r\\nb: c" }\n', ("header_malformed", 29, "headers.X-A")),
        (PROBE, PROBE + 'headers = { "a b" = "a" }\n', ("header_malformed", 29, "headers.a b")),
        ("https://api.acme.example/v1", "http://api.acme.example/v1", ("key_plain_http", 32, "key")),
        ("https://api.acme.example/v1", "https://evil.example/v1", ("key_other_host", 32, "key")),
        ("https://api.acme.example/v1", "https://api.acme.example:8443/v1", ("key_other_host", 32, "key")),
    ],
)
def test_what_a_probe_may_not_be(here: Home, old: str, new: str, expected: tuple[str, int, str]) -> None:
    code, line, key = expected
    assert (code, line, f"service[0].probe[0].{key}") in refused(here, ACME.replace(old, new))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('checked = "yesterday"', "setting_not_date"),
        ("checked = 2026-11-26T10:00:00", "setting_not_date"),
        ("checked = 20261126", "setting_not_date"),
        ('unverified = "yes"', "setting_not_switch"),
        ("source = 7", "setting_not_text"),
        ('sorce = "docs"', "setting_unknown_near"),
    ],
)
def test_where_a_fact_comes_from_is_read_strictly(here: Home, said: str, code: str) -> None:
    key = said.partition(" ")[0]
    assert refused(here, ACME.replace(PROBE, f"{PROBE}{said}\n")) == [(code, 29, f"service[0].probe[0].{key}")]


def test_where_a_fact_comes_from(here: Home) -> None:
    own(here, acme=ACME.replace(PROBE, f'{PROBE}source = "docs"\nchecked = 2026-11-26\nunverified = true\n'))
    catalogue, problems = loaded(here)
    probe = catalogue.providers["acme"].services[0].probes[0]
    assert not problems
    assert (probe.source, probe.checked, probe.unverified) == ("docs", date(2026, 11, 26), True)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "embeddings"', 'id = "chat-completions"', ("setting_twice", 24, "service[0].component[1].id")),
        ("main = true\n", "", ("service_no_main", 17, "service[0].component")),
        (
            '[page]\nkind = "statuspage"\nurl = "https://status.acme.example"\n',
            "",
            ("service_no_page", 18, "service[0].component[0].page_components"),
        ),
        ('url = "https://api.acme.example"\n', 'url = "http://api.acme.example"\n', ("key_plain_http", 11, "api.key")),
        (
            'dialects = ["openai"]\n',
            'dialects = ["openai", "anthropic"]\nanthropic = "https://evil.example/anthropic"\n',
            ("key_other_host", 11, "api.anthropic"),
        ),
        ('dialects = ["openai"]\n', 'dialects = ["openai"]\nv1 = "v4"\n', ("setting_path", 11, "api.v1")),
        *(
            (
                'name = "Acme API"\n',
                f'name = "Acme API"\nfamilies = ["{name}"]\n',
                ("setting_family", 16, "service[0].families[0]"),
            )
            for name in ("", " ", "-", "gpt-", "-5", "a  b", "x" * 41)
        ),
    ],
)
def test_what_a_service_may_not_be(here: Home, old: str, new: str, expected: tuple[str, int, str]) -> None:
    assert expected in refused(here, ACME.replace(old, new))


LOGIN = """[[login]]
id = "acme-login"
url = "https://login.acme.example/codex"
dialects = ["openai"]
paths = ["/responses", "/models"]

"""


def with_login(login: str = LOGIN) -> str:
    return ACME.replace("[[service]]", login + "[[service]]", 1)


def test_a_login_is_an_address_of_its_provider(here: Home) -> None:
    own(here, acme=with_login())
    catalogue, problems = loaded(here)
    assert not problems
    acme = catalogue.providers["acme"]
    (login,) = acme.logins
    assert catalogue.names == {"acme", "acme-login"}
    assert catalogue.upstream("acme-login") == (acme, login)
    assert catalogue.upstream("acme") == (acme, acme.api)
    assert catalogue.upstream("nobody") is None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"/responses"', '"responses"', ("setting_path", 18, "login[0].paths[0]")),
        ('"/responses"', '"/responses/"', ("setting_path", 18, "login[0].paths[0]")),
        ('"/responses"', '"/../admin"', ("setting_path", 18, "login[0].paths[0]")),
        ("https://login", "http://login", ("key_plain_http", 16, "login[0].url")),
        (LOGIN, LOGIN + LOGIN, ("setting_twice", 21, "login[1].id")),
        ('dialects = ["openai"]\n', "", ("setting_missing", 14, "login[0].dialects")),
    ],
)
def test_what_a_login_may_not_be(here: Home, old: str, new: str, expected: tuple[str, int, str]) -> None:
    assert [(code, key) for code, _, key in refused(here, with_login(LOGIN.replace(old, new)))] == [
        (expected[0], expected[2])
    ]


def test_a_provider_without_a_service_is_refused(here: Home) -> None:
    assert refused(here, 'provider = "acme"\nname = "Acme"\nservice = []\n') == [("setting_empty", 3, "service")]
    assert refused(here, 'provider = "acme"\nname = "Acme"\n') == [("setting_missing", 1, "service")]


def test_the_same_service_twice_in_a_file_is_refused(here: Home) -> None:
    again = ACME[ACME.index("[[service]]") :]
    assert refused(here, ACME + "\n" + again) == [("setting_twice", 36, "service[1].id")]


def test_ids_belong_to_the_file_that_came_first(here: Home) -> None:
    own(here, other=OTHER.replace('id = "other-api"', 'id = "acme-api"'), twin=ACME.replace("acme-api", "twin"))
    own(here, zwin=ACME.replace("acme-api", "zwin"))
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("twin",))))
    assert {one.provider for one in catalogue.providers.values()} == {"acme", "other"}
    told = [(one.code, one.params["file"], one.params["other"]) for one in problems]
    assert told == [("service_twice", "zwin.toml", "twin.toml")]


def test_a_service_id_of_the_shipped_catalogue_is_taken(here: Home) -> None:
    own(here, other=OTHER.replace('id = "other-api"', 'id = "acme-api"'))
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("acme-api",))))
    assert list(catalogue.providers) == ["acme"]
    assert [(one.code, one.params["found"], one.params["other"]) for one in problems] == [
        ("service_twice", '"acme-api"', "acme.toml")
    ]


def test_a_stored_key_is_not_paired_with_another_host(here: Home) -> None:
    write_index(here, KeyIndex(hosts={"acme": "api.acme.example"}))
    own(here, acme=ACME.replace("api.acme.example", "evil.example"))
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("acme-api",))))
    assert catalogue.providers["acme"].api is not None
    assert catalogue.providers["acme"].api.url == "https://api.acme.example", "the shipped one stays"
    assert [one.code for one in problems] == ["key_other_host"] * 2
    assert (problems[0].params["stored_for"], problems[0].params["host"]) == ("api.acme.example", "evil.example")


def test_a_key_name_of_the_shipped_catalogue_is_not_paired_with_another_host(here: Home) -> None:
    own(here, other=OTHER.replace('key = "other"', 'key = "acme"'))
    catalogue, problems = loaded(here, Settings(watch=Watch(services=("acme-api",))))
    assert list(catalogue.providers) == ["acme"]
    assert {one.code for one in problems} == {"key_other_host"}


def test_a_key_may_travel_plainly_on_this_machine_only(here: Home) -> None:
    for address in ("http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost:8000"):
        own(here, acme=ACME.replace("https://api.acme.example", address))
        catalogue, problems = loaded(here)
        assert not problems
        assert key_hosts(catalogue) == {"acme": address.removeprefix("http://")}


def test_a_damaged_list_of_keys_is_told(here: Home) -> None:
    here.data.mkdir(parents=True)
    index_file(here).write_text("{")
    own(here, acme=ACME)
    assert [one.code for one in loaded(here)[1]] == ["key_index_broken"]


def test_unknown_ids_in_the_settings_are_told_with_their_line(here: Home) -> None:
    here.settings_file.write_text(
        """\
[watch]
services = [
    "acme-api",
]
[gateway]
openai = "acmee"
anthropic = "acme-too"
[provider.nobody]
key = "env:NOBODY"
"""
    )
    _, problems = loaded(here, load(here))
    assert [(one.code, one.params["line"], one.params["key"]) for one in problems] == [
        ("provider_unknown_near", 6, "gateway.openai"),
        ("provider_unknown_near", 7, "gateway.anthropic"),
        ("provider_unknown", 8, "provider.nobody"),
    ]
    here.settings_file.write_text('version = 1\n[watch]\nservices = ["acme-api", "acme-app"]\n')
    _, problems = loaded(here, load(here))
    assert [(one.code, one.params["line"], one.params["near"]) for one in problems] == [
        ("service_unknown_near", 3, "acme-api")
    ]


def test_a_broken_settings_file_does_not_hide_the_catalogue(here: Home) -> None:
    here.settings_file.write_text("gateway = 5\n")
    catalogue, problems = loaded(here, Settings())
    assert list(catalogue.providers) == ["acme"]
    # The usual services are not in this catalogue; nobody wrote them down.
    assert problems == []


def test_files_that_cannot_be_read_are_told(here: Home) -> None:
    own(here, acme=ACME, secret=OTHER)
    (here.services_dir / "secret.toml").chmod(0)
    (here.services_dir / "gone.toml").symlink_to(here.services_dir / "nowhere")
    (here.services_dir / "notes.txt").write_text("not a service")
    with read_only(here.services_dir):
        catalogue, problems = loaded(here)
    assert list(catalogue.providers) == ["acme"]
    assert [(one.code, one.params["file"]) for one in problems] == [
        ("file_unreadable", "gone.toml"),
        ("file_unreadable", "secret.toml"),
    ]


@pytest.mark.parametrize(
    ("settings", "builtin", "watched"),
    [
        ("", True, ["claude", "acme-api", "other-api"]),
        ("", False, ["acme-api", "other-api"]),
        ("[notify]\nenabled = false", False, ["acme-api", "other-api"]),
        ('[watch]\nservices = ["other-api"]', False, ["other-api"]),
        ("[watch]\nservices = []", False, []),
        ("[watch]\nprobe_interval_s = 90", False, ["acme-api", "other-api"]),
        ("not = [toml", False, ["acme-api", "other-api"]),
    ],
)
def test_own_files_are_watched_until_a_list_says_otherwise(
    here: Home, settings: str, builtin: bool, watched: list[str]
) -> None:
    (paths.resources() / "services" / "anthropic.toml").write_text(
        ACME.replace('"acme-api"', '"claude"').replace("acme", "anthropic")
    )
    own(here, acme=ACME, other=OTHER)
    here.settings_file.write_text(settings)
    chosen = tuple(watched) if "services" in settings else Watch().services
    services = load_services(
        here, Settings(watch=Watch(services=chosen), catalogue=CatalogueSettings(builtin=builtin)), {}, PAGE_KINDS
    )
    assert list(services.watched) == watched
    assert services.own == ("acme-api", "other-api")
    assert services.problems == []


def test_the_usual_list_may_be_written_down_and_is_then_meant(here: Home) -> None:
    own(here, acme=ACME)
    here.settings_file.write_text('[watch]\nservices = ["chatgpt", "openai-api", "claude", "claude-api"]')
    assert "acme-api" not in load_services(here, Settings(), {}, PAGE_KINDS).watched


def test_a_folder_that_is_none_is_told(here: Home) -> None:
    here.services_dir.rmdir()
    assert not loaded(here, Settings(watch=Watch(services=()), catalogue=CatalogueSettings(builtin=False)))[1]
    here.services_dir.write_text("")
    assert {one.code for one in loaded(here)[1]} == {"file_unreadable", "service_unknown"}


def test_keys_of_the_environment_are_bound_to_the_host_of_their_provider(here: Home) -> None:
    own(here, acme=ACME, other=OTHER)
    settings = Settings(
        watch=Watch(services=("acme-api",)),
        providers={"acme": ProviderSettings(key="env:ACME_KEY"), "other": ProviderSettings()},
        catalogue=CatalogueSettings(builtin=False),
    )
    catalogue, _ = loaded(here, settings)
    assert env_keys(catalogue, settings) == {"acme": EnvKey("ACME_KEY", "api.acme.example")}
