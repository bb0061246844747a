#!/bin/sh
# sweep, a plain loop in C, NumPy and PyTorch at the same work, one thread each: a step
# of training and a whole grid. Prints one table, medians of interleaved repeats, and
# whether the peers' results agree with sweep's.
#   sh tests/bench/peers.sh [--repeats N] [--build DIR]
# "sweep" draws points in all d coordinates, as the peers do; "bartlett" is sweep with
# the sampler that draws those of their span, equal in law.
# The peers' Python is $PYTHON, by default Debian's; nothing is installed for them.
# sweep computes more than the peers, two further certificates for every trial, and its
# time is that of the whole process; the peers' is without the start of Python.
set -eu
cd "$(dirname "$0")/../.."
. sweeps/build.sh
. tests/bench/measure.sh

repeats=3
build=build
while [ $# -gt 1 ]; do
    case $1 in
    --repeats) repeats=$2 ;;
    --build) build=$2 ;;
    *) break ;;
    esac
    shift 2
done
if [ $# -gt 0 ]; then
    echo "usage: sh tests/bench/peers.sh [--repeats N] [--build DIR]" >&2
    exit 2
fi

need_packages $BUILD_PACKAGES libcmocka-dev
setup_build "$build" -Dtests=enabled
ninja -C "$build" src/sweep tests/bench/bench_train >&2

sizes="1000,10,400 10000,10,400 1000,100,1000"
replicates=3   # of the grid at d = 1000
far_replicates=2 far_steps=128 # at d = 10000, where the peers stop training early
end_replicates=20 # of sweep's; counted for one, as the peers' are
limit=20000 limit_timed="1000,1000 10000,128" # dimension, steps timed of the limit
reference=40   # replicates of sweep's results that the peers' are compared with
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/raw"

# grid SAMPLER D SEED REPLICATES PARAMETER
grid() {
    cat <<END
name: peers
seed: $3
replicates: $4
grid:
  sampler: $1
  dimension: $2
  samples: 10
  width: 400
  signal_exponent: -0.2
  $5
  step_scale: {linspace: [0, 2, 21]}
  test_samples: 1000
  retrain: true
END
}

# run_sweep NAME KEY SAMPLER D SEED REPLICATES PARAMETER: results in $work/D, its seconds
# in raw
run_sweep() {
    name=$1 key=$2
    shift 2
    grid "$@" >"$work/grid.yaml"
    rm -rf "$work/$2"
    time=$(seconds "$build/src/sweep" run "$work/grid.yaml" -j 1 --quiet -o "$work/$2")
    echo "$name $key seconds $time" >>"$work/raw"
}

# run_peer NAME KEY ARGUMENTS...: its lines, with its name and the key before them
run_peer() {
    peer=$1 key=$2
    shift 2
    "$python" -B "tests/bench/peer_$peer.py" "$@" >"$work/out"
    sed "s/^/$peer $key /" "$work/out" >>"$work/raw"
}

peers=
for peer in numpy torch; do
    if "$python" -c "import numpy, $peer" 2>/dev/null; then
        peers="$peers $peer"
    else
        echo "$peer missing" >>"$work/raw"
    fi
done

aligned="tolerance: 1e-3
  polish: false"
for repeat in $(seq "$repeats"); do
    echo "repeat $repeat of $repeats" >&2
    for size in $sizes; do
        "$build/tests/bench/bench_train" $(echo "$size" | tr , ' ') 1 |
            sed -n "s/^sweep_us /ambient step step $size /p
                s/^loop_us /loop step step $size /p" >>"$work/raw"
    done
    for peer in $peers; do
        run_peer "$peer" step step "$repeat" $sizes
    done
    for sampler in ambient bartlett; do
        run_sweep $sampler job1000 $sampler 1000 "$repeat" $replicates "$aligned"
    done
    for peer in $peers; do
        run_peer "$peer" job1000 job "$repeat" 1000,10,400 $replicates
    done
    for sampler in bartlett ambient; do
        run_sweep $sampler job10000 $sampler 10000 "$repeat" $far_replicates "$aligned"
    done
    steps=$("$build/src/sweep" table "$work/10000" --rows dimension --columns steps \
        --statistics mean | awk -F '\t' 'END { printf "%.0f", $NF }')
    echo "far steps $steps" >>"$work/raw"
    for peer in $peers; do
        run_peer "$peer" job10000 job "$repeat" 10000,10,400 $far_replicates \
            $far_steps "$steps"
    done
    for timed in $limit_timed; do
        d=${timed%,*}
        for sampler in ambient bartlett; do
            run_sweep $sampler "end$d" $sampler "$d" "$repeat" $end_replicates \
                "polish: true"
        done
        for peer in $peers; do
            run_peer "$peer" "end$d" job "$repeat" "$d,10,400" 1 "${timed#*,}" $limit
        done
    done
done
cp "$work/raw" "$work/timed"
run_sweep ambient reference ambient 1000 0 $reference "$aligned"
columns=steps,trained_margin,trained_norm,trained_eps,accuracy_trained
columns=$columns,accuracy_retrained,none_tau,scaled_eps,retrain_tau,accuracy_unlearned
"$build/src/sweep" table "$work/1000" --rows step_scale --statistics mean,sem \
    --columns "$columns" >"$work/reference"

describe_machine
awk -v repeats="$repeats" -v sizes="$sizes" -v near=$replicates -v far=$far_replicates \
    -v far_steps=$far_steps -v limit_timed="$limit_timed" -v limit=$limit \
    -v end_replicates=$end_replicates -f tests/bench/peers.awk "$work/reference" "$work/timed"
