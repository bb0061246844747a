#!/bin/sh
# Runs every shipped sweep, or those named, into results/NAME and draws its figure; a
# sweep that is done is only drawn again. The program and the folder can be set:
#
#     [SWEEP=build/src/sweep] [RESULTS=results] sweeps/run_all.sh [NAME...]
set -eu
cd "$(dirname "$0")/.."
sweep=${SWEEP:-build/src/sweep}
results=${RESULTS:-results}

if ! command -v "$sweep" >/dev/null; then
    echo "run_all.sh: no program '$sweep': build it with" \
        "'meson setup build && ninja -C build'" >&2
    exit 2
fi
if [ $# -eq 0 ]; then
    for grid in sweeps/*.yaml; do
        set -- "$@" "$(basename "$grid" .yaml)"
    done
fi

for name; do
    folder=$results/$name
    echo "$name" >&2
    [ "$name" != digits ] || [ -f sweeps/digits.svm.gz ] || sh sweeps/digits.sh >&2
    # Trials that failed (status 3) are counted in the table; draw the others.
    "$sweep" run "sweeps/$name.yaml" -o "$folder" || [ $? -eq 3 ]
    script=plots/$name.gp
    [ "$name" != quickstart ] || script=plots/step_scale.gp
    gnuplot -e "folder='$folder'" "$script"
done
