# shellcheck shell=bash
# Debian packages of another architecture or release, unpacked and not installed: for
# fetch_*.sh to source. Needs apt, not root, and changes nothing of the system: apt works
# in a state of its own.

# Where all that is fetched goes.
account_home="$(getent passwd "$(id -u)" | cut -d: -f6 || true)"
# shellcheck disable=SC2034 # for the scripts that source this
plumbline_cache="${account_home:-${HOME:-/tmp}}/.cache/plumbline"

# Prints the address of the archive that this machine has its own packages from.
debian_archive() {
  # The words are apt's.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(IDENTIFIER) $(ORIGIN)' |
    sed -nE 's/^(\S+) main Packages Debian$/\1/p' | grep -v security | head -n 1
}

# unpack_packages ARCHITECTURE RELEASE STAGING PACKAGE…: the packages are STAGING/debs/*.deb
# then, and what they hold lies below STAGING/unpacked.
unpack_packages() {
  local arch="$1" release="$2" staging="$3" uri package options=()
  shift 3
  uri="$(debian_archive)"
  if [[ -z "$uri" ]]; then
    echo "apt knows of no Debian archive: run apt-get update as root first" >&2
    return 1
  fi
  mkdir -p "$staging"/{apt/lists/partial,apt/archives/partial,debs,unpacked}
  : > "$staging/apt/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $release main" \
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
  (cd "$staging/debs" && apt-get --quiet=2 "${options[@]}" download "$@") || return
  for package in "$staging"/debs/*.deb; do
    dpkg -x "$package" "$staging/unpacked" || return
  done
}

# why_not LOG: the line of apt's output that says why it failed.
why_not() {
  grep -m 1 '^E:' "$1" || tail -n 1 "$1"
}
