#!/bin/sh
# Small faults that some test has to notice: each line of tests/mutants.txt changes a copy
# of the tree, whose tests then have to fail. Prints the survivors; 1 if there are any.
#   sh tests/mutants.sh [WORD...]
# With words: only the lines that contain one of them. About half a minute per line.
set -eu
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
tree=$folder/tree
build=$folder/build
mkdir "$tree"
git ls-files -z | xargs -0 cp -p --parents -t "$tree"

# The lines that were asked for, without comments.
wanted() {
    grep -v -e '^#' -e '^$' tests/mutants.txt >"$folder/all"
    if [ $# -eq 0 ]; then
        cat "$folder/all"
        return
    fi
    for word in "$@"; do
        grep -F -e "$word" "$folder/all" || echo "mutants.sh: no line has '$word'" >&2
    done
}

# tests_pass NAME...: builds them, and runs them until the first fails.
tests_pass() {
    meson test -C "$build" --maxfail 1 "$@" >"$folder/log" 2>&1
}

wanted "$@" >"$folder/wanted"
meson setup "$build" "$tree" -Dtests=enabled >"$folder/log" || {
    cat "$folder/log"
    exit 1
}
names=$(cut -f 3 "$folder/wanted" | tr ' ' '\n' | sort -u)
# shellcheck disable=SC2086 # a list of names
tests_pass $names || {
    cat "$folder/log"
    echo 'mutants.sh: the tests fail without a fault' >&2
    exit 1
}

mutants=0
survivors=0
tab=$(printf '\t')
while IFS="$tab" read -r file change names; do
    mutants=$((mutants + 1))
    sed -i -e "$change" "$tree/$file"
    if cmp -s "$file" "$tree/$file"; then
        verdict='changes nothing'
    elif tests_pass $names; then
        verdict='survives'
    elif grep -q 'FAILED: \|ninja: error' "$folder/log"; then
        verdict='cannot be built'
    else
        verdict='noticed'
    fi
    [ "$verdict" = noticed ] || survivors=$((survivors + 1))
    echo "$verdict: $file $change"
    cp -p "$file" "$tree/$file"
    touch "$tree/$file"
done <"$folder/wanted"
echo "$mutants faults, $survivors not noticed"
[ "$survivors" -eq 0 ]
