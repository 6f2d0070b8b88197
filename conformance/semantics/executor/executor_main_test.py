"""The executor as a program: its options, and how it speaks on its standard streams."""

import os
import pathlib
import pty
import re
import signal
import subprocess
import time
import tty

import pytest

FOLDER = pathlib.Path("conformance/semantics/executor")
PROGRAM = b"program 7\neventfd 0 0\nend\n"
OUTCOME = re.compile(rb"outcome 7\n0 3 - \d+ \d+\nend exited\n")


@pytest.fixture(params=["executor", "executor_static"])
def executor(request: pytest.FixtureRequest) -> str:
    return str(FOLDER / request.param)


def run(*command: str, programs: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, input=programs, capture_output=True, check=False, timeout=60)


def read_outcome(descriptor: int) -> bytes:
    """What is written up to the end of an outcome; it has to come without a further program."""
    text = b""
    while not text.endswith(b"end exited\n"):
        text += os.read(descriptor, 4096)
    return text


def test_runs_a_program(executor: str) -> None:
    result = run(executor, programs=PROGRAM)
    assert result.returncode == 0
    assert OUTCOME.fullmatch(result.stdout)
    assert result.stderr == b""


def test_prints_help_and_version(executor: str) -> None:
    result = run(executor, "--help")
    assert result.returncode == 0
    assert result.stdout.startswith(b"usage: executor")
    result = run(executor, "--version")
    assert result.stdout == b"plumbline executor, protocol 1\n"


def test_prints_names(executor: str) -> None:
    lines = run(executor, "--names").stdout.decode().splitlines()
    names = dict(line.split(" ") for line in lines)
    # As the manual's names have them in this machine's headers.
    assert int(names["EPOLLIN"]) == 1
    assert int(names["O_NONBLOCK"]) == os.O_NONBLOCK
    assert int(names["SIGUSR1"]) == signal.SIGUSR1
    assert int(names["SIGRTMAX"]) == signal.SIGRTMAX
    assert len(lines) == len(names), "each name once"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--frobnicate"], b"executor: --frobnicate: there is no such option"),
        (["programs.txt"], b"executor: programs.txt: there is no such option"),
        (["--watchdog"], b"executor: --watchdog: takes a number from 1 to 3600000"),
        (["--watchdog=soon"], b"executor: --watchdog=soon: takes a number"),
        (["--programs-at-once", "0"], b"takes a number from 1 to 256"),
        (["--programs-at-once", "257"], b"takes a number from 1 to 256"),
        (["--programs-per-child", "0"], b"takes a number from 1 to 1000000"),
    ],
)
def test_refuses_wrong_options(executor: str, options: list[str], message: bytes) -> None:
    result = run(executor, *options, programs=PROGRAM)
    assert result.returncode == 2
    assert message in result.stderr
    assert b"usage: executor" in result.stderr
    assert result.stdout == b""


def test_answers_each_program_at_once(executor: str) -> None:
    with subprocess.Popen(
        [executor, "--programs-at-once", "4"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        for _ in range(3):
            # In pieces, as a slow line has them.
            for piece in (PROGRAM[:9], PROGRAM[9:20], PROGRAM[20:]):
                os.write(process.stdin.fileno(), piece)
            assert OUTCOME.fullmatch(read_outcome(process.stdout.fileno()))
        process.stdin.close()
        assert process.wait(timeout=60) == 0


def test_one_that_hangs_keeps_no_other_waiting(executor: str) -> None:
    programs = b"program 1\npause\nend\n" + b"".join(b"program %d\neventfd 0 0\nend\n" % n for n in range(2, 40))
    ordered = run(executor, "--programs-at-once=2", "--watchdog=300", programs=programs)
    as_they_end = run(executor, "--programs-at-once=2", "--watchdog=300", "--as-they-end", programs=programs)
    numbers = [int(n) for n in re.findall(rb"^outcome (\d+)$", ordered.stdout, re.M)]
    assert numbers == list(range(1, 40))
    numbers = [int(n) for n in re.findall(rb"^outcome (\d+)$", as_they_end.stdout, re.M)]
    assert sorted(numbers) == list(range(1, 40))
    assert numbers[-1] == 1


def test_a_rehearsal_leaves_nothing_behind(executor: str) -> None:
    program = (
        b"program 1\nepoll_create1 0\n@1 pause\nsigpending\npoll $0:POLLIN 0\n"
        b"kill SIGUSR2\nend\nprogram 2\nfcntl 3 F_GETFD 0\neventfd 1 0\nread8 $1 8\nend\n"
    )
    plain, rehearsed = (run(executor, *options, programs=program).stdout for options in ((), ("--rehearse",)))
    times = re.compile(rb" \d{6,} \d{6,}")
    assert times.sub(b"", rehearsed) == times.sub(b"", plain)
    assert b"killed SIGUSR2" in plain and b"-1 EBADF" in plain


def test_speaks_over_a_terminal(executor: str) -> None:
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    with subprocess.Popen([executor], stdin=theirs, stdout=theirs) as process:
        for _ in range(2):
            os.write(ours, PROGRAM.replace(b"\n", b"\r\n"))
            assert OUTCOME.fullmatch(read_outcome(ours))
        process.terminate()
        assert process.wait(timeout=60) == -signal.SIGTERM
    os.close(ours)
    os.close(theirs)


def test_its_descriptors_and_signals_are_not_the_programs(executor: str) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        result = subprocess.run(
            [executor],
            input=b"program 1\neventfd 0 0\nkill SIGUSR1\nend\n",
            capture_output=True,
            check=True,
            close_fds=False,
            restore_signals=False,
            timeout=60,
        )
    finally:
        signal.signal(signal.SIGUSR1, signal.SIG_DFL)
        os.close(reader)
        os.close(writer)
    assert re.fullmatch(rb"outcome 1\n0 3 - .*\nend killed SIGUSR1\n", result.stdout)


def test_programs_end_with_it(executor: str) -> None:
    with subprocess.Popen(
        [executor, "--watchdog", "60000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.write(b"program 1\npause\nend\n")
        process.stdin.flush()
        children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (child := children.read_text().strip()):
            pass
        process.kill()
        process.wait(timeout=60)
    # Who inherits it may be slow to wait for it.
    status = pathlib.Path(f"/proc/{child}/stat")
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            if status.read_text().rpartition(") ")[2].startswith("Z"):
                return
        except (FileNotFoundError, ProcessLookupError):
            return
    pytest.fail(f"process {child} still runs")


def test_a_closed_reader_ends_it(executor: str) -> None:
    with subprocess.Popen(
        [executor], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.close()
        process.stdin.write(PROGRAM)
        process.stdin.close()
        assert process.wait(timeout=60) == -signal.SIGPIPE
