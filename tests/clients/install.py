"""Tools of other people, each in a pinned version and in a folder of its own below the cache."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import platformdirs

CACHE_VARIABLE = "LLM_AMPEL_CLIENTS"
_LOG_LINES = 20


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
        return self.folder / "installed"


def cache() -> Path:
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("llm-ampel-clients", appauthor=False))


def installed(package: Package) -> Package:
    """The package, installed if it was not. Raises RuntimeError with the installer's last words."""
    if package.done.exists():
        return package
    shutil.rmtree(package.folder, ignore_errors=True)
    package.folder.mkdir(parents=True)
    if package.registry == "npm":
        _run("npm", "install", "--prefix", str(package.folder), "--no-audit", "--no-fund", _pinned(package, "@"))
    else:
        _run(sys.executable, "-m", "venv", str(package.folder))
        pip = (str(package.programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        _run(*pip, _pinned(package, "=="))
    package.done.touch()
    return package


def _pinned(package: Package, mark: str) -> str:
    return f"{package.name}{mark}{package.version}"


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        words = "\n".join(done.stdout.splitlines()[-_LOG_LINES:])
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{words}")
