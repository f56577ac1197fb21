"""The symptoms that there are words for: `resources/symptoms/symptoms.toml`, decoded strictly."""

import tomllib
from functools import cache

import msgspec

from trayapp import paths
from trayapp.core.mine.symptoms import Symptom, Symptoms


class _File(msgspec.Struct, forbid_unknown_fields=True):
    symptoms: tuple[Symptom, ...] = msgspec.field(name="symptom")


@cache
def known() -> Symptoms:
    """All of them. Raises msgspec.ValidationError for a file that is wrong: it is shipped."""
    file = paths.resources() / "symptoms" / "symptoms.toml"
    return Symptoms(msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File).symptoms)
