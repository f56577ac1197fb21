"""The simulated providers over real HTTP: what they answer at each stage, and that nothing else can be asked."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.support.fakeclock import FakeClock
from trayapp.core.catalogue import Catalogue
from trayapp.demo.night import NIGHT, NightStage
from trayapp.demo.providers import SIMULATED_MODEL, SimulatedProviders
from trayapp.engine.loading import load_all
from trayapp.paths import home
from trayapp.settings.schema import Settings

CONTROLS = Settings().network.controls


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def providers(clock: FakeClock) -> AsyncIterator[SimulatedProviders]:
    one = SimulatedProviders(load_all(home()).catalogue, CONTROLS, clock)
    await one.start()
    yield one
    await one.close()


async def fetch(url: str, method: str = "GET", **more: Any) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.request(method, url, **more) as got:
        text = await got.text()
        return got.status, json.loads(text) if got.content_type == "application/json" else text


def addresses(catalogue: Catalogue) -> list[str]:
    """Every URL that the engine may ask."""
    out: list[str] = []
    for provider in catalogue.providers.values():
        out += [provider.page.url, *provider.page.mirrors] if provider.page else []
        out += [provider.api.url] if provider.api else []
        out += [probe.url for service in provider.services for probe in service.probes]
    return out


def test_only_the_hosts_of_the_catalogue_are_replaced(providers: SimulatedProviders) -> None:
    shipped = load_all(home()).catalogue
    before, after = addresses(shipped), addresses(providers.replaced)
    assert all(url.startswith("http://127.0.0.1:") for url in (*after, *providers.controls))
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert old.split("/", 3)[3:] == new.split("/", 3)[3:]
    # Each host stays a host of its own, so that one can vouch for the other.
    assert len({url.split("/")[2] for url in before}) == len({url.split("/")[2] for url in after})
    assert len(set(providers.controls)) == len(CONTROLS)
    names = [service.id for _, service in shipped.services()]
    assert [service.id for _, service in providers.replaced.services()] == names


def test_no_real_host_is_left_where_it_could_be_asked(providers: SimulatedProviders) -> None:
    text = msgspec.json.encode([addresses(providers.replaced), providers.controls]).decode()
    assert "https://" not in text
    assert "openai.com" not in text


@pytest.mark.parametrize("stage", NIGHT, ids=lambda stage: stage.name)
async def test_every_stage_answers_as_it_is_written(
    providers: SimulatedProviders, clock: FakeClock, stage: NightStage
) -> None:
    clock.move(stage.begins - clock.now() + 1)
    openai, anthropic = (providers.replaced.providers[one] for one in ("openai", "anthropic"))
    assert openai.api is not None
    assert anthropic.api is not None
    # What a real night left well stays well: lists of models, and what an edge answers by itself.
    for api in (openai.api, anthropic.api):
        status, told = await fetch(f"{api.url}/v1/models")
        assert (status, told["error"]["type"]) == (401, "invalid_request_error")
    chatgpt = next(service for service in openai.services if service.id == "chatgpt")
    (edge,) = {probe.url for probe in chatgpt.probes if not probe.unverified}
    for guess in (probe for probe in chatgpt.probes if probe.unverified):
        status, told = await fetch(guess.url)
        assert [status] == [up.status for up in guess.up]
        assert list(told) == [up.json for up in guess.up]
    assert (await fetch(edge))[0] == 200
    status, told = await fetch(f"{openai.api.url}/v1/chat/completions", "POST", json={"messages": []})
    assert status == stage.api_status
    assert ("error" in told) == (status != 200)
    assert openai.page is not None
    status, incidents = await fetch(f"{openai.page.url}/api/v2/incidents.json")
    assert status == 200
    assert [one["status"] for one in incidents["incidents"]] == (
        [] if stage.incident is None else [stage.incident.updates[-1][1]]
    )
    assert incidents["page"]["id"] == openai.page.page_id or openai.page.page_id is None
    told = (await fetch(f"{openai.page.url}/api/v2/components.json"))[1]["components"]
    assert len([one for one in told if one["status"] != "operational"]) >= len(set(stage.page_states.values()))


async def test_a_chat_completion_says_that_it_is_simulated(providers: SimulatedProviders, clock: FakeClock) -> None:
    clock.move(NIGHT[0].begins - clock.now() + 1)
    api = providers.replaced.providers["openai"].api
    assert api is not None
    url = f"{api.url}/v1/chat/completions"
    status, told = await fetch(url, "POST", json={"model": "gpt-5", "messages": []})
    assert (status, told["model"]) == (200, SIMULATED_MODEL)
    assert "simulated" in told["choices"][0]["message"]["content"]
    status, stream = await fetch(url, "POST", json={"model": "gpt-5", "messages": [], "stream": True})
    assert stream.endswith("data: [DONE]\n\n")
    assert SIMULATED_MODEL in stream


async def test_the_servers_are_gone_with_the_demo(clock: FakeClock) -> None:
    one = SimulatedProviders(load_all(home()).catalogue, CONTROLS, clock)
    await one.start()
    (first, *_) = one.controls
    assert (await fetch(first))[0] == 200
    await one.close()
    with pytest.raises(aiohttp.ClientConnectionError):
        await fetch(first)
