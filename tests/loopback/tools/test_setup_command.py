"""`llm-ampel setup openai-env`, as it is typed, and what a login shell sees of it."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.gatewaybed import MODELS, Bed
from tests.support.httpserver import answer


def command(user: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "trayapp.cli", "setup", "openai-env", *arguments],
        env={**os.environ, "HOME": str(user), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stderr == ""
    return done.stdout


async def test_a_login_shell_reaches_the_gateway_and_no_longer_after_undo(tmp_path: Path) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {"data": []}))
        said = command(tmp_path)
        assert str(tmp_path / ".profile") in said
        assert "login" in said
        shell = ["sh", "-c", f'. "{tmp_path}/.profile"; printf %s "$OPENAI_BASE_URL"']
        url = subprocess.run(shell, capture_output=True, text=True, check=True, env={}).stdout
        host, _, path = url.removeprefix("http://").partition("/")
        assert host == "127.0.0.1:17502"
        path = "/" + path.replace("/openai/v1", "/acme") + MODELS
        assert (await bed.get(path, Authorization=None)).status == 200
        assert "openai-env" in bed.gateway.last_seen
        assert "written" not in command(tmp_path)
        command(tmp_path, "--undo")
        assert (await bed.get(path, Authorization=None)).status == 401
        assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
