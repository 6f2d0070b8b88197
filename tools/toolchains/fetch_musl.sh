#!/bin/bash
# Gets musl's headers and library for architectures, from Debian's packages of each.
#
#   tools/toolchains/fetch_musl.sh [ARCHITECTURE…]
#
# With no architecture named, those that bindings/data_models.toml gives musl. What is
# there already stays. The packages go to ~/.cache/plumbline/musl/ARCHITECTURE:
# include/ and libc.so, in `release` musl's release, and in kernel/include links to the
# kernel's headers. Needs apt, not root, and changes nothing of the system: apt works in a
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
account_home="$(getent passwd "$(id -u)" | cut -d: -f6 || true)"
cache="${account_home:-${HOME:-/tmp}}/.cache/plumbline/musl"

# The Debian release whose package is taken: the first that has the architecture.
release_of() {
  case "$1" in
    riscv64) echo trixie ;;
    *) echo bookworm ;;
  esac
}

# Prints the address of the archive that this machine has its own packages from.
archive() {
  # The words are apt's.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(IDENTIFIER) $(ORIGIN)' |
    sed -nE 's/^(\S+) main Packages Debian$/\1/p' | grep -v security | head -n 1
}

# fetch ARCHITECTURE STAGING: unpacks its packages below STAGING.
fetch() {
  local arch="$1" staging="$2" uri options=()
  uri="$(archive)"
  if [[ -z "$uri" ]]; then
    echo "apt knows of no Debian archive: run apt-get update as root first" >&2
    return 1
  fi
  mkdir -p "$staging"/{apt/lists/partial,apt/archives/partial,debs,unpacked}
  : > "$staging/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $(release_of "$arch") main" \
    > "$staging/apt/sources.list"
  options=(
    -o "APT::Architecture=$arch"
    -o "APT::Architectures=$arch"
    -o "APT::Sandbox::User=$(id -un)"
    -o "Acquire::Languages=none"
    -o "Acquire::http::Timeout=20"
    -o "Acquire::Retries=2"
    -o "Dir::Cache=$staging/apt"
    -o "Dir::Etc::Preferences=/dev/null"
    -o "Dir::Etc::PreferencesParts=/dev/null"
    -o "Dir::Etc::SourceList=$staging/apt/sources.list"
    -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State=$staging/apt"
    -o "Dir::State::Status=$staging/apt/status"
  )
  apt-get --quiet=2 "${options[@]}" -o APT::Update::Error-Mode=any update || return
  (cd "$staging/debs" && apt-get --quiet=2 "${options[@]}" download musl musl-dev) || return
  for package in "$staging"/debs/*.deb; do
    dpkg -x "$package" "$staging/unpacked" || return
  done
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
  if [[ -f "$folder/release" ]]; then
    return
  fi
  mkdir -p "$cache"
  staging="$(mktemp -d "$cache/.$arch.XXXXXX")"
  trap 'rm -rf "$staging"' EXIT
  if ! fetch "$arch" "$staging" > "$staging.log" 2>&1; then
    reason="$(grep -m 1 '^E:' "$staging.log" || tail -n 1 "$staging.log")"
    rm -f "$staging.log"
    note "$arch: skipped, as Debian's packages of musl could not be had: ${reason:-no reason given}"
    return 1
  fi
  rm -f "$staging.log"
  mkdir "$staging/out"
  mv "$staging"/unpacked/usr/include/*-linux-musl* "$staging/out/include"
  mv "$staging"/unpacked/lib/*-linux-musl*/libc.so "$staging/out/libc.so" 2> /dev/null ||
    mv "$staging"/unpacked/usr/lib/*-linux-musl*/libc.so "$staging/out/libc.so"
  chmod 755 "$staging/out"
  link_kernel_headers "$arch" "$staging/out/kernel/include"
  # The package's version without Debian's revision.
  dpkg-deb --field "$(echo "$staging"/debs/musl-dev_*.deb)" Version | sed 's/-[^-]*$//' > "$staging/out/release"
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
