"""The command line of codegen; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import sys
from typing import Any

from tools.codegen import (
    emit_errors,
    emit_expectations,
    emit_probes,
    emit_wrappers,
    errors,
    keys,
    ledger,
    wrapper_constants,
)
from tools.codegen.bindings import Bindings, Resolved
from tools.codegen.emit_declarations import declarations
from tools.codegen.layout import Layouts
from tools.codegen.source import BindingError, Document, Where
from tools.codegen.targets import Target, Targets

_MODELS = "data_models"


def _load(files: list[pathlib.Path]) -> Bindings:
    models = [file for file in files if file.stem == _MODELS]
    if len(models) != 1:
        raise BindingError(Where(f"{_MODELS}.toml", 1), f"give {_MODELS}.toml once, among the files")
    return Bindings.load(models[0], (f for f in files if f.stem != _MODELS and not errors.is_error_file(f)))


def _load_errors(bindings: Bindings, files: list[pathlib.Path]) -> errors.Errors:
    return errors.Errors.load(bindings, filter(errors.is_error_file, files))


def _target(targets: Targets, name: str) -> Target:
    try:
        return targets.get(name)
    except KeyError:
        known = ", ".join(map(str, targets.all))
        raise BindingError(Where(_MODELS + ".toml", 1), f"no target '{name}'; known are {known}") from None


def _write(path: pathlib.Path, text: str) -> None:
    """Whole or not at all."""
    temporary = path.with_name(path.name + ".tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _check(bindings: Bindings) -> None:
    """Resolves everything on every target, so that each error is met."""
    seen: dict[int, str] = {}
    for target in bindings.targets.all:
        resolved = bindings.on(target)
        layouts = Layouts(resolved)
        for family in bindings.families:
            resolved.constants(family)
            resolved.functions(family)
            for declared in resolved.types(family):
                layouts.of(declared.name)
            for unit in emit_probes.probes(resolved, family)["units"]:
                for probe in unit["probes"]:
                    other = seen.setdefault(keys.fnv1a(probe["key"]), probe["key"])
                    if other != probe["key"]:
                        raise BindingError(Where(family, 1), f"keys {other} and {probe['key']} collide; rename one")


def _emit(resolved: Resolved, out: pathlib.Path) -> None:
    probes: dict[str, Any] = {}
    tables: dict[str, str] = {}
    for family in resolved.bindings.families:
        probes[family] = emit_probes.probes(resolved, family)
        tables[family] = emit_expectations.expectations(resolved, family)
    where = resolved.bindings.targets.where_of_model(resolved.target.arch)
    probes[_MODELS] = emit_probes.primitives(resolved.target)
    tables[_MODELS] = emit_expectations.primitives(resolved, where)
    # Nothing is written before everything is known to be right.
    out.mkdir(parents=True, exist_ok=True)
    for family, asked in probes.items():
        _write(out / f"{family}.probes.json", json.dumps(asked, indent=1) + "\n")
    _write(out / "tables.cc", emit_expectations.tables_source(resolved.target, tables))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="codegen", description="Reads bindings and writes what follows from them.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="read everything, for every target, and say what is wrong")
    emit = commands.add_parser("emit", help="write the probes and expectations of one target")
    emit.add_argument("--target", required=True, help="i386, or i386/time64")
    emit.add_argument("--out", required=True, type=pathlib.Path, help="folder to write to")
    declared = commands.add_parser("declarations", help="write all that is declared, for all targets, as JSON")
    declared.add_argument("-o", "--output", required=True, type=pathlib.Path)
    listed = commands.add_parser("ledger", help="write the known deviations of one target")
    listed.add_argument("--target", required=True, help="s390x")
    listed.add_argument("-o", "--output", required=True, type=pathlib.Path)
    listed.add_argument("ledger", type=pathlib.Path, help="conformance/ledger/qemu-user.toml")
    listed.add_argument("models", type=pathlib.Path, help=f"bindings/{_MODELS}.toml")
    of_programs = commands.add_parser("semantics-deviations", help="write what ledgers have of programs as C++")
    of_programs.add_argument("-o", "--output", required=True, type=pathlib.Path)
    of_programs.add_argument("models", type=pathlib.Path, help=f"bindings/{_MODELS}.toml")
    of_programs.add_argument("files", nargs="+", type=pathlib.Path, help="ledgers, and programs/deviations/*.txt")
    tables = commands.add_parser("error-tables", help="write the error tables of one target")
    tables.add_argument("--target", required=True, help="s390x")
    header = commands.add_parser("error-header", help="write the error tables as a C++ header")
    as_json = commands.add_parser("errors", help="write the error tables as JSON")
    as_json.add_argument("--provocations", type=pathlib.Path, help="what conformance/errors/programs.py wrote")
    as_json.add_argument("--ledger", type=pathlib.Path, help="conformance/ledger/qemu-user.toml")
    types = commands.add_parser("wrapper-constants", help="write the constants of one facility as C++ types")
    types.add_argument("--facility", required=True, help="epoll")
    names = commands.add_parser("wrapper-names", help="write the names of all facilities' constants as C++")
    for command in (types, names):
        command.add_argument("constants", type=pathlib.Path, help="wrappers/constants.toml")
    for command in (tables, header, as_json, types, names):
        command.add_argument("-o", "--output", required=True, type=pathlib.Path)
    for command in (check, emit, declared, tables, header, as_json, types, names):
        command.add_argument("files", nargs="+", type=pathlib.Path, help="bindings/*.toml")
    options = parser.parse_args(arguments)
    try:
        if options.command == "ledger":
            targets = Targets.load(options.models)
            target = _target(targets, options.target)
            deviations = ledger.load(Document.load(options.ledger), targets)
            _write(options.output, ledger.rows_source(deviations, target))
            return 0
        if options.command == "semantics-deviations":
            targets = Targets.load(options.models)
            ledgers = {
                file.stem: ledger.load(Document.load(file), targets) for file in options.files if file.suffix == ".toml"
            }
            programs = {file.stem: file.read_text() for file in options.files if file.suffix == ".txt"}
            _write(options.output, ledger.semantics_source(ledgers, programs))
            return 0
        bindings = _load(options.files)
        if options.command == "check":
            _check(bindings)
            _load_errors(bindings, options.files)
        elif options.command == "error-tables":
            target = _target(bindings.targets, options.target)
            rows = emit_errors.rows(_load_errors(bindings, options.files), target)
            _write(options.output, emit_errors.rows_source(target, rows))
        elif options.command == "error-header":
            _write(options.output, emit_errors.header(_load_errors(bindings, options.files)))
        elif options.command in ("wrapper-constants", "wrapper-names"):
            document = Document.load(options.constants)
            facilities = wrapper_constants.load(document, bindings)
            if options.command == "wrapper-names":
                text = emit_wrappers.names(facilities)
            elif any(facility.name == options.facility for facility in facilities):
                text = emit_wrappers.header(facilities, options.facility)
            else:
                raise BindingError(document.where(()), f"no facility '{options.facility}'")
            _write(options.output, text)
        elif options.command == "errors":
            provoked = json.loads(options.provocations.read_text()) if options.provocations else {}
            known = ledger.load(Document.load(options.ledger), bindings.targets) if options.ledger else []
            table = emit_errors.errors_json(_load_errors(bindings, options.files), provoked, known)
            _write(options.output, json.dumps(table, indent=1) + "\n")
        elif options.command == "emit":
            _emit(bindings.on(_target(bindings.targets, options.target)), options.out)
        else:
            _write(options.output, json.dumps(declarations(bindings), indent=1) + "\n")
    except BindingError as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"codegen: {error.filename} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
