"""Where constants.toml says what it leaves out, it overlooks nothing: each constant of the family is typed, or left out."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest

from tools.codegen import wrapper_constants
from tools.codegen.bindings import Bindings
from tools.codegen.errors import is_error_file
from tools.codegen.source import Document
from tools.codegen.wrapper_constants import Facility

MODELS = Path("bindings/data_models.toml")
FILES = [f for f in sorted(Path("bindings").glob("*.toml")) if f != MODELS and not is_error_file(f)]
BINDINGS = Bindings.load(MODELS, FILES)
FACILITIES = {one.name: one for one in wrapper_constants.load(Document.load(Path("wrappers/constants.toml")), BINDINGS)}
COMPLETE = [one for one in FACILITIES.values() if one.left_out]


def family(facility: Facility) -> set[str]:
    """The constants of the family that is called as the facility."""
    return {binding.name for binding in BINDINGS.names("constant") if binding.family == facility.name}


def typed(facility: Facility) -> set[str]:
    return {constant.name for kind in facility.types for constant in kind.constants}


@pytest.mark.parametrize("facility", COMPLETE, ids=[one.name for one in COMPLETE])
def test_no_constant_is_overlooked(facility: Facility) -> None:
    left_out = {
        name for name in family(facility) for pattern in facility.left_out if fnmatch.fnmatchcase(name, pattern)
    }
    assert not left_out & typed(facility), "left out, and of a type"
    assert not family(facility) - typed(facility) - left_out, "neither of a type nor left out"


def test_the_test_sees_what_it_should() -> None:
    assert len(family(FACILITIES["prctl"])) > 150
    assert FACILITIES["prctl"] in COMPLETE
