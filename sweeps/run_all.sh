#!/bin/sh
# Runs every sweep that lies beside this script, or those named, into results/NAME of the
# folder you are in, and draws its figure; a sweep that is done is only drawn again. The program
# and the folder can be set:
#
#     [SWEEP=sweep] [RESULTS=results] sweeps/run_all.sh [NAME...]
#
# By default the program is the one built in the checkout of this script, build/src/sweep, or
# installed with it.
set -eu
here=$(dirname "$0")
results=${RESULTS:-results}
built=$here/../build/src/sweep
[ -f "$here/../meson.build" ] || built=$here/../../../bin/sweep
sweep=${SWEEP:-$built}

if ! command -v "$sweep" >/dev/null; then
    echo "run_all.sh: no program '$sweep': build it with" \
        "'meson setup build && ninja -C build', or name one: SWEEP=sweep run_all.sh" >&2
    exit 2
fi
if [ $# -eq 0 ]; then
    for grid in "$here"/*.yaml; do
        set -- "$@" "$(basename "$grid" .yaml)"
    done
fi

for name; do
    folder=$results/$name
    grid=$here/$name.yaml
    echo "$name" >&2
    if [ "$name" = digits ]; then # its data file is looked for beside it
        mkdir -p "$results"
        [ -f "$results/digits.svm.gz" ] || sh "$here/digits.sh" "$results" >&2
        cp "$grid" "$results"
        grid=$results/digits.yaml
    fi
    # Trials that failed (status 3) are counted in the table; draw the others.
    "$sweep" run "$grid" -o "$folder" || [ $? -eq 3 ]
    script=$here/../plots/$name.gp
    [ "$name" != quickstart ] || script=$here/../plots/step_scale.gp
    gnuplot -e "folder='$folder'" "$script"
done
