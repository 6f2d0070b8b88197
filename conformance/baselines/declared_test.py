"""Whether each declared binding agrees with each baseline whose release it claims."""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Iterator

import pytest

from conformance.baselines import recorded
from tools.codegen import c_types
from tools.codegen.bindings import Bindings, Common, Constant, Function, Resolved, Type
from tools.codegen.layout import Layouts
from tools.codegen.targets import parse_version

EXCEPTIONS = recorded.Exceptions("declared")
FILES = sorted(path for path in pathlib.Path("bindings").glob("*.toml") if path.name != "data_models.toml")
BINDINGS = Bindings.load(
    pathlib.Path("bindings/data_models.toml"), [path for path in FILES if not path.name.endswith(".errors.toml")]
)
Findings = Iterator[tuple[str, str]]


def same_type(text: str) -> str:
    """A function's type as C compares it, without blanks."""
    text = text.replace("restrict", "").replace(" ", "")
    # In C with _GNU_SOURCE, unions of all that a pointer to a socket's address can be.
    text = text.replace("__CONST_SOCKADDR_ARG", "conststructsockaddr*").replace("__SOCKADDR_ARG", "structsockaddr*")
    # One type's two names.
    text = text.replace("__sigset_t", "sigset_t")
    # What a parameter that is passed by value is qualified with is the callee's business.
    return re.sub(r"const(union\w+)(?=[,)])", r"\1", text)


class Check:
    """One target's declarations against one surface."""

    def __init__(self, baseline: recorded.Baseline, surface: recorded.Surface, resolved: Resolved) -> None:
        self.baseline = baseline
        self.surface = surface
        self.resolved = resolved
        self.layouts = Layouts(resolved)
        self.variants = ("time64", "") if resolved.target.variant == "time64" else ("",)
        self.counts = 0

    def all(self) -> Findings:
        for constant in self.resolved.constants():
            yield from self.constant(constant)
        for declared in self.resolved.types():
            yield from self.type(declared)
        for function in self.resolved.functions():
            yield from self.function(function)

    def is_there(self, entry: Common, side: str) -> bool:
        """Whether the release is as new as the declaration asks."""
        if not entry.present or side == "glibc" and not entry.in_libc:
            return False
        since = entry.since.glibc if side == "glibc" else entry.since.headers
        have = self.baseline.libc if side == "glibc" else self.baseline.kernel
        return not since or have >= parse_version(since)

    def sides(self, entry: Common) -> Iterator[tuple[str, str]]:
        if entry.header and not entry.shared:
            yield "glibc", entry.header
        if entry.uapi:
            yield "uapi", entry.uapi

    def records(self, side: str, header: str, name: str, kinds: set[str]) -> list[recorded.Record]:
        found = self.surface.find(side, self.variants, name, kinds)
        # A name that one header declares unless another has is of the first of them.
        return [record for record in found if record.owner == header] or found

    def same_value(self, record: recorded.Record, value: int) -> bool:
        # A pointer's value has no sign.
        pointer = 8 * self.resolved.target.arch.model.sizes["pointer"][0] if "*" in record.columns[2] else 0
        return record.columns[3] == str(value) or bool(pointer) and record.columns[3] == str(value % (1 << pointer))

    def constant(self, constant: Constant) -> Findings:
        for side, header in self.sides(constant):
            name = constant.uapi_name or constant.name if side == "uapi" else constant.name
            value = constant.uapi_value if side == "uapi" else constant.value
            found = self.records(side, header, name, {"macro", "enumerator"})
            key = f"Constant/{constant.name}/{side}"
            if not self.is_there(constant, side):
                if any(record.owner == header for record in found) and constant.present:
                    yield key, "declared to be absent, and it is there"
                continue
            self.counts += 1
            if not found:
                yield key, f"not in {header}"
            elif constant.runtime or value is None:
                continue
            elif not any(self.same_value(record, value) for record in found):
                yield key, f"declared {value}, recorded {[record.columns[3] for record in found]}"
            elif side == "glibc":
                same = [record for record in found if self.same_value(record, value)]
                kind = c_types.render(self.resolved.spelled_out(constant.type))
                if not any(record.columns[2] == kind for record in same):
                    yield f"{key}/type", f"declared {kind}, recorded {[record.columns[2] for record in same]}"
                if constant.in_if != any(record.columns[0] == "if" for record in same):
                    yield f"{key}/in_if", f"declared {constant.in_if}, recorded {[r.columns[0] for r in same]}"

    def type(self, declared: Type) -> Findings:
        for side, header in self.sides(declared):
            name = declared.uapi_name or declared.name if side == "uapi" else declared.name
            word, _, tag = name.rpartition(" ")
            found = [
                record
                for record in self.records(side, header, tag, {word or "typedef"})
                if record.columns[1] != "incomplete"
            ]
            key = f"Type/{declared.name}/{side}"
            if not self.is_there(declared, side):
                if any(record.owner == header for record in found) and declared.present:
                    yield key, "declared to be absent, and it is there"
                continue
            self.counts += 1
            if not found:
                yield key, f"not in {header}"
                continue
            layout = self.layouts.of(declared.name)
            size = [str(layout.size), str(layout.align)]
            if not any(record.columns[1:3] == size for record in found):
                yield key, f"declared {size}, recorded {[record.columns[1:3] for record in found]}"
            for field in layout.public if side == "glibc" and word else ():
                want = (str(field.offset), str(field.size))
                seen = [(f[1], f[2]) for record in found for f in record.fields if f[0] == field.path]
                if not field.bits and seen and want not in seen:
                    yield f"{key}/{field.path}", f"declared {want}, recorded {seen}"

    def function(self, function: Function) -> Findings:
        if not function.wrapper or not self.is_there(function, "glibc"):
            return
        self.counts += 1
        found = self.records("glibc", function.header, function.name, {"function"})
        key = f"Function/{function.name}"
        want = same_type(c_types.render(self.resolved.spelled_out(function.type)))
        seen = [same_type(record.columns[1]) for record in found]
        if not found:
            yield key, f"not in {function.header}"
        elif want not in seen:
            yield key, f"declared {want}, recorded {seen}"
        symbol = function.symbol or function.name
        versions = [v for v in function.versions if parse_version(v.removeprefix("GLIBC_")) <= self.baseline.libc]
        # By version, whether it is the default: libpthread of before 2.34 has some of libc's that are none there.
        recorded_versions: dict[str, bool] = {}
        for name, version, columns in self.surface.symbols:
            if name == symbol:
                recorded_versions[version] = recorded_versions.get(version, False) or columns[0] == "default"
        for version in versions:
            node = version if version.startswith("GLIBC_") else f"GLIBC_{version}"
            if node not in recorded_versions:
                yield f"Symbol/{function.name}", f"no {symbol}@{node}, but {sorted(recorded_versions)}"
            elif version == versions[-1] and not recorded_versions[node]:
                yield f"Symbol/{function.name}", f"{symbol}@{node} is not the default"


@functools.cache
def resolved(target: str) -> Resolved:
    return BINDINGS.on(BINDINGS.targets.get(target))


def targets(baseline: recorded.Baseline) -> list[str]:
    names = [baseline.arch]
    # glibc has _TIME_BITS since 2.34.
    if baseline.libc >= (2, 34):
        names += [str(t) for t in BINDINGS.targets.all if str(t) == f"{baseline.arch}/time64"]
    return names


@pytest.mark.parametrize("baseline", recorded.baselines(), ids=str)
def test_bindings_agree(baseline: recorded.Baseline) -> None:
    surface = recorded.read(baseline)
    findings: dict[str, str] = {}
    for name in targets(baseline):
        check = Check(baseline, surface, resolved(name))
        for key, text in check.all():
            findings[f"{key}@time64" if "/" in name else key] = text
        # Most of what is declared is claimed of every release.
        assert check.counts > 1000
    left = EXCEPTIONS.unexplained(baseline, findings)
    assert not left, "\n".join(f"{baseline} {key}: {text}" for key, text in sorted(left.items()))


def test_each_exception_happens() -> None:
    assert not EXCEPTIONS.unused()
