"""Random programs against the model on this machine, and how the command behaves."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

PROGRAM = "conformance/semantics/runner/semantics"
EXECUTOR = "conformance/semantics/executor/executor_static"
# Enough for every rule to decide something.
PROGRAMS = 10_000


def run(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=timeout)


@pytest.fixture(scope="module")
def result() -> dict[str, object]:
    done = run("run", f"--programs={PROGRAMS}", "--seed=1", "--format=json", "--all-rules", "--kernel-arch=amd64", "--", EXECUTOR, "--programs-at-once=64", "--as-they-end")
    assert done.returncode in (0, 1), done.stderr
    parsed: dict[str, object] = json.loads(done.stdout)
    return parsed


def test_no_program_disagrees(result: dict[str, object]) -> None:
    told = [f"{one['rule']}: {one['expected']}\n{one['program']}{one['outcome']}" for one in result["disagreements"]]  # type: ignore[attr-defined]
    assert not told, "\n".join(told)
    assert result["programs"] == PROGRAMS


def test_every_rule_was_exercised(result: dict[str, object]) -> None:
    assert [rule["id"] for rule in result["rules"] if rule["exercised"] == 0] == []  # type: ignore[attr-defined]


# What this machine's kernel does otherwise, by rules.
LISTED = {
    "wait.2": {f"exclusive_and_{it}reader" for it in ("", "eventfd_", "timerfd_", "datagram_", "seqpacket_")}
    | {f"signalfd_mask_and_{it}" for it in ("reader", "reader_of_child", "poll")},
    "pipe.8": {"packet_after_stream"},
    "epoll.8": {"exclusive_signalfds"},
    "socket.6": {"seqpacket_without_sigpipe"},
    "socket.10": {"datagram_lost"},
}


def test_what_the_ledger_lists_is_no_disagreement() -> None:
    done = run("run", "--programs=1", "--format=json", "--kernel-arch=amd64", "--", EXECUTOR)
    assert done.returncode == 0, done.stdout + done.stderr
    listed = json.loads(done.stdout)["deviations"]
    assert {rule: {one["program"] for one in listed if one["rule"] == rule} for rule in {one["rule"] for one in listed}} == LISTED
    assert all(one["failure"] == "" for one in listed)


def test_what_the_ledger_lists_for_another_place_is_told() -> None:
    done = run("run", "--programs=1", "--format=json", "--", EXECUTOR)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)["disagreements"]
    assert sorted(one["rule"] for one in found) == sorted(rule for rule, programs in LISTED.items() for _ in programs)


def test_what_no_longer_happens_is_told() -> None:
    """Pages of 64 KiB, as the listed kernel has them, are not this machine's."""
    done = run("run", "--programs=1", "--kernel-arch=ppc64el", "--", EXECUTOR)
    assert done.returncode == 1, done.stderr
    assert "LEDGER IS WRONG  pipe.8  packet_of_a_page" in done.stdout
    assert "it no longer happens" in done.stdout


def test_a_target_may_write_when_its_input_ends(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "program.txt"
    program.write_text("program 1\neventfd 3 0\nread8 $0 8\nend\n")
    late = f'all="$(cat)"; echo "$all" | {EXECUTOR}'
    done = run("replay", str(program), "--", "sh", "-c", late)
    assert done.returncode == 0, done.stderr
    assert " 3\n" in done.stdout and "allowed" in done.stdout


def test_rules_can_be_chosen() -> None:
    lies = f"{EXECUTOR} --programs-at-once=64 | sed -u -E '{LIES['eventfd.1']}'"
    for only, status in (("signal", 0), ("eventfd,signal", 1)):
        done = run("run", "--programs=500", "--seed=2", "--format=json", f"--only={only}", "--", "sh", "-c", lies)
        assert done.returncode == status, done.stderr
        told = json.loads(done.stdout)
        assert {rule["id"].split(".")[0] for rule in told["rules"]} == set(only.split(","))
        assert {one["rule"].split(".")[0] for one in told["disagreements"]} <= {"eventfd"}


# A target that lies: what it prints is the executor's, but for one thing.
LIES = {
    "epoll.8": r"s/^([0-9]+) 1 - ([0-9]+ [0-9]+) EPOLLIN:[0-9]+$/\1 0 - \2/",
    "epoll.17": r"s/^([0-9]+) 0 - ([0-9]+) [0-9]+$/\1 0 - \2 \2/",
    "eventfd.1": r"s/^([0-9]+) 8 - ([0-9]+ [0-9]+) ([0-9]+)$/\1 8 - \2 1\3/",
    "fd.2": r"s/^([0-9]+) -1 EBADF /\1 -1 EINVAL /",
    "fd.1": r"s/^([0-9]+) 5,6 - /\1 6,7 - /",
    "signal.7": r"s/^([0-9]+ 0 - [0-9]+ [0-9]+) none$/\1 SIGHUP/",
    "pipe.13": r"s/POLLHUP$/POLLERR/",
}


@pytest.mark.parametrize("rule", LIES)
def test_what_lies_is_found(rule: str) -> None:
    lies = f"{EXECUTOR} --programs-at-once=64 | sed -u -E '{LIES[rule]}'"
    done = run("run", "--programs=1500", "--seed=2", "--format=json", "--", "sh", "-c", lies)
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)["disagreements"]
    assert rule in {one["rule"] for one in found}
    # Told with few steps.
    assert min(one["program"].count("\n") for one in found) <= 8


def test_the_text_tells_the_rule_its_source_and_a_c_program(tmp_path: pathlib.Path) -> None:
    lies = f"{EXECUTOR} | sed -u -E '{LIES['eventfd.1']}'"
    done = run("run", "--programs=500", "--seed=2", "--rules", "--", "sh", "-c", lies)
    assert done.returncode == 1
    for words in ("DISAGREEMENT  eventfd.1", "eventfd(2) read", "expected  gives", "read8 $", "#include <sys/eventfd.h>", "rules exercised"):
        assert words in done.stdout
    source = tmp_path / "program.c"
    source.write_text("#define _GNU_SOURCE\n" + done.stdout.split("#define _GNU_SOURCE\n", 1)[1].split("\nDISAGREEMENT", 1)[0].split("\n  times  rule", 1)[0])
    subprocess.run(["gcc", "-pthread", "-o", str(tmp_path / "program"), str(source)], check=True)
    again = subprocess.run([str(tmp_path / "program")], capture_output=True, text=True, check=True, timeout=30)
    assert again.stdout.startswith("0: ")


def test_replay_shows_what_each_step_did(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "programs"
    file.write_text("program 1\neventfd 3 0\nread8 $0 8\nend\n")
    done = run("replay", str(file), "--", EXECUTOR)
    assert done.returncode == 0, done.stderr
    assert "read8 $0 8" in done.stdout and done.stdout.endswith("allowed\n")


@pytest.mark.parametrize(("architecture", "status"), [("amd64", 0), ("", 1)])
def test_replay_knows_the_ledger(architecture: str, status: int) -> None:
    deviation = "conformance/semantics/programs/deviations/exclusive_and_reader.txt"
    done = run("replay", deviation, f"--kernel-arch={architecture}", "--", EXECUTOR, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    assert "\nnot allowed\n" in done.stdout
    assert ("conformance/ledger/linux.toml:" in done.stdout) == (status == 0)


STORIES = sorted(pathlib.Path("conformance/semantics/programs").glob("*.txt"))


@pytest.mark.parametrize("file", STORIES, ids=[file.stem for file in STORIES])
def test_stories_are_allowed(file: pathlib.Path) -> None:
    done = run("replay", str(file), "--", EXECUTOR, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\nallowed\n") == file.read_text().count("\nprogram ") + file.read_text().startswith("program ")


def test_there_are_stories() -> None:
    assert len(STORIES) >= 5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "--", "/no/such/executor"], "can't run /no/such/executor: No such file"),
        (["run", "--", "true"], "true ended before its programs were done"),
        (["run", "--", "false"], "false ended with status 1 before its programs"),
        (["run", "--", "sh", "-c", "echo nonsense; echo end exited; exec sleep 9"], "'nonsense' is no line of an outcome"),
        (["run", "--", "sh", "-c", "echo outcome 7777777; echo end exited; exec sleep 9"], "an outcome of 7777777, which is not what runs"),
        (["run"], "executor is required"),
        (["replay", "/no/such/file", "--", "true"], "can't read /no/such/file"),
        (["run", "--format=xml", "--", "true"], "--format"),
        (["run", "--only=nothing", "--", "true"], "--only"),
    ],
)
def test_what_can_not_be_done(arguments: list[str], message: str) -> None:
    done = run(*arguments, timeout=30)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""


def test_a_program_that_is_none(tmp_path: pathlib.Path) -> None:
    file = tmp_path / "programs"
    file.write_text("program one\nopen 3\nend\n")
    done = run("replay", str(file), "--", EXECUTOR)
    assert done.returncode == 2
    assert f"{file}:2: there is no call 'open'" in done.stderr
