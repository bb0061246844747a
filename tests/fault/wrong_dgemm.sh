#!/bin/sh
# wrong_dgemm.sh SWEEP SHIM: what computes refuses a wrong BLAS and writes nothing; what
# does not compute works all the same.
shim=$(realpath "$2")
. "$(dirname "$0")/../cli/harness.sh"
cp "$here/../cli/small.yaml" .

run run -q small.yaml -o right
status 0
cp "$shim" shim.so # LD_PRELOAD takes a space for the end of a name
export LD_PRELOAD="$PWD/shim.so"
for command in "run small.yaml -o wrong" "trial small.yaml --cell 0 --replicate 0" \
    "verify right"; do
    run $command
    status 1
    silent_out
    name=${command%% *}
    check "kernel, library, call" grep -Eq "^sweep $name: the BLAS kernel '[A-Za-z0-9]+' of \
OpenBLAS [0-9.]+ computes wrong results \(dgemm, 9 x 1 x 6, off by [0-9.]+e-0[78]\); " .err
    check "what to do" grep -Eq "; (set another one before starting: OPENBLAS_CORETYPE=\
[A-Z][a-z]+ sweep $name \.\.\.|install another version of the library)\$" .err
    check "one line" [ "$(wc -l <.err)" -eq 1 ]
done
check "nothing is written" [ ! -e wrong ]
run status right
status 0
run help run
status 0
run run small.yaml --shard
status 2

finish 20
