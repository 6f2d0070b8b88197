#!/bin/sh
# Prints a fingerprint of the files under the paths that are given: of their names and what
# they hold, and of nothing that differs between machines with the same packages (times).
# Compilers proper are large; their driver states their version, so their size will do.
# Paths that don't exist are left out.
set -u

# As find would complain of them.
for path in "$@"; do
  shift
  if [ -e "$path" ]; then
    set -- "$@" "$path"
  fi
done

{
  if [ $# -gt 0 ]; then
    find -L "$@" -type f ! -name cc1 ! -name cc1plus -print0 |
      LC_ALL=C sort -uz | xargs -0r b2sum --length=256
    find -L "$@" -type f '(' -name cc1 -o -name cc1plus ')' -printf '%s %p\n' | LC_ALL=C sort -u
  fi
} | b2sum --length=256 | cut -d ' ' -f 1
