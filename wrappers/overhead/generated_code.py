"""Reads what the compiler made of the pairs Raw_CALL and Wrapped_CALL, from objdump, and compares them.

A wrapper is as thin as it says if its hot part calls what the raw function calls, as often, and
nothing else; if what never runs on success stands apart (NAME.cold), and only makes the error; and
if the shortest way round the loop, which is that of success, is at most LIMIT instructions longer.
"""

from __future__ import annotations

import collections
import dataclasses
import mmap
import pathlib
import re
import subprocess
from collections.abc import Iterator

LIMIT = 4

# The only function that the cold part may call: internal::Failed and FailedWith.
_ERROR_MAKER = re.compile(r"plumbline::internal::Failed(With)?<")


@dataclasses.dataclass(frozen=True, slots=True)
class Instruction:
    address: int
    name: str  # "call", "jmp"
    target: int | None  # of a call or a jump, if it is known
    destination: str  # the same as text: "write", "main+0x8", "*%rax"

    @property
    def is_call(self) -> bool:
        return self.name.startswith("call")

    @property
    def goes_on(self) -> bool:
        """Whether the next one may be executed after it."""
        return self.name not in ("jmp", "ret", "ud2", "hlt")


@dataclasses.dataclass(frozen=True, slots=True)
class Function:
    """A function, or the part of one that the compiler set apart as cold."""

    name: str  # "main", "main.cold"
    instructions: tuple[Instruction, ...]

    @property
    def calls(self) -> collections.Counter[str]:
        """How often each function is called; a jump to another function is a call too."""
        return collections.Counter(one.destination for one in self.instructions if one.is_call or self._leaves(one))

    def _leaves(self, one: Instruction) -> bool:
        here = self.name.removesuffix(".cold")
        return bool(one.destination) and one.destination.partition("+")[0] not in (here, f"{here}.cold")

    def way_round(self) -> int:
        """Instructions of the shortest way from a call back to it; 0 if there is no loop with one."""
        return min((length for one in self.instructions if one.is_call and (length := self._way_round(one))), default=0)

    def _way_round(self, start: Instruction) -> int:
        at = {one.address: index for index, one in enumerate(self.instructions)}
        seen = {start.address}
        edge = [start.address]
        length = 0
        while edge:
            length += 1
            following = []
            for address in edge:
                for after in self._after(at[address]):
                    if after == start.address:
                        return length
                    if after in at and after not in seen:
                        seen.add(after)
                        following.append(after)
            edge = following
        return 0

    def _after(self, index: int) -> Iterator[int]:
        one = self.instructions[index]
        if one.goes_on and index + 1 < len(self.instructions):
            yield self.instructions[index + 1].address
        if one.target is not None and not one.is_call:
            yield one.target


_INSTRUCTION = re.compile(r"\s+([0-9a-f]+):\t(.*?)(?:\s+# .*)?")
_DESTINATION = re.compile(r"([0-9a-f]+) <(.+)>")
_PREFIXES = {"bnd", "cs", "data16", "ds", "notrack", "rep", "repz"}


def parse(text: str) -> dict[str, Function]:
    """Functions by name, of `objdump -d --no-show-raw-insn -C`, without what only fills up."""
    functions: dict[str, Function] = {}
    name, instructions = "", list[Instruction]()
    for line in [*text.splitlines(), "0 <>:"]:
        if found := re.fullmatch(r"[0-9a-f]+ <(.*)>:", line):
            if instructions:
                functions[name] = Function(name, tuple(instructions))
            name, instructions = found[1], []
        elif found := _INSTRUCTION.fullmatch(line):
            words = found[2].split()
            while words[0] in _PREFIXES:
                words = words[1:]
            operation, operands = words[0], " ".join(words[1:])
            if not operation.startswith("nop") and (operation, operands) != ("xchg", "%ax,%ax"):
                instructions.append(_instruction(int(found[1], 16), operation, operands))
    return functions


def _instruction(address: int, name: str, operands: str) -> Instruction:
    if not name.startswith(("call", "j")):
        return Instruction(address, name, target=None, destination="")
    if found := _DESTINATION.fullmatch(operands):
        return Instruction(address, name, target=int(found[1], 16), destination=found[2].removesuffix("@plt"))
    return Instruction(address, name, target=None, destination=operands)


def disassemble(objdump: str, program: pathlib.Path) -> dict[str, Function]:
    result = subprocess.run(
        [objdump, "-d", "--no-show-raw-insn", "-C", "--section=.text", str(program)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return parse(result.stdout)


def unfit(program: pathlib.Path) -> str:
    """Why its code says nothing of what the wrappers cost; empty if it does."""
    with open(program, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:4] != b"\x7fELF" or content[18:20] != b"\x3e\0":
            return f"{program} is not of amd64, the only architecture whose code is read"
        for sanitizer in ("asan", "tsan", "ubsan"):
            if content.find(f"__{sanitizer}_".encode()) >= 0:
                return f"{program} is built with --config={sanitizer}, which adds code of its own"
    return ""


def calls_of(functions: dict[str, Function]) -> list[str]:
    """"epoll_wait" for Raw_epoll_wait, in the order of their names."""
    return sorted(name.removeprefix("Raw_") for name in functions if re.fullmatch(r"Raw_\w+", name))


def faults(functions: dict[str, Function], call: str) -> list[str]:
    """What is wrong with the code of Wrapped_CALL; nothing, if it is as thin as it says."""
    raw, wrapped = functions[f"Raw_{call}"], functions.get(f"Wrapped_{call}")
    if wrapped is None:
        return [f"there is no Wrapped_{call}"]
    found = []
    for callee in sorted(raw.calls.keys() | wrapped.calls.keys()):
        before, after = raw.calls[callee], wrapped.calls[callee]
        if before != after:
            found.append(f"it calls {callee} {after} times, and the raw one {before} times")
    cold = functions.get(f"Wrapped_{call}.cold")
    for callee in cold.calls if cold else ():
        if not _ERROR_MAKER.search(callee):
            found.append(f"its cold part calls {callee}")
    rounds = raw.way_round(), wrapped.way_round()
    if not all(rounds):
        found.append("there is no loop with a call in it")
    elif not call.endswith("_rounded") and rounds[1] - rounds[0] > LIMIT:
        found.append(f"its loop has {rounds[1]} instructions, and the raw one {rounds[0]}")
    return found
