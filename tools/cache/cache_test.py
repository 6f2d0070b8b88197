"""Two checkouts and a cache between them: what one built, the other doesn't."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tools.cache import serve

# By a link of the test's runfiles, which leads to the workspace.
ROOT = Path(__file__).resolve().parents[2]

# Libraries, a program, and what programs of ours make of bindings and of the compiler's answers.
TARGETS = [
    "//conformance/abi:rows",
    "//conformance/abi:judge",
    "//tools/cache:errno_facts",
    "//tools/cache:errno_files",
    "//tools/cli:fake_checker_far",
]

# Cheap to build: what runs when it is tested is all that counts.
TEST = "//tools/targets:count_cases_test"


def unavailable(reason: str) -> NoReturn:
    if os.environ.get("PLUMBLINE_REQUIRE_ALL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


class Server:
    """nginx as serve.py runs it, on a port that is free."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        # Somebody may take the port between its choice and its use.
        for _ in range(5):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
            self.process = subprocess.Popen(
                [ROOT / "tools/cache/serve.py", "--folder", folder, "--listen", f"127.0.0.1:{self.port}", *options],
                stdout=subprocess.PIPE,
                text=True,
            )
            assert self.process.stdout is not None
            self.bazelrc = self.process.stdout.readline()
            if self._answers():
                return
        pytest.fail("nginx does not start: see above", pytrace=False)

    def _answers(self) -> bool:
        while self.process.poll() is None:
            with contextlib.suppress(OSError):
                # By its process: the port could be another's by now.
                if int((self.folder / "nginx.pid").read_text() or 0) == self.process.pid:
                    socket.create_connection(("127.0.0.1", self.port)).close()
                    return True
            time.sleep(0.02)
        return False

    def request(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body)
            response = connection.getresponse()
            return response.status, response.read()

    def entries(self, kind: str) -> dict[str, bytes]:
        folder = self.folder / "files" / kind
        return {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


@pytest.fixture(scope="module")
def nginx() -> None:
    if serve.nginx() is None:
        unavailable("nginx is missing: apt-get install nginx")


@pytest.fixture(scope="module")
def server(nginx: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("server"))
    yield started
    started.stop()


@pytest.fixture
def read_only(server: Server) -> Iterator[Server]:
    """The same files, by a server that nobody may write to."""
    folder = server.folder.parent / "read_only"
    folder.mkdir(exist_ok=True)
    if not (folder / "files").exists():
        (folder / "files").symlink_to(server.folder / "files")
    started = Server(folder, "--writers=")
    yield started
    started.stop()


@dataclasses.dataclass(frozen=True)
class Spawn:
    """A command that Bazel ran, or would have."""

    mnemonic: str
    outputs: dict[str, str]  # SHA-256 by path
    hit: bool
    told: dict[str, Any] = dataclasses.field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.mnemonic} {min(self.outputs)}" if self.outputs else self.mnemonic


class Checkout:
    """A copy of the tree with a Bazel of its own."""

    def __init__(self, folder: Path, output_base: Path) -> None:
        self.folder = folder
        self.output_base = output_base
        self.said = ""  # by the last build
        shutil.copytree(
            ROOT,
            folder,
            symlinks=True,
            # The developer's user.bazelrc may name the team's cache.
            ignore=lambda _, names: {
                name
                for name in names
                if name in (".git", "user.bazelrc", "node_modules", "__pycache__")
                or name.startswith(("bazel-", ".mypy", ".pytest"))
            },
        )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                "bazel",
                "--nohome_rc",
                f"--output_user_root={self.output_base}.user",
                f"--output_base={self.output_base}",
                "--max_idle_secs=60",
                "--host_jvm_args=-Xmx1g",
                *arguments,
            ],
            cwd=self.folder,
            env={"HOME": str(self.output_base) + ".user", "PATH": "/usr/bin:/bin", "USER": "plumbline"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def bazel(self, command: str, *arguments: str) -> list[Spawn]:
        """The commands of a build that succeeds."""
        log = Path(f"{self.output_base}.log")
        log.unlink(missing_ok=True)
        result = self._run(
            command, "--noshow_progress", "--color=no", f"--execution_log_json_file={log}", *arguments
        )
        assert result.returncode == 0, result.stdout
        self.said = result.stdout
        return list(_spawns(log.read_text()))

    def use(self, server: Server) -> None:
        (self.folder / "user.bazelrc").write_text(server.bazelrc)

    def forget(self) -> None:
        """Nothing is built any more."""
        assert self._run("clean").returncode == 0

    def remove(self) -> None:
        self._run("clean", "--expunge")  # ends its server too


def _spawns(log: str) -> Iterator[Spawn]:
    decoder = json.JSONDecoder()
    # One object after the other.
    while log := log.lstrip():
        told, end = decoder.raw_decode(log)
        log = log[end:]
        outputs = {output["path"]: output["digest"]["hash"] for output in told["actualOutputs"]}
        yield Spawn(told["mnemonic"], outputs, told["remoteCacheHit"], told)


def _by_outputs(spawns: list[Spawn]) -> dict[str, Spawn]:
    return {spawn.name: spawn for spawn in spawns}


def _difference(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """What differs between two commands that should have been the same."""
    lines = []
    for field in ("commandArgs", "environmentVariables", "platform", "inputs"):
        one, other = first.get(field, []), second.get(field, [])
        if one != other:
            lines.append(f"  {field}:")
            if isinstance(one, list) and isinstance(other, list):
                lines += [f"    first   {entry}" for entry in one if entry not in other]
                lines += [f"    second  {entry}" for entry in other if entry not in one]
            else:
                lines += [f"    first   {one}", f"    second  {other}"]
    return lines or ["  nothing that the execution log knows of"]


@pytest.fixture(scope="module")
def first(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    folder = tmp_path_factory.mktemp("one")
    checkout = Checkout(folder / "tree", folder / "bazel")
    checkout.use(server)
    yield checkout
    checkout.remove()


@pytest.fixture(scope="module")
def uploaded(first: Checkout) -> dict[str, Spawn]:
    """The commands of the first build, all of which ran."""
    return _by_outputs(first.bazel("build", "--config=cache", *TARGETS))


@pytest.fixture(scope="module")
def second(uploaded: dict[str, Spawn], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """Elsewhere: another path, of another length."""
    folder = tmp_path_factory.mktemp("another")
    checkout = Checkout(folder / "somewhere" / "else" / "plumbline", folder / "output" / "bazel")
    yield checkout
    checkout.remove()


def test_first_checkout_uploads_what_it_builds(server: Server, uploaded: dict[str, Spawn]) -> None:
    assert {"Codegen", "CollectFacts", "CppCompile", "CppLink"} <= {spawn.mnemonic for spawn in uploaded.values()}
    assert [spawn.name for spawn in uploaded.values() if spawn.hit] == []
    assert len(server.entries("ac")) == len(uploaded)
    files = server.entries("cas")
    assert {digest for spawn in uploaded.values() for digest in spawn.outputs.values()} <= files.keys()
    for name, content in files.items():
        assert hashlib.sha256(content).hexdigest() == name


def test_second_checkout_builds_nothing(
    read_only: Server, uploaded: dict[str, Spawn], second: Checkout
) -> None:
    second.use(read_only)
    spawns = _by_outputs(second.bazel("build", "--config=cache", *TARGETS))
    assert spawns.keys() == uploaded.keys()
    for name, spawn in spawns.items():
        assert spawn.hit, "\n".join(
            [f"{name} was built again. What differs:", *_difference(uploaded[name].told, spawn.told)]
        )
        assert spawn.outputs == uploaded[name].outputs


def test_same_outputs_are_built_elsewhere(
    server: Server, uploaded: dict[str, Spawn], second: Checkout
) -> None:
    """Else what is built further on would depend on who was first to upload."""
    second.use(server)
    second.forget()
    before = server.entries("cas")
    spawns = _by_outputs(
        second.bazel("build", "--config=cache", "--noremote_accept_cached", *TARGETS)
    )
    assert [spawn.name for spawn in spawns.values() if spawn.hit] == []
    for name, spawn in spawns.items():
        assert spawn.outputs == uploaded[name].outputs, name
    assert server.entries("cas").keys() == before.keys()
    assert len(server.entries("ac")) == len(uploaded)


def test_only_what_changed_is_built_and_a_reader_uploads_nothing(
    server: Server, uploaded: dict[str, Spawn], second: Checkout
) -> None:
    second.use(server)
    second.forget()
    before = server.entries("ac")
    source = second.folder / "conformance/abi/rows.cc"
    text = source.read_text()
    source.write_text(text + "\nextern const int plumbline_cache_test;\nconst int plumbline_cache_test = 1;\n")
    try:
        spawns = second.bazel("build", "--config=cache", "--noremote_upload_local_results", *TARGETS)
    finally:
        source.write_text(text)
    built = {output.rpartition("/")[2] for spawn in spawns if not spawn.hit for output in spawn.outputs}
    assert built == {"rows.pic.o", "rows.pic.d", "librows.a"}
    assert server.entries("ac") == before


def test_tests_run_here(server: Server, first: Checkout, second: Checkout) -> None:
    for checkout in (first, second):
        checkout.use(server)
        ran = [
            spawn.hit
            for spawn in checkout.bazel("test", "--config=cache", TEST)
            if spawn.mnemonic == "TestRunner"
        ]
        assert ran == [False]


def test_without_the_cache_it_is_built_here(second: Checkout) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and nobody listens
        second.forget()
        spawns = second.bazel(
            "build",
            "--config=cache",
            f"--remote_cache=http://127.0.0.1:{nobody.getsockname()[1]}",
            "//conformance/abi:rows",
        )
    assert spawns and not any(spawn.hit for spawn in spawns)


def test_what_the_cache_lost_is_built_here(
    server: Server, uploaded: dict[str, Spawn], second: Checkout, tmp_path: Path
) -> None:
    shutil.copytree(server.folder / "files/ac", tmp_path / "files/ac")
    poorer = Server(tmp_path, "--writers=")
    try:
        second.use(poorer)
        second.forget()
        spawns = second.bazel("build", "--config=cache", "//conformance/abi:rows")
    finally:
        poorer.stop()
    assert spawns and not any(spawn.hit for spawn in spawns)
    assert "WARNING: Writing to Remote Cache:" in second.said
    assert poorer.entries("cas") == {}


def test_workers_are_asked_for_what_they_are(second: Checkout) -> None:
    """What remote execution would send; no worker is asked."""
    second.forget()
    spawns = second.bazel(
        "build",
        "--config=remote",
        "--repo_env=PLUMBLINE_WORKER_IMAGE=docker://registry.example/plumbline@sha256:0",
        "//conformance/abi:rows",
    )
    assert spawns
    for spawn in spawns:
        properties = {entry["name"]: entry["value"] for entry in spawn.told["platform"]["properties"]}
        assert properties == {
            "OSFamily": "linux",
            "container-image": "docker://registry.example/plumbline@sha256:0",
        }


HASH = "0123456789abcdef" * 4


def test_server_takes_and_gives(server: Server) -> None:
    assert server.request("GET", f"/ac/{HASH}")[0] == 404
    try:
        assert server.request("PUT", f"/ac/{HASH}", b"one")[0] == 201
        assert server.request("PUT", f"/ac/{HASH}", b"two")[0] == 204
        assert server.request("GET", f"/ac/{HASH}") == (200, b"two")
    finally:
        (server.folder / "files/ac" / HASH).unlink()


def test_server_takes_large_files(server: Server) -> None:
    large = bytes(32 << 20)
    name = hashlib.sha256(large).hexdigest()
    try:
        assert server.request("PUT", f"/cas/{name}", large)[0] == 201
        assert server.request("GET", f"/cas/{name}") == (200, large)
    finally:
        (server.folder / "files/cas" / name).unlink()


@pytest.mark.parametrize(
    "path", ["/", "/ac", "/ac/", f"/ac/{HASH}0", f"/ac/{HASH[1:]}", f"/other/{HASH}", f"/ac/../{HASH}", "/nginx.conf"]
)
def test_server_has_nothing_else(server: Server, path: str) -> None:
    for method in ("GET", "PUT"):
        assert server.request(method, path, b"" if method == "PUT" else None)[0] in (400, 403, 404)


def test_server_forgets_nothing_by_request(server: Server) -> None:
    assert server.request("PUT", f"/ac/{HASH}", b"kept")[0] == 201
    try:
        for method in ("DELETE", "MKCOL", "COPY", "MOVE", "POST"):
            assert server.request(method, f"/ac/{HASH}")[0] == 405
        assert server.request("GET", f"/ac/{HASH}") == (200, b"kept")
    finally:
        (server.folder / "files/ac" / HASH).unlink()


def test_read_only_server_takes_nothing(read_only: Server) -> None:
    assert read_only.request("PUT", f"/ac/{HASH}", b"")[0] == 403
    assert read_only.request("GET", f"/ac/{HASH}")[0] == 404
    assert HASH not in read_only.entries("ac")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--listen=8765"], "--listen 8765: not an address and a port, such as 127.0.0.1:8765"),
        (["--listen=127.0.0.1:0"], "--listen 127.0.0.1:0: not an address"),
        (["--listen=127.0.0.1:1;x:2"], "does not appear to be an IPv4 or IPv6 address"),
        (["--writers=all"], "'all' does not appear to be an IPv4 or IPv6 network"),
        (["--largest=much"], "--largest much: not a size, such as 512m"),
        (["--folder=/tmp/a;b"], "--folder /tmp/a;b: nginx takes letters"),
    ],
)
def test_bad_usage(
    nginx: None, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    folder = tmp_path / "new"
    assert serve.main([f"--folder={folder}", *options]) == 2
    assert message in capsys.readouterr().err
    assert not folder.exists()
