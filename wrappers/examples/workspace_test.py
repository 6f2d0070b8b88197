"""The examples as another project would have them: a workspace of its own that depends on this one."""

from __future__ import annotations

import os
import re
import selectors
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# By a link of the test's runfiles, which leads to the checkout.
FOLDER = Path(__file__).resolve().parent

Bazel = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def bazel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bazel]:
    base = tmp_path_factory.mktemp("bazel")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = ["bazel", "--nohome_rc", f"--output_user_root={base}/user", f"--output_base={base}/output"]
        return subprocess.run(
            [*command, "--max_idle_secs=60", "--host_jvm_args=-Xmx1g", *arguments],
            cwd=FOLDER,
            env={"HOME": str(base), "PATH": "/usr/bin:/bin", "USER": os.environ.get("USER", "plumbline")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    yield run
    # Makes its folders writable again, and stops the server.
    run("clean", "--expunge")


@pytest.fixture(scope="module")
def programs(bazel: Bazel) -> Path:
    """The folder with the examples, built."""
    built = bazel("build", "--noshow_progress", "--color=no", "--symlink_prefix=/", "//:programs")
    assert built.returncode == 0, built.stdout
    folder = bazel("info", "--ui_event_filters=-info", "--noshow_progress", "bazel-bin")
    return Path(folder.stdout.splitlines()[-1])


@pytest.fixture
def start(programs: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts an example; one that still runs in the end is killed."""
    running = []

    def start(name: str, *arguments: str) -> subprocess.Popen[str]:
        command = [str(programs / name), *arguments]
        running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


Start = Callable[..., "subprocess.Popen[str]"]


def rest(process: subprocess.Popen[str]) -> str:
    """What it still prints; it must succeed."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    return output


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_event_loop_counts_ticks(start: Start) -> None:
    ticks = re.findall(r"^tick (\d+)$", rest(start("event_loop", "5", "1")), re.MULTILINE)
    # Several at once, if the machine is busy.
    assert ticks == sorted(ticks, key=int) and int(ticks[-1]) >= 5


def test_event_loop_ends_with_a_signal(start: Start) -> None:
    process = start("event_loop", "0", "1")
    assert line(process) == "tick 1\n" or process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert rest(process).endswith(f"signal {int(signal.SIGTERM)} of process {os.getpid()}\n")


def test_pause_ends_with_a_handled_signal(start: Start) -> None:
    process = start("pause")
    assert line(process) == f"pausing; interrupt process {process.pid} to go on\n"
    # A signal that came before the pause would be lost on it; nothing else makes it sleep now.
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        time.sleep(0.01)
    process.send_signal(signal.SIGUSR1)
    assert rest(process).startswith("pause() = EINTR (Interrupted system call): ")


def test_show_signals_prints_them_with_their_values(start: Start) -> None:
    process = start("show_signals")
    before, inside, asked = line(process), line(process), line(process)
    assert before == "blocked before:\n"
    assert inside.startswith(f"blocked while they are shown: {int(signal.SIGINT)} {int(signal.SIGQUIT)} {int(signal.SIGUSR1)}")
    assert asked == f"send signals to process {process.pid}\n"
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGRTMIN, signal.SIGQUIT):
        process.send_signal(number)
    output = rest(process)
    for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGRTMIN, signal.SIGQUIT):
        assert f"signal {int(number)} of process {os.getpid()} of user {os.getuid()}, with value 0\n" in output
    assert output.endswith("blocked after:\n")


def test_run_command_tells_outputs_apart(start: Start, programs: Path) -> None:
    output = rest(start("run_command", "sh", "-c", "echo one; echo two >&2"))
    assert "[4 bytes from standard output]\none\n" in output
    assert "[4 bytes from standard error]\ntwo\n" in output
    assert output.endswith("[exited with 0]\n")
    assert "[standard output is closed]\n" in output and "[standard error is closed]\n" in output

    def status(*command: str) -> int:
        return subprocess.run([str(programs / "run_command"), *command], stdout=subprocess.DEVNULL, check=False).returncode

    assert status("sh", "-c", "exit 3") == 3
    assert status("sh", "-c", "kill -TERM $$") == 128 + signal.SIGTERM
    assert status("there-is-no-such-program") == 127
    assert status("sh", "-c", "kill -TERM $$; sleep 60") == 128 + signal.SIGTERM  # it has our mask, not the demo's
    assert subprocess.run([str(programs / "run_command")], stderr=subprocess.DEVNULL, check=False).returncode == 2


def test_subreaper_waits_for_an_orphan(start: Start) -> None:
    output = rest(start("subreaper")).splitlines()
    assert output[:2] == ["at first it is disabled", "now it is enabled"]
    assert sorted(re.sub(r"process \d+", "process", text) for text in output[2:4]) == [
        "process exited with 0",
        "process exited with 7",
    ]
    assert output[4:] == ["in the end it is disabled"]


@pytest.mark.parametrize("kind", ["epoll", "poll", "select"])
def test_echo_server_echoes_to_many(start: Start, kind: str) -> None:
    process = start("echo_server", kind)
    found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line(process))
    assert found
    address = ("127.0.0.1", int(found[1]))
    # More than a socket holds, so that the server has to wait until it can write.
    texts = [bytes([ord("a") + number]) * (4_000_000 if number == 0 else 3) for number in range(20)]
    clients = [socket.create_connection(address, timeout=60) for _ in texts]
    received = exchange(clients, texts)
    for client in clients:
        client.close()
    assert received == texts
    process.send_signal(signal.SIGINT)
    assert rest(process).endswith(f"{len(texts)} clients, {sum(map(len, texts))} bytes\n")


def exchange(clients: list[socket.socket], texts: list[bytes]) -> list[bytes]:
    """What each gets back for its text, all at the same time, to the end of the connection."""
    left = [memoryview(text) for text in texts]
    received = [bytearray() for _ in texts]
    with selectors.DefaultSelector() as selector:
        for number, client in enumerate(clients):
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE, number)
        while selector.get_map():
            ready = selector.select(timeout=60)
            assert ready, "the server does not answer"
            for key, events in ready:
                number, client = key.data, clients[key.data]
                if events & selectors.EVENT_WRITE:
                    left[number] = left[number][client.send(left[number][:65536]) :]
                    if not left[number]:
                        client.shutdown(socket.SHUT_WR)
                        selector.modify(client, selectors.EVENT_READ, number)
                if events & selectors.EVENT_READ:
                    data = client.recv(65536)
                    received[number] += data
                    if not data:
                        selector.unregister(client)
    return [bytes(text) for text in received]
