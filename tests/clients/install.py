"""Tools of other people, each in a pinned version and in a folder of its own below the cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import platformdirs

CACHE_VARIABLE = "LLM_AMPEL_CLIENTS"
_LOG_LINES = 20
_DONE = "installed"


class Package(NamedTuple):
    """`name` and `version` as the registry, npm or pypi, has them."""

    registry: str
    name: str
    version: str

    @property
    def folder(self) -> Path:
        return cache() / f"{self.name.replace('/', '+')}-{self.version}"

    @property
    def programs(self) -> Path:
        """Where its commands are, once it is installed; for PyPI with the Python that imports it."""
        return self.folder / ("node_modules/.bin" if self.registry == "npm" else "bin")

    @property
    def done(self) -> Path:
        """It is installed when this is there."""
        return self.folder / _DONE


def cache() -> Path:
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("llm-ampel-clients", appauthor=False))


def installed(package: Package) -> Package:
    """The package, installed if it was not. Raises RuntimeError with the installer's last words."""
    if package.registry == "npm":
        npm = ("npm", "install", "--prefix", str(package.folder), "--no-audit", "--no-fund", _pinned(package, "@"))
        once(package.folder, npm)
    else:
        once(package.folder, *venv(package.folder, _pinned(package, "==")))
    return package


def venv(folder: Path, *requirements: str) -> tuple[tuple[str, ...], ...]:
    """The commands that make a Python with packages of PyPI."""
    pip = (str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    return (sys.executable, "-m", "venv", str(folder)), (*pip, *requirements)


def once(folder: Path, *commands: Sequence[str]) -> None:
    """Make a folder by these commands, if they have not made it. Raises RuntimeError with a failed one's last words."""
    done = folder / _DONE
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for command in commands:
        _run(*command)
    done.touch()


def _pinned(package: Package, mark: str) -> str:
    return f"{package.name}{mark}{package.version}"


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        words = "\n".join(done.stdout.splitlines()[-_LOG_LINES:])
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{words}")
