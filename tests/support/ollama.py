"""A loopback server that answers as Ollama does (docs/api.md of Ollama), as far as a client of a local LLM meets it.

As a program it listens where OLLAMA_HOST says, like `ollama serve`.
"""

import asyncio
import json
import os
from typing import Any, Self

from aiohttp import web

CONTEXT_TOKENS = 4096


class Ollama:
    """`models`: what was pulled, name to the host that really runs it ("" is this machine). `loaded`: now in memory.

    `load_s`: how long a load takes. `load_error`: what it fails with. `tokens`: the answer. `cut_after`: break the
    stream off after so many. `error_after`: say an error there instead. `requests`: method, path and body of all.
    """

    def __init__(self, *models: str) -> None:
        self.models: dict[str, str] = dict.fromkeys(models, "")
        self.families: dict[str, str] = {}
        self.loaded: set[str] = set()
        self.context = CONTEXT_TOKENS
        self.load_s = 0.0
        self.load_error = ""
        self.tokens: tuple[str, ...] = ("It", " is", " not", " you", ".")
        self.token_s = 0.0
        self.cut_after: int | None = None
        self.error_after: int | None = None
        self.hung_up = asyncio.Event()
        self.requests: list[tuple[str, str, Any]] = []
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_details: object) -> None:
        await self.stop()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        app = web.Application(middlewares=[self._record])
        app.add_routes(
            [
                web.get("/", self._root),
                web.get("/api/version", self._version),
                web.get("/api/tags", self._tags),
                web.get("/api/ps", self._running),
                web.post("/api/generate", self._generate),
                web.get("/v1/models", self._openai_models),
                web.post("/v1/chat/completions", self._chat),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    def paths(self) -> list[str]:
        return [path for _method, path, _body in self.requests]

    @web.middleware
    async def _record(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, request.path, body))
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _root(self, _request: web.Request) -> web.Response:
        return web.Response(text="Ollama is running")

    async def _version(self, _request: web.Request) -> web.Response:
        return web.json_response({"version": "0.31.2"})

    async def _tags(self, _request: web.Request) -> web.Response:
        return web.json_response({"models": [self._row(name) for name in self.models]})

    def _row(self, name: str) -> dict[str, Any]:
        row: dict[str, Any] = {"name": name, "model": name, "size": 5_200_000_000, "digest": "0" * 64, "details": {}}
        if name in self.families:
            row["details"] = {"family": self.families[name]}
        if self.models[name]:
            row |= {"remote_host": self.models[name], "remote_model": name.removesuffix("-cloud")}
        return row

    async def _running(self, _request: web.Request) -> web.Response:
        return web.json_response(
            {"models": [self._row(name) | {"context_length": self.context} for name in sorted(self.loaded)]}
        )

    async def _openai_models(self, _request: web.Request) -> web.Response:
        rows = [{"id": name, "object": "model", "created": 1, "owned_by": "library"} for name in self.models]
        return web.json_response({"object": "list", "data": rows})

    async def _load(self, name: str) -> web.Response | None:
        name = name if ":" in name else f"{name}:latest"
        if name not in self.models:
            return web.json_response({"error": f"model '{name}' not found"}, status=404)
        if self.load_error:
            return web.json_response({"error": self.load_error}, status=500)
        if name not in self.loaded:
            await asyncio.sleep(self.load_s)
            self.loaded.add(name)
        return None

    async def _generate(self, request: web.Request) -> web.Response:
        name = (await request.json())["model"]
        refusal = await self._load(name)
        return refusal or web.json_response(
            {"model": name, "created_at": "2026-02-03T21:04:00Z", "response": "", "done": True, "done_reason": "load"}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        question = await request.json()
        if "model" not in question:
            return web.json_response({"error": {"message": "model is required", "type": "api_error"}}, status=400)
        name = question["model"]
        refusal = await self._load(name)
        if refusal is not None:
            return refusal
        if question.get("stream"):
            return await self._streamed(request, name)
        count = min(len(self.tokens), question.get("max_tokens") or len(self.tokens))
        message = {"role": "assistant", "content": "".join(self.tokens[:count])}
        return web.json_response(
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "model": name,
                "choices": [{"index": 0, "message": message, "finish_reason": "length"}],
                "usage": {"prompt_tokens": 9, "completion_tokens": count, "total_tokens": 9 + count},
            }
        )

    async def _streamed(self, request: web.Request, name: str) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)

        async def event(data: dict[str, Any]) -> None:
            await response.write(b"data: " + json.dumps(data).encode() + b"\n\n")

        def chunk(text: str, reason: str | None = None) -> dict[str, Any]:
            choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": reason}
            return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": name, "choices": [choice]}

        try:
            for number, token in enumerate(self.tokens):
                if number == self.cut_after:
                    return response
                if number == self.error_after:
                    await event({"error": {"message": "model runner has unexpectedly stopped", "type": "api_error"}})
                    return response
                await event(chunk(token))
                await asyncio.sleep(self.token_s)
            await event(chunk("", "stop"))
            await response.write(b"data: [DONE]\n\n")
        except (ConnectionResetError, asyncio.CancelledError):
            self.hung_up.set()
            raise
        return response


async def _serve() -> None:
    host, _, port = os.environ["OLLAMA_HOST"].partition(":")
    server = Ollama("qwen3:8b")
    await server.start(host, int(port))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
