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
