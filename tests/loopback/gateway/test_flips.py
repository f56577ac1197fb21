"""A hundred flips under load, in every dialect: no answer is lost, doubled, mixed or somebody else's; nor in auto mode,
with a provider that fails all the time.
"""

import asyncio

import pytest
from msgspec import structs

from tests.support.gatewaybed import Client, Got
from tests.support.messagesbed import MessagesBed
from tests.support.tagged import SPEECH, Sent, Speech, digest, flaky, pieces, tagged
from tests.support.until import until
from trayapp.core.switching.route import Endpoint, Mode, To

CLIENTS = 16
"""Of each kind: as many as ask plainly ask for streams."""
FLIPS = 100
BETWEEN_FLIPS = 4
"""Answers; fewer than there are clients, so that most of them are under way when the route flips."""
NATIVE = (Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES)


class Flipping:
    """Asks all the time while the route flips, and looks at every answer."""

    def __init__(self, bed: MessagesBed, speech: Speech, sent: Sent, *, translated: bool, auto: bool) -> None:
        self._bed = bed
        self._speech = speech
        self._sent = sent
        self._translated = translated
        self._auto = auto
        self._stop = False
        self.to = To.CLOUD
        self.flips = 0
        self.tags: list[str] = []
        self.answered = 0
        self.while_flipping = 0

    async def run(self) -> None:
        async with asyncio.timeout(100), asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self._ask_on(number, streams=False))
                group.create_task(self._ask_on(CLIENTS + number, streams=True))
            for _ in range(FLIPS):
                before = self.answered
                await until(lambda: self.answered >= before + BETWEEN_FLIPS, "some answers")  # noqa: B023 - called at once
                self.to = To.CLOUD if self.to is To.LOCAL else To.LOCAL
                self._bed.switch(self.to)
                if self._auto:
                    # Breakers begin anew, so that both go on being asked.
                    self._bed.auto.switch(Mode.AUTO)
                self.flips += 1
            self._stop = True

    async def _ask_on(self, number: int, *, streams: bool) -> None:
        async with self._bed.client() as client:
            asked = 0
            while not self._stop:
                await self._ask(client, f"tag-{number}-{asked}", streams)
                asked += 1

    async def _ask(self, client: Client, tag: str, streams: bool) -> None:
        bed, speech = self._bed, self._speech
        body = speech.ask(tag) | ({"stream": True} if streams else {})
        self.tags.append(tag)
        to, flips = self.to, self.flips
        await client.send(bed.request(path=speech.path, body=body))
        got = await client.receive()
        who = got.headers["x-llm-ampel-route"].partition(";")[0]
        self._check(got, tag, who, streams)
        if flips == self.flips and not (self._auto and to is To.CLOUD):
            assert who == to
        self.while_flipping += flips != self.flips
        self.answered += 1

    def _check(self, got: Got, tag: str, who: str, streams: bool) -> None:
        assert (got.status, got.whole) == (200, True), got
        asked, sent = self._sent.once(tag)
        assert who == asked
        if who == "cloud" or not self._translated:
            assert digest(got.body) == sent
        assert self._speech.told(got.body, streams) == "".join(pieces(who, tag))


CELLS = pytest.mark.parametrize(
    ("dialect", "speaks"),
    [
        ("chat", NATIVE),
        ("responses", NATIVE),
        ("responses", NATIVE[:1]),
        ("messages", NATIVE),
        ("messages", NATIVE[:1]),
    ],
    ids=["chat", "responses", "responses-translated", "messages", "messages-translated"],
)


async def flip(dialect: str, speaks: tuple[Endpoint, ...], *, auto: bool) -> tuple[Flipping, Sent, MessagesBed]:
    speech, sent = SPEECH[dialect], Sent()
    async with MessagesBed() as bed:
        translated = len(speaks) == 1
        local = SPEECH["chat"] if translated else speech
        for cloud in (bed.cloud, bed.brain):
            good = tagged("cloud", speech, sent)
            cloud.on(speech.path, flaky(good, speech) if auto else good)
        bed.local.on(local.path, tagged("local", local, sent))
        bed.target = structs.replace(bed.target, speaks=speaks)
        bed.auto.switch(Mode.AUTO if auto else Mode.MANUAL)
        flipping = Flipping(bed, speech, sent, translated=translated, auto=auto)
        await flipping.run()
        assert sorted(sent.tags) == sorted(flipping.tags)
        assert flipping.flips == FLIPS
        # Otherwise nothing was shown.
        assert flipping.while_flipping > FLIPS
        assert all(len(tags) > FLIPS for tags in sent.by.values())
        assert bed.gateway.problem is None
    return flipping, sent, bed


@CELLS
async def test_a_hundred_flips_lose_double_and_mix_nothing(dialect: str, speaks: tuple[Endpoint, ...]) -> None:
    await flip(dialect, speaks, auto=False)


@CELLS
async def test_nor_do_they_in_auto_mode_while_the_provider_fails(dialect: str, speaks: tuple[Endpoint, ...]) -> None:
    _, sent, bed = await flip(dialect, speaks, auto=True)
    asked = len(bed.cloud.requests) + len(bed.brain.requests)
    assert asked > len(sent.by["cloud"]) + FLIPS / 2
