"""Answers with the headers that they were given and no others but the date.

aiohttp adds its own name and, where there is none, a content type: neither is the provider's, and nobody has to know
what the gateway is made of.
"""

from aiohttp import hdrs, web


class _AsGiven(web.StreamResponse):
    async def _prepare_headers(self) -> None:
        ours = [name for name in (hdrs.SERVER, hdrs.CONTENT_TYPE) if name not in self.headers]
        await super()._prepare_headers()
        for name in ours:
            self.headers.popall(name, None)


class Streamed(_AsGiven):
    """An answer that is written piece by piece."""


class Whole(_AsGiven, web.Response):
    """An answer that is sent at once."""
