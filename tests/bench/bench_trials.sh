#!/bin/sh
# Whole trials: how many a second, on one thread and on two, and in growing dimension.
#   sh tests/bench/bench_trials.sh SWEEP
set -eu
sweep=$(realpath "$1")
. "$(dirname "$0")/measure.sh"

repeats=3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# grid NAME REPLICATES "PARAMETER: VALUE"...: writes $work/NAME.yaml
grid() {
    name=$1
    {
        printf 'name: %s\nseed: 1\nreplicates: %s\ngrid:\n' "$name" "$2"
        shift 2
        printf '  %s\n' "signal_exponent: -0.2" "$@"
    } >"$work/$name.yaml"
}

# run NAME THREADS: seconds of a fresh run of that grid
run() {
    rm -rf "$work/$1.out"
    seconds "$sweep" run "$work/$1.yaml" -j "$2" --quiet -o "$work/$1.out" \
        2>"$work/err" || {
        cat "$work/err" >&2
        exit 1
    }
}

ratio() {
    awk -v a="$1" -v b="$2" 'BEGIN { print a / b }'
}

# rate D M N REPLICATES: a line with the trials a second of that size
rate() {
    polished=
    stepped=
    grid polish "$4" "sampler: ambient" "dimension: $1" "samples: $2" "width: $3"
    grid max_steps "$4" "sampler: ambient" "dimension: $1" "samples: $2" "width: $3" \
        "polish: false" "max_steps: 2048"
    for _ in $(seq $repeats); do
        polished="$polished $(run polish 1)"
        stepped="$stepped $(run max_steps 1)"
    done
    printf '%6d %5d %6d %14.1f %18.1f\n' "$1" "$2" "$3" \
        "$(ratio "$4" "$(median $polished)")" "$(ratio "$4" "$(median $stepped)")"
}

describe_machine
echo
echo "trials a second, one thread, each with its own training, retraining, certificates"
echo "and 1000 test points (median of $repeats runs)"
printf '%6s %5s %6s %14s %18s\n' d m n "polish: true" "max_steps: 2048"
rate 1000 10 400 40
rate 10000 10 400 20
rate 1000 100 1000 1

# Units of very different cost: widths from 50 to 800, 5 to 20 points.
grid uneven 14 "width: [50, 100, 200, 400, 800]" "samples: [5, 10, 20]" \
    "polish: false" "max_steps: 1024"
one=
two=
for _ in $(seq $repeats); do
    one="$one $(run uneven 1)"
    two="$two $(run uneven 2)"
done
echo
one=$(median $one)
two=$(median $two)
printf 'threads: 210 uneven units in %.2f s on one, %.2f s on two: %.2f times\n' \
    "$one" "$two" "$(ratio "$one" "$two")"

for d in 1e3 1e9; do
    grid "bartlett-$d" 40 "dimension: $d" "sampler: bartlett" "polish: false" \
        "max_steps: 2048"
done
near=
far=
for _ in $(seq $repeats); do
    near="$near $(run bartlett-1e3 1)"
    far="$far $(run bartlett-1e9 1)"
done
far=$(median $far)
near=$(median $near)
printf 'bartlett: 40 trials in %.2f s at d = 1e3, %.2f s at d = 1e9: %.2f times\n' \
    "$near" "$far" "$(ratio "$far" "$near")"
