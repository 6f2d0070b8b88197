"""What tests that boot a kernel share; which kernel, the environment says (see BUILD)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from conformance.semantics.system import kernels
from conformance.semantics.system.machines import MACHINES

ARCH, RELEASE = os.environ["PLUMBLINE_KERNEL"].split()
INIT = os.environ["PLUMBLINE_KERNEL_INIT"]
PROGRAM = os.environ["PLUMBLINE_KERNEL_PROGRAM"]


def what_is_missing() -> str:
    """With what to do; "" if nothing is."""
    machine = MACHINES[ARCH]
    if not shutil.which(machine.qemu):
        return f"{machine.qemu} is missing: apt-get install --no-install-recommends {machine.package}"
    if not kernels.kept(kernels.find_kernel(ARCH, RELEASE)):
        return (
            f"Debian's kernel {RELEASE} for {ARCH} is missing: "
            f"python3 -m conformance.semantics.system.fetch_kernel {ARCH} {RELEASE}"
        )
    return ""


def command(*words: str) -> list[str]:
    module = "conformance.semantics.system.run_in_kernel"
    return [sys.executable, "-m", module, "--arch", ARCH, "--kernel", RELEASE, "--init", INIT, *words]


def run(*words: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command(*words), input=data, capture_output=True)
