"""Tests of run_in_kernel's behaviour that is the same in every kernel: they boot the quickest."""

from __future__ import annotations

import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from conformance.semantics.system.booting import PROGRAM, command, run, what_is_missing


@pytest.fixture(autouse=True)
def _needed() -> None:
    if reason := what_is_missing():
        if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)


def test_output_that_is_read_late_is_not_lost() -> None:
    data = random.Random(2).randbytes(1_000_000)
    with subprocess.Popen(command("--", PROGRAM, "all"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:
        assert runner.stdin and runner.stdout
        pid = os.fork()
        if pid == 0:
            runner.stdin.write(data)
            os._exit(0)
        runner.stdin.close()
        assert runner.stdout.readline().startswith(b"uname")
        time.sleep(1)
        assert runner.stdout.read().partition(b"echo\n")[2] == data
        os.waitpid(pid, 0)
    assert runner.returncode == 3


def test_program_that_the_kernel_refuses(tmp_path: pathlib.Path) -> None:
    header = bytearray(pathlib.Path(PROGRAM).read_bytes()[:64])
    header[56:58] = bytes(2)  # so many segments
    path = tmp_path / "program"
    path.write_bytes(header)
    result = run("--", str(path))
    assert result.returncode == 2
    assert result.stderr == b"run_in_kernel: the kernel does not start the program: Exec format error\n"


def test_processors() -> None:
    result = run("--cpus", "2", "--", PROGRAM, "all")
    assert "\nprocessors 2\n" in result.stdout.decode()
    assert "\nturns 20\n" in result.stdout.decode()


def test_killed_program() -> None:
    result = run("--", PROGRAM, "killed")
    assert (result.returncode, result.stdout, result.stderr) == (128 + 9, b"", b"")


def test_orphan_does_not_keep_it_running() -> None:
    assert run("--", PROGRAM, "orphan").returncode == 4


def test_panic_is_told_with_the_console() -> None:
    result = run("--", PROGRAM, "panic")
    assert result.returncode == 2
    message = result.stderr.decode()
    assert message.startswith("run_in_kernel: arm64 6.1: the machine stopped before the program had ended\n")
    assert "Kernel panic" in message


def test_boot_that_takes_too_long(tmp_path: pathlib.Path) -> None:
    result = run("--boot-timeout", "1", "--console", str(tmp_path / "console"), "--", PROGRAM, "all")
    assert result.returncode == 2
    assert result.stderr.decode().startswith("run_in_kernel: arm64 6.1: the program was not started within 1 s\n")
    assert (tmp_path / "console").exists()


def test_qemu_that_does_not_start() -> None:
    result = run("--memory", "999999999", "--", PROGRAM, "all")
    assert result.returncode == 2
    assert "qemu-system-aarch64 said:" in result.stderr.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_qemu_ends_with_the_runner(number: signal.Signals) -> None:
    with subprocess.Popen(command("--", PROGRAM, "wait"), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as runner:
        assert runner.stdout and runner.stdout.readline() == b"here\n"
        children = pathlib.Path(f"/proc/{runner.pid}/task/{runner.pid}/children").read_text().split()
        assert len(children) == 1
        qemu = pathlib.Path("/proc", children[0])
        assert qemu.joinpath("comm").read_text().startswith("qemu-system")
        runner.send_signal(number)
    assert runner.returncode == (128 + number if number == signal.SIGTERM else -number)
    # As an orphan it may wait to be reaped.
    for _ in range(1000):
        try:
            if qemu.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
                break
        except FileNotFoundError:
            break
        time.sleep(0.01)
    else:
        pytest.fail("QEMU still runs")
