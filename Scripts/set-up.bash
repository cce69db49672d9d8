# What has to be there before anything is built: Swift, git, and the headers of ncurses. Sourced by the other scripts.
# Says everything on stderr, reads nothing from stdin, and ends with exit code 2 where something is missing.

readonly oldest_swift=6.2

say() { printf 'headway: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 2
}

require_swift() {
  local version
  if ! command -v swift >/dev/null 2>&1; then
    local toolchains=${SWIFTLY_BIN_DIR:-${HOME:-/root}/.local/share/swiftly/bin}
    [ -x "$toolchains/swift" ] || fail "Swift is not installed, or not on the PATH.
  Install Swift $oldest_swift or newer as https://www.swift.org/install/linux describes, then try again."
    PATH=$toolchains:$PATH
  fi
  version=$(swift --version 2>/dev/null </dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' || true)
  version=${version%%$'\n'*}
  if [ -z "$version" ] || ! at_least "$version" "$oldest_swift"; then
    fail "Swift ${version:-of an unknown version} at $(command -v swift) is too old.
  Install Swift $oldest_swift or newer as https://www.swift.org/install/linux describes, then try again."
  fi
}

# at_least 6.10 6.2: compares major and minor as numbers.
at_least() {
  local major=${1%%.*} rest=${1#*.}
  local minor=${rest%%.*}
  [ "$rest" = "$1" ] && minor=0
  [ "$major" -gt "${2%%.*}" ] || { [ "$major" -eq "${2%%.*}" ] && [ "$minor" -ge "${2#*.}" ]; }
}

require_git() {
  command -v git >/dev/null 2>&1 && return
  install_package git && command -v git >/dev/null 2>&1 && return
  fail "git is missing; the build fetches its two dependencies with it. Type:
  $(install_line git)"
}

require_ncurses() {
  has_ncurses && return
  say "the headers of ncurses are missing; installing libncurses-dev"
  install_package libncurses-dev && has_ncurses && return
  fail "the headers of wide-character ncurses are missing. Type:
  $(install_line libncurses-dev)"
}

# Asks the compiler's preprocessor for the header and its linker for the library; compiles nothing.
has_ncurses() {
  local compiler
  for compiler in clang cc gcc; do
    command -v "$compiler" >/dev/null 2>&1 || continue
    "$compiler" -E -x c - <<<$'#define NCURSES_WIDECHAR 1\n#include <ncurses.h>' >/dev/null 2>&1 || return 1
    case $("$compiler" -print-file-name=libncursesw.so 2>/dev/null) in
      /*) return 0 ;;
      *) return 1 ;;
    esac
  done
  [ -e /usr/include/ncurses.h ]
}

install_line() {
  if ! command -v apt-get >/dev/null 2>&1; then
    printf 'install the package that your system calls %s' "$1"
  elif [ "$(id -u)" = 0 ]; then
    printf 'apt-get update && apt-get install -y %s' "$1"
  else
    printf 'sudo apt-get update && sudo apt-get install -y %s' "$1"
  fi
}

# Through apt, where that is allowed without a question: as root, or through sudo without a password.
install_package() {
  local as_root=
  command -v apt-get >/dev/null 2>&1 || return 1
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true >/dev/null 2>&1 || return 1
    as_root='sudo -n'
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" </dev/null >/dev/null 2>&1 && return
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null >&2 &&
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$1" </dev/null >&2
}

require_everything() {
  require_swift
  require_git
  require_ncurses
}
