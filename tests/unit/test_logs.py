"""The log tells what happened and no secret, whatever the disk does."""

import asyncio
import logging
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fullness import full_disk, read_only
from tests.support.processes import wait_for
from trayapp import logs
from trayapp.paths import Home, home

CANARY = "canary-5f9c1e27ab"
log = logging.getLogger("trayapp.sample")


@pytest.fixture
def running() -> Iterator[logs.Logs]:
    made = logs.setup(home())
    yield made
    made.close()


def written(made: logs.Logs, here: Home) -> str:
    made.close()
    return here.log_file.read_text(encoding="utf-8")


@pytest.mark.expects_log("two")
def test_lines_go_to_the_file(running: logs.Logs) -> None:
    log.info("one %s", 1)
    log.warning("two")
    log.debug("three")
    text = written(running, home())
    assert "INFO    MainThread trayapp.sample: one 1" in text
    assert [line.partition("sample: ")[2] for line in text.splitlines()] == ["one 1", "two"]


def test_the_file_is_for_the_user_alone(running: logs.Logs) -> None:
    assert stat.S_IMODE(home().log_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home().log_file.parent.stat().st_mode) == 0o700


def test_an_older_file_of_everybody_is_taken_back() -> None:
    file = home().log_file
    file.parent.mkdir(parents=True)
    file.write_text("old\n")
    file.chmod(0o644)
    logs.setup(home()).close()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_file_is_rotated(running: logs.Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(40):
        # Words, because a row of one letter may be what another test registered as a secret.
        log.info("%d %s", number, "some words " * 10_000)
    running.close()
    files = sorted(home().log_file.parent.iterdir())
    assert len(files) == 1 + logs.KEPT_FILES
    for file in files:
        assert file.stat().st_size <= logs.MAX_FILE_BYTES
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_talkative_libraries_are_asked_to_be_brief(running: logs.Logs) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://api.example/v1/models?key=secretvalue")
    logging.getLogger("aiohttp.access").info("GET /t/secretvalue/v1")
    assert "secretvalue" not in written(running, home())


def test_verbose_logs_everything_on_the_screen_too(capsys: pytest.CaptureFixture[str]) -> None:
    made = logs.setup(home(), verbose=True)
    log.debug("details")
    made.close()
    assert "details" in capsys.readouterr().err
    assert "details" in home().log_file.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}",
        "authorization={}",
        "{{'Authorization': 'Bearer {}', 'Accept': '*/*'}}",
        "(b'Authorization', b'Bearer {}')",
        "Proxy-Authorization: Basic {}",
        "x-api-key: {}",
        '{{"x-api-key": "{}"}}',
        "x-goog-api-key={}",
        "sent bearer {} to them",
        "https://api.example/v1/models?key={}&alt=json",
        "https://api.example/v1?alt=json&access_token={}",
        "POST /t/{}/openai/v1/chat/completions",
        "http://{}@proxy.example:3128",
        "http://user:{}@proxy.example:3128",
    ],
)
def test_what_stands_where_secrets_stand_is_hidden(text: str) -> None:
    hidden = logs.redact(text.format("Zm9vYmFy0123"))
    assert "Zm9vYmFy0123" not in hidden
    assert logs.HIDDEN in hidden


@pytest.mark.parametrize(
    "text",
    [
        "the key openai is stored for api.openai.com",
        "https://status.openai.com/api/v2/components.json",
        "chatgpt: green -> red (down)",
        "the bearer",
        "GET /v1/models 200",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert logs.redact(text) == text


def test_what_follows_a_secret_stays_readable() -> None:
    assert logs.redact("GET /t/abcdef/openai/v1?key=abc&alt=json") == "GET /t/•••/openai/v1?key=•••&alt=json"


@pytest.mark.expects_log("key is")
def test_a_registered_secret_is_hidden_wherever_it_turns_up(
    running: logs.Logs, caplog: pytest.LogCaptureFixture
) -> None:
    logs.register_secret(CANARY)
    logs.register_secret(CANARY + "-longer")
    log.warning("the key is %s", CANARY)
    log.warning("the other key is %s", CANARY + "-longer")
    log.info("%r", {"inside": [CANARY]})
    try:
        raise ValueError(f"bad key {CANARY}")
    except ValueError:
        log.info("failed", exc_info=True, stack_info=True)
    caplog.clear()
    text = written(running, home())
    assert CANARY not in text
    assert "-longer" not in text
    assert "ValueError: bad key •••" in text


def test_a_short_word_is_no_secret() -> None:
    logs.register_secret("a")
    logs.register_secret("")
    assert logs.redact("a cat") == "a cat"


@pytest.mark.expects_log("in the event loop", "Task exception", "callback")
async def test_failures_in_a_loop_are_logged_by_the_loop_itself(running: logs.Logs) -> None:
    loop = asyncio.get_running_loop()
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    loop.call_exception_handler({"message": "something in the event loop"})
    text = written(running, home())
    assert "ZeroDivisionError" in text
    assert "something in the event loop" in text


@pytest.mark.expects_log("ended with a failure")
def test_a_thread_that_dies_is_logged(running: logs.Logs) -> None:
    def die() -> None:
        raise ValueError(f"with {CANARY}")

    logs.register_secret(CANARY)
    thread = threading.Thread(target=die, name="worker")
    thread.start()
    thread.join()
    text = written(running, home())
    assert "worker ended with a failure" in text
    assert CANARY not in text


def test_a_thread_that_just_exits_is_not_worth_a_line(running: logs.Logs) -> None:
    thread = threading.Thread(target=sys.exit)
    thread.start()
    thread.join()
    assert written(running, home()) == ""


CRASH = f"""
import sys
from trayapp import logs
from trayapp.paths import home
logs.setup(home())
logs.register_secret({CANARY!r})
secret = {CANARY!r}
raise {{}}
"""


def crash(what: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", CRASH.format(what)], capture_output=True, text=True, check=False)


def test_a_crash_is_logged_and_shown_without_secrets() -> None:
    done = crash("ValueError('holding ' + secret)")
    assert done.returncode == 1
    text = home().log_file.read_text()
    for told in (done.stderr, text):
        assert "ValueError: holding •••" in told
        assert CANARY not in told
    assert "the program ends with a failure" in text


def test_control_c_is_no_crash() -> None:
    crash("KeyboardInterrupt")
    assert home().log_file.read_text() == ""


def test_everything_is_given_back() -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level, sys.excepthook, threading.excepthook)
    logs.setup(home()).close()
    assert (list(root.handlers), root.level, sys.excepthook, threading.excepthook) == before


@pytest.mark.expects_log("nothing is logged to", "still")
def test_a_read_only_home_leaves_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    here = home()
    here.data.mkdir(parents=True)
    with read_only(here.data):
        made = logs.setup(here, verbose=True)
    assert made.error is not None
    log.warning("still here")
    made.close()
    assert "still here" in capsys.readouterr().err


def test_a_full_disk_loses_lines_and_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    # What is on the screen was tried to be written before.
    running = logs.setup(home(), verbose=True)
    file = home().log_file
    log.info("before")
    wait_for(lambda: "before" in file.read_text(), "the first line")
    with full_disk():
        log.info("lost one")
        log.info("lost two")
        wait_for(lambda: "lost two" in capsys.readouterr().err, "the lines on the screen")
    log.info("after")
    text = written(running, home())
    assert "lost" not in text
    assert "before" in text
    assert "after" in text
    assert "2 earlier lines are missing" in text


@pytest.mark.expects_log("nothing is logged to")
def test_a_log_folder_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "file"))
    made = logs.setup(home())
    made.close()
    assert made.error is not None
