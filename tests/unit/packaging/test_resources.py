"""What the program reads at run time is in the wheel."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]
NOT_READ = {"screenshots"}


def test_every_folder_of_resources_is_shipped() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shipped = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    folders = {one.name for one in (ROOT / "resources").iterdir()} - NOT_READ
    assert shipped == {f"resources/{one}": f"trayapp/resources/{one}" for one in folders}
