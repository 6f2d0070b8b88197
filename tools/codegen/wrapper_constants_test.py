"""Tests of wrapper_constants.py and emit_wrappers.py."""

from __future__ import annotations

import pathlib
import subprocess

import pytest

from tools.codegen import emit_wrappers, wrapper_constants
from tools.codegen.__main__ import main
from tools.codegen.bindings import Bindings
from tools.codegen.errors import is_error_file
from tools.codegen.source import BindingError, Document
from tools.codegen.testing import MODELS, bindings, tool
from tools.codegen.wrapper_constants import Facility, WrapperType

FILES = [f for f in sorted(pathlib.Path("bindings").glob("*.toml")) if f.stem != "data_models" and not is_error_file(f)]
BINDINGS = Bindings.load(MODELS, FILES)
CONSTANTS = pathlib.Path("wrappers/constants.toml")


def load(text: str) -> list[Facility]:
    return wrapper_constants.load(Document("c.toml", text), BINDINGS)


def table(name: str = "EventFdFlags", of: str = '["EFD_*"]', kind: str = "flags", prefix: str = "EFD_") -> str:
    return (
        '[eventfd]\ninclude = ["sys/eventfd.h"]\n'
        f'[eventfd.types.{name}]\nkind = "{kind}"\nbase = "int"\nprefix = "{prefix}"\nof = {of}\nabout = "Some."\n'
    )


def only(text: str) -> WrapperType:
    ((kind,),) = (facility.types for facility in load(text))
    return kind


def test_a_member_is_the_constant_without_its_prefix() -> None:
    assert {c.name: c.member for c in only(table()).constants} == {
        "EFD_SEMAPHORE": "kSemaphore",
        "EFD_CLOEXEC": "kCloexec",
        "EFD_NONBLOCK": "kNonblock",
    }
    kind = only(table(of='["EPOLL_CTL_*", "EPOLLRDHUP"]', prefix="EPOLL"))
    assert [c.member for c in kind.constants] == ["kCtlAdd", "kCtlDel", "kCtlMod", "kRdhup"]


def test_a_family_can_be_asked_for() -> None:
    names = [c.name for c in only(table(of='["errno/E*"]', prefix="E")).constants]
    assert "EAGAIN" in names and "EPOLLIN" not in names


def test_what_no_target_knows_when_it_compiles_is_no_constant() -> None:
    with pytest.raises(BindingError, match="c.toml:7: 'SIGRTMIN' is no constant"):
        load(table(of='["SIGRTMIN"]'))


def test_a_value_that_differs_has_no_fallback() -> None:
    by_name = {c.name: c for c in only(table(of='["O_NONBLOCK", "EPOLLEXCLUSIVE", "EPOLLIN"]', prefix="")).constants}
    assert by_name["O_NONBLOCK"].value is None and not by_name["O_NONBLOCK"].alias
    assert by_name["EPOLLEXCLUSIVE"].value == 1 << 28 and not by_name["EPOLLEXCLUSIVE"].always
    assert by_name["EPOLLIN"].always


def test_what_only_some_architectures_have_is_nothing_elsewhere() -> None:
    kind = only(table(of='["errno/EREMDEV", "EHWPOISON"]', prefix="E"))
    assert [(c.name, c.value) for c in kind.constants if c.name == "EREMDEV"] == [("EREMDEV", None)]
    facilities = load(table(name="Some", of='["errno/EREMDEV"]', prefix="E", kind="enum"))
    assert "#ifdef EREMDEV\n" in emit_wrappers.names(facilities) and "142" not in emit_wrappers.names(facilities)


def test_another_name_falls_back_to_the_first() -> None:
    facilities = load(table(name="PidFdFlags", of='["PIDFD_NONBLOCK"]', prefix="PIDFD_"))
    assert "#ifdef PIDFD_NONBLOCK\n" in emit_wrappers.header(facilities, "eventfd")
    assert (
        "#else\ninline constexpr PidFdFlags PidFdFlags::kNonblock =\n"
        "    PidFdFlags::FromBits(static_cast<int>(O_NONBLOCK));\n#endif"
    ) in emit_wrappers.header(facilities, "eventfd")
    assert '{static_cast<std::uint64_t>(O_NONBLOCK), "PIDFD_NONBLOCK"}' in emit_wrappers.names(facilities)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("eventfd = 3\n", "c.toml:1: 'eventfd' must be a table"),
        ("[eventfd]\n", "needs include"),
        (table() + "colour = 3\n", "needs exactly the keys"),
        (table(kind="bits"), "kind is one of enum, flags"),
        (table(name="efd"), "is no name of a type"),
        (table(of='["EFD_NONE"]'), "'EFD_NONE' is no constant that bindings"),
        (table(of='["EFD_CLOEXEC"]', prefix="EFD_CLOEXEC"), "has nothing after the prefix"),
        (table() + table().replace("[eventfd", "[other"), "is declared at c.toml:3 too"),
        (table().replace("include", "includes"), "unknown key 'includes'"),
        (table() + '[eventfd.left_out]\n"EFD_X*" = "why"\n', "c.toml:10: 'EFD_X*' is no constant"),
    ],
)
def test_mistakes_are_told(text: str, message: str) -> None:
    with pytest.raises(BindingError) as error:
        load(text)
    assert message in str(error.value)


def test_two_constants_need_two_members() -> None:
    group = '[[constants]]\nabout = "a"\npage = "one(2)"\nheader = "one.h"\norigin = "man:one(2)"\n'
    few = bindings(group + "[constants.names]\nX_A_B = 1\nX__A_B = 2\n")
    with pytest.raises(BindingError, match="X__A_B and X_A_B are both kAB"):
        wrapper_constants.load(Document("c.toml", table(of='["X_*"]', prefix="X_")), few)


def test_headers_say_the_same_as_the_compiler(tmp_path: pathlib.Path) -> None:
    """Every type of the real file compiles, and each constant has the value that is declared for this machine."""
    facilities = wrapper_constants.load(Document.load(CONSTANTS), BINDINGS)
    folder = tmp_path / "wrappers"
    folder.mkdir()
    lines = []
    for facility in facilities:
        (folder / f"{facility.name}_constants.h").write_text(emit_wrappers.header(facilities, facility.name))
        lines.append(f'#include "wrappers/{facility.name}_constants.h"')
    source = tmp_path / "all.cc"
    source.write_text("\n".join(lines) + "\n")
    compiler = tool("g++", "g++")
    command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", f"-I{tmp_path}", "-I.", str(source)]
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_an_unknown_facility_is_an_error(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.h"
    arguments = ["wrapper-constants", "--facility", "nothing", "-o", str(out), str(CONSTANTS), str(MODELS)]
    assert main([*arguments, *map(str, FILES)]) == 2
    assert "no facility 'nothing'" in capsys.readouterr().err
    assert not out.exists()
