"""C types and declarations, as far as public headers use them."""

from __future__ import annotations

import dataclasses
import re


class CTypeError(ValueError):
    """A declaration that is not C, or not the C understood here."""


@dataclasses.dataclass(frozen=True, slots=True)
class Basic:
    """An arithmetic type or void, by its canonical name (`unsigned long`)."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A typedef name, or a tagged type (`struct timespec`)."""

    name: str


@dataclasses.dataclass(frozen=True, slots=True)
class Const:
    of: CType


@dataclasses.dataclass(frozen=True, slots=True)
class Pointer:
    to: CType


@dataclasses.dataclass(frozen=True, slots=True)
class Array:
    of: CType
    count: int | None  # None: a flexible array


@dataclasses.dataclass(frozen=True, slots=True)
class Function:
    result: CType
    parameters: tuple[CType, ...]
    variadic: bool


CType = Basic | Named | Const | Pointer | Array | Function


@dataclasses.dataclass(frozen=True, slots=True)
class Declaration:
    name: str
    type: CType
    bits: int | None = None
    parameter_names: tuple[str, ...] = ()


_TOKENS = re.compile(r"\s*(?:(\.\.\.)|([A-Za-z_]\w*)|(0[xX][0-9a-fA-F]+|\d+)|([*()\[\],:]))")
_SPECIFIERS = {"void", "char", "short", "int", "long", "float", "double", "signed", "unsigned", "_Bool"}
_CANONICAL = {
    ("void",): "void",
    ("_Bool",): "_Bool",
    ("char",): "char",
    ("char", "signed"): "signed char",
    ("char", "unsigned"): "unsigned char",
    ("short",): "short",
    ("short", "unsigned"): "unsigned short",
    ("int",): "int",
    ("unsigned",): "unsigned int",
    ("int", "unsigned"): "unsigned int",
    ("long",): "long",
    ("long", "unsigned"): "unsigned long",
    ("long", "long"): "long long",
    ("long", "long", "unsigned"): "unsigned long long",
    ("float",): "float",
    ("double",): "double",
    ("double", "long"): "long double",
}
_TAGS = ("struct", "union", "enum")
INTEGERS = frozenset(
    name for name in _CANONICAL.values() if name not in ("void", "float", "double", "long double")
)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKENS.match(text, position)
            if match is None:
                raise CTypeError(f"unexpected '{text[position:].strip()[:12]}' in C declaration '{text}'")
            self.tokens.append(match.group().strip())
            position = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            wanted = f"'{expected}'" if expected else "more"
            raise CTypeError(f"expected {wanted} before '{token or 'the end'}' in C declaration '{self.text}'")
        self.at += 1
        return token

    def specifiers(self) -> CType:
        words: list[str] = []
        const = False
        named: CType | None = None
        while True:
            token = self.peek()
            if token == "const":
                const = True
                self.take()
            elif token in ("volatile", "restrict"):
                raise CTypeError(f"'{token}' is not understood in C declaration '{self.text}'; leave it out")
            elif token in _SPECIFIERS and named is None:
                words.append(self.take())
            elif token in _TAGS and not words and named is None:
                self.take()
                named = Named(f"{token} {self._identifier()}")
            elif token and re.match(r"[A-Za-z_]", token) and not words and named is None:
                named = Named(self.take())
            else:
                break
        if named is None:
            key = tuple(sorted(word for word in words if word != "int" or len(words) == 1))
            if key == ("signed",):
                key = ("int",)
            elif "char" not in key:
                key = tuple(word for word in key if word != "signed")
            if key not in _CANONICAL:
                raise CTypeError(f"no type '{' '.join(words)}' in C declaration '{self.text}'")
            named = Basic(_CANONICAL[key])
        return Const(named) if const else named

    def _identifier(self) -> str:
        token = self.peek()
        if not re.match(r"[A-Za-z_]", token):
            raise CTypeError(f"expected a name before '{token or 'the end'}' in C declaration '{self.text}'")
        return self.take()

    def declarator(self, base: CType) -> Declaration:
        while self.peek() == "*":
            self.take()
            base = Pointer(base)
            while self.peek() == "const":
                self.take()
                base = Const(base)
        inner: tuple[int, int] | None = None
        name = ""
        if self.peek() == "(" and self._nested():
            # What stands in the parentheses binds after the suffixes that follow them.
            self.take()
            start = self.at
            depth = 1
            while depth:
                token = self.take()
                depth += (token == "(") - (token == ")")
            inner = (start, self.at)
        elif re.match(r"[A-Za-z_]", self.peek()):
            name = self.take()
        base, names = self.suffixes(base)
        if inner is None:
            return Declaration(name, base, None, names)
        after = self.at
        self.at = inner[0]
        declaration = self.declarator(base)
        if self.at != inner[1] - 1:
            raise CTypeError(f"unexpected '{self.peek()}' in C declaration '{self.text}'")
        self.at = after
        return declaration

    def _nested(self) -> bool:
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        return following in ("*", "(")

    def suffixes(self, base: CType) -> tuple[CType, tuple[str, ...]]:
        counts: list[int | None] = []
        if self.peek() == "(":
            self.take()
            parameters: list[CType] = []
            names: list[str] = []
            variadic = False
            if self.tokens[self.at : self.at + 2] == ["void", ")"]:
                self.take()
            elif self.peek() == ")":
                raise CTypeError(f"write (void) for no parameters in C declaration '{self.text}'")
            else:
                while True:
                    if self.peek() == "...":
                        self.take()
                        variadic = True
                        break
                    declaration = self.declarator(self.specifiers())
                    kind = declaration.type
                    # Parameters of array and function type are pointers.
                    if isinstance(kind, Array):
                        kind = Pointer(kind.of)
                    elif isinstance(kind, Function):
                        kind = Pointer(kind)
                    parameters.append(kind)
                    names.append(declaration.name)
                    if self.peek() != ",":
                        break
                    self.take()
            self.take(")")
            return Function(base, tuple(parameters), variadic), tuple(names)
        while self.peek() == "[":
            self.take()
            if self.peek() == "]":
                if counts:
                    raise CTypeError(f"only an array's first dimension can be left open in C declaration '{self.text}'")
                counts.append(None)
            else:
                try:
                    counts.append(int(self.take(), 0))
                except ValueError:
                    raise CTypeError(f"an array's size must be a number in C declaration '{self.text}'") from None
            self.take("]")
        for count in reversed(counts):
            base = Array(base, count)
        return base, ()


def parse_declaration(text: str) -> Declaration:
    """`int fd`, `char name[108]`, `unsigned f:3`, `void (*h)(int)`, `int close(int fd)`."""
    parser = _Parser(text)
    declaration = parser.declarator(parser.specifiers())
    if parser.peek() == ":":
        parser.take()
        try:
            bits = int(parser.take(), 0)
        except ValueError:
            raise CTypeError(f"a bit-field's width must be a number in C declaration '{text}'") from None
        declaration = dataclasses.replace(declaration, bits=bits)
    if parser.peek():
        raise CTypeError(f"unexpected '{parser.peek()}' in C declaration '{text}'")
    if not declaration.name and declaration.bits is None:
        raise CTypeError(f"the C declaration '{text}' names nothing")
    return declaration


def parse_type(text: str) -> CType:
    """A type without a name: `unsigned long[16]`, `const char *`, `void (*)(int)`."""
    parser = _Parser(text)
    declaration = parser.declarator(parser.specifiers())
    if parser.peek():
        raise CTypeError(f"unexpected '{parser.peek()}' in C type '{text}'")
    if declaration.name:
        raise CTypeError(f"the C type '{text}' must not name '{declaration.name}'")
    return declaration.type


def render(kind: CType, declarator: str = "") -> str:
    """The C spelling of a type, around a name if one is given."""
    match kind:
        case Basic(name) | Named(name):
            return f"{name} {declarator}".rstrip()
        case Const(Pointer(to)):
            inner = f"*const {declarator}".rstrip()
            return render(to, f"({inner})" if isinstance(to, (Array, Function)) else inner)
        case Const(of):
            return f"const {render(of, declarator)}"
        case Pointer(to):
            inner = f"*{declarator}"
            return render(to, f"({inner})" if isinstance(to, (Array, Function)) else inner)
        case Array(of, count):
            return render(of, f"{declarator}[{'' if count is None else count}]")
        case Function(result, parameters, variadic):
            texts = [render(parameter) for parameter in parameters] + ["..."] * variadic
            return render(result, f"{declarator}({', '.join(texts) or 'void'})")
