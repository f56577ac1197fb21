"""Answers in the shapes that providers and their fronts really have, each through the whole program: what of them is an
outage, what is the user's own account or place, and what is neither."""

from datetime import UTC, datetime
from typing import Any

import aiohttp

from tests.support.httpserver import Behaviour, answer
from tests.support.scene import CHAT_PATH, Acme, Scene, free_port
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens
from trayapp.text import banners

RED, YELLOW = (Light.RED, Finding.DOWN), (Light.YELLOW, Finding.DEGRADED)
GREEN, GREY = (Light.GREEN, Finding.OK), (Light.GREY, Finding.NO_EVIDENCE)
RAY = {"cf-ray": "8f0-FRA"}
PAGE = RAY | {"content-type": "text/html"}
BETWEEN_S = 61.0
"""Two requests count on their own; a minute apart, refusals do, too."""


def _error(**fields: Any) -> dict[str, Any]:
    return {"error": fields}


def _soft(code: int, words: str) -> dict[str, Any]:
    return {"code": code, "msg": words, "success": False}


NETWORK = "Access denied. Please check your network settings."
OVERLOADED = _error(type="engine_overloaded_error", message="The engine is currently overloaded")
MINUTE = _error(type="insufficient_quota", message="You exceeded your current quota: error-code#token-limit")
CREDITS = {"code": "no permission", "error": "Your newly created team doesn't have any credits yet."}
ANOTHERS = _error(code=502, message="Provider returned error", metadata={"provider_name": "X"})
CF_502 = {"type": "https://x", "title": "Bad gateway", "detail": "words", "error_code": 502, "cloudflare_error": True}
# What probes without a key are told, and what becomes of it: light and finding, and the reason that says so.
PROBED: dict[str, tuple[Behaviour, tuple[Light, Finding], str]] = {
    "challenged": (answer(202, "", {"x-amzn-waf-action": "challenge"}), GREY, "challenge"),
    "blocked": (answer(403, "<h1>Sorry, you have been blocked</h1>", PAGE), GREY, "badge_region"),
    "vpn": (answer(403, _error(message=NETWORK)), GREY, "badge_region"),
    "firewall": (answer(405, "<h1>405</h1>", PAGE), YELLOW, "refused"),
    "moved": (answer(200, _soft(500, "404 NOT_FOUND")), YELLOW, "refused"),
    "busy": (answer(429, OVERLOADED), YELLOW, "refused"),
    "gateway": (answer(502, CF_502, RAY), RED, "failures"),
}
# What a tool is told that was answered before, with its key.
USED: dict[str, tuple[Behaviour, tuple[Light, Finding], str]] = {
    "large": (answer(413, "<h1>413</h1>", PAGE), GREEN, "answers"),
    "limited": (answer(200, _soft(1302, "slow down")), GREEN, "badge_rate_limit"),
    "minute": (answer(429, MINUTE), GREEN, "badge_rate_limit"),
    "poor": (answer(403, CREDITS), GREEN, "badge_quota"),
    "router": (answer(502, ANOTHERS), YELLOW, "refused"),
    "crowded": (answer(429, OVERLOADED), YELLOW, "refused"),
    "empty": (answer(200, {"choices": []}), GREEN, "answers"),
    "failing": (answer(200, _soft(500, "Internal error")), RED, "failures"),
}
# Only where the provider itself says so it is not the user.
TITLES = {"Failing API is down. It is not you.", "Gateway API's edge answers 502 here."}
# What refuses at the same time is told as one.
TOGETHER = "Firewall AI, Moved AI, Busy AI, Router AI and Crowded AI refuse you at once"


async def test_what_is_an_outage_and_what_is_the_users_own_or_neither() -> None:
    token = Tokens(home()).add("editor")
    acmes = [Acme(name, page=False) for name in (*PROBED, *USED, "well")]
    expected = {name: row[1:] for name, row in (PROBED | USED).items()}
    async with (
        Scene(*acmes, settings=f"[gateway]\nport = {free_port()}\n") as scene,
        aiohttp.ClientSession() as session,
    ):
        await scene.until(lambda s: s.gateway_url is not None, "the gateway")
        asked = 0

        async def ask_all() -> None:
            """And a minute passes."""
            nonlocal asked
            asked += 1
            over_at = scene.clock.now() + BETWEEN_S
            for name in USED:
                url = f"{scene.engine.switch.gateway_url}/t/{token}/{name}/v1/chat/completions"
                body = {"model": "acme-1", "messages": [{"role": "user", "content": f"{asked}"}]}
                async with session.post(url, json=body, headers={"authorization": "Bearer sk-of-the-editor"}) as got:
                    await got.read()
            await scene.until(lambda s: scene.clock.now() >= over_at, "a minute")

        def seen() -> dict[str, tuple[tuple[Light, Finding], str]]:
            """As it is expected where that is so, else as it is."""
            now = {}
            for name, (_, reason) in expected.items():
                verdict = scene.verdict(name)
                codes = [str(one.code) for one in verdict.reasons]
                now[name] = (verdict.light, verdict.finding), reason if reason in codes else str(codes)
            return now

        def titles() -> set[str]:
            """Of all banners so far."""
            offset_s = scene.engine.snapshot().wall_offset_s
            said = [one for one in scene.announcements if isinstance(one, Banner)]
            return {
                banners.words(one, wall=lambda at: datetime.fromtimestamp(at + offset_s, UTC)).title for one in said
            }

        await ask_all()
        await scene.until(lambda s: all(one.light is Light.GREEN for one in s.judgement.services), "green")
        for name, (behaviour, *_) in PROBED.items():
            scene[name].api(behaviour)
        for name, (behaviour, *_) in USED.items():
            scene[name].api_server.on(CHAT_PATH, behaviour)
        while seen() != expected or TOGETHER not in titles():
            assert asked < 20, (titles(), {name: now for name, now in seen().items() if now != expected[name]})
            await ask_all()
        ever_red = {one.service for one in scene.transitions if one.light is Light.RED}
        assert ever_red == {scene[name].service for name, (light, _) in expected.items() if light is RED}
        assert scene.verdict("well").light is Light.GREEN
        assert {title for title in titles() if "trouble" not in title and "at once" not in title} == TITLES
