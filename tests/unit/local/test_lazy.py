"""What is not used is not loaded: the tray pays for HTTP and for the engine only when there is a target."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["target", "detect", "chat", "listing", "signature", "embedded"])
def test_importing_loads_neither_the_http_library_nor_the_engine(module: str) -> None:
    code = f"import sys, trayapp.local.{module}; print(*sorted({{'aiohttp', 'xllamacpp', 'httpx'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == ""
