"""Who sees what of every fault, and how long a tool waits for the first byte of the target's answer.

`python -m tests.bench.faults [FAULT...]`; the faults are those of `tests/loopback/gateway/faults.txt`.
"""

import asyncio
import os
import sys
import tempfile

from tests.support.fault_play import play
from tests.support.fault_table import COLUMNS, NOTHING, Row, rows
from tests.support.httpserver import Authority


async def line_of(row: Row, authority: Authority) -> str:
    cells, slowest_s = [], 0.0
    for column, expected in zip(COLUMNS, row.cells, strict=True):
        if expected == NOTHING:
            cells.append(NOTHING)
            continue
        played = {voice.name: await play(voice, row.fault, column, authority) for voice in row.voices}
        wrong = [f"{name} {one.cell}" for name, one in played.items() if one.cell != expected]
        cells.append(expected + (f" NOT {', '.join(wrong)}" if wrong else ""))
        slowest_s = max([slowest_s, *(one.first_s for one in played.values() if one.cell.startswith("local"))])
    waited = f"{slowest_s * 1000:6.0f}" if slowest_s else ""
    return f"{row.fault:<45}" + "".join(f"{cell:<24}" for cell in cells) + waited


async def main(named: list[str]) -> None:
    authority = Authority()
    print(f"{'fault':<45}" + "".join(f"{column!s:<24}" for column in COLUMNS) + "first byte, ms")
    for row in rows():
        if not named or row.fault in named:
            print(await line_of(row, authority))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_AMPEL_HOME"] = folder
        asyncio.run(main(sys.argv[1:]))
