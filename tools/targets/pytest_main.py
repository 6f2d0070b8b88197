"""Runs pytest as Bazel wants a test run: filter, JUnit file and temporary folder."""

import os
import sys

import pytest


def main(arguments: list[str]) -> int:
    options = ["--import-mode=importlib", "-p", "no:cacheprovider", "--color=no", "-rs"]
    if report := os.environ.get("XML_OUTPUT_FILE"):
        options.append(f"--junitxml={report}")
    if pattern := os.environ.get("TESTBRIDGE_TEST_ONLY"):
        options += ["-k", pattern]
    if folder := os.environ.get("TEST_TMPDIR"):
        options.append(f"--basetemp={os.path.join(folder, 'pytest')}")
    return int(pytest.main(options + arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
