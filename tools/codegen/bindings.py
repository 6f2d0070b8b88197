"""Reads bindings/*.toml strictly, and resolves what they declare for a target."""

from __future__ import annotations

import dataclasses
import difflib
import pathlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tools.codegen import c_types
from tools.codegen.source import BindingError, Document, Path, Where
from tools.codegen.targets import LIBCS, Target, Targets, parse_version

_ORIGIN = re.compile(r"(man|posix|psabi|uapi|glibc|musl|kernel-doc):\S.*")
_PAGE = re.compile(r"[\w.-]+\(\d\w*\)")
_VERSION = re.compile(r"\d+(\.\d+){1,2}")
_HEADER = re.compile(r"[\w./-]+\.h")
_FEATURE = re.compile(r"[A-Z_][A-Z0-9_]*(=\d+L?)?")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")

AXES = (*LIBCS, "headers", "kernel")  # of `since`

# ----------------------------------------------------------------------------
# What each key may hold. A check returns what is wrong, or "".

_Check = Callable[[Any, Targets], str]


def _string(pattern: re.Pattern[str] | None, example: str, empty: bool = False) -> _Check:
    def check(value: Any, _: Targets) -> str:
        if isinstance(value, str) and (value or empty):
            if not value or pattern is None or pattern.fullmatch(value):
                return ""
        return f"must be a string such as {example}"

    return check


def _choice(*values: str) -> _Check:
    def check(value: Any, _: Targets) -> str:
        return "" if value in values else f"must be one of {', '.join(map(repr, values))}"

    return check


def _boolean(value: Any, _: Targets) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _integer(value: Any, _: Targets) -> str:
    return "" if isinstance(value, int) and not isinstance(value, bool) else "must be an integer"


def _versions(value: Any, targets: Targets) -> str:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) and _VERSION.fullmatch(v) for v in value):
        return 'must be a list of version nodes such as ["2.3.2"]'
    oldest = min(arch.glibc_nodes[0] for arch in targets.architectures.values())
    for version in value:
        if parse_version(version) < oldest:
            return f"has {version}, which is older than any port's first node, {'.'.join(map(str, oldest))}"
    return ""


def _selectors(value: Any, targets: Targets) -> str:
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        return 'must be a list of architectures, groups, variants or C libraries such as ["amd64", "musl"]'
    for selector in value:
        if selector not in targets.selectors:
            return _no_selector(selector, targets)
    return ""


def _no_selector(selector: str, targets: Targets) -> str:
    known = [*targets.architectures, *targets.groups, *targets.variants, *LIBCS[1:]]
    return f"'{selector}' is no architecture, group, variant or C library; known are {', '.join(known)}"


def _packed(value: Any, targets: Targets) -> str:
    return "" if isinstance(value, bool) else _selectors(value, targets)


def _since(value: Any, _: Targets) -> str:
    if not isinstance(value, dict) or not value:
        return 'must be a table such as { glibc = "2.35", headers = "5.11", kernel = "5.11" }'
    for axis, version in value.items():
        if axis not in AXES:
            return f"has no axis '{axis}'; known are {', '.join(AXES)}"
        if not isinstance(version, str) or not _VERSION.fullmatch(version):
            return f'{axis} must be a version such as "2.35"'
    return ""


def _c_type(value: Any, _: Targets) -> str:
    if not isinstance(value, str):
        return 'must be a C type such as "unsigned long"'
    try:
        c_types.parse_type(value)
    except c_types.CTypeError as error:
        return f"is wrong: {error}"
    return ""


def _prototype(value: Any, _: Targets) -> str:
    if not isinstance(value, str):
        return 'must be a C declaration such as "int close(int fd)"'
    try:
        declaration = c_types.parse_declaration(value)
    except c_types.CTypeError as error:
        return f"is wrong: {error}"
    return "" if isinstance(declaration.type, c_types.Function) else f"'{value}' declares no function"


def _is_identifier(value: Any) -> bool:
    return isinstance(value, str) and _IDENTIFIER.fullmatch(value) is not None


def _fields(value: Any, _: Targets) -> str:
    if not isinstance(value, list) or not value:
        return 'must be a list of C declarations such as ["int fd", "short events"]'
    return ""


def _reserved(value: Any, _: Targets) -> str:
    return "" if value == [] else "is reserved for the error conditions and takes none yet"


_COMMON: dict[str, _Check] = {
    "origin": _string(_ORIGIN, '"man:epoll_ctl(2)", "uapi:linux/eventpoll.h" or "glibc:bits/fcntl.h"'),
    "page": _string(_PAGE, '"epoll_ctl(2)"'),
    "header": _string(_HEADER, '"sys/epoll.h"', empty=True),
    "uapi": _string(_HEADER, '"linux/eventpoll.h"', empty=True),
    "shared": _boolean,
    "feature": _string(_FEATURE, '"_GNU_SOURCE" or "_POSIX_C_SOURCE=199309L"', empty=True),
    "since": _since,
    "only": _selectors,
    "absent": _selectors,
    "libc_absent": _selectors,
    "note": _string(None, '"a remark"'),
}
_CONSTANT: dict[str, _Check] = {
    **_COMMON,
    "value": _integer,
    "alias": _string(_IDENTIFIER, '"O_NONBLOCK"'),
    "type": _c_type,
    "in_if": _boolean,
    "runtime": _boolean,
    "at_least": _integer,
    "at_most": _integer,
    "uapi_value": _integer,
    "uapi_name": _string(_IDENTIFIER, '"_NSIG"'),
}
_GROUP: dict[str, _Check] = {
    **{key: check for key, check in _CONSTANT.items() if key not in ("value", "alias", "uapi_value", "uapi_name")},
    "about": _string(None, '"event masks"'),
}
_TYPE: dict[str, _Check] = {
    **_COMMON,
    "kind": _choice("struct", "union", "scalar", "opaque"),
    "fields": _fields,
    "is": _c_type,
    "packed": _packed,
    "align": _integer,
    "uapi_name": _string(None, '"struct __kernel_timespec"'),
    "uapi_only": _selectors,
    "uapi_absent": _selectors,
}
_FUNCTION: dict[str, _Check] = {
    **_COMMON,
    "prototype": _prototype,
    "noexcept": _boolean,
    "failure": _choice("errno", "number", "none"),
    "symbol": _string(_IDENTIFIER, '"__clock_gettime64"'),
    "versions": _versions,
    "syscall": _string(_IDENTIFIER, '"epoll_ctl"', empty=True),
    "wrapper": _boolean,
    "errors": _reserved,
}

# ----------------------------------------------------------------------------
# Declarations as they stand in a file.


@dataclasses.dataclass(slots=True)
class _Layer:
    """Keys of one table, and what `on` changes in it for some targets."""

    path: Path
    keys: dict[str, Any]
    on: dict[str, dict[str, Any]]


@dataclasses.dataclass(slots=True)
class Binding:
    """A declared constant, type or function, not yet resolved for a target."""

    kind: str  # "constant", "type" or "function"
    name: str
    family: str
    document: Document
    layers: list[_Layer]
    about: str = ""

    @property
    def where(self) -> Where:
        return self.document.where(self.layers[-1].path)

    def error(self, message: str, key: str = "", target: Target | None = None) -> BindingError:
        """An error that points at `key`, as it stands for a target if one is given."""
        return BindingError(self.where_of(key, target), f"{self.name}: {message}")

    def where_of(self, key: str, target: Target | None) -> Where:
        for layer in reversed(self.layers):
            fits = [(target.fit(selector), selector) for selector in layer.on] if target else []
            for fit, selector in sorted(fits, reverse=True):
                if fit and key in layer.on[selector]:
                    return self.document.where((*layer.path, "on", selector, key))
            if key in layer.keys:
                return self.document.where((*layer.path, key))
        return self.where

    def resolve(self, target: Target) -> dict[str, Any]:
        """The keys that hold on a target."""
        keys: dict[str, Any] = {}
        for layer in self.layers:
            keys.update(layer.keys)
            fitting = sorted(
                (fit, selector) for selector in layer.on if (fit := target.fit(selector))
            )
            for (fit, selector), (_, following) in zip(fitting, [*fitting[1:], (0, "")]):
                if following and fit == 1 and target.fit(following) == 1:
                    raise BindingError(
                        self.document.where((*layer.path, "on", following)),
                        f"{self.name}: '{selector}' and '{following}' both fit {target}; "
                        "name the architecture instead",
                    )
                override = layer.on[selector]
                # A value given for some targets replaces an alias or bounds, and the reverse.
                if "value" in override:
                    for key in ("alias", "at_least", "at_most"):
                        keys.pop(key, None)
                if "alias" in override:
                    keys.pop("value", None)
                keys.update(override)
        return keys


def _table(document: Document, path: Path, value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BindingError(document.where(path), f"{what} must be a table")
    return value


def _layer(
    document: Document,
    path: Path,
    table: dict[str, Any],
    checks: dict[str, _Check],
    targets: Targets,
    name: str,
    shorthand: str,
) -> _Layer:
    on: dict[str, dict[str, Any]] = {}
    keys: dict[str, Any] = {}
    for key, value in table.items():
        if key == "on":
            for selector, override in _table(document, (*path, "on"), value, f"{name}: 'on'").items():
                at = (*path, "on", selector)
                if selector not in targets.selectors:
                    raise BindingError(document.where(at), f"{name}: {_no_selector(selector, targets)}")
                if shorthand and not isinstance(override, dict):
                    override = {shorthand: override}
                for inner in _table(document, at, override, f"{name}: 'on.{selector}'"):
                    _check_key(document, (*at, inner), inner, override[inner], checks, targets, name)
                on[selector] = override
        else:
            _check_key(document, (*path, key), key, value, checks, targets, name)
            keys[key] = value
    return _Layer(path, keys, on)


def _check_key(
    document: Document,
    path: Path,
    key: str,
    value: Any,
    checks: dict[str, _Check],
    targets: Targets,
    name: str,
) -> None:
    check = checks.get(key)
    if check is None:
        known = [*checks] if path[-3:-2] == ("on",) else [*checks, "on"]
        near = difflib.get_close_matches(key, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
        raise BindingError(document.where(path), f"{name}: unknown key '{key}'; {hint}")
    wrong = check(value, targets)
    if wrong:
        raise BindingError(document.where(path), f"{name}: '{key}' {wrong}")


# ----------------------------------------------------------------------------
# What holds on one target.


@dataclasses.dataclass(frozen=True, slots=True)
class Since:
    """The oldest releases that have a thing; empty where it was always there."""

    glibc: str = ""
    musl: str = ""
    headers: str = ""
    kernel: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Common:
    name: str
    where: Where
    family: str
    present: bool  # declared for this target at all
    libc: str  # "glibc" or "musl"
    in_libc: bool  # False: the C library lacks it, whatever the kernel's header has
    origin: str
    page: str
    header: str
    uapi: str
    shared: bool
    feature: str
    since: Since
    note: str

    @property
    def pinned(self) -> bool:
        """Whether every header that it is checked with is its origin's own side."""
        kind = self.origin.partition(":")[0]
        if kind not in ("uapi", *LIBCS):
            return False
        return self.checked_sides <= {kind}

    @property
    def checked_sides(self) -> set[str]:
        sides = set()
        if self.header:
            sides.add("uapi" if self.shared else self.libc)
        if self.uapi:
            sides.add("uapi")
        return sides


@dataclasses.dataclass(frozen=True, slots=True)
class Constant(Common):
    type: c_types.CType
    value: int | None  # None: only bounds are promised
    alias: str
    in_if: bool
    runtime: bool
    at_least: int | None
    at_most: int | None
    uapi_value: int | None  # as `value`, in the kernel's header
    uapi_name: str
    about: str


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """A field; a nested structure or union without a name has name ""."""

    name: str
    type: c_types.CType | tuple[str, tuple[Member, ...]]  # or (struct|union, members)
    bits: int | None
    where: Where


@dataclasses.dataclass(frozen=True, slots=True)
class Type(Common):
    kind: str
    members: tuple[Member, ...]
    is_type: c_types.CType | None
    packed: bool
    align: int | None
    uapi_name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Function(Common):
    type: c_types.Function
    prototype: str
    parameter_names: tuple[str, ...]
    noexcept: bool
    failure: str
    symbol: str
    versions: tuple[str, ...]  # nodes as this architecture has them
    syscall: str
    wrapper: bool


class Bindings:
    """Every declaration of a set of files."""

    def __init__(self, targets: Targets, documents: Iterable[Document]) -> None:
        self.targets = targets
        self.families: dict[str, dict[str, Any]] = {}
        self.all: dict[tuple[str, str], Binding] = {}
        for document in documents:
            self._read(document)

    @staticmethod
    def load(models: pathlib.Path, files: Iterable[pathlib.Path]) -> Bindings:
        targets = Targets.load(models)
        return Bindings(targets, (Document.load(file) for file in files))

    def names(self, kind: str) -> Iterator[Binding]:
        return (binding for binding in self.all.values() if binding.kind == kind)

    def on(self, target: Target) -> Resolved:
        return Resolved(self, target)

    def _add(self, binding: Binding) -> None:
        # A structure tag and a typedef are different names in C; a macro and a function too.
        key = (binding.kind, binding.name)
        if key in self.all:
            raise BindingError(
                binding.where,
                f"{binding.name}: {binding.kind} is declared twice; the other is at {self.all[key].where}",
            )
        self.all[key] = binding

    def _read(self, document: Document) -> None:
        data = document.data
        for key in data:
            if key not in ("family", "constants", "types", "functions"):
                raise BindingError(
                    document.where((key,)),
                    f"unknown table '{key}'; known are family, constants, types, functions",
                )
        family = pathlib.PurePath(document.file).stem
        head = _table(document, ("family",), data.get("family"), "[family] is missing, or it")
        for key in head:
            if key not in ("title", "pages"):
                raise BindingError(document.where(("family", key)), f"unknown key '{key}'; known are title, pages")
        if not isinstance(head.get("title"), str) or not isinstance(head.get("pages"), list):
            raise BindingError(document.where(("family",)), "[family] needs a title and a list of pages")
        for index, page in enumerate(head["pages"]):
            if not isinstance(page, str) or not _PAGE.fullmatch(page):
                raise BindingError(
                    document.where(("family", "pages", index)), "a page is a string such as \"epoll_ctl(2)\""
                )
        self.families[family] = head
        groups = data.get("constants", [])
        if not isinstance(groups, list):
            raise BindingError(document.where(("constants",)), "write [[constants]], with two brackets")
        for index, group in enumerate(groups):
            self._read_group(document, family, ("constants", index), group)
        for kind, checks, shorthand in (("type", _TYPE, "is"), ("function", _FUNCTION, "")):
            table = _table(document, (f"{kind}s",), data.get(f"{kind}s", {}), f"[{kind}s]")
            for name, value in table.items():
                path: Path = (f"{kind}s", name)
                value = _table(document, path, value, name)
                layer = _layer(document, path, value, checks, self.targets, name, shorthand)
                self._add(Binding(kind, name, family, document, [layer]))

    def _read_group(self, document: Document, family: str, path: Path, group: Any) -> None:
        group = dict(_table(document, path, group, "[[constants]]"))
        where = document.where(path)
        names = group.pop("names", None)
        if not isinstance(names, dict) or not names:
            raise BindingError(where, "a group of constants needs [constants.names] with at least one name")
        if "about" not in group:
            raise BindingError(where, "a group of constants needs 'about': what the names have in common")
        base = _layer(document, path, group, _GROUP, self.targets, "constants", "")
        about = base.keys.pop("about")
        for name, value in names.items():
            at = (*path, "names", name)
            if not _IDENTIFIER.fullmatch(name):
                raise BindingError(document.where(at), f"'{name}' is no C identifier")
            if not isinstance(value, dict):
                value = {"value": value}
            layer = _layer(document, at, value, _CONSTANT, self.targets, name, "value")
            self._add(Binding("constant", name, family, document, [base, layer], about))


class Resolved:
    """The bindings as they hold on one target."""

    def __init__(self, bindings: Bindings, target: Target) -> None:
        self.bindings = bindings
        self.target = target
        self._constants: dict[str, Constant] = {}
        self._types: dict[str, Type] = {}
        self._functions: dict[str, Function] = {}

    def constants(self, family: str = "") -> list[Constant]:
        return [self.constant(b.name) for b in self.bindings.names("constant") if family in ("", b.family)]

    def types(self, family: str = "") -> list[Type]:
        return [self.type(b.name) for b in self.bindings.names("type") if family in ("", b.family)]

    def functions(self, family: str = "") -> list[Function]:
        return [self.function(b.name) for b in self.bindings.names("function") if family in ("", b.family)]

    def _error(self, binding: Binding, message: str, key: str) -> BindingError:
        return binding.error(message, key, self.target)

    def _fits(self, selectors: list[str]) -> bool:
        return any(self.target.fit(selector) for selector in selectors)

    def _common(self, binding: Binding, keys: dict[str, Any]) -> dict[str, Any]:
        if "origin" not in keys:
            raise binding.error('needs an origin such as "man:epoll_ctl(2)" or "uapi:linux/eventpoll.h"')
        if "only" in keys and "absent" in keys:
            raise self._error(binding, "'only' and 'absent' contradict each other; use one", "absent")
        present = not self._fits(keys.get("absent", []))
        if "only" in keys:
            present = self._fits(keys["only"])
        header, uapi = keys.get("header", ""), keys.get("uapi", "")
        if not header and not uapi and keys.get("wrapper", True):
            raise binding.error("needs a header, a uapi header, or both, to be checked with")
        if keys.get("shared", False) and not header:
            raise self._error(
                binding, "'shared' says that libc's header includes the kernel's; it needs a header", "shared"
            )
        if keys.get("feature") and not header:
            raise self._error(binding, "'feature' is about libc's header; it needs a header", "feature")
        if "libc_absent" in keys and not (header and uapi):
            raise self._error(
                binding, "'libc_absent' needs a header and a uapi header; where there is one only, use 'absent'",
                "libc_absent",
            )  # fmt: skip
        for key in ("uapi_value", "uapi_name", "uapi_only", "uapi_absent"):
            if key in keys and "uapi" not in keys:
                raise self._error(binding, f"'{key}' is about the kernel's header; it needs a uapi header", key)
        return {
            "name": binding.name,
            "where": binding.where,
            "family": binding.family,
            "present": present,
            "libc": self.target.libc,
            "in_libc": not self._fits(keys.get("libc_absent", [])),
            "origin": keys["origin"],
            "page": keys.get("page", ""),
            "header": header,
            "uapi": uapi,
            # musl's headers never include the kernel's.
            "shared": keys.get("shared", False) and self.target.libc == LIBCS[0],
            "feature": keys.get("feature", ""),
            "since": Since(**keys.get("since", {})),
            "note": keys.get("note", ""),
        }

    def constant(self, name: str) -> Constant:
        if name not in self._constants:
            self._constants[name] = self._constant(self.bindings.all["constant", name], ())
        return self._constants[name]

    def type(self, name: str) -> Type:
        if name not in self._types:
            self._types[name] = self._type(name)
        return self._types[name]

    def function(self, name: str) -> Function:
        if name not in self._functions:
            self._functions[name] = self._function(name)
        return self._functions[name]

    def _constant(self, binding: Binding, chain: tuple[str, ...]) -> Constant:
        keys = binding.resolve(self.target)
        common = self._common(binding, keys)
        value, alias = keys.get("value"), keys.get("alias", "")
        runtime = keys.get("runtime", False)
        bounds = "at_least" in keys or "at_most" in keys
        if (value is not None) + bool(alias) + bounds != 1 and common["present"]:
            raise binding.error("needs exactly one of: value, alias, bounds (at_least, at_most)")
        if bounds and not runtime:
            raise self._error(binding, "bounds are for a constant with runtime = true", "at_least")
        if "at_least" in keys and "at_most" in keys and keys["at_least"] > keys["at_most"]:
            raise self._error(binding, "'at_least' is more than 'at_most'", "at_least")
        if runtime and keys.get("in_if"):
            raise self._error(binding, "what is evaluated at run time can't be used in #if", "in_if")
        kind = c_types.parse_type(keys.get("type", "int"))
        if alias and common["present"]:
            if binding.name in chain:
                raise self._error(binding, f"alias goes in a circle: {' → '.join([*chain, binding.name])}", "alias")
            other = self.bindings.all.get(("constant", alias))
            if other is None:
                raise self._error(binding, f"alias of '{alias}', which is not declared", "alias")
            resolved = self._constant(other, (*chain, binding.name))
            if not resolved.present:
                raise self._error(binding, f"alias of '{alias}', which is absent on {self.target}", "alias")
            if resolved.value is None:
                raise self._error(
                    binding, f"alias of '{alias}', which has no value; give the same bounds instead", "alias"
                )
            value = resolved.value
        uapi_value = keys.get("uapi_value", value)
        if common["present"]:
            for key, number in (("value", value), ("uapi_value", uapi_value)):
                if number is not None and (key == "value" or key in keys):
                    self._in_range(binding, kind, number, key)
        return Constant(
            **common,
            type=kind,
            value=value,
            alias=alias,
            in_if=keys.get("in_if", not runtime),
            runtime=runtime,
            at_least=keys.get("at_least"),
            at_most=keys.get("at_most"),
            uapi_value=uapi_value,
            uapi_name=keys.get("uapi_name", binding.name),
            about=binding.about,
        )

    def integer_range(self, kind: c_types.CType) -> tuple[int, int] | None:
        """Smallest and largest value of an integer type; of a pointer, as an integer."""
        model = self.target.arch.model
        if isinstance(kind, c_types.Pointer):
            bits = 8 * model.sizes["pointer"][0]
            return -(1 << (bits - 1)), (1 << bits) - 1
        if not isinstance(kind, c_types.Basic) or kind.name not in c_types.INTEGERS:
            return None
        base = kind.name.removeprefix("unsigned ").removeprefix("signed ")
        signed = not kind.name.startswith("unsigned")
        if kind.name == "char":
            signed = model.char_signed
        if base == "_Bool":
            return 0, 1
        bits = 8 * model.sizes[base][0]
        return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)

    def _in_range(self, binding: Binding, kind: c_types.CType, value: int, key: str) -> None:
        limits = self.integer_range(kind)
        if limits is None:
            raise self._error(binding, f"a constant can't have the type '{c_types.render(kind)}'", "type")
        # The kernel's header may give the same name a wider type.
        if key == "uapi_value":
            limits = (min(limits[0], -(1 << 63)), (1 << 64) - 1)
        if not limits[0] <= value <= limits[1]:
            raise self._error(
                binding,
                f"{value:#x} does not fit '{c_types.render(kind)}' on {self.target} "
                f"({limits[0]} to {limits[1]})",
                key,
            )

    def _type(self, name: str) -> Type:
        binding = self.bindings.all["type", name]
        keys = binding.resolve(self.target)
        common = self._common(binding, keys)
        tag = name.partition(" ")[0]
        kind = keys.get("kind", tag if tag in ("struct", "union") else "")
        if not kind:
            raise binding.error("needs a kind: struct, union, scalar or opaque")
        if tag in ("struct", "union") and kind not in (tag, "opaque"):
            raise self._error(binding, f"is a {tag} by its name and a {kind} by its kind", "kind")
        members: tuple[Member, ...] = ()
        is_type = None
        if kind in ("struct", "union"):
            if "fields" not in keys or "is" in keys:
                raise self._error(binding, f"a {kind} needs fields, and no 'is'", "is")
            members = self._members(binding, keys["fields"], self._fields_path(binding))
            self._check_members(binding, kind, members)
        else:
            if "is" not in keys or "fields" in keys:
                raise self._error(binding, f"a type of kind {kind} needs 'is', and no fields", "fields")
            for key in ("packed", "align"):
                if key in keys:
                    raise self._error(binding, f"'{key}' is for a struct or union, not for a type of kind {kind}", key)
            is_type = c_types.parse_type(keys["is"])
        packed = keys.get("packed", False)
        if isinstance(packed, list):
            packed = self._fits(packed)
        if "uapi_only" in keys and not self._fits(keys["uapi_only"]):
            common["uapi"] = ""
        if self._fits(keys.get("uapi_absent", [])):
            common["uapi"] = ""
        align = keys.get("align")
        if align is not None and (align < 1 or align & (align - 1)):
            raise self._error(binding, f"an alignment is a power of two, not {align}", "align")
        return Type(
            **common,
            kind=kind,
            members=members,
            is_type=is_type,
            packed=packed,
            align=align,
            uapi_name=keys.get("uapi_name", name),
        )

    def _fields_path(self, binding: Binding) -> Path:
        layer = binding.layers[0]
        best = (0, (*layer.path, "fields"))
        for selector, override in layer.on.items():
            fit = self.target.fit(selector)
            if "fields" in override and fit > best[0]:
                best = (fit, (*layer.path, "on", selector, "fields"))
        return best[1]

    def _members(self, binding: Binding, fields: list[Any], path: Path) -> tuple[Member, ...]:
        members = []
        for index, field in enumerate(fields):
            at = (*path, index)
            where = binding.document.where(at)
            if isinstance(field, str):
                try:
                    declaration = c_types.parse_declaration(field)
                except c_types.CTypeError as error:
                    raise BindingError(where, f"{binding.name}: {error}") from None
                members.append(Member(declaration.name, declaration.type, declaration.bits, where))
                continue
            keys = set(field) if isinstance(field, dict) else set()
            kinds = keys & {"struct", "union"}
            if (
                len(kinds) != 1
                or keys - kinds - {"name"}
                or not isinstance(field[min(kinds)], list)
                or ("name" in field and not _is_identifier(field["name"]))
            ):
                raise BindingError(
                    where,
                    f"{binding.name}: a field is a C declaration, or {{ union = […] }} or "
                    '{ struct = […] }, with a name = "…" if it has one',
                )
            kind = kinds.pop()
            inner = self._members(binding, field[kind], (*at, kind))
            members.append(Member(field.get("name", ""), (kind, inner), None, where))
        return tuple(members)

    def _check_members(self, binding: Binding, kind: str, members: tuple[Member, ...]) -> None:
        seen: dict[str, Where] = {}

        def visit(members: tuple[Member, ...]) -> None:
            for member in members:
                if isinstance(member.type, tuple):
                    self._check_members(binding, *member.type)
                if member.name:
                    if member.name in seen:
                        raise BindingError(
                            member.where,
                            f"{binding.name}: two fields are named '{member.name}'; "
                            f"the other is at {seen[member.name]}",
                        )
                    seen[member.name] = member.where
                elif isinstance(member.type, tuple):
                    visit(member.type[1])

        visit(members)
        for member in members[: None if kind == "union" else -1]:
            if isinstance(member.type, c_types.Array) and member.type.count is None:
                raise BindingError(
                    member.where, f"{binding.name}: only the last field of a struct may be a flexible array"
                )

    def _function(self, name: str) -> Function:
        binding = self.bindings.all["function", name]
        keys = binding.resolve(self.target)
        common = self._common(binding, keys)
        for key in ("prototype", "failure"):
            if key not in keys:
                raise binding.error(f"needs '{key}'")
        declaration = c_types.parse_declaration(keys["prototype"])
        assert isinstance(declaration.type, c_types.Function)
        if declaration.name != name:
            raise self._error(
                binding, f"the prototype declares '{declaration.name}'; it must declare '{name}'", "prototype"
            )
        wrapper = keys.get("wrapper", True)
        if wrapper:
            for key in ("noexcept", "versions", "header"):
                if key not in keys:
                    raise binding.error(f"needs '{key}'")
        else:
            for key in ("versions", "header", "symbol", "noexcept"):
                if key in keys:
                    raise self._error(
                        binding, f"has no function in the C library (wrapper = false), so no '{key}'", key
                    )
        # musl's symbols have no versions.
        versions = [] if self.target.libc != LIBCS[0] else keys.get("versions", [])
        nodes = dict.fromkeys(self.target.arch.version_node(version) for version in versions)
        syscall = keys.get("syscall", "")
        if syscall and common["present"]:
            number = self.bindings.all.get(("constant", f"__NR_{syscall}"))
            if number is None:
                raise self._error(
                    binding, f"the system call '{syscall}' has no constant __NR_{syscall}; declare it", "syscall"
                )
            if not self.constant(number.name).present:
                raise self._error(
                    binding,
                    f"the system call '{syscall}' is declared absent on {self.target} ({number.where})",
                    "syscall",
                )
        for parameter in (declaration.type.result, *declaration.type.parameters):
            self.check_declared(binding, parameter, binding.where_of("prototype", self.target))
        return Function(
            **common,
            type=declaration.type,
            prototype=keys["prototype"],
            parameter_names=declaration.parameter_names,
            # musl declares nothing noexcept.
            noexcept=keys.get("noexcept", False) and self.target.libc == LIBCS[0],
            failure=keys["failure"],
            symbol=keys.get("symbol", name),
            versions=tuple(nodes),
            syscall=syscall,
            wrapper=wrapper,
        )

    def spelled_out(self, kind: c_types.CType) -> c_types.CType:
        """The type with every scalar typedef replaced by what it stands for.

        A header may name a parameter's type in the library's own way (__ssize_t in
        <fcntl.h>) and leave the public name undeclared.
        """
        match kind:
            case c_types.Named(name) if ("type", name) in self.bindings.all:
                declared = self.type(name)
                if declared.kind == "scalar" and declared.is_type is not None:
                    return self.spelled_out(declared.is_type)
                return kind
            case c_types.Const(of):
                return c_types.Const(self.spelled_out(of))
            case c_types.Pointer(to):
                return c_types.Pointer(self.spelled_out(to))
            case c_types.Array(of, count):
                return c_types.Array(self.spelled_out(of), count)
            case c_types.Function(result, parameters, variadic):
                spelled = tuple(self.spelled_out(parameter) for parameter in parameters)
                return c_types.Function(self.spelled_out(result), spelled, variadic)
        return kind

    def headers_of(self, kind: c_types.CType) -> set[str]:
        """The headers that declare the typedef names of structures in a spelled-out type."""
        match kind:
            case c_types.Named(name) if " " not in name and ("type", name) in self.bindings.all:
                return {self.type(name).header}
            case c_types.Const(of) | c_types.Array(of, _):
                return self.headers_of(of)
            case c_types.Pointer(to):
                return self.headers_of(to)
            case c_types.Function(result, parameters, _):
                return set[str]().union(*map(self.headers_of, (result, *parameters)))
        return set()

    def check_declared(self, binding: Binding, kind: c_types.CType, where: Where) -> None:
        """Refuses a type that uses a name which no file declares."""
        match kind:
            case c_types.Named(name):
                if ("type", name) not in self.bindings.all:
                    declared = [b.name for b in self.bindings.names("type")]
                    near = difflib.get_close_matches(name, declared, 1)
                    hint = f"did you mean '{near[0]}'?" if near else "declare it under [types]"
                    raise BindingError(where, f"{binding.name}: the type '{name}' is not declared; {hint}")
            case c_types.Const(of) | c_types.Array(of, _):
                self.check_declared(binding, of, where)
            case c_types.Pointer(to):
                self.check_declared(binding, to, where)
            case c_types.Function(result, parameters, _):
                for part in (result, *parameters):
                    self.check_declared(binding, part, where)
            case _:
                pass
