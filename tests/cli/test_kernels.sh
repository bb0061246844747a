#!/bin/sh
# Every BLAS kernel that this CPU can run is right; the results of one are rounding away
# from those of another; a folder says what it was made with.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=2
cp "$here/kernels.yaml" .

kernels=
if "$sweep" version | grep -q '^openblas .*DYNAMIC_ARCH'; then
    flags=" $(grep -m 1 '^flags' /proc/cpuinfo) "
    for pair in pni:Prescott sse4_2:Nehalem avx:Sandybridge avx2:Haswell \
        avx512vl:SkylakeX avx512_bf16:Cooperlake; do
        case $flags in *" ${pair%:*} "*) kernels="$kernels ${pair#*:}" ;; esac
    done
fi
set -- $kernels
if [ $# -lt 2 ]; then
    echo "OpenBLAS has one kernel here"
    exit 77
fi

# Some versions are wrong with AVX-512: such a kernel is refused by name, and there is
# nothing to compare.
right=
for kernel; do
    export OPENBLAS_CORETYPE="$kernel"
    run run -q kernels.yaml -o "$kernel"
    case $kernel-$code in
    SkylakeX-1 | Cooperlake-1)
        err_has "the BLAS kernel '$kernel' of OpenBLAS "
        ;;
    *)
        status 0
        right="$right $kernel"
        ;;
    esac
done
set -- $right
first=$1
shift
check "two are right" [ $# -ge 1 ]

export OPENBLAS_CORETYPE="$first"
run verify "$first"
status 0
silent_err
for kernel; do
    export OPENBLAS_CORETYPE="$kernel"
    run verify "$first" --sample 1000
    status 0
    out "36 of 36 recorded trials computed again: 0 differ"
    err_has "another platform: there 'step "
    err_has "; to compare every bit, use its BLAS kernel: OPENBLAS_CORETYPE=$first sweep \
verify ..."
    run run kernels.yaml -o "$first"
    status 2
    check "one sentence" grep -Eqx "sweep run: '$first' holds results of another platform, \
which may differ in the last bits: there 'step [a-z0-9]+; blas $first; .*', here 'step \
[a-z0-9]+; blas $kernel; .*'; use its BLAS kernel: OPENBLAS_CORETYPE=$first sweep run \
..., or choose another folder with -o, or --allow-mixed" .err
done
each=$#

# What it says to do does it.
export OPENBLAS_CORETYPE="$first"
run run kernels.yaml -o "$first"
status 0
err_has "36 of 36 trials done, 0 now"

# Of another platform, a difference is one, and so is a count.
change() { # a new value for a column of the trials of replicate 0 in cell 1
    cp -r "$first" "$2"
    python3 -c "import sqlite3, sys
d = sqlite3.connect(sys.argv[1] + '/sweep.db')
d.execute('UPDATE trials SET ' + sys.argv[2] + ' WHERE replicate = 0 AND cell_id = 2')
d.commit()" "$2" "$1"
}
change "exact_eps = exact_eps + 1e-13, exact_delta = exact_delta + 1e-13" small
change "exact_eps = exact_eps + 1e-10" large
change "kinks = kinks + 0.01, exact_tau = 0.5" count
change "exact_eps = exact_eps + 1e-13" bits
export OPENBLAS_CORETYPE="$1"
run verify small
status 0
run verify large
status 1
out_has "cell 1, replicate 0: exact_eps: stored "
out_has "36 of 36 recorded trials computed again: 1 differ"
err_has "1 of them by more than rounding explains"
run verify count
status 1
out_has "cell 1, replicate 0: kinks: stored "
err_has "1 of them in a count or a share, where rounding decides single events: likely \
because the platforms differ"
check "nothing else" [ "$(wc -l <.err)" -eq 2 ]
export OPENBLAS_CORETYPE="$first"
run verify bits
status 1
silent_err

finish $((16 + each * 6 + $(echo $kernels | wc -w)))
