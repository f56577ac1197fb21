"""The connections of the tools: what aiohttp itself has to say is said in dialect, and nothing of a stranger's is
logged."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web

from trayapp.gateway.dialects.dialect import Shape
from trayapp.gateway.dialects.spoken import spoken
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.refusal import Refused

log = logging.getLogger(__name__)

_LINGER_S = 2.0
_MAX_FIELD_BYTES = 16 * 1024
_MAX_FIELDS = 200
"""Codex keeps paths and ids in its headers, and company proxies add theirs; what is more is no tool's."""


def refusal_answer(refused: Refused, shape: Shape) -> web.Response:
    """What a tool is told in place of an answer."""
    return web.Response(
        status=refused.status, body=shape.refusal(refused), content_type="application/json", headers=refused.headers
    )


class _ToolConnection(web.RequestHandler):
    """Says what aiohttp itself has to say in the dialect, and logs nothing that a stranger sent."""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if status >= 500:
            log.error("a request failed inside the gateway", exc_info=exc)
            refused = Refused(status, "gateway_error", "LLM Ampel's gateway failed. Its log says more.")
        else:
            refused = Refused(status, "bad_request", "This is not a request that can be read.", retry=False)
        if request.writer.output_size > 0:
            raise ConnectionResetError
        answer = refusal_answer(refused, spoken(request.raw_path, request.headers))
        answer.force_close()
        return answer


class ToolServer(web.Server):
    """Makes a connection of everybody who knocks, and lets `handle` answer what comes over it."""

    def __init__(
        self, handle: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: GatewayLimits
    ) -> None:
        # A tool that leaves cancels its request, and with it the one upstream.
        super().__init__(handle, handler_cancellation=True)
        self._limits = limits

    def __call__(self) -> web.RequestHandler:
        return _ToolConnection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._limits.idle_s,
            max_field_size=_MAX_FIELD_BYTES,
            max_headers=_MAX_FIELDS,
            lingering_time=_LINGER_S,
            logger=log,
            access_log=None,  # type: ignore[arg-type]  # aiohttp's own way to have none
            auto_decompress=False,
        )
