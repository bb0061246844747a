#!/bin/sh
# plots/README.md is what sweeps/gallery.sh writes now, and nothing in it is missing.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
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
