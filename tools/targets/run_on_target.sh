#!/bin/bash
# Runs a program of another architecture: in place if the kernel can, else by qemu-user.
#
#   run_on_target.sh --arch=NAME --triple=TRIPLE [--native] [--qemu=NAME]
#                    [--cannot-run=REASON] [--probe=PROGRAM] [--driver=WORD]…
#                    [--skip-status=N]
#                    -- PROGRAM ARGS…
#   run_on_target.sh --arch=NAME --skip=REASON [--optional] -- true
#
# Exit status and output are the program's. If it can't run, that is reported as a
# skipped case in $XML_OUTPUT_FILE and the status is 0; with PLUMBLINE_REQUIRE_ALL=1
# in the environment it is a failed case, and the status 1. What is declared as unable
# to run (--cannot-run) is tried, and is a skip with that proof in any case; it is a
# failure if an emulator runs it after all. With --optional, too, it stays a skip: what
# Debian 12 itself does not have, nobody is made to have.
#
# --probe is a smaller program that an emulator must be able to run, too: if its status is
# 1, what it wrote is why the program is skipped, in any case. Another status is no proof.
#
# --skip-status is the status for what can't run. With --driver the program is not run here,
# but by another program of this machine, whose words these are: it is given [--emulator=…] --
# and the command that runs the program.
#
# Emulators are found in $PATH, or only by $PLUMBLINE_QEMU if it is set: a folder that
# holds qemu-NAME or qemu-NAME-static, or has them in usr/bin; or one such program. An
# emulated program is told so: PLUMBLINE_EMULATOR is "qemu-user 7.2.22".
set -euo pipefail

arch=
triple=
native=
qemu=
reason=
optional=
cannot_run=
probe=
driver=()
skip_status=

escape_xml() {
  # The replacement is quoted, as an unquoted & would stand for what matched.
  local text="$1"
  text="${text//&/"&amp;"}"
  text="${text//</"&lt;"}"
  text="${text//>/"&gt;"}"
  text="${text//\"/"&quot;"}"
  printf '%s' "$text"
}

# skip WHY [always]: reports that nothing ran, and why; always as a skip if the word is there.
skip() {
  local message name failures=0 skipped=1 status=notrun result
  message="$(escape_xml "$1")"
  name="$(escape_xml "${TEST_TARGET:-$arch}")"
  result="<skipped message=\"$message\"/>"
  if [[ "${PLUMBLINE_REQUIRE_ALL:-}" == 1 && -z "${2:-}" ]]; then
    failures=1 skipped=0 status=run
    result="<failure message=\"$message\"/>"
  fi
  if [[ -n "${XML_OUTPUT_FILE:-}" ]]; then
    cat > "$XML_OUTPUT_FILE" <<XML
<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="$failures" errors="0" skipped="$skipped">
  <testsuite name="$name" tests="1" failures="$failures" errors="0" skipped="$skipped">
    <testcase name="$name" status="$status" time="0">$result</testcase>
  </testsuite>
</testsuites>
XML
  fi
  echo "$arch: not run: $1" >&2
  exit "${skip_status:-$failures}"
}

while [[ $# -gt 0 ]]; do
  case "$1" in
    --arch=*) arch="${1#*=}" ;;
    --triple=*) triple="${1#*=}" ;;
    --native) native=1 ;;
    --qemu=*) qemu="${1#*=}" ;;
    --driver=*) driver+=("${1#*=}") ;;
    --skip-status=*) skip_status="${1#*=}" ;;
    --cannot-run=*) cannot_run="${1#*=}" ;;
    --probe=*) probe="${1#*=}" ;;
    --skip=*) reason="${1#*=}" ;;
    --optional) optional=1 ;;
    --) shift; break ;;
    *) echo "run_on_target.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done

if [[ -n "$reason" ]]; then
  skip "$reason" "$optional"
fi
if [[ $# -eq 0 ]]; then
  echo "run_on_target.sh: no program after --" >&2
  exit 2
fi

program="$1"
shift
if [[ "$program" != */* ]]; then
  program="./$program"
fi

# Whether this machine's kernel runs the program: the dynamic linker of its own
# architecture's C library is the smallest thing to try. Status 126 is the shell's
# for a file that the kernel refuses to execute.
kernel_runs() {
  local linker
  for linker in "/usr/$triple"/lib/ld-linux*.so.*; do
    if [[ -x "$linker" ]]; then
      "$linker" --version > /dev/null 2>&1
      return
    fi
  done
  # The machine's own architecture has no such folder.
  return 0
}

# Nothing emulates what runs in place, whatever the environment was.
unset PLUMBLINE_EMULATOR
if [[ -n "$native" ]] && kernel_runs; then
  if [[ ${#driver[@]} -gt 0 ]]; then driver+=(--); fi
  exec "${driver[@]}" "$program" "$@"
fi

# try COMMAND…: whether the program starts at all; asked to list its tests, it does no more.
try() {
  (
    ulimit -c 0
    unset GTEST_OUTPUT XML_OUTPUT_FILE
    exec "$@" --gtest_list_tests
  ) > /dev/null 2>&1
}

if [[ -n "$cannot_run" && -z "$qemu" ]]; then
  status=0
  try "$program" || status=$?
  skip "tried in place, exit status $status: $cannot_run" proven
fi
if [[ -z "$qemu" ]]; then
  skip "this machine's kernel does not run $arch programs, and qemu-user has no emulator of it"
fi

# find_emulator: prints the path of the architecture's emulator.
find_emulator() {
  local name folder
  for name in "qemu-$qemu-static" "qemu-$qemu"; do
    if [[ -z "${PLUMBLINE_QEMU:-}" ]]; then
      command -v "$name" && return
    elif [[ ! -d "$PLUMBLINE_QEMU" ]]; then
      if [[ "${PLUMBLINE_QEMU##*/}" == "$name" && -x "$PLUMBLINE_QEMU" ]]; then
        realpath --no-symlinks "$PLUMBLINE_QEMU"
        return
      fi
    else
      for folder in "$PLUMBLINE_QEMU" "$PLUMBLINE_QEMU/usr/bin"; do
        if [[ -f "$folder/$name" && -x "$folder/$name" ]]; then
          echo "$folder/$name"
          return
        fi
      done
    fi
  done
  return 1
}

if ! emulator="$(find_emulator)"; then
  if [[ -z "${PLUMBLINE_QEMU:-}" ]]; then
    skip "qemu-$qemu-static is missing: apt-get install qemu-user-static"
  elif [[ -d "$PLUMBLINE_QEMU" ]]; then
    skip "$PLUMBLINE_QEMU has no qemu-$qemu"
  fi
  skip "$PLUMBLINE_QEMU is not qemu-$qemu"
fi
release="$("$emulator" --version | sed -nE '1s/.* version ([0-9]+(\.[0-9]+)*).*/\1/p')"
if [[ -z "$release" ]]; then
  skip "$emulator does not tell its release by --version"
fi
export PLUMBLINE_EMULATOR="qemu-user $release"
emulation=("$emulator" -L "/usr/$triple")
if [[ -n "$native" ]]; then
  # This machine's ld.so.cache may list its own libraries of that architecture, and the
  # loader of one C library does not work with another's libc.so.
  emulation+=(-E "LD_LIBRARY_PATH=/usr/$triple/lib")
fi

if [[ -n "$cannot_run" ]]; then
  status=0
  try "${emulation[@]}" "$program" || status=$?
  if [[ "$status" -lt 126 ]]; then
    echo "$emulator runs it: take cannot_run out of bindings/data_models.toml" >&2
    exit 1
  fi
  skip "tried under ${emulator##*/} $release, exit status $status: $cannot_run" proven
fi
if [[ -n "$probe" ]]; then
  if [[ "$probe" != */* ]]; then probe="./$probe"; fi
  status=0
  why="$(ulimit -c 0; timeout 60 "${emulation[@]}" "$probe" 2> /dev/null)" || status=$?
  if [[ "$status" == 1 && -n "$why" ]]; then
    skip "${emulator##*/} $release does not run ${probe##*/}: $why" proven
  elif [[ "$status" != 0 ]]; then
    skip "${emulator##*/} $release does not run ${probe##*/}, exit status $status"
  fi
fi
if [[ ${#driver[@]} -gt 0 ]]; then driver+=("--emulator=$PLUMBLINE_EMULATOR" --); fi
exec "${driver[@]}" "${emulation[@]}" "$program" "$@"
