"""What can be done to a header's text, and what a comparison must say of it.

An expectation follows from the edit, and from gcc where the layout of a type does: never from a harvest. What is edited
is found in the text, and is only taken if its name is in no other place of any header, so that nothing else changes with it.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Iterator

from tools.gate.header_text import Header, Headers, Layout

_RESERVED = re.compile("pad|reserved|rsvd|resv|rsv|unused|spare", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Expected:
    id: str
    name: str
    old: str = ""  # "" is any
    new: str = ""
    rule: str = ""


@dataclasses.dataclass
class Change:
    """New text in the place of text[start:end]; `expected` is None where only gcc can tell."""

    kind: str
    start: int
    end: int
    text: str
    expected: set[Expected]
    # Of a type: its fields before, and after (under the names from before), with those whose type changed.
    record: str = ""
    fields: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    # A header that is gone, or can't be included: all that it had may be told.
    whole: bool = False


@dataclasses.dataclass
class Thing:
    """A declaration in a header's text, and what can be done to it."""

    name: str
    header: Header
    start: int
    changes: dict[str, Callable[[Headers, random.Random, str], Change | None]]
    macro: bool = False


def expect(found: str, name: str, old: str = "", new: str = "") -> set[Expected]:
    return {Expected(found, name, old, new)}


# ----------------------------------------------------------------------------
# Macros that are a plain number.

_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Za-z_]\w*)[ \t]+(0[xX][0-9a-fA-F]+|\d+)[ \t]*$", re.MULTILINE)
_GREATEST = 2**31 - 1


def _number(literal: str) -> int:
    return int(literal, 8 if re.fullmatch(r"0\d+", literal) else 0)


def _spellings(literal: str) -> list[str]:
    value = _number(literal)
    return [one for one in (hex(value), f"0X{value:X}", str(value), f"0{value:o}", f"0x{value:010x}", f"({literal})") if one != literal]


def macros(header: Header, known: Headers) -> Iterator[Thing]:
    for found in _MACRO.finditer(header.masked):
        name, literal = found[1], found[2]
        if not known.alone(name) or _number(literal) > _GREATEST:
            continue
        yield Thing(name, header, found.start(), _macro_changes(found, name, literal), macro=True)


def _macro_changes(found: re.Match[str], name: str, literal: str) -> dict[str, Callable[[Headers, random.Random, str], Change | None]]:
    value = str(_number(literal))

    def body(kind: str, text: str, expected: set[Expected]) -> Change:
        return Change(f"macro: {kind}", found.start(2), found.end(2), text, expected)

    def new_value(_: Headers, chance: random.Random, __: str) -> Change:
        other = chance.choice([one for one in (_number(literal) + 1, chance.randrange(1000, 10**6), 0) if one != _number(literal)])
        return body("value", chance.choice([str(other), hex(other)]), expect("constant-value-changed", name, value, str(other)))

    def new_type(_: Headers, chance: random.Random, __: str) -> Change:
        suffix, is_now = chance.choice([("U", "unsigned int"), ("L", "long"), ("ul", "unsigned long"), ("LL", "long long")])
        return body("type", literal + suffix, expect("constant-type-changed", name, "int", is_now))

    def fixed(kind: str, text: str, expected: set[Expected]) -> Callable[[Headers, random.Random, str], Change | None]:
        return lambda *_: body(kind, text, expected)

    def removal(*_: object) -> Change:
        return Change("macro: removal", found.start(), found.end(), "", expect("constant-removed", name, value))

    def name_change(kind: str, now: str, added: set[Expected]) -> Callable[[Headers, random.Random, str], Change | None]:
        return lambda *_: Change(f"macro: {kind}", found.start(1), found.end(1), now, expect("constant-removed", name, value) | added)

    def spelling(_: Headers, chance: random.Random, __: str) -> Change:
        return body("spelling", chance.choice(_spellings(literal)), set())

    def comment(*_: object) -> Change:
        text = f"/* so it is */ #  define\t{name} \\\n  {literal} /* on\n  two lines */ // and one"
        return Change("macro: comment", found.start(), found.end(), text, set())

    return {
        "macro: value": new_value,
        "macro: type": new_type,
        "macro: removal": removal,
        "macro: name": name_change("name", name + "_PLUMBLINE", expect("constant-added", name + "_PLUMBLINE", "", value)),
        "macro: parameters": name_change("parameters", f"{name}(plumbline)", expect("prototype-added", f"{name}(plumbline)")),
        "macro: cast": fixed("cast", f"((int) {literal})", expect("constant-not-constant", name)),
        "macro: run time": fixed("run time", f"(*(volatile int *) {literal})", expect("constant-not-constant", name)),
        "macro: statement": fixed("statement", f"do {{ int plumbline = {literal}; (void) plumbline; }} while (0)", expect("constant-not-constant", name)),
        "macro: nothing": fixed("nothing", "", expect("constant-not-constant", name)),
        "macro: undeclared": fixed("undeclared", "sizeof (struct plumbline_nowhere)", expect("macro-unevaluable", name)),
        "macro: spelling": spelling,
        "macro: comment": comment,
    }


# ----------------------------------------------------------------------------
# Enumerators.

_ENUM = re.compile(r"^(?:typedef[ \t]+)?enum\b(?:\s+\w+)?\s*\{([^{}#]*)\}", re.MULTILINE)
_ENUMERATOR = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:=\s*(0[xX][0-9a-fA-F]+|\d+))?\s*")


def enumerators(header: Header, known: Headers) -> Iterator[Thing]:
    for block in _ENUM.finditer(header.masked):
        items: list[tuple[re.Match[str], int]] = []
        at = block.start(1)
        whole = True
        for text in block[1].split(","):
            found = _ENUMERATOR.fullmatch(header.masked, at, at + len(text))
            if found:
                items.append((found, at + len(text)))
            elif text.strip():
                whole = False
            at += len(text) + 1
        if not whole or len(items) < 2:
            continue
        for i, (found, end) in enumerate(items):
            changes = _enumerator_changes(items, i, end, header, known)
            if changes and known.alone(found[1]):
                yield Thing(found[1], header, found.start(1), changes)


def _enumerator_changes(
    items: list[tuple[re.Match[str], int]], i: int, end: int, header: Header, known: Headers
) -> dict[str, Callable[[Headers, random.Random, str], Change | None]]:
    found = items[i][0]
    name = found[1]
    changes: dict[str, Callable[[Headers, random.Random, str], Change | None]] = {}
    changes["enumerator: name"] = lambda *_: Change(
        "enumerator: name", found.start(1), found.end(1), name + "_PLUMBLINE",
        expect("constant-removed", name) | expect("constant-added", name + "_PLUMBLINE"),
    )  # fmt: skip
    if found[2] and (i + 1 == len(items) or items[i + 1][0][2]):

        def value(_: Headers, chance: random.Random, __: str) -> Change:
            other = _number(found[2]) + chance.randrange(1, 50)
            expected = expect("constant-value-changed", name, str(_number(found[2])), str(other))
            return Change("enumerator: value", found.start(2), found.end(2), hex(other), expected)

        changes["enumerator: value"] = value
        changes["enumerator: spelling"] = lambda _, chance, __: Change(
            "enumerator: spelling", found.start(2), found.end(2), chance.choice(_spellings(found[2])), set()
        )
        comma = header.masked[end : end + 1] == ","
        if comma or i > 0:
            changes["enumerator: removal"] = lambda *_: Change(
                "enumerator: removal", found.start(1), end + comma, "", expect("constant-removed", name)
            )
    later = [one[1] for one, _ in items[i:]]
    if all(not one[2] for one, _ in items[i:]) and all(map(known.alone, later)) and len(later) < 12:
        new = f"PLUMBLINE_BEFORE_{name}"
        expected = expect("constant-added", new).union(*(expect("constant-value-changed", one) for one in later))
        changes["enumerator: insertion"] = lambda *_: Change("enumerator: insertion", found.start(1), found.start(1), f"{new}, ", expected)
    return changes


# ----------------------------------------------------------------------------
# Structs and unions whose fields are plain: numbers, pointers and arrays of them.

_RECORD = re.compile(r"^(struct|union)[ \t]+([A-Za-z_]\w*)\s*\{([^{}#]*)\}([ \t]*(?:__attribute__\s*\(\([^;]*\)\))?)[ \t]*;", re.MULTILINE)
_FIELD = re.compile(r"\s*([A-Za-z_][\w \t]*?[ \t*]\s*\**)\s*([A-Za-z_]\w*)\s*((?:\[[^\]]*\])*)\s*(?::\s*(\d+))?\s*")
_PLAIN = re.compile(
    r"(?:__[us](?:8|16|32|64)|__(?:le|be)(?:16|32|64)|u?int(?:8|16|32|64)_t|u_int(?:8|16|32|64)_t|u_char|u_short|u_int|u_long"
    r"|(?:(?:unsigned|signed|char|short|int|long)[ \t]*)+|(?:const[ \t]+)?(?:struct[ \t]+\w+|void|char|unsigned char)[ \t]*\*+)"
)


@dataclasses.dataclass(frozen=True)
class Field:
    type: str
    name: str
    array: str
    width: str
    start: int
    end: int  # after its semicolon
    name_start: int


def _fields(header: Header, start: int, body: str) -> list[Field] | None:
    fields = []
    at = start
    for text in body.split(";")[:-1]:
        found = _FIELD.fullmatch(header.masked, at, at + len(text))
        if not found or not _PLAIN.fullmatch(found[1].strip()):
            return None
        fields.append(Field(found[1].strip(), found[2], found[3], found[4] or "", found.start(1), at + len(text) + 1, found.start(2)))
        at += len(text) + 1
    return fields if not header.masked[at : start + len(body)].strip() else None


def records(header: Header, known: Headers, mentions: dict[str, str]) -> Iterator[Thing]:
    """`mentions` is what follows each place where "struct x" is written."""
    for found in _RECORD.finditer(header.masked):
        record = f"{found[1]} {found[2]}"
        after = mentions.get(record, "")
        # Others only point to it, and nothing else has its name.
        if after.count("{") != 1 or after.strip("{*;") or known.words[found[2]] != len(after):
            continue
        fields = _fields(header, found.start(3), found[3])
        if not fields or any(field.name in known.macros for field in fields) or len({field.name for field in fields}) != len(fields):
            continue
        yield Thing(record, header, found.start(), _record_changes(found, record, fields, len(after) == 1))


def _record_changes(
    found: re.Match[str], record: str, fields: list[Field], alone: bool
) -> dict[str, Callable[[Headers, random.Random, str], Change | None]]:
    names = tuple(field.name for field in fields if not field.width)
    is_struct = record.startswith("struct")

    def path(field: Field) -> str:
        return f"{record}.{field.name}"

    def written(field: Field, of: str = "", array: str | None = None, width: str = "") -> str:
        bits = f" : {width or field.width}" if field.width else ""
        return f"{of or field.type} {field.name}{field.array if array is None else array}{bits};"

    def change(kind: str, field: Field, text: str, expected: set[Expected], without: Field | None = None) -> Change:
        kept = tuple(name for name in names if without is None or name != without.name)
        return Change(f"type: {kind}", field.start, field.end, text, expected, record, names, kept)

    def numeric(chance: random.Random) -> Field | None:
        able = [field for field in fields if "*" not in field.type and not field.width]
        return chance.choice(able) if able else None

    def other_type(known: Headers, chance: random.Random, carrier: str, kind: str, types: list[str]) -> Change | None:
        field = numeric(chance)
        if field is None:
            return None
        now = chance.choice(types)
        same = known.numbers(carrier, [f"__builtin_types_compatible_p ({field.type} *, {now} *)"])
        if same is None:
            return None
        return change(kind, field, written(field, of=now), set() if same == [1] else expect("field-type-changed", path(field)))

    def order(_: Headers, chance: random.Random, __: str) -> Change | None:
        if len(fields) < 2 or not is_struct:
            return None
        i = chance.randrange(len(fields) - 1)
        one, two = fields[i], fields[i + 1]
        return Change("type: order", one.start, two.end, f"{written(two)} {written(one)}", set(), record, names, names)

    def array(_: Headers, chance: random.Random, __: str) -> Change | None:
        able = [field for field in fields if re.fullmatch(r"\[[1-9]\d*\]", field.array)]
        if not able:
            return None
        field = chance.choice(able)
        length = int(field.array[1:-1]) + chance.randrange(1, 9)
        return change("array", field, written(field, array=f"[{length}]"), expect("field-type-changed", path(field)))

    def bits(_: Headers, chance: random.Random, __: str) -> Change | None:
        able = [field for field in fields if field.width and int(field.width) > 1]
        if not able:
            return None
        field = chance.choice(able)
        # The bit that it leaves stays empty, so that nothing after it moves.
        text = f"{written(field, width=str(int(field.width) - 1))} {field.type} : 1;"
        return change("bit-field", field, text, expect("field-type-changed", path(field)))

    def name(_: Headers, chance: random.Random, __: str) -> Change | None:
        # What was reserved is not renamed, but taken.
        named = [field for field in fields if not _RESERVED.search(field.name)]
        if not named:
            return None
        field = chance.choice(named)
        text = written(dataclasses.replace(field, name="plumbline_" + field.name))
        return change("name", field, text, {Expected("field-renamed", path(field), field.name, "plumbline_" + field.name)}, field)

    def removal(_: Headers, chance: random.Random, __: str) -> Change | None:
        if len(fields) < 2:
            return None
        field = chance.choice(fields)
        return change("field removal", field, "", expect("field-removed", path(field)), field)

    def insertion(_: Headers, chance: random.Random, __: str) -> Change:
        field = chance.choice(fields)
        new = chance.choice(["unsigned char plumbline", "long plumbline", "char plumbline[3]", "void *plumbline"])
        return change("insertion", field, f"{new}; {written(field)}", expect("field-added", f"{record}.plumbline"))

    def padding(known: Headers, _: random.Random, carrier: str) -> Change | None:
        if not is_struct or any(field.array in ("[]", "[0]") for field in fields):
            return None
        layout = known.layout(carrier, record, list(names))
        sizes = known.numbers(carrier, [f"sizeof ((({record} *) 0)->{name})" for name in names])
        if layout is None or sizes is None:
            return None
        ends = [layout.offsets[name] // 8 + size for name, size in zip(names, sizes, strict=True)]
        starts = [layout.offsets[name] // 8 for name in names[1:]] + [layout.size]
        for field, end, start in zip(fields, ends, starts, strict=True):
            if start > end:
                return Change(
                    "type: padding", field.end, field.end, " unsigned char plumbline;",
                    {Expected("field-added", f"{record}.plumbline", rule="reserved-space")}, record, names, names,
                )  # fmt: skip
        return None

    def attribute(_: Headers, chance: random.Random, __: str) -> Change:
        text = chance.choice([" __attribute__ ((packed))", " __attribute__ ((aligned (32)))", " __attribute__ ((packed, aligned (2)))"])
        return Change("type: attribute", found.start(4), found.end(4), text, set(), record, names, names)

    def gone(*_: object) -> Change | None:
        return Change("type: removal", found.start(), found.end(), "", expect("type-removed", record)) if alone else None

    def spaces(*_: object) -> Change:
        text = "\n\n".join(f"  /* {field.name} */ {written(field)} // it\n" for field in fields)
        return Change("type: comment", found.start(3), found.end(3), f"\n{text}", set(), record, names, names)

    def same_type(known: Headers, chance: random.Random, carrier: str) -> Change | None:
        field = numeric(chance)
        if field is None:
            return None
        spellings = ["signed", "unsigned", "short unsigned", "int short", "long int", "long unsigned", "long unsigned int long"]
        same = known.numbers(carrier, [f"__builtin_types_compatible_p ({field.type}, {one})" for one in spellings])
        able = [one for one, is_same in zip(spellings, same or [], strict=bool(same)) if is_same and one != field.type]
        return change("spelling", field, written(field, of=chance.choice(able)), set()) if able else None

    def signedness(known: Headers, chance: random.Random, carrier: str) -> Change | None:
        return other_type(known, chance, carrier, "type", ["int", "unsigned int", "signed char", "float", "const unsigned short"])

    def width(known: Headers, chance: random.Random, carrier: str) -> Change | None:
        return other_type(known, chance, carrier, "width", ["char", "short", "long long", "unsigned char", "__int128"])

    anywhere: dict[str, Callable[[Headers, random.Random, str], Change | None]] = {
        "type: name": name,
        "type: removal": gone,
        "type: comment": spaces,
    }
    # Where there are bit-fields, offsetof can't tell what moves.
    if any(field.width for field in fields):
        return {**anywhere, "type: bit-field": bits}
    return {
        **anywhere,
        "type: order": order,
        "type: array": array,
        "type: field removal": removal,
        "type: insertion": insertion,
        "type: padding": padding,
        "type: attribute": attribute,
        "type: spelling": same_type,
        "type: type": signedness,
        "type: width": width,
    }


def layout_expectations(change: Change, before: Layout, after: Layout) -> set[Expected]:
    """What gcc says of what else a change of a type did."""
    record = change.record
    found = set()
    if before.size != after.size:
        found |= expect("type-size-changed", record, str(before.size), str(after.size))
    if before.alignment != after.alignment:
        found |= expect("type-alignment-changed", record, str(before.alignment), str(after.alignment))
    for name in change.kept:
        if name in before.offsets and before.offsets[name] != after.offsets[name]:
            found |= expect("field-offset-changed", f"{record}.{name}")
    return found


# ----------------------------------------------------------------------------
# Prototypes.

_PROTOTYPE = re.compile(r"^extern[ \t]+([A-Za-z_][\w \t]*?[ \t*]\s*\**)\s*([A-Za-z_]\w*)\s*\(([^();]*)\)([^;{}#]*);", re.MULTILINE)
_TAIL = re.compile(r"(?:\s*(?:__THROW|__THROWNL|__wur|__attribute_pure__|__attribute_const__|__LEAF))*\s*")


def prototypes(header: Header, known: Headers) -> Iterator[Thing]:
    for found in _PROTOTYPE.finditer(header.masked):
        if known.alone(found[2]) and "\n#" not in found[0]:
            yield Thing(found[2], header, found.start(), _prototype_changes(found))


def _prototype_changes(found: re.Match[str]) -> dict[str, Callable[[Headers, random.Random, str], Change | None]]:
    result, name, tail = found[1].strip(), found[2], found[4]
    parameters = [one.strip() for one in found[3].split(",")]
    nothing = parameters == ["void"]
    # Attributes with arguments count parameters.
    plain = _TAIL.fullmatch(tail) is not None

    def with_parameters(kind: str, now: list[str], expected: set[Expected]) -> Change:
        return Change(f"function: {kind}", found.start(3), found.end(3), ", ".join(now), expected)

    changed = expect("prototype-changed", name)

    def new_result(_: Headers, chance: random.Random, __: str) -> Change | None:
        if "*" in result or not plain:
            return None
        kinds = ["void", "long double", "void **"]
        now = chance.choice([one for one in kinds if one != result])
        return Change("function: result", found.start(1), found.end(1), now + " ", changed)

    def new_parameter(_: Headers, chance: random.Random, __: str) -> Change | None:
        able = [i for i, one in enumerate(parameters) if "*" not in one and "[" not in one and one not in ("void", "...")]
        if not able:
            return None
        i = chance.choice(able)
        return with_parameters("parameter", [*parameters[:i], "long double __plumbline", *parameters[i + 1 :]], changed)

    def added(*_: object) -> Change | None:
        if parameters[-1] == "...":
            return None
        return with_parameters("added parameter", [*([] if nothing else parameters), "int __plumbline"], changed)

    def removed(*_: object) -> Change | None:
        if nothing or not plain or "..." in parameters:
            return None
        return with_parameters("removed parameter", parameters[:-1] or ["void"], changed)

    def variadic(*_: object) -> Change | None:
        if nothing or "..." in parameters:
            return None
        return with_parameters("variadic", [*parameters, "..."], changed)

    def target(*_: object) -> Change | None:
        able = [i for i, one in enumerate(parameters) if re.match(r"char \*[^*\[]*$", one)]
        if not able:
            return None
        now = ["const " + one if i == able[0] else one for i, one in enumerate(parameters)]
        return with_parameters("const", now, {Expected("prototype-changed", name, rule="qualifiers")})

    def attribute(_: Headers, chance: random.Random, __: str) -> Change | None:
        # To have one twice is to have it.
        words = [word for word in ("__deprecated__", "__noreturn__") if word.strip("_") not in tail]
        if not words:
            return None
        word = chance.choice(words)
        expected = {Expected("prototype-changed", name, rule="attributes")}
        return Change("function: attribute", found.end(4), found.end(4), f" __attribute__ (({word}))", expected)

    def symbol(*_: object) -> Change | None:
        if "__asm" in tail:
            return None
        at = found.end(3) + 1
        return Change("function: symbol", at, at, f' __asm__ ("plumbline_{name}")', {Expected("prototype-changed", name, rule="attributes")})

    def gone(*_: object) -> Change:
        return Change("function: removal", found.start(), found.end(), "", expect("prototype-removed", name))

    def renamed(*_: object) -> Change:
        expected = expect("prototype-removed", name) | expect("prototype-added", name + "_plumbline")
        return Change("function: name", found.start(2), found.end(2), name + "_plumbline", expected)

    def spelling(*_: object) -> Change:
        now = [re.sub(r"^const (\w+) (\*.*)$", r"\1 const \2", one) for one in parameters]
        text = f"/* as before */ {result}\n{name}\n  (" + ",\n   ".join(now) + ") // it is"
        return Change("function: spelling", found.start(), found.start(4), text + "\n", set())

    return {
        "function: result": new_result,
        "function: parameter": new_parameter,
        "function: added parameter": added,
        "function: removed parameter": removed,
        "function: variadic": variadic,
        "function: const": target,
        "function: attribute": attribute,
        "function: symbol": symbol,
        "function: removal": gone,
        "function: name": renamed,
        "function: spelling": spelling,
    }


# ----------------------------------------------------------------------------
# Headers as a whole.

_TWO_INCLUDES = re.compile(r"^#[ \t]*include[ \t]*<[^>\n]+>[ \t]*\n#[ \t]*include[ \t]*<[^>\n]+>[ \t]*$", re.MULTILINE)


def wholes(header: Header, known: Headers) -> Iterator[Thing]:
    changes: dict[str, Callable[[Headers, random.Random, str], Change | None]] = {}
    end = len(header.text)

    def comment(_: Headers, chance: random.Random, __: str) -> Change:
        text = chance.choice(["\n\n/* The end. */\n", "\n// The end.\n", "\n#if 0\nint plumbline;\n#endif\n"])
        return Change("header: comment", end, end, text, set())

    changes["header: comment"] = comment
    if found := _TWO_INCLUDES.search(header.masked):
        start, stop = found.span()
        reversed_ = "\n".join(reversed(found[0].split("\n")))
        changes["header: include order"] = lambda *_: Change("header: include order", start, stop, reversed_, set())
    if not known.includers[header.name] and not header.name.startswith("bits/"):
        changes["header: removal"] = lambda *_: Change(
            "header: removal", 0, end, "", expect("header-removed", header.name), whole=True
        )
        changes["header: error"] = lambda *_: Change(
            "header: error", end, end, "\n#error plumbline\n", expect("header-conflict", header.name), whole=True
        )
    yield Thing(f"<{header.name}>", header, 0, changes)
