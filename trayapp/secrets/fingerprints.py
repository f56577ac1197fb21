"""Credentials told apart without being known: a short hash, salted anew on each installation."""

import hashlib
import logging
import secrets
from pathlib import Path

from trayapp.errors import Problem
from trayapp.settings.atomic import write_atomic

log = logging.getLogger(__name__)

SALT_BYTES = 32
# Enough to tell a handful of credentials apart, too little to be one.
HASH_BYTES = 6


class Fingerprints:
    """The same credential gives the same fingerprint, here and after a restart, and nowhere else.

    `file` keeps the salt; without one, or where it cannot be written, the salt lasts as long as this object.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._salt: bytes | None = None

    def of(self, credential: str) -> str:
        """The fingerprint of a credential, with or without its "Bearer"; empty where there is none."""
        scheme, _, value = credential.strip().partition(" ")
        known_by = value.strip() if scheme.lower() == "bearer" else credential.strip()
        if not known_by:
            return ""
        if self._salt is None:
            self._salt = self._read() or self._make()
        raw = known_by.encode(errors="surrogateescape")
        return hashlib.blake2b(raw, key=self._salt, digest_size=HASH_BYTES).hexdigest()

    def _read(self) -> bytes | None:
        try:
            # A pipe in its place would hold us for ever.
            salt = self._file.read_bytes() if self._file is not None and self._file.is_file() else b""
        except OSError:
            return None
        return salt if len(salt) == SALT_BYTES else None

    def _make(self) -> bytes:
        salt = secrets.token_bytes(SALT_BYTES)
        if self._file is not None:
            try:
                write_atomic(self._file, salt, mode=0o600)
            except Problem as problem:
                log.info("what was accepted is not known after a restart: %s", problem)
        return salt
