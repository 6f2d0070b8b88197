#!/bin/bash
# Gets the manual pages of several releases of man-pages, from Debian's packages.
#
#   tools/toolchains/fetch_manpages.sh [RELEASE…]
#
# With no RELEASE named, all that are known. The pages of one go to
# ~/.cache/plumbline/manpages/RELEASE, from usr/share/man on; the file `version` there says
# which package they are of. What is there already stays. Nothing is installed, and it
# does not have to be root's.
#
# Exit status: 0, also when a release was skipped for want of a network (it says so); 2 when
# the work could not be done, or, with PLUMBLINE_REQUIRE_ALL=1, on a skip.
set -euo pipefail

note() {
  printf 'fetch_manpages: %s\n' "$@" >&2
}

die() {
  note "$@"
  exit 2
}

# The release of man-pages, and the Debian releases that may have it. The last ones move
# on: what they have instead is known here when the tables are held against it.
known=(
  "5.10 bullseye"
  "6.03 bookworm"
  "6.9.1 trixie"
  "6.20 sid forky"
)

here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
# shellcheck source=tools/toolchains/debian_packages.sh
source "$here/debian_packages.sh"
cache="$plumbline_cache/manpages"

# fetch RELEASE STAGING DEBIAN…: STAGING/debs and STAGING/unpacked are what the first that
# has it gives, and STAGING/version is the package's.
fetch() {
  local release="$1" staging="$2" debian version
  shift 2
  for debian in "$@"; do
    if ! unpack_packages "$(dpkg --print-architecture)" "$debian" "$staging/$debian" manpages manpages-dev \
      > "$staging/log" 2>&1; then
      note "man-pages $release: Debian $debian: $(why_not "$staging/log")"
      continue
    fi
    version="$(dpkg-deb --field "$(echo "$staging/$debian"/debs/manpages-dev_*.deb)" Version)"
    # Without Debian's revision.
    if [[ "${version%-*}" == "$release" ]]; then
      echo "$version" > "$staging/version"
      mv "$staging/$debian"/{debs,unpacked} "$staging"
      return
    fi
    note "man-pages $release: Debian $debian has $version"
  done
  return 1
}

# install_pages RELEASE DEBIAN…
install_pages() (
  release="$1"
  shift
  folder="$cache/$release"
  if [[ -f "$folder/version" ]]; then
    return
  fi
  mkdir -p "$cache"
  staging="$(mktemp -d "$cache/.$release.XXXXXX")"
  trap 'rm -rf "$staging"' EXIT
  if ! fetch "$release" "$staging" "$@"; then
    note "man-pages $release: skipped, as its packages could not be had"
    return 1
  fi
  mkdir -p "$staging/out/usr/share"
  mv "$staging/unpacked/usr/share/man" "$staging/out/usr/share/man"
  chmod 755 "$staging/out"
  mv "$staging/version" "$staging/out/version"
  # Somebody else may have been faster; theirs is the same.
  mv -T "$staging/out" "$folder" 2> /dev/null || [[ -f "$folder/version" ]]
  note "man-pages $release are in $folder"
)

if ! command -v apt-get > /dev/null || ! command -v dpkg > /dev/null; then
  note "this is not Debian: manual pages are not fetched, and the tables are not held against them"
  [[ "${PLUMBLINE_REQUIRE_ALL:-}" != 1 ]] || exit 2
  exit
fi
if [[ $# -eq 0 ]]; then
  mapfile -t names < <(printf '%s\n' "${known[@]}" | cut -d' ' -f1)
  set -- "${names[@]}"
fi
status=0
for release in "$@"; do
  places=()
  for line in "${known[@]}"; do
    if [[ "$line" == "$release "* ]]; then
      read -r -a places <<< "${line#* }"
    fi
  done
  if [[ ${#places[@]} -eq 0 ]]; then
    die "no Debian package of man-pages $release is known; known are: $(printf '%s\n' "${known[@]}" | cut -d' ' -f1 | xargs)"
  fi
  install_pages "$release" "${places[@]}" || status=2
done
if [[ "${PLUMBLINE_REQUIRE_ALL:-}" == 1 ]]; then
  exit "$status"
fi
