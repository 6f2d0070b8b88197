#!/usr/bin/python3
"""Runs nginx as a Bazel HTTP cache, in the foreground: nginx.conf beside this, filled in.

  tools/cache/serve.py --folder /srv/plumbline-cache --listen 10.0.0.5:8765 --writers 10.0.0.7
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import pathlib
import pwd
import re
import shutil
import sys

TEMPLATE = pathlib.Path(__file__).parent / "nginx.conf"

DEFAULT_LISTEN = "127.0.0.1:8765"


class UsageError(Exception):
    """The arguments can't be worked with."""


def configuration(folder: pathlib.Path, listen: str, writers: list[str], largest: str, log_level: str) -> str:
    """The text of nginx.conf; what is given is checked, as it becomes part of the text."""
    if not re.fullmatch(r"/[\w./+-]*", str(folder)):
        raise UsageError(f"--folder {folder}: nginx takes letters, digits, and any of ./+-_ only")
    host, colon, port = listen.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(f"--listen {listen}: not an address and a port, such as {DEFAULT_LISTEN}")
    try:
        ipaddress.ip_address(host.strip("[]"))
        networks = [ipaddress.ip_network(writer) for writer in writers]
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not re.fullmatch(r"\d+[kmg]?", largest):
        raise UsageError(f"--largest {largest}: not a size, such as 512m")
    # Only root may choose another account, and it would be `nobody` if none were named.
    user = f"user {pwd.getpwuid(os.geteuid()).pw_name};" if os.geteuid() == 0 else ""
    words = {
        "FOLDER": str(folder),
        "LARGEST": largest,
        "LISTEN": listen,
        "LOG_LEVEL": log_level,
        "USER": user,
        "WRITERS": "\n".join(f"        allow {network};" for network in networks),
    }
    return re.sub(r"@(\w+)@", lambda match: words[match.group(1)], TEMPLATE.read_text(encoding="utf-8"))


def nginx() -> str | None:
    # Debian's is in /usr/sbin, which not everybody's PATH has.
    return shutil.which("nginx", path=os.environ.get("PATH", os.defpath) + ":/usr/sbin")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="serve.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", required=True, type=pathlib.Path, help="where everything is kept")
    parser.add_argument(
        "--listen", default=DEFAULT_LISTEN, help="ADDRESS:PORT; by default %(default)s, this machine only"
    )
    parser.add_argument(
        "--writers",
        default="127.0.0.1",
        help="addresses or networks that may write, comma-separated; '' for none; by default %(default)s",
    )
    parser.add_argument("--largest", default="1g", help="the largest file, as nginx has it: by default %(default)s")
    parser.add_argument("--log-level", default="error", choices=["debug", "info", "notice", "warn", "error"])
    options = parser.parse_args(arguments)
    program = nginx()
    try:
        if program is None:
            raise UsageError("nginx is missing: apt-get install nginx")
        folder = options.folder.absolute()
        text = configuration(
            folder, options.listen, [w for w in options.writers.split(",") if w], options.largest, options.log_level
        )
        (folder / "files").mkdir(parents=True, exist_ok=True)
        written = folder / "nginx.conf.new"
        written.write_text(text, encoding="utf-8")
        written.replace(folder / "nginx.conf")
    except (UsageError, OSError) as error:
        print(f"serve.py: {error}", file=sys.stderr)
        return 2
    print(f"build:cache --remote_cache=http://{options.listen}", flush=True)
    os.execv(program, ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
