#!/bin/sh
# From a fresh checkout to the first picture: installs what is missing (Debian, Ubuntu),
# builds, runs the quick-start sweep and draws it.
set -eu
cd "$(dirname "$0")/.."
. sweeps/build.sh

need_packages $BUILD_PACKAGES gnuplot-nox
setup_build build
ninja -C build src/sweep >&2

# Trials that failed (status 3) are counted in the table; go on and show it.
build/src/sweep run sweeps/quickstart.yaml || [ $? -eq 3 ]
folder=results/quickstart
gnuplot -e "folder='$folder'" plots/step_scale.gp

echo
grep -v '^#' "$folder/table.tsv" | cut -f 1,2,5-8 | head -n 22
echo
echo "picture: $folder/step_scale.svg"
echo "table:   $folder/table.tsv"
