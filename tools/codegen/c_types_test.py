"""Tests of reading and writing C declarations."""

from __future__ import annotations

import random

import pytest

from tools.codegen.c_types import (
    Array,
    Basic,
    Const,
    CType,
    CTypeError,
    Declaration,
    Function,
    Named,
    Pointer,
    parse_declaration,
    parse_type,
    render,
)

INT, CHAR, VOID = Basic("int"), Basic("char"), Basic("void")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("int fd", Declaration("fd", INT)),
        ("  unsigned   fd ", Declaration("fd", Basic("unsigned int"))),
        ("struct timespec ts", Declaration("ts", Named("struct timespec"))),
        ("enum kind k", Declaration("k", Named("enum kind"))),
        ("char sun_path[108]", Declaration("sun_path", Array(CHAR, 108))),
        ("char mask[0x10]", Declaration("mask", Array(CHAR, 16))),
        ("int m[2][3]", Declaration("m", Array(Array(INT, 3), 2))),
        ("char name[]", Declaration("name", Array(CHAR, None))),
        ("unsigned int bits:3", Declaration("bits", Basic("unsigned int"), 3)),
        ("int :0", Declaration("", INT, 0)),
        ("void *p", Declaration("p", Pointer(VOID))),
        ("const char *p", Declaration("p", Pointer(Const(CHAR)))),
        ("char const *p", Declaration("p", Pointer(Const(CHAR)))),
        ("char *const p", Declaration("p", Const(Pointer(CHAR)))),
        ("char **p", Declaration("p", Pointer(Pointer(CHAR)))),
        ("int *a[3]", Declaration("a", Array(Pointer(INT), 3))),
        ("int (*a)[3]", Declaration("a", Pointer(Array(INT, 3)))),
        ("void (*handler)(int)", Declaration("handler", Pointer(Function(VOID, (INT,), False)))),
        (
            "void (*table[4])(int, void *)",
            Declaration("table", Array(Pointer(Function(VOID, (INT, Pointer(VOID)), False)), 4)),
        ),
        ("int pause(void)", Declaration("pause", Function(INT, (), False))),
        ("int close(int fd)", Declaration("close", Function(INT, (INT,), False), None, ("fd",))),
        (
            "int fcntl(int fd, int cmd, ...)",
            Declaration("fcntl", Function(INT, (INT, INT), True), None, ("fd", "cmd")),
        ),
        # Parameters of array and function type are pointers.
        (
            "int pipe(int pipefd[2])",
            Declaration("pipe", Function(INT, (Pointer(INT),), False), None, ("pipefd",)),
        ),
        (
            "int on_exit(void f(int), void *arg)",
            Declaration(
                "on_exit",
                Function(INT, (Pointer(Function(VOID, (INT,), False)), Pointer(VOID)), False),
                None,
                ("f", "arg"),
            ),
        ),
        # signal(2): a function that returns a pointer to a function.
        (
            "void (*signal(int signum, void (*handler)(int)))(int)",
            Declaration(
                "signal",
                Function(
                    Pointer(Function(VOID, (INT,), False)), (INT, Pointer(Function(VOID, (INT,), False))), False
                ),
            ),
        ),
    ],
)
def test_declarations(text: str, expected: Declaration) -> None:
    found = parse_declaration(text)
    assert (found.name, found.type, found.bits) == (expected.name, expected.type, expected.bits)
    if expected.parameter_names:
        assert found.parameter_names == expected.parameter_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("signed", "int"),
        ("unsigned", "unsigned int"),
        ("int unsigned long", "unsigned long"),
        ("long int", "long"),
        ("signed long int", "long"),
        ("long unsigned int long", "unsigned long long"),
        ("long long", "long long"),
        ("short int", "short"),
        ("unsigned short int", "unsigned short"),
        ("char", "char"),
        ("signed char", "signed char"),  # not the same type as char
        ("char unsigned", "unsigned char"),
        ("long double", "long double"),
        ("_Bool", "_Bool"),
    ],
)
def test_canonical_names(text: str, name: str) -> None:
    assert parse_type(text) == Basic(name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no type ''"),
        ("int", "the C declaration 'int' names nothing"),
        ("int fd;", "unexpected ';' in C declaration 'int fd;'"),
        ("int a, b", "unexpected ','"),
        ("int fd fd2", "unexpected 'fd2'"),
        ("unsigned float f", "no type 'unsigned float'"),
        ("long char c", "no type 'long char'"),
        ("long long long l", "no type 'long long long'"),
        ("unsigned pid_t p", "unexpected 'p'"),
        ("volatile int v", "'volatile' is not understood in C declaration 'volatile int v'; leave it out"),
        ("char *restrict p", "unexpected 'p'"),
        ("struct { int a; } s", "unexpected '{"),
        ("struct 3 s", "expected a name before '3'"),
        ("int a[n]", "an array's size must be a number"),
        ("int a[3", "expected ']' before 'the end'"),
        ("int a[2][]", "only an array's first dimension can be left open"),
        ("int f:n", "a bit-field's width must be a number"),
        ("int f:", "a bit-field's width must be a number"),
        ("int f()", "write (void) for no parameters"),
        ("int f(int", "expected ')' before 'the end'"),
        ("int f(int,)", "no type ''"),
        ("int (*f", "expected more before 'the end'"),
        ("int (*f g)(int)", "unexpected 'g'"),
        ("int f(..., int)", "expected ')' before ','"),
    ],
)
def test_declarations_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(CTypeError) as raised:
        parse_declaration(text)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int fd", "the C type 'int fd' must not name 'fd'"),
        ("int:3", "unexpected ':' in C type 'int:3'"),
        ("unsigned long[", "an array's size must be a number"),
    ],
)
def test_types_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(CTypeError) as raised:
        parse_type(text)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "int",
        "const char *",
        "void (*)(int)",
        "unsigned long [16]",
        "int (*)[3]",
        "int *const",
        "const struct timespec *const *",
        "void (*(*)(int, void (*)(int)))(int)",
        "int (int, ...)",
        "char []",
    ],
)
def test_types_are_rendered_as_they_are_written(text: str) -> None:
    assert render(parse_type(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "int close(int)",
        "void (*signal(int, void (*)(int)))(int)",
        "char name[]",
        "int (*a)[3]",
        "char *const p",
        "struct pollfd *fds",
        "int pause(void)",
        "int fcntl(int, int, ...)",
    ],
)
def test_declarations_are_rendered_as_they_are_written(text: str) -> None:
    declaration = parse_declaration(text)
    assert render(declaration.type, declaration.name) == text


def _random_type(random_: random.Random, depth: int, of: str = "") -> CType:
    """A type that C allows, as what `of` says contains it."""
    pick = random_.random()
    if depth == 0 or pick < 0.25:
        leaves: list[CType] = [INT, CHAR, Basic("unsigned long"), Named("pid_t"), Named("struct timespec")]
        leaf = random_.choice(leaves)
        return Const(leaf) if random_.random() < 0.3 else leaf
    if pick < 0.6:
        return Pointer(_random_type(random_, depth - 1, "pointer"))
    if pick < 0.7:
        return Const(Pointer(_random_type(random_, depth - 1, "pointer")))
    if pick < 0.85 and of != "function":
        return Array(_random_type(random_, depth - 1, "array"), random_.randint(1, 9))
    if of == "pointer":
        parameters = tuple(_random_type(random_, depth - 1, "function") for _ in range(random_.randint(0, 3)))
        variadic = bool(parameters) and random_.random() < 0.2
        return Function(_random_type(random_, depth - 1, "function"), parameters, variadic)
    return Pointer(_random_type(random_, depth - 1, "pointer"))


def test_rendering_and_reading_are_inverse() -> None:
    random_ = random.Random(7)
    kinds = [_random_type(random_, 5) for _ in range(500)]
    assert len({render(kind) for kind in kinds}) > 200
    for kind in kinds:
        assert parse_type(render(kind)) == kind, render(kind)
        assert parse_declaration(render(kind, "x")) == Declaration("x", kind)
