"""The example as another project would have it: a workspace of its own that loads the rule from this one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

# By a link of the test's runfiles, which leads to the checkout.
FOLDER = Path(__file__).resolve().parent


def test_an_upgrade_is_held_against_the_gate(tmp_path_factory: pytest.TempPathFactory) -> None:
    base = tmp_path_factory.mktemp("bazel")
    command = ["bazel", "--nohome_rc", f"--output_user_root={base}/user", f"--output_base={base}/output", "--max_idle_secs=60"]

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, "--host_jvm_args=-Xmx1g", *arguments],
            cwd=FOLDER,
            env={"HOME": str(base), "PATH": "/usr/bin:/bin", "USER": os.environ.get("USER", "plumbline")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    options = ("--noshow_progress", "--color=no", "--symlink_prefix=/", "--test_output=all")
    try:
        accepted = run("test", *options, "//:upgrade_test")
        assert accepted.returncode == 0, accepted.stdout
        assert "0 breaking, 0 notable, 0 benign, 1 suppressed" in accepted.stdout
        strict = run("test", *options, "//:strict_upgrade_test")
        assert strict.returncode == 3, strict.stdout
        assert "termios speeds are numbers of bits a second" in strict.stdout
    finally:
        # Makes its folders writable again, and stops the server.
        run("clean", "--expunge")
