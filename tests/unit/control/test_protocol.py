"""The lines of the control socket, and how they may grow."""

import json
from typing import Any

import msgspec
import pytest

from trayapp.control import protocol
from trayapp.control.messages import (
    AskLight,
    AskRound,
    AskStatus,
    AskSwitch,
    LightAnswer,
    Notice,
    Request,
    StatusAnswer,
    SwitchAnswer,
    TargetAnswer,
    answer_type,
    word,
)
from trayapp.errors import Problem

ANSWERS = (StatusAnswer, LightAnswer, SwitchAnswer, TargetAnswer, Notice)
KINDS: dict[str, type[Request[Any]]] = {word(kind): kind for kind in (AskStatus, AskRound, AskLight, AskSwitch)}


@pytest.mark.parametrize(
    "request_",
    [
        AskStatus(),
        AskStatus(services=("acme-api",), max_age_s=1.5, language="de"),
        AskSwitch(to="local", providers=("acme",), until="until_changed"),
        AskLight(service="ö\n"),
    ],
)
def test_a_request_arrives_as_it_was_in_one_line(request_: Request[Any]) -> None:
    line = protocol.ask(request_)
    assert line.index(b"\n") == len(line) - 1
    assert protocol.asked(line, KINDS) == request_


def test_an_answer_arrives_as_it_was() -> None:
    answer = StatusAnswer(
        "red", "red", False, {"schema": 1, "text": "ö\n"}, ("a", "b"), (Notice("x", {"n": 1, "m": None}, "X", "Y"),)
    )
    said = protocol.said(protocol.answer(answer))
    assert protocol.read(said.ok, answer_type(AskStatus)) == answer
    assert protocol.read(protocol.said(protocol.answer(None)).ok, answer_type(AskStatus)) is None


def test_a_problem_and_a_sign_of_life_arrive_as_they_were() -> None:
    notice = Notice("port_in_use", {"port": 17502}, "Port 17502 is taken", "Choose another.")
    assert protocol.said(protocol.refusal(notice)).problem == notice
    assert protocol.said(protocol.life("loading")).doing == "loading"


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_may_lose_and_gain_fields(answer: Any) -> None:
    assert msgspec.json.decode(b"{}", type=answer) == answer()
    assert msgspec.json.decode(b'{"of_the_future": [1]}', type=answer) == answer()


def test_requests_may_lose_and_gain_fields() -> None:
    assert protocol.asked(b'{"v": 2, "do": "round", "of_the_future": {"a": 1}}', KINDS) == AskRound()


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"17", b'{"v": ' + b"[" * 100_000])
def test_what_is_no_object_is_garbled(line: bytes) -> None:
    for read in (protocol.said, lambda line: protocol.asked(line, KINDS)):
        with pytest.raises(Problem, match="control_garbled"):
            read(line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"v": 2}',
        b'{"v": 2, "do": "dance"}',
        b'{"v": 2, "do": ["status"]}',
        b'{"v": 2, "do": "switch"}',
        b'{"v": 2, "do": "switch", "to": "the moon"}',
        b'{"v": 2, "do": "light", "service": 7}',
    ],
)
def test_what_cannot_be_done_here_is_named(line: bytes) -> None:
    with pytest.raises(Problem) as caught:
        protocol.asked(line, KINDS)
    assert caught.value.code == "control_unknown"
    assert caught.value.params == {"name": str(json.loads(line).get("do"))}


@pytest.mark.parametrize("version", [1, 3, 0, "2", None, [2], {}])
def test_another_version_is_refused_in_its_own_line(version: Any) -> None:
    line = json.dumps({"v": version, "do": "status", "problem": 1}).encode()
    with pytest.raises(Problem) as at_the_instance:
        protocol.asked(line, KINDS)
    with pytest.raises(Problem) as at_the_command:
        protocol.said(line)
    assert {at_the_instance.value.code, at_the_command.value.code} == {"control_version"}
    plain = version if isinstance(version, int | str) else None
    assert at_the_instance.value.params == {"theirs": "2", "ours": plain}
    assert at_the_command.value.params == {"theirs": str(version), "ours": 2}
    refusal = json.loads(protocol.refusal(Notice("control_version", dict(at_the_instance.value.params))))
    assert (refusal["v"], refusal["problem"]["params"]) == (plain, {"theirs": "2", "ours": plain})
