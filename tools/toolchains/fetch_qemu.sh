#!/bin/bash
# Gets another release of qemu-user than the installed one, from Debian's packages.
#
#   tools/toolchains/fetch_qemu.sh [RELEASE]
#
# RELEASE is 10.0, unless one is named. Its programs go to ~/.cache/plumbline/qemu/RELEASE,
# which is printed; the file `version` there says which package they are of. What is there
# already stays. Nothing is installed, and it does not have to be root's.
#
# Exit status: 0; 2 when the work could not be done.
set -euo pipefail

note() {
  printf 'fetch_qemu: %s\n' "$@" >&2
}

die() {
  note "$@"
  exit 2
}

# The Debian release that has it, and the package there. A further release of qemu is a
# further line.
known=(
  "10.0 trixie qemu-user"
)

if [[ $# -gt 1 || "${1:-}" == -* ]]; then
  die "usage: fetch_qemu.sh [RELEASE]"
fi
release="${1:-10.0}"
debian=""
package=""
for line in "${known[@]}"; do
  if [[ "$line" == "$release "* ]]; then
    read -r _ debian package <<< "$line"
  fi
done
if [[ -z "$debian" ]]; then
  die "no Debian package of qemu-user $release is known; known are: $(printf '%s\n' "${known[@]}" | cut -d' ' -f1 | xargs)"
fi
# shellcheck source=tools/toolchains/debian_packages.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/debian_packages.sh"

folder="$plumbline_cache/qemu/$release"
if [[ -f "$folder/version" ]]; then
  echo "$folder"
  exit
fi
if ! command -v apt-get > /dev/null || ! command -v dpkg > /dev/null; then
  die "this is not Debian: unpack qemu-user $release yourself, and give its folder"
fi
mkdir -p "$plumbline_cache/qemu"
staging="$(mktemp -d "$plumbline_cache/qemu/.$release.XXXXXX")"
trap 'rm -rf "$staging"' EXIT
if ! unpack_packages "$(dpkg --print-architecture)" "$debian" "$staging" "$package" > "$staging/log" 2>&1; then
  die "Debian's package of qemu-user $release could not be had: $(why_not "$staging/log")"
fi
mv "$staging/unpacked/usr/bin" "$staging/out"
chmod 755 "$staging/out"
dpkg-deb --field "$(echo "$staging/debs/$package"_*.deb)" Version > "$staging/out/version"
# Somebody else may have been faster; theirs is the same.
mv -T "$staging/out" "$folder" 2> /dev/null || [[ -f "$folder/version" ]]
note "qemu-user $(cat "$folder/version") is in $folder"
echo "$folder"
