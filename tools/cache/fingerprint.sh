#!/bin/sh
# Prints a fingerprint of the files under the paths that are given: of their names and what
# they hold, and of nothing that differs between machines with the same packages (times).
# Compilers proper are large; their driver states their version, so their size will do.
# Paths that don't exist are left out.
#
# If PLUMBLINE_FINGERPRINTS names a folder, what was found is kept there and not looked for
# again until the size or time of a file changes: reading all is seconds, of twenty compilers.
set -u

# As find would complain of them.
for path in "$@"; do
  shift
  if [ -e "$path" ]; then
    set -- "$@" "$path"
  fi
done

kept=
if [ -n "${PLUMBLINE_FINGERPRINTS:-}" ] && [ $# -gt 0 ]; then
  # The time of the last change of a file's status can't be set back, as that of its text can.
  key="$({ cat "$0" && find -L "$@" -type f -printf '%p %s %T@ %C@\n'; } | b2sum --length=256)"
  kept="$PLUMBLINE_FINGERPRINTS/${key%% *}"
  if [ -s "$kept" ]; then
    exec cat "$kept"
  fi
fi

fingerprint="$({
  if [ $# -gt 0 ]; then
    find -L "$@" -type f ! -name cc1 ! -name cc1plus -print0 |
      LC_ALL=C sort -uz | xargs -0r b2sum --length=256
    find -L "$@" -type f '(' -name cc1 -o -name cc1plus ')' -printf '%s %p\n' | LC_ALL=C sort -u
  fi
} | b2sum --length=256 | cut -d ' ' -f 1)"
echo "$fingerprint"

# That it can't be kept is no matter.
if [ -n "$kept" ] && mkdir -p "$PLUMBLINE_FINGERPRINTS" 2> /dev/null; then
  { echo "$fingerprint" > "$kept.$$" && mv -f "$kept.$$" "$kept"; } 2> /dev/null || rm -f "$kept.$$"
fi
