"""Runs a program in a kernel of Debian's, booted in QEMU's system emulation.

    run_in_kernel --arch s390x --kernel 6.1 -- PROGRAM [ARGUMENT…]

PROGRAM is static. Its standard streams are this program's own. The kernel is fetched when it
isn't there (kernels.txt lists what is known), and init.cc is compiled.

Exit status: the program's; 128 + N if signal N killed it; 2, with a message, when the work
could not be done.
"""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import hashlib
import os
import pathlib
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from types import FrameType

from conformance.semantics.system import cpio, kernels
from conformance.semantics.system.elf import read_static_program
from conformance.semantics.system.failure import Failure
from conformance.semantics.system.kernels import Image, Kernel
from conformance.semantics.system.machines import MACHINES

_HERE = pathlib.Path(__file__).parent

# So many lines are shown of what was said before a failure.
_LINES_SHOWN = 25

# A frame: what it is, and its length; see init.cc.
_HEADER = struct.Struct(">cI")
_CHUNK = 64 * 1024

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)

_STREAMS = {b"o": 1, b"e": 2}


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    cpus: int
    memory: int  # MiB
    boot_timeout: float  # seconds
    console: pathlib.Path | None = None  # where to keep the kernel's messages
    init: pathlib.Path | None = None  # init.cc, if it was compiled already


def compiled_init(arch: str) -> pathlib.Path:
    """init.cc as a program for the architecture, from the cache if it was compiled before."""
    source = _HERE / "init.cc"
    compiler = f"{MACHINES[arch].triple}-g++"
    if not shutil.which(compiler):
        raise Failure(f"{compiler} is missing: apt-get install g++-{MACHINES[arch].triple.replace('_', '-')}")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    path = kernels.cache_folder() / "init" / f"{arch}-{digest}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            out = pathlib.Path(folder) / "init"
            result = subprocess.run([compiler, "-std=c++20", "-O2", "-static", "-s", "-o", str(out), str(source)])
            if result.returncode != 0:
                raise Failure(f"{source} could not be compiled by {compiler}")
            out.rename(path)
    return path


def initramfs(init: bytes, program: bytes, arguments: list[str], image: Image) -> bytes:
    modules = [f"plumbline/{path.name}" for path in image.modules]
    return cpio.archive(
        [
            cpio.file("init", init, 0o755),
            cpio.folder("plumbline"),
            cpio.file("plumbline/program", program, 0o755),
            cpio.file("plumbline/arguments", "".join(f"{word}\0" for word in arguments).encode(errors="surrogateescape")),
            cpio.file("plumbline/modules", "".join(f"/{name}\0" for name in modules).encode()),
            *(cpio.file(name, path.read_bytes()) for name, path in zip(modules, image.modules)),
        ]
    )


def qemu_command(arch: str, image: Image, initrd: str, console: str, port: int, settings: Settings) -> list[str]:
    machine = MACHINES[arch]
    return [
        machine.qemu,
        *machine.options,
        *("-accel", "tcg"),
        *("-smp", str(settings.cpus)),
        *("-m", str(settings.memory)),
        *("-nodefaults", "-no-user-config", "-display", "none", "-monitor", "none"),
        # A kernel that panics restarts, and that ends QEMU.
        "-no-reboot",
        *("-kernel", str(image.kernel)),
        *("-initrd", initrd),
        *("-append", f"console={machine.console} panic=-1 nokaslr mitigations=off"),
        *("-serial", f"file:{console}"),
        *("-chardev", f"socket,id=port,fd={port}"),
        *("-device", f"{machine.port_device},max_ports=2"),
        *("-device", "virtserialport,chardev=port,nr=1"),
    ]


class _File:
    """A file that is gone when this program and QEMU are, however they end."""

    def __init__(self, name: str, content: bytes = b"") -> None:
        self._file = os.fdopen(os.memfd_create(name), "r+b")
        self._file.write(content)
        self._file.flush()
        self.fd = self._file.fileno()
        self.path = f"/proc/self/fd/{self.fd}"  # for QEMU too, which gets it by the same number

    def read(self) -> bytes:
        self._file.seek(0)
        return self._file.read()


def _end_with_parent() -> None:
    """In the new process: it is killed when this program ends, however that happens."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Stopped(Exception):
    """The machine did not run the program to its end."""


class _Relay:
    """Connects a machine with this program's standard streams."""

    def __init__(self, connection: socket.socket, boot_timeout: float) -> None:
        self._connection = connection
        self._boot_timeout = boot_timeout
        self._received = bytearray()
        self._to_send = bytearray()
        self._input_ended = False
        self._started = False
        self._status: int | None = None

    def until_ended(self) -> int:
        """Returns the exit status."""
        self._connection.setblocking(False)
        deadline = time.monotonic() + self._boot_timeout
        while self._status is None:
            left = None if self._started else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Stopped(f"the program was not started within {self._boot_timeout:g} s")
            self._wait(left)
        return self._status

    def _wait(self, seconds: float | None) -> None:
        poll = select.poll()
        poll.register(self._connection, select.POLLIN | (select.POLLOUT if self._to_send else 0))
        if not self._input_ended and len(self._to_send) < _CHUNK:
            poll.register(0, select.POLLIN)
        for fd, events in poll.poll(None if seconds is None else seconds * 1000 + 1):
            if fd == 0:
                self._read_input()
                continue
            if events & select.POLLOUT:
                self._send()
            if events & ~select.POLLOUT:
                self._receive()

    def _read_input(self) -> None:
        data = os.read(0, _CHUNK)
        self._input_ended = not data
        self._to_send += _HEADER.pack(b"i", len(data)) + data

    def _send(self) -> None:
        try:
            del self._to_send[: self._connection.send(self._to_send)]
        except BlockingIOError:
            pass
        except ConnectionError:
            # The machine has stopped; what it sent before is still to be read.
            self._to_send.clear()

    def _receive(self) -> None:
        try:
            data = self._connection.recv(_CHUNK)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        if not data:
            raise Stopped(f"the machine stopped before the program {'had ended' if self._started else 'was started'}")
        self._received += data
        while len(self._received) >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._received)
            if len(self._received) < _HEADER.size + length:
                break
            payload = bytes(self._received[_HEADER.size : _HEADER.size + length])
            del self._received[: _HEADER.size + length]
            self._take(kind, payload)

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind in _STREAMS:
            while payload:
                payload = payload[os.write(_STREAMS[kind], payload) :]
        elif kind == b"s":
            self._started = True
        elif kind == b"f":
            raise Failure(f"the kernel does not start the program: {payload.decode(errors='replace')}")
        elif kind == b"x":
            how, number = payload.decode().split()
            self._status = int(number) + (128 if how == "killed" else 0)
        else:
            raise Stopped(f"the machine sent {kind!r}, which begins no frame")


def _last_lines(title: str, content: bytes) -> list[str]:
    lines = [line.rstrip() for line in content.decode(errors="replace").splitlines() if line.strip()]
    return [title, *(f"  {line}" for line in lines[-_LINES_SHOWN:])] if lines else []


def run(kernel: Kernel, program: pathlib.Path, arguments: list[str], settings: Settings) -> int:
    """Runs a program with this one's standard streams; returns the exit status."""
    machine = MACHINES[kernel.arch]
    content = read_static_program(program, kernel.arch)
    if not shutil.which(machine.qemu):
        raise Failure(f"{machine.qemu} is missing: apt-get install --no-install-recommends {machine.package}")
    image = kernels.fetch(kernel)
    init = read_static_program(settings.init or compiled_init(kernel.arch), kernel.arch)
    initrd = _File("initramfs", initramfs(init, content, [str(program), *arguments], image))
    console, said = _File("console"), _File("qemu")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        qemu = subprocess.Popen(
            qemu_command(kernel.arch, image, initrd.path, console.path, theirs.fileno(), settings),
            stdin=subprocess.DEVNULL,
            # This program's streams are the other program's.
            stdout=said.fd,
            stderr=said.fd,
            pass_fds=[theirs.fileno(), initrd.fd, console.fd],
            preexec_fn=_end_with_parent,
        )
        try:
            theirs.close()
            return _Relay(ours, settings.boot_timeout).until_ended()
        except Stopped as stopped:
            qemu.kill()
            qemu.wait()
            lines = [
                f"{kernel}: {stopped}",
                *_last_lines(f"{machine.qemu} said:", said.read()),
                *_last_lines("the last lines of the kernel's console:", console.read()),
            ]
            if len(lines) == 1:
                lines.append("neither it nor the kernel said anything")
            raise Failure("\n".join(lines)) from stopped
        finally:
            qemu.kill()
            qemu.wait()
            if settings.console:
                settings.console.write_bytes(console.read())


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="run_in_kernel",
        usage="run_in_kernel --arch ARCH --kernel KERNEL [OPTION…] -- PROGRAM [ARGUMENT…]",
        description="Runs a static program in one of Debian's kernels, in QEMU's system emulation.",
        epilog="example: run_in_kernel --arch s390x --kernel 6.1 -- ./program < input",
    )
    parser.add_argument("--arch", required=True, help=f"of the machine: {', '.join(MACHINES)}")
    parser.add_argument("--kernel", required=True, help="its release, such as 6.1")
    parser.add_argument("--cpus", type=_positive, default=1, help="how many (default: %(default)s)")
    parser.add_argument("--memory", type=_positive, default=256, metavar="MIB", help="(default: %(default)s)")
    parser.add_argument(
        "--boot-timeout", type=_positive, default=180, metavar="SECONDS",
        help="until the program is started (default: %(default)s)",
    )
    parser.add_argument("--console", type=pathlib.Path, metavar="FILE", help="keeps the kernel's messages there")
    parser.add_argument("--init", type=pathlib.Path, metavar="FILE", help="init.cc compiled already")
    parser.add_argument("command", nargs="+", metavar="PROGRAM", help="static; its arguments follow")
    return parser.parse_args(arguments)


def _on_signal(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    options = _parse(arguments)
    for fd in range(3):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest number that is free: fd
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _on_signal)
    settings = Settings(options.cpus, options.memory, options.boot_timeout, options.console, options.init)
    try:
        kernel = kernels.find_kernel(options.arch, options.kernel)
        return run(kernel, pathlib.Path(options.command[0]), options.command[1:], settings)
    except Failure as failure:
        print(f"run_in_kernel: {failure}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Nobody reads standard output any more.
        return 128 + signal.SIGPIPE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
