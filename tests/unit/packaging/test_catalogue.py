"""The command that publishes the catalogue: what it writes verifies, and what would not is never written."""

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from trayapp import paths
from trayapp.errors import Problem
from trayapp.secrets.signature import verified_comment
from trayapp.settings.bundle import read_bundle, shipped_edition, trusted_comment

SCRIPT = Path(__file__).parents[3] / "packaging" / "catalogue.py"
DAY = ["--date", "2026-12-24"]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("publish_catalogue", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A copy of what is published, and of the file that holds the public key."""
    shutil.copytree(paths.resources() / "services", tmp_path / "services")
    shutil.copy(SCRIPT.parents[1] / "trayapp" / "settings" / "publisher.py", tmp_path)
    return tmp_path


def make_key(script: ModuleType, desk: Path) -> int:
    secret, program = str(desk / "secret.key"), str(desk / "publisher.py")
    code: int = script.main(["key", "--no-password", "--secret", secret, "--program", program])
    return code


def publish(script: ModuleType, desk: Path) -> int:
    places = ["--services", str(desk / "services"), "--to", str(desk / "out")]
    code: int = script.main(["publish", "--secret", str(desk / "secret.key"), *places, *DAY])
    return code


def public_key(desk: Path) -> str:
    values: dict[str, str] = {}
    exec((desk / "publisher.py").read_text(), values)
    return values["PUBLIC_KEY"]


def test_what_is_published_verifies_with_the_key_that_the_program_got(script: ModuleType, desk: Path) -> None:
    assert make_key(script, desk) == 0
    assert (desk / "secret.key").stat().st_mode & 0o077 == 0
    assert publish(script, desk) == 0
    raw, signature = ((desk / "out" / name).read_bytes() for name in ("catalogue.json", "catalogue.json.minisig"))
    bundle = read_bundle(raw)
    assert verified_comment(raw, signature, public_key(desk)) == trusted_comment(bundle.edition)
    assert bundle.version == shipped_edition().version + 1
    assert set(bundle.services) == {file.name for file in (desk / "services").glob("*.toml")}
    with pytest.raises(Problem, match="catalogue_unsigned"):
        verified_comment(raw + b" ", signature, public_key(desk))


def test_the_version_grows_with_every_one(script: ModuleType, desk: Path) -> None:
    make_key(script, desk)
    versions = []
    for _ in range(3):
        assert publish(script, desk) == 0
        versions.append(read_bundle((desk / "out" / "catalogue.json").read_bytes()).version)
    assert versions == [versions[0], versions[0] + 1, versions[0] + 2]


def test_a_catalogue_with_a_mistake_is_not_published(
    script: ModuleType, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_key(script, desk)
    before = (desk / "services" / "edition.json").read_bytes()
    (desk / "services" / "openai.toml").write_text('provider = "openai"\nnmae = "OpenAI"\n')
    assert publish(script, desk) == 1
    assert "openai.toml" in capsys.readouterr().err
    assert not (desk / "out").exists()
    assert (desk / "services" / "edition.json").read_bytes() == before


def test_no_secret_key_is_written_over(script: ModuleType, desk: Path) -> None:
    make_key(script, desk)
    secret, program = (desk / "secret.key").read_bytes(), (desk / "publisher.py").read_text()
    assert make_key(script, desk) == 1
    assert ((desk / "secret.key").read_bytes(), (desk / "publisher.py").read_text()) == (secret, program)
    (desk / "secret.key").unlink()
    assert publish(script, desk) == 1
