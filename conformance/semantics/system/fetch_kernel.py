"""Gets Debian's kernels, without installing them.

    python3 -m conformance.semantics.system.fetch_kernel [ARCHITECTURE KERNEL]

Without arguments, all of kernels.txt. What is there already stays. Prints what it has, a line
each. Exit status: 0; 2 when the work could not be done.
"""

from __future__ import annotations

import argparse
import sys

from conformance.semantics.system import kernels
from conformance.semantics.system.failure import Failure


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="fetch_kernel", description="Gets Debian's kernels, without installing them.")
    parser.add_argument("arch", nargs="?", metavar="ARCHITECTURE", help="such as s390x; by default all of kernels.txt")
    parser.add_argument("kernel", nargs="?", metavar="KERNEL", help="such as 6.1")
    options = parser.parse_args(arguments)
    if options.arch and not options.kernel:
        parser.error("a kernel's release, such as 6.1, must follow the architecture")
    try:
        wanted = [kernels.find_kernel(options.arch, options.kernel)] if options.arch else kernels.read_table()
        for kernel in wanted:
            image = kernels.fetch(kernel)
            print(f"{kernel}: {image.version} in {image.kernel.parent}", flush=True)
    except Failure as failure:
        print(f"fetch_kernel: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
