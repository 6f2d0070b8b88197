#!/bin/bash
# Gets musl's headers and library for architectures, from Debian's packages of each.
#
#   tools/toolchains/fetch_musl.sh [ARCHITECTURE…]
#
# With no architecture named, those that bindings/data_models.toml gives musl. What is
# there already stays. The packages go to ~/.cache/plumbline/musl/ARCHITECTURE:
# include/ and libc.so, in lib/ what programs are linked from, in `release` musl's release,
# and in kernel/include links to the kernel's headers. Needs apt, not root, and changes nothing of the system: apt works in a
# state of its own.
#
# Exit status: 0, also when an architecture was skipped for want of a network (it says
# so); 2 when the work could not be done, or, with PLUMBLINE_REQUIRE_ALL=1, on a skip.
set -euo pipefail

note() {
  printf 'fetch_musl: %s\n' "$@" >&2
}

die() {
  note "$@"
  exit 2
}

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
models="$here/../../bindings/data_models.toml"
# shellcheck source=tools/toolchains/debian_packages.sh
source "$here/debian_packages.sh"
cache="$plumbline_cache/musl"

# The Debian releases whose package may be taken, the preferred first: a later one is for
# when an archive's index of the former is incomplete. bindings/ hold for all of them.
releases_of() {
  case "$1" in
    riscv64) echo trixie forky ;; # not in bookworm
    *) echo bookworm ;;
  esac
}

# fetch ARCHITECTURE STAGING: STAGING/debs and STAGING/unpacked are what the packages hold then.
fetch() {
  local arch="$1" staging="$2" release
  for release in $(releases_of "$arch"); do
    if unpack_packages "$arch" "$release" "$staging/$release" musl musl-dev > "$staging/log" 2>&1; then
      mv "$staging/$release"/{debs,unpacked} "$staging"
      return
    fi
    note "$arch: musl of Debian $release could not be had: $(why_not "$staging/log")"
  done
  return 1
}

# link_kernel_headers ARCHITECTURE FOLDER: the kernel's headers, without glibc's beside them.
link_kernel_headers() {
  local arch="$1" folder="$2" triple name
  triple="$(sed -nE "s/^$arch += .*triple = \"([^\"]*)\".*/\1/p" "$models")"
  mkdir -p "$folder"
  for name in asm asm-generic linux; do
    if [[ "$arch" != "$(dpkg --print-architecture)" ]]; then
      ln -s "/usr/$triple/include/$name" "$folder/$name"
    elif [[ "$name" == asm ]]; then
      ln -s "/usr/include/$triple/$name" "$folder/$name"
    else
      ln -s "/usr/include/$name" "$folder/$name"
    fi
  done
}

# install_musl ARCHITECTURE
install_musl() (
  arch="$1"
  folder="$cache/$arch"
  if [[ -f "$folder/release" && -f "$folder/lib/libc.a" ]]; then
    return
  fi
  mkdir -p "$cache"
  staging="$(mktemp -d "$cache/.$arch.XXXXXX")"
  trap 'rm -rf "$staging"' EXIT
  if ! fetch "$arch" "$staging"; then
    note "$arch: skipped, as Debian's packages of musl could not be had"
    return 1
  fi
  mkdir "$staging/out"
  mv "$staging"/unpacked/usr/include/*-linux-musl* "$staging/out/include"
  mv "$staging"/unpacked/lib/*-linux-musl*/libc.so "$staging/out/libc.so" 2> /dev/null ||
    mv "$staging"/unpacked/usr/lib/*-linux-musl*/libc.so "$staging/out/libc.so"
  mkdir "$staging/out/lib"
  mv "$staging"/unpacked/usr/lib/*-linux-musl*/{crt1.o,crti.o,crtn.o,libc.a} "$staging/out/lib"
  chmod 755 "$staging/out"
  link_kernel_headers "$arch" "$staging/out/kernel/include"
  # The package's version without Debian's revision.
  dpkg-deb --field "$(echo "$staging"/debs/musl-dev_*.deb)" Version | sed 's/-[^-]*$//' > "$staging/out/release"
  # What was fetched when lib/ was not kept goes.
  if [[ -f "$folder/release" && ! -f "$folder/lib/libc.a" ]]; then
    mv -T "$folder" "$staging/old"
  fi
  # Somebody else may have been faster; theirs is the same.
  mv -T "$staging/out" "$folder" 2> /dev/null || [[ -f "$folder/release" ]]
  note "$arch: musl $(cat "$folder/release") is in $folder"
)

if ! command -v apt-get > /dev/null || ! command -v dpkg > /dev/null; then
  note "this is not Debian: musl's headers and library are not fetched, and its checks are skipped"
  [[ "${PLUMBLINE_REQUIRE_ALL:-}" != 1 ]]
  exit
fi
mapfile -t with_musl < <(sed -nE 's/^(\w+) += \{.*libcs = \[[^]]*"musl".*/\1/p' "$models")
for arch in "$@"; do
  if [[ " ${with_musl[*]} " != *" $arch "* ]]; then
    die "no musl is declared for '$arch'; bindings/data_models.toml has it for: ${with_musl[*]}"
  fi
done
if [[ $# -eq 0 ]]; then
  set -- "${with_musl[@]}"
fi
status=0
for arch in "$@"; do
  install_musl "$arch" || status=2
done
if [[ "${PLUMBLINE_REQUIRE_ALL:-}" == 1 ]]; then
  exit "$status"
fi
