"""Writes the error tables: rows for the checker, a C++ header, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tools.codegen.bindings import Resolved
from tools.codegen.emit_expectations import row
from tools.codegen.errors import Condition, Errors
from tools.codegen.ledger import Deviation
from tools.codegen.targets import LIBCS, Target


def rows(errors: Errors, target: Target) -> str:
    """A row per condition of the target; conformance/errors/judge.h reads it."""
    resolved = errors.bindings.on(target)
    return "".join(f"{_row(resolved, condition)}\n" for condition in errors.on(target))


def _number(resolved: Resolved, error: str) -> int | None:
    """The errno's declared value on the target; None for "" and "succeeds"."""
    return resolved.constant(error).value if error.startswith("E") else None


def _row(resolved: Resolved, condition: Condition) -> str:
    return row(
        "error",
        of=condition.of,
        function=condition.function,
        errno=condition.error,
        absent=condition.absent,
        number=_number(resolved, condition.error),
        id=condition.id,
        where=condition.where,
        when=condition.when,
        layer=condition.layer,
        status=condition.status,
        instead=condition.instead,
        instead_number=_number(resolved, condition.instead),
        effect=condition.effect,
        libc=condition.libc,
        why=condition.why,
        in_namespace=condition.in_namespace,
        in_namespace_number=_number(resolved, condition.in_namespace),
        over=",".join(condition.over),
        failure=resolved.function(condition.function).failure,
        **{"class": condition.class_},
        **{f"since_{axis}": version for axis, version in condition.since},
        **{f"until_{axis}": version for axis, version in condition.until},
    )


def rows_source(target: Target, text: str) -> str:
    """The C++ source that defines conformance/errors/tables.h."""
    lines = ['#include "conformance/errors/tables.h"', "", "namespace plumbline::errors {", ""]
    lines.append(f'const char kArch[] = "{target.arch.name}";')
    lines += ["", "const char kRows[] ="]
    for line in text.splitlines():
        lines.append(f"    {_quoted(line + chr(10))}")
    lines += ['    "";', "", "}  // namespace plumbline::errors", ""]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    return '"' + "".join(escapes.get(letter, letter) for letter in text) + '"'


def errors_json(
    errors: Errors, provocations: dict[str, dict[str, Any]], deviations: Sequence[Deviation]
) -> dict[str, Any]:
    """Schema plumbline.errors/1.

    `provocations`: what conformance/errors/programs.py reads from their sources. The tests hold
    each to provoking its error on every target but those of `deviations`.
    """
    found = []
    for condition in errors.all():
        provocation = provocations.get(condition.check)
        provoked = provocation is not None and not provocation["reason"] and condition.status != "never"
        found.append(_json(errors, condition, _provoked_on(errors, condition, deviations) if provoked else []))
    return {"schema": "plumbline.errors/1", "entries": found}


def _provoked_on(errors: Errors, condition: Condition, deviations: Sequence[Deviation]) -> list[str]:
    # Root's kernel, cgroups and devices are there natively only, whatever the machine is.
    if condition.class_ in ("privileged", "fault"):
        return ["native"]
    return [
        str(target)
        for target in _running(errors)
        if not errors.on_target(condition, target).absent
        and not any(d.check == condition.check and target in d.targets for d in deviations)
    ]


def _running(errors: Errors) -> list[Target]:
    """The targets that have a checker of errors."""
    return [
        target
        for target in errors.bindings.targets.all
        if target.libc == LIBCS[0] and not target.variant and not target.arch.cannot_run
    ]


def _json(errors: Errors, condition: Condition, provoked_on: list[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "function": condition.function,
        "errno": condition.error,
        "condition": condition.when,
        "layer": condition.layer,
        "status": condition.status,
        "class": condition.class_,
        "source": f"{condition.page} {condition.read}",
        "provocation": condition.check,
        "provoked_on": provoked_on,
        "where": str(condition.where),
    }
    optional = {
        "operation": condition.operation,
        "kernel_source": condition.source,
        "instead": condition.instead,
        "effect": condition.effect,
        "libc": condition.libc,
        "why": condition.why,
        "in_namespace": condition.in_namespace,
        "over": list(condition.over),
        "since": dict(condition.since),
        "until": dict(condition.until),
    }
    entry.update({key: value for key, value in optional.items() if value})
    absent_on = [str(target) for target in _running(errors) if errors.on_target(condition, target).absent]
    if absent_on:
        entry["absent_on"] = absent_on
    differs = errors.differences(condition)
    if differs:
        entry["on"] = differs
    return entry


def header(errors: Errors) -> str:
    """plumbline/error_conditions.h: the table as C++ constants."""
    lines = [_HEADER_TOP]
    # By function, then errno, as the look-up searches. Two names that are one number on some
    # architecture must stand together.
    same = {"EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP", "EDEADLOCK": "EDEADLK"}
    for condition in sorted(errors.all(), key=lambda entry: (entry.function, same.get(entry.error, entry.error))):
        cells = [
            f'"{condition.function}"',
            f'"{condition.operation}"',
            condition.error,
            _quoted(condition.when),
            f"ErrorStatus::k{condition.status.capitalize()}",
            str(bool(condition.over)).lower(),
        ]
        lines.append(f"    {{{', '.join(cells)}}},")
    lines.append(_HEADER_BOTTOM)
    return "\n".join(lines)


_HEADER_TOP = """\
// What each function fails with, and when. Written by tools/codegen from
// bindings/*.errors.toml; do not edit.

#ifndef PLUMBLINE_ERROR_CONDITIONS_H_
#define PLUMBLINE_ERROR_CONDITIONS_H_

#include <errno.h>

#include <cstddef>
#include <span>
#include <string_view>

namespace plumbline {

enum class ErrorStatus {
  kDocumented,  // in the manual page
  kObserved,    // not in the page; the kernel or the C library does it
  kNever,       // in the page; Linux does not do it
};

// One condition under which a function fails with an errno.
struct ErrorCondition {
  std::string_view function;
  std::string_view operation;  // "F_SETLK" of fcntl; "" if it has none
  int error;
  std::string_view condition;  // "fd is epfd"
  ErrorStatus status;
  bool precedence;  // of two errors at once, this is the one that is given
};

// By function, then by errno.
inline constexpr ErrorCondition kErrorConditions[] = {"""

_HEADER_BOTTOM = """\
};

// The conditions of a function; none if it is unknown. Allocates nothing.
constexpr std::span<const ErrorCondition> ErrorConditions(
    std::string_view function) {
  const std::span<const ErrorCondition> all(kErrorConditions);
  std::size_t low = 0;
  for (std::size_t count = all.size(); count > 0;) {
    const std::size_t half = count / 2;
    if (all[low + half].function < function) {
      low += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  std::size_t end = low;
  while (end < all.size() && all[end].function == function) ++end;
  return all.subspan(low, end - low);
}

// Those of one errno: why did `function` fail with `error`?
constexpr std::span<const ErrorCondition> ErrorConditions(
    std::string_view function, int error) {
  const std::span<const ErrorCondition> all = ErrorConditions(function);
  std::size_t first = 0;
  while (first < all.size() && all[first].error != error) ++first;
  std::size_t end = first;
  while (end < all.size() && all[end].error == error) ++end;
  return all.subspan(first, end - first);
}

}  // namespace plumbline

#endif  // PLUMBLINE_ERROR_CONDITIONS_H_
"""
