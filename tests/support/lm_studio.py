"""A loopback server that answers as LM Studio does: its greeting, its own listing and load, OpenAI's chat."""

from typing import Any, Self

from aiohttp import web


class LmStudio:
    """`models`: key to whether it is loaded; only loaded ones answer, as with just-in-time loading switched off."""

    def __init__(self, **models: bool) -> None:
        self.models = models
        self.url = ""
        self.requests: list[str] = []

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[self._record])
        app.add_routes(
            [
                web.get("/lmstudio-greeting", self._greeting),
                web.get("/api/v1/models", self._models),
                web.post("/api/v1/models/load", self._load),
                web.post("/v1/chat/completions", self._chat),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_details: object) -> None:
        await self._runner.cleanup()

    @web.middleware
    async def _record(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(request.path)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _greeting(self, _request: web.Request) -> web.Response:
        return web.json_response({"lmstudio": True})

    async def _models(self, _request: web.Request) -> web.Response:
        rows: list[dict[str, Any]] = [{"type": "embedding", "key": "nomic-embed", "loaded_instances": []}]
        for key, loaded in self.models.items():
            instances = [{"id": key, "config": {"context_length": 8192}}] if loaded else []
            rows.append({"type": "llm", "key": key, "loaded_instances": instances, "max_context_length": 131_072})
        return web.json_response({"models": rows})

    async def _load(self, request: web.Request) -> web.Response:
        key = (await request.json())["model"]
        self.models[key] = True
        return web.json_response(
            {"type": "llm", "model_instance_id": key, "load_time_seconds": 1.5, "status": "loaded"}
        )

    async def _chat(self, request: web.Request) -> web.Response:
        key = (await request.json())["model"]
        if not self.models.get(key):
            return web.json_response({"error": {"message": "No models loaded."}}, status=404)
        choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "length"}
        return web.json_response({"object": "chat.completion", "model": key, "choices": [choice]})
