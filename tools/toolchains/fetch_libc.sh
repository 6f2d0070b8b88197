#!/bin/bash
# Gets the packages that a Debian release's C library and kernel headers are made of.
#
#   tools/toolchains/fetch_libc.sh [--again] RELEASE ARCHITECTURE
#
# RELEASE is bullseye, bookworm, trixie or sid. The packages libc6, libc6-dev and linux-libc-dev go to
# ~/.cache/plumbline/libc/RELEASE-ARCHITECTURE, which is printed; `tools/plumbline snapshot --debs
# FOLDER/*.deb` records their surface. Of an architecture that the release does not ship they are those
# that its cross compiler builds with (libc6-ARCHITECTURE-cross and so on). What is there already stays,
# unless --again is given: sid moves. Nothing is installed, and it does not have to be root's.
#
# Exit status: 0; 2 when the work could not be done.
set -euo pipefail

note() {
  printf 'fetch_libc: %s\n' "$@" >&2
}

die() {
  note "$@"
  exit 2
}

again=""
if [[ "${1:-}" == --again ]]; then
  again=1
  shift
fi
if [[ $# -ne 2 || "$1" == -* ]]; then
  die "usage: fetch_libc.sh [--again] RELEASE ARCHITECTURE"
fi
release="$1" arch="$2"
if [[ ! "$release" =~ ^[a-z]+$ || ! "$arch" =~ ^[a-z0-9]+$ ]]; then
  die "a release is a word such as bookworm, an architecture one such as arm64"
fi
# shellcheck source=tools/toolchains/debian_packages.sh
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/debian_packages.sh"

folder="$plumbline_cache/libc/$release-$arch"
if [[ -d "$folder" && -z "$again" ]]; then
  echo "$folder"
  exit
fi
if ! command -v apt-get > /dev/null || ! command -v dpkg > /dev/null; then
  die "this is not Debian: get libc6, libc6-dev and linux-libc-dev yourself"
fi
libc=libc6
if [[ "$arch" == alpha || "$arch" == ia64 ]]; then
  libc=libc6.1
fi
mkdir -p "$plumbline_cache/libc"
staging="$(mktemp -d "$plumbline_cache/libc/.$release-$arch.XXXXXX")"
trap 'rm -rf "$staging"' EXIT
# Whether the release's own list of architectures, which apt has got, lacks this one.
is_not_shipped() {
  local lists=("$staging"/apt/lists/*Release)
  [[ -e "${lists[0]}" ]] && ! grep -qE "^Architectures:.* $arch( |$)" "${lists[@]}"
}

# The packages for a cross compiler. That of the kernel's headers can be a folder of links to
# another package's, which it then depends on.
unpack_cross_packages() {
  local kernels="linux-libc-dev-$arch-cross"
  unpack_packages amd64 "$release" "$staging" "$libc-$arch-cross" "$libc-dev-$arch-cross" "$kernels" || return
  if [[ "$(dpkg-deb --field "$staging/debs/$kernels"_*.deb Depends)" == linux-libc-dev* ]]; then
    unpack_packages amd64 "$release" "$staging" linux-libc-dev || return
  fi
}

if ! unpack_packages "$arch" "$release" "$staging" "$libc" "$libc-dev" linux-libc-dev > "$staging/log" 2>&1 &&
  { ! is_not_shipped || ! unpack_cross_packages > "$staging/log" 2>&1; }; then
  die "the packages of $release for $arch could not be had: $(why_not "$staging/log")"
fi
chmod 755 "$staging/debs"
if [[ -n "$again" ]]; then
  rm -rf "$folder"
fi
# Somebody else may have been faster; theirs is the same.
mv -T "$staging/debs" "$folder" 2> /dev/null || [[ -d "$folder" ]]
note "$(cd "$folder" && echo ./*.deb | sed 's,\./,,g') in $folder"
echo "$folder"
