"""What an incident has to know of a service."""

from tests.unit.core.playbook import CATALOGUE, START, observations
from trayapp.core.light.judge import Judge
from trayapp.core.light.severity import Light


def test_many_parts_that_the_page_calls_partly_out_fell_when_it_said_so_and_prove_it() -> None:
    judge = Judge(CATALOGUE, ("chat", "api"), START)
    for at, said in ((0.0, "page ok"), (60.0, "page partial:chat,login")):
        for observation in observations(START + at, said):
            judge.observe(observation)
        judge.advance(START + at)
    chat, api = judge.troubles
    assert (chat.verdict.light, chat.fell_at, chat.proven) == (Light.RED, START + 60, True)
    assert (api.fell_at, api.proven) == (None, False)


def test_what_the_page_gives_no_time_for_began_when_it_was_first_read() -> None:
    judge = Judge(CATALOGUE, ("chat",), START)
    for at, said in ((0.0, "page ok"), (60.0, "page major:chat"), (180.0, "page major:chat")):
        for observation in observations(START + at, said):
            judge.observe(observation)
        judge.advance(START + at)
    (chat,) = judge.troubles
    assert (chat.trouble_at, chat.fell_at) == (START + 60, START + 60)
