"""Tests of errors.py and emit_errors.py."""

from __future__ import annotations

import json
import pathlib

import pytest

from tools.codegen import emit_errors, ledger
from tools.codegen.__main__ import main
from tools.codegen.bindings import Bindings
from tools.codegen.errors import Condition, Errors, is_error_file
from tools.codegen.source import BindingError, Document
from tools.codegen.targets import Targets
from tools.codegen.testing import MODELS

FOLDER = pathlib.Path("bindings")
BINDINGS = Bindings.load(
    MODELS, (f for f in sorted(FOLDER.glob("*.toml")) if f.stem != "data_models" and not is_error_file(f))
)
MANUAL = 'manual = "man-pages 6.20"\n'


def load(text: str) -> Errors:
    return Errors(BINDINGS, [("epoll", Document("e.toml", MANUAL + text))])


def only(text: str) -> Condition:
    (condition,) = load(text).all()
    return condition


def test_a_string_is_the_condition() -> None:
    condition = only('[epoll_ctl.EINVAL]\nfd_is_epfd = "fd is epfd"\n')
    assert condition.check == "Errors/epoll_ctl/EINVAL/fd_is_epfd"
    assert (condition.when, condition.page, condition.read) == ("fd is epfd", "epoll_ctl(2)", "man-pages 6.20")
    assert (condition.layer, condition.status, condition.class_) == ("kernel", "documented", "unprivileged")
    assert str(condition.where) == "e.toml:3"


def test_an_operation_has_conditions_of_its_own() -> None:
    condition = only('[fcntl.F_SETLK]\npage = "F_SETLK(2const)"\n[fcntl.F_SETLK.EAGAIN]\nheld = "it is held"\n')
    assert condition.check == "Errors/fcntl/F_SETLK/EAGAIN/held"
    assert (condition.operation, condition.page) == ("F_SETLK", "F_SETLK(2const)")


def test_a_function_may_be_called_read() -> None:
    assert only('[read.EBADF]\nclosed = "fd is not open"\n').function == "read"


LIKE = """
[epoll_wait.EINVAL]
one = "one"
two = { when = "two", on = { hppa = { absent = true } } }
[epoll_pwait]
like   = "epoll_wait"
"""


def test_entries_are_taken_over_with_what_differs() -> None:
    errors = load(LIKE)
    assert [c.check for c in errors.all()] == [
        "Errors/epoll_pwait/EINVAL/one",
        "Errors/epoll_pwait/EINVAL/two",
        "Errors/epoll_wait/EINVAL/one",
        "Errors/epoll_wait/EINVAL/two",
    ]
    hppa = {c.check: c.absent for c in errors.on(BINDINGS.targets.get("hppa"))}
    assert hppa["Errors/epoll_pwait/EINVAL/two"] and not hppa["Errors/epoll_pwait/EINVAL/one"]


def test_entries_can_be_left_out_or_said_anew() -> None:
    errors = load(LIKE + 'except = ["EINVAL/one"]\n[epoll_pwait.EINVAL]\ntwo = "another two"\n')
    mine = [c for c in errors.all() if c.function == "epoll_pwait"]
    assert [(c.id, c.when) for c in mine] == [("two", "another two")]


def test_what_is_taken_over_from_another_page_keeps_it() -> None:
    errors = load('[write.EPIPE]\nx = "x"\n[writev]\nlike = "write"\n')
    assert {c.function: c.page for c in errors.all()} == {"write": "write(2)", "writev": "write(2)"}


def test_the_narrowest_selector_counts() -> None:
    text = """
[epoll_ctl.EINVAL]
x = { when = "x", on = { narrow = { layer = "libc" }, hppa = { layer = "vdso" } } }
"""
    errors = load(text)
    layers = {name: errors.on(BINDINGS.targets.get(name))[0].layer for name in ("amd64", "m68k", "hppa")}
    assert layers == {"amd64": "kernel", "m68k": "libc", "hppa": "vdso"}


def test_a_function_that_a_target_lacks_has_no_conditions_there() -> None:
    errors = load('[epoll_pwait2.EBADF]\nx = "x"\n')
    assert errors.on(BINDINGS.targets.get("amd64/musl"))[0].absent
    assert not errors.on(BINDINGS.targets.get("amd64"))[0].absent


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[epol_ctl.EINVAL]\nx = "x"\n', "e.toml:2: 'epol_ctl' is no declared function"),
        ('[epoll_ctl.EINVALL]\nx = "x"\n', "'EINVALL' is no declared errno"),
        ('[epoll_ctl.einval]\nx = "x"\n', "unknown key 'einval'"),
        ('[fcntl.F_NONE.EINVAL]\nx = "x"\n', "operation 'F_NONE' is no declared constant"),
        ('[epoll_ctl.EINVAL]\nX-y = "x"\n', "small letters, digits and _"),
        ("[epoll_ctl.EINVAL]\nx = 3\n", "must be a string"),
        ('[epoll_ctl.EINVAL]\nx = ""\n', "must be a string of one line"),
        ('[epoll_ctl.EINVAL]\nx = { class = "limit" }\n', "lacks 'when'"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", clas = "limit" }\n', "unknown key 'clas'"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", class = "limits" }\n', "'class' is one of unprivileged, limit"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", layer = "glibc" }\n', "'layer' is one of kernel, libc, vdso"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", libc = "crash" }\n', "'libc' is one of"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", status = "never" }\n', "say by 'instead' what happens"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", instead = "EPERM" }\n', "'instead' goes with status"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", status = "never", instead = "EINVAL" }\n', "the errno itself"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", status = "never", instead = "ENONE" }\n', "neither an errno"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", class = "impossible" }\n', "say by 'why'"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", why = "so" }\n', "'why' goes with"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", over = ["EINVAL"] }\n', "'over' has EINVAL itself"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", over = "EPERM" }\n', "'over' must be a list"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", since = { libc = "2" } }\n', "'since' must be a table"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", in_namespace = "no" }\n', "in_namespace = 'no'"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", on = { vax = { absent = true } } }\n', "'vax' is no target"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", on = { hppa = 3 } }\n', "say what is different there"),
        ('[epoll_ctl.EINVAL]\nx = { when = "x", on = { hppa = { class = "impossible" } } }\n', "say by 'why'"),
        ("[epoll_ctl]\n", "has no conditions"),
        ('[epoll_ctl]\nlike = "epoll_wait"\n', "no table of that name stands above"),
        (LIKE + 'except = ["EINVAL/three"]\n', "'EINVAL/three' is not among what is taken over"),
        ('[epoll_ctl]\nelsewhere = ["ENONE"]\n', "'elsewhere' must be a list of errno names"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    with pytest.raises(BindingError) as error:
        load(text)
    assert message in str(error.value)
    assert str(error.value).startswith("e.toml:")


def test_the_release_that_was_read_is_needed() -> None:
    with pytest.raises(BindingError, match="say which pages were read"):
        Errors(BINDINGS, [("epoll", Document("e.toml", '[epoll_ctl.EINVAL]\nx = "x"\n'))])


def test_rows_have_the_target_s_numbers() -> None:
    errors = load('[epoll_ctl.ELOOP]\nx = "x"\n')
    rows = {name: emit_errors.rows(errors, BINDINGS.targets.get(name)) for name in ("amd64", "mips", "alpha", "hppa")}
    # linux: asm-generic/errno.h and the architectures' own.
    for name, number in (("amd64", 40), ("mips", 90), ("alpha", 62), ("hppa", 249)):
        assert f"\tnumber={number}\t" in rows[name], name


def test_json_says_where_an_error_is_provoked() -> None:
    errors = load(
        """
[epoll_ctl.EINVAL]
everywhere = "x"
not_hppa   = { when = "x", on = { hppa = { absent = true } } }
as_root    = { when = "x", class = "privileged" }
unshown    = "x"
"""
    )
    known = ledger.load(
        Document(
            "l.toml",
            '[[deviation]]\ntargets = ["m68k"]\nversions = ["7.2"]\nreason = "r"\nsource = "s"\n'
            'check = "Errors/epoll_ctl/EINVAL/everywhere"\nseen = "EPERM"\n',
        ),
        Targets.load(MODELS),
    )
    ids = ("everywhere", "not_hppa", "as_root")
    provocations = {f"Errors/epoll_ctl/EINVAL/{name}": {"reason": False} for name in ids}
    provocations["Errors/epoll_ctl/EINVAL/unshown"] = {"reason": True}
    table = emit_errors.errors_json(errors, provocations, known)
    assert table["schema"] == "plumbline.errors/1"
    where = {entry["provocation"].rsplit("/", 1)[1]: entry["provoked_on"] for entry in table["entries"]}
    assert "m68k" not in where["everywhere"] and "hppa" in where["everywhere"]
    assert "hppa" not in where["not_hppa"] and "m68k" in where["not_hppa"]
    assert where["as_root"] == ["native"]
    assert where["unshown"] == []
    assert not {"sh4", "x32"} & set(where["everywhere"])


def test_the_header_groups_names_of_one_number() -> None:
    errors = load('[read.EAGAIN]\nx = "x"\n[read.EBADF]\ny = "y"\n[read.EWOULDBLOCK]\nz = "z"\n')
    lines = [line for line in emit_errors.header(errors).splitlines() if line.startswith('    {"read"')]
    assert [line.split(", ")[2] for line in lines] == ["EAGAIN", "EWOULDBLOCK", "EBADF"]


def test_commands(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(file) for file in sorted(FOLDER.glob("*.toml"))]
    tables = tmp_path / "tables.cc"
    assert main(["error-tables", "--target", "s390x", "-o", str(tables), *files]) == 0
    assert 'kArch[] = "s390x"' in tables.read_text()
    output = tmp_path / "errors.json"
    assert main(["errors", "-o", str(output), *files]) == 0
    assert len(json.loads(output.read_text())["entries"]) > 1000
    assert main(["check", *files]) == 0
    broken = tmp_path / "epoll.errors.toml"
    broken.write_text(MANUAL + "[epoll_ctl.EINVAL]\nx = 3\n")
    output.unlink()
    without = [file for file in files if not file.endswith("epoll.errors.toml")]
    assert main(["errors", "-o", str(output), *without, str(broken)]) == 2
    assert "epoll.errors.toml:3" in capsys.readouterr().err
    assert not output.exists()


def test_own_tables_are_whole() -> None:
    errors = Errors.load(BINDINGS, sorted(FOLDER.glob("*.errors.toml")))
    with_table = {condition.function for condition in errors.all()}
    functions = {b.name for b in BINDINGS.all.values() if b.kind == "function"}
    # Those that do not fail: read in closefrom(3), and in the pages that list no errors.
    assert functions - with_table <= {"closefrom"}
