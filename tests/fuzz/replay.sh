#!/bin/sh
# replay.sh REPLAY HERE [FOLDER...]: every file of the folders, below HERE, through a fuzz
# target; without folders, what seeds.py makes of ../folders.
set -eu
replay=$(realpath "$1") here=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
    /usr/bin/python3 "$here/seeds.py" "$here/../folders" "$work/seeds"
    set -- "$work/seeds"
else
    cd "$here"
fi
TMPDIR=$work find "$@" -maxdepth 1 -type f -exec "$replay" {} +
