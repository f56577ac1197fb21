"""The real llama.cpp server under the options of its own command: `llama_server.py -m FILE -c CONTEXT --port PORT`."""

import argparse
import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import xllamacpp


def command(file: Path, port: int = 0, context: int = 1024) -> tuple[str, ...]:
    return (sys.executable, __file__, "-m", str(file), "-c", str(context), "--port", str(port))


@contextlib.asynccontextmanager
async def running(file: Path, context: int = 1024) -> AsyncIterator[str]:
    """The server in a process of its own; gives its address."""
    process = await asyncio.create_subprocess_exec(
        *command(file, 0, context), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.kill()
        await process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-m", dest="model", required=True)
    parser.add_argument("-c", dest="context", type=int, default=1024)
    parser.add_argument("--port", type=int, default=0)
    told = parser.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.port = told.model, told.context, told.port
    # Two threads wait for each other without sleep: where other work shares the cores, a hundred times as long.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - a program's own output
    threading.Event().wait()


if __name__ == "__main__":
    main()
