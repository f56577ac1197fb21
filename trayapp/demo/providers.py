"""The simulated providers of the demo: every origin of the catalogue, answered from loopback.

Each origin (scheme and host) of the shipped catalogue gets a server of its own on a free port, so that politeness,
controls and diagnosis treat them as the different hosts that they stand for. Answers have the shape that the real
ones have; what they say comes from the night's script and the demo's clock.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from trayapp.clock import Clock
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.demo.night import NightStage, PageIncidentScript, stage_at

SIMULATED_MODEL = "simulated-cloud-model"
_Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


async def _undated(request: web.Request, response: web.StreamResponse) -> None:
    """The night's time is not the one that the server would tell."""
    response.headers.popall("Date", None)


class SimulatedProviders:
    """Servers for every origin of `catalogue`; `replaced` is the catalogue with their addresses put in.

    `troubled`: the provider that the night befalls. All others are well all night.
    """

    def __init__(self, catalogue: Catalogue, controls: tuple[str, ...], clock: Clock, troubled: str = "openai") -> None:
        self._catalogue = catalogue
        self._controls = controls
        self._clock = clock
        self.troubled = troubled
        self._runners: list[web.AppRunner] = []
        self._address: dict[str, str] = {}

    async def start(self) -> None:
        for provider in self._catalogue.providers.values():
            if provider.page is not None:
                answer = self._page(provider)
                for url in (provider.page.url, *provider.page.mirrors):
                    await self._serve(_origin(url), answer)
            if provider.api is not None:
                await self._serve(_origin(provider.api.url), self._api(provider))
            for service in provider.services:
                for probe in service.probes:
                    await self._serve(_origin(probe.url), self._web(provider))
            # Last: at the origin of a probe that one answers.
            for login in provider.logins:
                await self._serve(_origin(login.url), self._api(provider))
        for control in self._controls:
            await self._serve(_origin(control), self._control)

    async def close(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    @property
    def replaced(self) -> Catalogue:
        """The catalogue with every origin replaced and nothing else."""
        text = msgspec.json.encode(self._catalogue).decode()
        # Longest first: no origin may be cut short by another that it starts with.
        for origin in sorted(self._address, key=len, reverse=True):
            text = text.replace(json.dumps(origin)[:-1], json.dumps(self._address[origin])[:-1])
        return msgspec.json.decode(text, type=Catalogue)

    @property
    def controls(self) -> tuple[str, ...]:
        return tuple(self._address[_origin(control)] for control in self._controls)

    async def _serve(self, origin: str, answer: _Answer) -> None:
        if origin in self._address:
            return
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        app.on_response_prepare.append(_undated)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self._runners.append(runner)
        self._address[origin] = f"http://127.0.0.1:{runner.addresses[0][1]}"

    def _stage(self, provider: Provider) -> NightStage:
        if provider.provider != self.troubled:
            return NightStage("calm", self._clock.now(), 0.0)
        return stage_at(self._clock.now())

    async def _control(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="ok\n")

    def _web(self, provider: Provider) -> _Answer:
        probes = [probe for service in provider.services for probe in service.probes]
        up = {urlsplit(probe.url).path: probe.up[0] for probe in probes if probe.up}

        async def answer(request: web.Request) -> web.StreamResponse:
            # The edge answers by itself, whatever becomes of what stands behind it, and what nobody has verified is
            # left as the catalogue says.
            good = up.get(request.path)
            if good is None:
                return web.Response(text="fl=demo\nh=demo\nvisit_scheme=https\n")
            body: Any = "simulated"
            for key in reversed((good.json or "detail").split(".")):
                body = {key: body}
            return web.json_response(body, status=good.status)

        return answer

    def _api(self, provider: Provider) -> _Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            status = self._stage(provider).api_status
            if status != 200 and request.method == "POST":
                error = {"message": "The server had an error while processing your request.", "type": "server_error"}
                return web.json_response({"error": error}, status=status)
            if request.method == "POST" and request.path.endswith("/chat/completions"):
                return await _completion(request)
            error = {"message": "You didn't provide an API key.", "type": "invalid_request_error"}
            return web.json_response({"type": "error", "error": error}, status=401)

        return answer

    def _page(self, provider: Provider) -> _Answer:
        assert provider.page is not None
        meta = {
            "id": provider.page.page_id or "simulated",
            "name": provider.name,
            "url": provider.page.url,
            "updated_at": _moment(self._clock.now()),
        }

        async def answer(request: web.Request) -> web.StreamResponse:
            stage = self._stage(provider)
            body: dict[str, Any] = {"page": meta}
            match request.path.rpartition("/api/v2/")[2]:
                case "components.json":
                    body["components"] = self._components(provider, stage)
                case "incidents.json" | "incidents/unresolved.json":
                    body["incidents"] = self._incidents(provider, stage)
                case "summary.json":
                    body |= {
                        "components": self._components(provider, stage),
                        "incidents": self._incidents(provider, stage),
                        "scheduled_maintenances": [],
                        "status": {"indicator": "none", "description": ""},
                    }
                case _:
                    raise web.HTTPNotFound
            return web.json_response(body)

        return answer

    def _page_ids(self, provider: Provider, part: str) -> tuple[str, ...]:
        service_id, _, component_id = part.partition("/")
        for service in provider.services:
            for component in service.components:
                if (service.id, component.id) == (service_id, component_id):
                    return component.page_components
        return ()

    def _components(self, provider: Provider, stage: NightStage) -> list[dict[str, Any]]:
        states = {
            page_id: state for part, state in stage.page_states.items() for page_id in self._page_ids(provider, part)
        }
        seen: dict[str, str] = {}
        for service in provider.services:
            for component in service.components:
                for page_id in component.page_components:
                    if page_id != "*":
                        seen.setdefault(page_id, component.name)
        return [
            {"id": page_id, "name": name, "status": states.get(page_id, "operational"), "group": False}
            for page_id, name in (seen or {"simulated": provider.name}).items()
        ]

    def _incidents(self, provider: Provider, stage: NightStage) -> list[dict[str, Any]]:
        if stage.incident is None:
            return []
        script = stage.incident
        names = [page_id for part in script.components for page_id in self._page_ids(provider, part)]
        return [_incident(script, names)]


def _incident(script: PageIncidentScript, component_ids: list[str]) -> dict[str, Any]:
    newest_at, newest_stage, _ = script.updates[-1]
    components = [{"id": component_id, "name": component_id, "status": "full_outage"} for component_id in component_ids]
    return {
        "id": "01SIMULATEDNIGHT0000000001",
        "name": script.name,
        "status": newest_stage,
        "impact": script.impact,
        "created_at": _moment(script.updates[0][0]),
        "started_at": _moment(script.updates[0][0]),
        "updated_at": _moment(newest_at),
        "resolved_at": _moment(newest_at) if newest_stage == "resolved" else None,
        "components": components,
        "incident_updates": [
            {
                "id": f"01SIMULATEDUPDATE{number:09}",
                "status": stage,
                "body": text,
                "created_at": _moment(at),
                "updated_at": _moment(at),
                "display_at": _moment(at),
                "affected_components": None,
            }
            for number, (at, stage, text) in reversed(list(enumerate(script.updates)))
        ],
    }


async def _completion(request: web.Request) -> web.StreamResponse:
    """A chat completion that says that it is simulated, streamed when asked to."""
    asked = await request.json()
    words = ["This ", "answer ", "is ", "simulated."]
    head = {"id": "chatcmpl-simulated", "created": 0, "model": SIMULATED_MODEL}
    if not asked.get("stream"):
        message = {"role": "assistant", "content": "".join(words)}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        return web.json_response({**head, "object": "chat.completion", "choices": choices})
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    deltas: list[tuple[dict[str, str], str | None]] = [({"content": word}, None) for word in words]
    for delta, finish in (*deltas, ({}, "stop")):
        choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
        chunk = {**head, "object": "chat.completion.chunk", "choices": choices}
        await answer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
    await answer.write(b"data: [DONE]\n\n")
    return answer
