"""Publishes the catalogue: makes the key pair, signs all of resources/services, and verifies before it writes.

    python packaging/catalogue.py key --secret FILE       make a key pair; the public half goes into the program
    python packaging/catalogue.py publish --secret FILE --to FOLDER

Keep the secret key out of the repository, and a copy of it in a safe place: who loses it has to publish a new program.
`publish` writes catalogue.json and catalogue.json.minisig into FOLDER, to be put where the program looks for them, and
the new version and day into resources/services/edition.json, to be committed with the services that it belongs to.
"""

import argparse
import getpass
import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import minisign  # noqa: E402 - the checkout's own program, installed or not
import msgspec  # noqa: E402

from trayapp.errors import Problem  # noqa: E402
from trayapp.secrets.signature import verified_comment  # noqa: E402
from trayapp.settings import publisher  # noqa: E402
from trayapp.settings.atomic import write_atomic, write_new  # noqa: E402
from trayapp.settings.bundle import Edition, bundle_bytes, read_bundle, trusted_comment  # noqa: E402
from trayapp.settings.services import bundle_mistakes  # noqa: E402
from trayapp.watch.pages.registry import page_kinds  # noqa: E402

FILE = "catalogue.json"
PUBLISHER = ROOT / "trayapp" / "settings" / "publisher.py"
SERVICES = ROOT / "resources" / "services"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Publish the catalogue.")
    commands = parser.add_subparsers(dest="command", required=True)
    key = commands.add_parser("key", help="make a key pair")
    publish = commands.add_parser("publish", help="sign the catalogue")
    for command in (key, publish):
        command.add_argument("--secret", type=Path, required=True, metavar="FILE", help="the secret key")
        command.add_argument("--no-password", action="store_true", help="for keys that something else protects")
    key.add_argument("--program", type=Path, default=PUBLISHER, help=argparse.SUPPRESS)
    publish.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    publish.add_argument("--services", type=Path, default=SERVICES, metavar="FOLDER", help="what to publish")
    publish.add_argument("--date", type=date.fromisoformat, default=datetime.now(UTC).date(), metavar="YYYY-MM-DD")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "key":
            make_key(arguments.secret, arguments.program, with_password=not arguments.no_password)
        else:
            publish_catalogue(arguments.secret, arguments.services, arguments.to, arguments.date)
    except (Problem, OSError, ValueError) as error:
        print(f"nothing was published: {error}", file=sys.stderr)
        return 1
    return 0


def make_key(secret: Path, program: Path, *, with_password: bool) -> None:
    """Write a new secret key where there is none, and the public one into the program."""
    pair = minisign.KeyPair.generate()
    public = pair.public_key.to_base64().decode()
    if with_password:
        password = getpass.getpass("Password for the secret key: ")
        if not password or password != getpass.getpass("Once more: "):
            raise ValueError("the passwords are empty or differ")
        pair.secret_key.encrypt(password)
    before = program.read_text()
    after, found = re.subn(
        r"^PUBLIC_KEY: str \| None = .*$", f'PUBLIC_KEY: str | None = "{public}"', before, flags=re.M
    )
    if found != 1:
        raise ValueError(f"{program} has no place for a public key")
    if not write_new(secret, bytes(pair.secret_key)):
        raise ValueError(f"{secret} is there already")
    write_atomic(program, after.encode())
    print(f"secret key: {secret}\npublic key: {public} (now in {program})")


def publish_catalogue(secret: Path, services: Path, folder: Path, day: date) -> None:
    """Sign, verify as the program would, and only then write."""
    edition_file = services / "edition.json"
    edition = msgspec.json.decode(edition_file.read_bytes(), type=Edition)
    target = folder / FILE
    published = read_bundle(target.read_bytes()).version if target.exists() else 0
    edition = Edition(max(edition.version, published) + 1, day)
    raw = bundle_bytes(edition, {file.name: file.read_text() for file in sorted(services.glob("*.toml"))})
    with minisign.SecretKey.from_file(secret) as key:
        if key.is_encrypted():
            key.decrypt(os.environ.get("MINISIGN_PASSWORD") or getpass.getpass("Password of the secret key: "))
        public = minisign.PublicKey.from_secret_key(key).to_base64().decode()
        signature = bytes(key.sign(raw, trusted_comment=trusted_comment(edition)))
    if publisher.PUBLIC_KEY not in (None, public):
        raise ValueError("the program knows another public key")
    bundle = read_bundle(raw)
    if mistakes := bundle_mistakes(bundle, page_kinds()):
        raise ValueError("\n  ".join(["the catalogue has mistakes:", *map(str, mistakes)]))
    if verified_comment(raw, signature, public) != trusted_comment(bundle.edition):
        raise ValueError("the signature does not verify")
    # The signature first: a program that comes in between finds one that does not fit yet, and tries again later.
    write_atomic(folder / f"{FILE}.minisig", signature, mode=0o644)
    write_atomic(target, raw, mode=0o644)
    write_atomic(edition_file, msgspec.json.encode(edition) + b"\n")
    print(f"catalogue {edition.version} of {edition.date}, {len(bundle.services)} files, signed by {public}")


if __name__ == "__main__":
    raise SystemExit(main())
