#!/bin/bash
# malloc_campaign.sh SWEEP SHIM [STEP [GRID]]: a small run in which the k-th allocation
# fails, for every STEP-th k; of small.yaml, or of data.yaml with a packed data file. It
# ends with a message or without harm, never in a crash, and the same command again gives
# the table of an undisturbed run. With a SWEEP that was built with AddressSanitizer
# nothing leaks either: PRELOAD=$(gcc -print-file-name=libasan.so).
set -u
sweep=$(realpath "$1")
shim=$(realpath "$2")
step=${3:-1}
grid=${4:-small.yaml}
export ASAN_OPTIONS=verify_asan_link_order=0:exitcode=77
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
cp "$shim" shim.so # LD_PRELOAD takes a space for the end of a name
preload="$work/shim.so ${PRELOAD:-}"
cp "$here/../cli/small.yaml" "$here/data.yaml" .
gzip -c "$here/../grids/data/three.svm" >three.svm.gz

MALLOC_FAIL_REPORT=count LD_PRELOAD=$preload "$sweep" run -q -j1 "$grid" -o whole ||
    exit 99
total=$(cat count)
runs=0 failed=0 told=0
for k in $(seq 1 "$step" "$total"); do
    rm -rf out
    timeout 60 env MALLOC_FAIL_AT="$k" LD_PRELOAD="$preload" "$sweep" run -q -j1 "$grid" \
        -o out 2>message
    code=$?
    runs=$((runs + 1))
    case $code in
    0) ;;
    1 | 3) told=$((told + 1)) ;;
    134) # LLVM's OpenMP runtime ends the process itself when it gets no memory
        if ! grep -q '^OMP: Error #101: Out of heap memory' message; then
            failed=$((failed + 1))
            echo "allocation $k of $total: aborted: $(head -c 300 message)"
        fi
        ;;
    *)
        failed=$((failed + 1))
        echo "allocation $k of $total: status $code: $(head -c 300 message)"
        continue
        ;;
    esac
    if [ $code -eq 1 ] && [ ! -s message ]; then
        failed=$((failed + 1))
        echo "allocation $k of $total: no message"
    fi
    "$sweep" run -q -j1 --retry-failed "$grid" -o out
    if ! cmp -s out/table.tsv whole/table.tsv; then
        failed=$((failed + 1))
        echo "allocation $k of $total: another table (status $code)"
    fi
done
echo "$runs of $total allocations failed: $told runs told so, $failed went wrong"
[ $failed -eq 0 ] && [ $told -gt 0 ]
