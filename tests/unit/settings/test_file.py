"""settings.toml: every mistake told, nothing of the user's ever lost."""

import os
import stat
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fullness import full_disk, read_only
from trayapp.core.switching.asked import Rescue
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Mode, Policy
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.settings.file import SettingsErrors, change, fingerprint, load
from trayapp.settings.schema import Key, Settings
from trayapp.text.problems import PROBLEMS, words

WRITTEN_BY_HAND = """\
# My settings. Keep this line.
version = 1

[watch]   # what I use
services = [
    "claude",   # work
    "chatgpt",  # the rest
]
probe_interval_s = 90 # slow line

# The machine under the desk
[local]
server = "ollama"
url = "http://127.0.0.1:11434"
model = 'qwen3:8b'

[provider.openai]
completion = { enabled = false, interval_s = 900 } # expensive
"""


@pytest.fixture
def here() -> Home:
    place = home()
    place.config.mkdir(parents=True)
    return place


def written(here: Home, text: str) -> Path:
    here.settings_file.write_text(text, encoding="utf-8")
    return here.settings_file


def problems_of(here: Home, text: str) -> list[Problem]:
    written(here, text)
    with pytest.raises(SettingsErrors) as caught:
        load(here)
    for problem in caught.value.problems:
        assert "{" not in "".join(words(problem)), "every gap of the words is filled"
    return list(caught.value.problems)


def told(here: Home, text: str) -> list[tuple[str, Any, Any]]:
    return [(one.code, one.params["line"], one.params["key"]) for one in problems_of(here, text)]


def test_no_file_means_the_defaults() -> None:
    settings = load(home())
    assert settings == Settings()
    assert settings.watch.services == ("chatgpt", "openai-api", "claude", "claude-api")
    assert not home().config.exists(), "reading creates nothing"


def test_a_file_is_read(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    settings = load(here)
    assert settings.watch.services == ("claude", "chatgpt")
    assert settings.watch.probe_interval_s == 90
    assert settings.local.model == "qwen3:8b"
    assert settings.providers["openai"].completion.interval_s == 900
    assert settings.gateway == Settings().gateway


def test_an_empty_file_and_a_byte_order_mark_are_fine(here: Home) -> None:
    written(here, "")
    assert load(here) == Settings()
    here.settings_file.write_bytes(b"\xef\xbb\xbf[gateway]\r\nport = 18000\r\n")
    assert load(here).gateway.port == 18000


def test_all_mistakes_are_told_at_once_each_with_its_line(here: Home) -> None:
    text = """\
version = 1
[watch]
servces = ["claude"]
probe_interval_s = 5
page_interval_s = "often"
[local]
server = "olama"
url = "127.0.0.1:11434"
confirmed = 1
start = "ollama serve"
model = ""
[gateway]
port = true
[network]
controls = [
    "http://a.example",
    "ftp://b.example",
    "http://me:secret@c.example",
]
[ui]
language = "fr"
[tool."My  Tool"]
policy = "never"
[provider.openai]
key = "plain"
completion = 3
[wacht]
"""
    assert told(here, text) == [
        ("setting_unknown_near", 3, "watch.servces"),
        ("setting_range", 4, "watch.probe_interval_s"),
        ("setting_not_whole", 5, "watch.page_interval_s"),
        ("setting_choice", 7, "local.server"),
        ("setting_url", 8, "local.url"),
        ("setting_not_switch", 9, "local.confirmed"),
        ("setting_not_list", 10, "local.start"),
        ("setting_length", 11, "local.model"),
        ("setting_not_whole", 13, "gateway.port"),
        ("setting_url", 15, "network.controls[1]"),
        ("setting_url", 15, "network.controls[2]"),
        ("setting_choice", 21, "ui.language"),
        ("setting_tool_name", 22, "tool.My  Tool"),
        ("setting_choice", 23, "tool.My  Tool.policy"),
        ("setting_key_place", 25, "provider.openai.key"),
        ("setting_not_table", 26, "provider.openai.completion"),
        ("setting_unknown_near", 27, "wacht"),
    ]


def test_a_mistake_says_what_is_allowed_and_what_was_found(here: Home) -> None:
    (problem,) = problems_of(here, "[watch]\nprobe_interval_s = 5")
    assert (problem.params["low"], problem.params["high"], problem.params["found"]) == (60, 3600, "5")
    assert words(problem) == ("settings.toml, line 2: watch.probe_interval_s", "Found 5; allowed is 60 to 3600.")
    (problem,) = problems_of(here, "[local]\nserver = 'olama'")
    assert problem.params["allowed"] == "ollama, llama-server, lm-studio, openai-compatible, embedded"
    (problem,) = problems_of(here, "[watch]\nservces = []")
    assert problem.params["near"] == "services"
    (problem,) = problems_of(here, "[watch]\nxyz = 1")
    assert problem.params["known"] == "services, probe_interval_s, page_interval_s, thrifty"


def test_limits_of_a_provider_are_each_optional_and_bounded(here: Home) -> None:
    written(here, "version = 1\n[provider.acme]\nlimits = { connect_s = 2, silence_s = 90.5 }\n")
    assert load(here).providers["acme"].limits == Limits(connect_s=2.0, silence_s=90.5)
    found = problems_of(
        here,
        "[provider.acme.limits]\nconnect_s = 0\nfirst_byte_s = inf\nlife_s = nan\nplain_s = '600'\nsilence = 5\n",
    )
    assert [(one.params["key"], one.code) for one in found] == [
        ("provider.acme.limits.connect_s", "setting_range"),
        ("provider.acme.limits.first_byte_s", "setting_range"),
        ("provider.acme.limits.life_s", "setting_range"),
        ("provider.acme.limits.plain_s", "setting_not_number"),
        ("provider.acme.limits.silence", "setting_unknown_near"),
    ]
    assert words((found[0].code, found[0].params))[1] == "Found 0; allowed is 1 to 60."


def test_who_switches_and_how_a_tool_is_rescued(here: Home) -> None:
    written(here, "[gateway]\nmode = 'auto'\n[tool.editor]\nrescue = 'whole'\n")
    assert load(here).gateway.mode is Mode.AUTO
    assert load(here).tools["editor"].rescue is Rescue.WHOLE
    found = problems_of(here, "[gateway]\nmode = 'automatic'\n[tool.editor]\nrescue = true\n")
    assert [(one.code, one.params["allowed"]) for one in found] == [
        ("setting_choice", "manual, auto"),
        ("setting_choice", "stream, whole"),
    ]


def test_a_service_listed_twice_is_told(here: Home) -> None:
    assert told(here, '[watch]\nservices = ["a", "b", "a"]') == [("setting_twice", 2, "watch.services[2]")]


@pytest.mark.parametrize(
    "value", ['"sk-proj-abcdefghijkl"', '"kV93hdk20sdfkj39fj20fj3094jf"', '["sk-ant-abcdefgh1234"]']
)
def test_what_looks_like_a_key_is_never_shown(here: Home, value: str) -> None:
    for text in (f"[provider.openai]\nkey = {value}", f"[ui]\nlanguage = {value}", f"[gateway]\ntoken = {value}"):
        for problem in problems_of(here, text):
            assert value.strip('"[]') not in str(problem) + " ".join(words(problem))


def test_a_password_in_an_address_is_never_shown(here: Home) -> None:
    (problem,) = problems_of(here, '[local]\nurl = "http://me:hunter2@10.0.0.1"')
    assert "hunter2" not in str(problem)


def test_a_long_value_is_cut(here: Home) -> None:
    (problem,) = problems_of(here, f'[ui]\nlanguage = "{"x " * 500}"')
    assert len(str(problem.params["found"])) <= 60


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("version = 1\n[watch\n", 2),
        ('[local]\nmodel = "no end\n', 2),
        ("[local]\nmodel = 'a'\nmodel = 'b'\n", 3),
        ("[gateway]\n\nport = 1x\n", 3),
        ("a = [\n1,\n2\n", 4),
    ],
)
def test_a_syntax_error_names_its_line(here: Home, text: str, line: int) -> None:
    (problem,) = problems_of(here, text)
    assert (problem.code, problem.params["line"]) == ("toml_syntax", line)
    assert "(at " not in str(problem.params["reason"])


def test_a_file_that_is_no_text_or_no_file_is_told(here: Home) -> None:
    here.settings_file.write_bytes(b"version = 1\nmodel = '\xff'\n")
    with pytest.raises(SettingsErrors) as caught:
        load(here)
    assert [(one.code, one.params["line"]) for one in caught.value.problems] == [("file_not_utf8", 2)]
    assert [one.code for one in problems_of(here, "#" * 300_000)] == ["file_too_large"]
    assert [one.code for one in problems_of(here, "a = " + "[" * 50_000)] == ["toml_syntax"]
    here.settings_file.unlink()
    here.settings_file.mkdir()
    with pytest.raises(SettingsErrors) as caught:
        load(here)
    assert [one.code for one in caught.value.problems] == ["file_unreadable"]


def test_a_link_to_nowhere_is_not_the_same_as_no_settings(here: Home, tmp_path: Path) -> None:
    here.settings_file.symlink_to(tmp_path / "not mounted" / "settings.toml")
    with pytest.raises(SettingsErrors) as caught:
        load(here)
    assert [one.code for one in caught.value.problems] == ["file_unreadable"]
    with pytest.raises(SettingsErrors):
        change(here, {("gateway", "port"): 18000})
    assert not (tmp_path / "not mounted").exists()


def test_a_newer_file_is_refused_and_never_rewritten(here: Home) -> None:
    text = "version = 2\n[watch]\nbrand_new = 1\n"
    assert told(here, text) == [("settings_newer", 1, "version")]
    with pytest.raises(SettingsErrors):
        change(here, {("gateway", "port"): 18000})
    assert here.settings_file.read_text() == text


@pytest.mark.parametrize("version", ['"1"', "0", "true", "1.5"])
def test_a_version_that_never_was_is_a_mistake(here: Home, version: str) -> None:
    assert told(here, f"version = {version}") == [("setting_choice", 1, "version")]


def test_changing_a_value_leaves_every_other_character(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    settings = change(here, {("watch", "probe_interval_s"): 120})
    assert settings.watch.probe_interval_s == 120
    expected = WRITTEN_BY_HAND.replace("probe_interval_s = 90 #", "probe_interval_s = 120 #")
    assert here.settings_file.read_text() == expected


def test_changing_several_values_at_once_in_old_and_new_tables(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    settings = change(
        here,
        {
            ("provider", "openai", "completion", "enabled"): True,
            ("provider", "anthropic", "key"): "env:ANTHROPIC_API_KEY",
            ("tool", "nightly", "policy"): Policy.FAIL,
            ("watch", "services"): ("chatgpt",),
            ("local", "url"): None,
        },
    )
    text = here.settings_file.read_text()
    assert settings == load(here)
    assert settings.tools["nightly"].policy is Policy.FAIL
    assert settings.providers["openai"].completion.enabled
    assert settings.local.url is None
    for comment in ("# My settings. Keep this line.", "# what I use", "# The machine under the desk", "# expensive"):
        assert comment in text
    assert "[tool.nightly]" in text
    assert "[tool]" not in text


def test_taking_out_what_is_not_there_changes_nothing(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    change(here, {("local", "file"): None, ("tool", "none", "policy"): None})
    assert here.settings_file.read_text() == WRITTEN_BY_HAND


def test_the_first_change_makes_the_file_for_the_user_alone() -> None:
    here = home()
    change(here, {("gateway", "port"): 18000})
    assert tomllib.loads(here.settings_file.read_text()) == {"version": 1, "gateway": {"port": 18000}}
    assert stat.S_IMODE(here.settings_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(here.config.stat().st_mode) == 0o700


def test_mode_and_link_are_kept(here: Home, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles.toml"
    real.write_text(WRITTEN_BY_HAND)
    real.chmod(0o640)
    here.settings_file.symlink_to(real)
    change(here, {("gateway", "port"): 18000})
    assert here.settings_file.is_symlink()
    assert load(here).gateway.port == 18000
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        (("gateway", "port"), 80, "setting_range"),
        (("gateway", "prot"), 18000, "setting_unknown_near"),
        (("local", "url"), "nonsense", "setting_url"),
        (("provider", "openai", "key"), "sk-proj-abcdefgh", "setting_key_place"),
        (("watch", "services"), ["a", "a"], "setting_twice"),
        # A dot is a part of the name, and names have none.
        (("tool", "my\teditor", "policy"), "fail", "setting_tool_name"),
    ],
)
def test_a_value_that_is_not_allowed_is_not_written(here: Home, key: Key, value: object, code: str) -> None:
    written(here, WRITTEN_BY_HAND)
    with pytest.raises(SettingsErrors) as caught:
        change(here, {key: value})
    assert [one.code for one in caught.value.problems] == [code]
    assert here.settings_file.read_text() == WRITTEN_BY_HAND


def test_a_key_below_a_plain_value_is_refused(here: Home) -> None:
    written(here, "[gateway]\nport = 18000\n")
    with pytest.raises(Problem):
        change(here, {("gateway", "port", "deeper"): 1})
    assert here.settings_file.read_text() == "[gateway]\nport = 18000\n"


@pytest.mark.parametrize("text", ["version = 1\n[watch\n", "[watch]\nprobe_interval_s = 5\n"])
def test_a_broken_file_is_never_overwritten(here: Home, text: str) -> None:
    written(here, text)
    with pytest.raises(SettingsErrors):
        change(here, {("gateway", "port"): 18000})
    assert here.settings_file.read_text() == text


def test_a_full_disk_loses_nothing(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    with full_disk(), pytest.raises(Problem) as caught:
        change(here, {("gateway", "port"): 18000})
    assert caught.value.code == "disk_full"
    assert [one.name for one in here.config.iterdir()] == ["settings.toml"]
    assert here.settings_file.read_text() == WRITTEN_BY_HAND


def test_a_read_only_home_loses_nothing(here: Home) -> None:
    written(here, WRITTEN_BY_HAND)
    with read_only(here.config):
        with pytest.raises(Problem) as caught:
            change(here, {("gateway", "port"): 18000})
        assert load(here).watch.probe_interval_s == 90
    assert caught.value.code == "not_writable"
    assert here.settings_file.read_text() == WRITTEN_BY_HAND


def test_an_unreadable_file_is_told(here: Home) -> None:
    written(here, WRITTEN_BY_HAND).chmod(0)
    with read_only(here.config), pytest.raises(SettingsErrors) as caught:
        load(here)
    assert [one.code for one in caught.value.problems] == ["file_unreadable"]


def test_a_home_that_is_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(SettingsErrors):
        load(home())


def test_the_fingerprint_changes_with_every_edit(here: Home) -> None:
    assert fingerprint(here) is None
    change(here, {("gateway", "port"): 18000})
    first = fingerprint(here)
    change(here, {("gateway", "port"): 18001})
    assert None is not first != fingerprint(here)
    os.truncate(here.settings_file, 0)
    assert fingerprint(here) != first


_IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30)
_CHANGES = st.dictionaries(
    st.one_of(
        st.just(("watch", "services")),
        st.just(("local", "start")),
        st.just(("local", "model")),
        st.just(("local", "file")),
        st.just(("gateway", "port")),
        st.just(("notify", "enabled")),
        st.just(("ui", "language")),
        st.tuples(st.just("tool"), _IDS, st.just("wait_s")),
        st.tuples(st.just("provider"), _IDS, st.just("completion"), st.just("daily_tokens")),
    ),
    st.none(),
    max_size=6,
)
_VALUES = {
    "services": st.lists(_IDS, unique=True, max_size=4),
    "start": st.lists(_TEXTS, max_size=3),
    "model": _TEXTS,
    "file": _TEXTS,
    "port": st.integers(1024, 65535),
    "enabled": st.booleans(),
    "language": st.sampled_from(["auto", "en", "de"]),
    "wait_s": st.integers(1, 3600),
    "daily_tokens": st.integers(0, 1_000_000),
}


def plain(settings: Settings) -> Any:
    return msgspec.json.decode(msgspec.json.encode(settings))


@given(st.data())
def test_whatever_is_changed_reads_back_and_no_comment_is_lost(data: st.DataObject) -> None:
    here = home()
    here.config.mkdir(parents=True, exist_ok=True)
    written(here, WRITTEN_BY_HAND)
    before = load(here)
    for _ in range(2):
        changes: dict[tuple[str, ...], Any] = {
            place: data.draw(_VALUES[place[-1]] | st.none()) for place in data.draw(_CHANGES)
        }
        expected = plain(before)
        settings = change(here, changes)
        for place, value in changes.items():
            *parents, name = place
            found: Any = plain(settings)
            default: Any = plain(Settings())
            for parent in parents:
                found = found.get(parent, {})
                default = default.get(parent, {})
            if value is not None:
                assert found[name] == value
            elif name in default:
                assert found[name] == default[name]
        assert load(here) == settings
        for table, inner in expected.items():
            if not any(place[0] == table for place in changes):
                assert plain(settings)[table] == inner
        before = settings
    text = here.settings_file.read_text()
    for comment in ("# My settings. Keep this line.", "# what I use", "# The machine under the desk", "# expensive"):
        assert comment in text


@given(st.data())
def test_any_broken_text_is_told_and_left_alone(data: st.DataObject) -> None:
    here = home()
    here.config.mkdir(parents=True, exist_ok=True)
    start = data.draw(st.integers(0, len(WRITTEN_BY_HAND)))
    end = data.draw(st.integers(start, min(len(WRITTEN_BY_HAND), start + 20)))
    text = WRITTEN_BY_HAND[:start] + data.draw(st.text('abz[]{}"=.,#\n\\ 019', max_size=6)) + WRITTEN_BY_HAND[end:]
    written(here, text)
    try:
        before = load(here)
    except SettingsErrors as errors:
        for problem in errors.problems:
            assert problem.code in PROBLEMS
            assert isinstance(problem.params["line"], int)
            assert 1 <= problem.params["line"] <= text.count("\n") + 1
        with pytest.raises(SettingsErrors):
            change(here, {("gateway", "port"): 18000})
        assert here.settings_file.read_text() == text
    else:
        assert change(here, {("gateway", "port"): 18000}) == msgspec.structs.replace(
            before, gateway=msgspec.structs.replace(before.gateway, port=18000)
        )


def test_every_code_has_words() -> None:
    for code in ("settings_broken", "settings_busy", "settings_not_changed", "disk_full", "not_writable"):
        assert code in PROBLEMS
