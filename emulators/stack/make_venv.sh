#!/usr/bin/env bash
# Makes a virtual environment of the Python in .python-version and installs what the project pins.
set -euo pipefail
# usage: make_venv.sh FOLDER [REQUIREMENTS]
venv=$1
requirements=${2:-requirements-dev.txt}
wanted=$(cat .python-version)

is_wanted() {
  [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = "$wanted" ]
}

find_python() {
  local candidate
  for candidate in "python$wanted" python3 python "$(pyenv prefix "$wanted" 2>/dev/null || true)/bin/python"; do
    if is_wanted "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

install_with_pip() {
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$1"
}

# uv installs in a tenth of pip's processor time. It is the pinned one: that of the project's
# environment, or else one that pip puts into the environment being made.
find_uv() {
  if [ ! -x .venv/bin/uv ]; then
    sed -n '/^uv==/,/[^\\]$/p' requirements-dev.txt > "$venv/uv.txt"
    install_with_pip "$venv/uv.txt" >&2
    echo "$venv/bin/uv"
  else
    echo .venv/bin/uv
  fi
}

# uv does not read the configuration of pip, which may name another index.
configured_index() {
  "$venv/bin/python" -m pip config list | sed -n "s/^[^=]*[.]index-url='\(.*\)'$/\1/p" | tail -1
}

install_with_uv() {
  local uv index
  uv=$(find_uv)
  index=$(configured_index)
  ${index:+env UV_DEFAULT_INDEX="$index"} "$uv" pip install --quiet \
    --python "$venv/bin/python" --requirement "$1"
}

if [ -L "$venv" ]; then
  echo "$venv is a link to an environment, which may be in use elsewhere: remove the link and run make again." >&2
  exit 1
fi
python=$(find_python)
if [ -n "$python" ]; then
  "$python" -m venv --clear "$venv"
elif command -v uv >/dev/null; then
  uv venv --quiet --seed --clear --python "$wanted" "$venv"
else
  echo "Python $wanted was not found, neither as python$wanted nor through pyenv or uv." >&2
  echo "Install it, for example with 'pyenv install $wanted', and run make again." >&2
  exit 1
fi
echo "Installing the pinned requirements into $venv ..."
if ! install_with_uv "$requirements"; then
  echo "uv could not install them: pip does." >&2
  install_with_pip "$requirements"
fi
if [ "$requirements" = requirements-dev.txt ]; then
  # What the command line needs is pinned there, its build backend as well.
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable cli
fi
