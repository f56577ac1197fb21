"""The embedded target: llama.cpp's server from the extra `embedded`, on a GGUF file of the user's."""

import importlib.metadata
import importlib.util
import shlex
import shutil
import sys
from pathlib import Path

from trayapp.errors import Problem
from trayapp.local.child import Child
from trayapp.settings.schema import Local

ENGINE = "xllamacpp"
MAGIC = b"GGUF"
_CHILD = str(Path(__file__).with_name("embedded_child.py"))


def install_command() -> str:
    """What to type so that this interpreter gets the engine."""
    wanted = next(
        (
            line.partition(";")[0].strip()
            for line in importlib.metadata.requires("llm-ampel") or ()
            if line.startswith(ENGINE)
        ),
        ENGINE,
    )
    if importlib.util.find_spec("pip") is None and shutil.which("uv"):
        return shlex.join(["uv", "pip", "install", "--python", sys.executable, wanted])
    return shlex.join([sys.executable, "-m", "pip", "install", wanted])


def model_file(settings: Local) -> Path:
    """The GGUF file to serve, once everything that can be known beforehand is in order. Starts and imports nothing.

    Raises `Problem`: `embedded_missing` (command), `local_no_file`, `local_file_missing` (path, reason),
    `local_file_bad` (path).
    """
    if importlib.util.find_spec(ENGINE) is None:
        raise Problem("embedded_missing", command=install_command())
    if not settings.file:
        raise Problem("local_no_file")
    path = Path(settings.file).expanduser().absolute()
    try:
        with path.open("rb") as file:
            magic = file.read(len(MAGIC))
    except OSError as error:
        raise Problem("local_file_missing", path=str(path), reason=error.strerror or "") from error
    if magic != MAGIC:
        raise Problem("local_file_bad", path=str(path))
    return path


async def start(path: Path, context_tokens: int, log_file: Path) -> Child:
    """Start the server; it announces `loading`, then `ready URL`."""
    # -P: the script's folder is no place to import from.
    command = [sys.executable, "-P", _CHILD, str(path), str(context_tokens)]
    return await Child.start(command, log_file, name="llama.cpp", announces=True)
