"""Mutants of the model: a line of it is another, and a run on this machine has to disagree."""

from __future__ import annotations

import dataclasses
import pathlib
import subprocess
import tomllib

MODEL = pathlib.Path("conformance/semantics/model")
TABLE = pathlib.Path("conformance/semantics/mutants/rules.toml")
# Where the archives are that the runner is linked from.
_LIBRARIES = (
    *(MODEL.parent / name for name in ("generator", "model", "runner")),
    pathlib.Path("conformance/ledger"),
    pathlib.Path("wrappers"),
)


class RuleMutantError(Exception):
    """A mutant could not be made."""


@dataclasses.dataclass(frozen=True, slots=True)
class RuleMutant:
    name: str
    file: str
    old: str
    new: str

    def source(self, folder: pathlib.Path = MODEL) -> str:
        """The file with the mutation. What is to be changed must be there once."""
        text = (folder / self.file).read_text()
        if text.count(self.old) != 1:
            raise RuleMutantError(f"{self.name}: {self.file} has {self.old!r} {text.count(self.old)} times, and not once")
        return text.replace(self.old, self.new)


def load(text: str) -> list[RuleMutant]:
    """The mutants of rules.toml, in its order."""
    found = []
    for name, words in tomllib.loads(text)["mutants"].items():
        if not isinstance(words, list) or len(words) != 3 or words[1] == words[2]:
            raise RuleMutantError(f"{name}: a mutant is [file, what is there, what is put there]")
        found.append(RuleMutant(name, *words))
    return found


def build(mutant: RuleMutant, folder: pathlib.Path) -> pathlib.Path:
    """The runner with a model that is wrong."""
    source = folder / mutant.file
    source.write_text(mutant.source())
    program = folder / "semantics"
    libraries = sorted(str(library) for place in _LIBRARIES for library in place.glob("lib*.a"))
    if not libraries:
        raise RuleMutantError("there are no libraries to link with: run this by tools/plumbline")
    command = ["g++", "-std=c++20", "-O1", "-I.", "-o", str(program), str(source)]
    command += ["-Wl,--start-group", *libraries, "-Wl,--end-group", "-lrapidcheck"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuleMutantError(f"{mutant.name}: {done.stderr.strip()}")
    return program
