# A Python of the project's own, with the packages that checks from outside need. Sourced by other scripts.

# use_python NAME PACKAGE…: sets `python`, to be used for the modules behind the packages; calls `not_checked REASON`
# where there can be none. NAME is the folder below `.build` that holds it.
use_python() {
  local folder=$root/.build/$1
  shift
  python=$folder/bin/python
  # Nothing of a run stays beside the scripts.
  export PYTHONDONTWRITEBYTECODE=1
  [ -e "$folder/complete" ] && return
  command -v python3 >/dev/null 2>&1 || not_checked "there is no python3"
  python3 -m venv "$folder" >/dev/null 2>&1 || not_checked "python3 has no venv"
  "$python" -m pip install --quiet --disable-pip-version-check "$@" >/dev/null 2>&1 </dev/null ||
    not_checked "pip cannot install $*"
  touch "$folder/complete"
}
