"""A stand-in for a local LLM, for a demo on a machine that has none. It says what it is in every answer."""

import asyncio
import json

from aiohttp import web

MODEL = "simulated-local-model"
WORD_S = 0.05
"""Real seconds between two words: about what a small model does on a laptop."""
_WORDS = ("I ", "am ", "a ", "simulated ", "local ", "model. ", "Install ", "Ollama, ", "and ", "a ", "real ", "one ")
_MORE = ("will ", "answer ", "here.")


class SimulatedTarget:
    """An OpenAI-compatible server on loopback with one model."""

    model = MODEL

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/v1/models", self._models)
        app.router.add_post("/v1/chat/completions", self._completion)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [{"id": MODEL, "object": "model", "owned_by": "demo"}]})

    async def _completion(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        words = (_WORDS + _MORE)[: asked.get("max_tokens") or None]
        head = {"id": "chatcmpl-simulated", "created": 0, "model": MODEL}
        if not asked.get("stream"):
            message = {"role": "assistant", "content": "".join(words)}
            usage = {"prompt_tokens": 1, "completion_tokens": len(words), "total_tokens": len(words) + 1}
            choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
            return web.json_response({**head, "object": "chat.completion", "choices": choices, "usage": usage})
        answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await answer.prepare(request)
        deltas: list[tuple[dict[str, str], str | None]] = [({"content": word}, None) for word in words]
        for delta, finish in (*deltas, ({}, "stop")):
            chunk = {**head, "object": "chat.completion.chunk"}
            chunk["choices"] = [{"index": 0, "delta": delta, "finish_reason": finish}]
            await answer.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
            await asyncio.sleep(WORD_S)
        await answer.write(b"data: [DONE]\n\n")
        return answer
