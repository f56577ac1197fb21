"""The lines of the control socket."""

import pytest

from trayapp.control import protocol
from trayapp.errors import Problem


def test_an_answer_comes_back_as_it_was() -> None:
    assert protocol.result(protocol.decode(protocol.answer({"a": [1, "ö\n"]}))) == {"a": [1, "ö\n"]}


def test_a_line_is_one_line() -> None:
    assert protocol.answer("a\nb").count(b"\n") == 1


def test_a_problem_comes_back_as_the_same_problem() -> None:
    line = protocol.refusal(Problem("port_in_use", port=17502))
    with pytest.raises(Problem) as caught:
        protocol.result(protocol.decode(line))
    assert (caught.value.code, dict(caught.value.params)) == ("port_in_use", {"port": 17502})


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"17"])
def test_what_is_no_object_is_garbled(line: bytes) -> None:
    with pytest.raises(Problem, match="control_garbled"):
        protocol.decode(line)


@pytest.mark.parametrize("version", ["2", "0", '"1"', "null"])
def test_another_version_is_refused(version: str) -> None:
    with pytest.raises(Problem, match="control_version"):
        protocol.decode(f'{{"v":{version},"do":"status"}}'.encode())
