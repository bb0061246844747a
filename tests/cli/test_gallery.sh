#!/bin/sh
# plots/README.md is what sweeps/gallery.sh writes now, and nothing in it is missing; every
# shipped grid is right, also in a folder of its own.
#
#     test_gallery.sh SWEEP
set -u
sweep=$(realpath "$1")
cd "$(dirname "$0")/../.." || exit 1
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp sweeps/*.yaml "$work"
sh sweeps/digits.sh "$work" >/dev/null || failed=1
for grid in "$work"/*.yaml; do
    "$sweep" plan --no-pilot "$grid" -o "$work/none" >"$work/plan" || failed=1
    trials=$(awk '$1 == "trials" {print $2}' "$work/plan")
    grep -q "^# Cost: $trials trials" "$grid" || {
        echo "$grid: the cost does not say $trials trials"
        failed=1
    }
done
sweeps/gallery.sh | cmp - plots/README.md || failed=1
for grid in sweeps/*.yaml; do
    name=$(basename "$grid" .yaml)
    [ -s "plots/$name.svg" ] || { echo "plots/$name.svg is missing"; failed=1; }
    grep -q "^\[$name\]$" plots/findings.txt || { echo "no finding of $name"; failed=1; }
done
if grep -nE '^\*(Question|Expectation|Result)\.\* *$' plots/README.md; then
    echo "an empty paragraph"
    failed=1
fi
exit $failed
