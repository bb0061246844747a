#!/bin/sh
# The tests of numbers under each of OpenBLAS's kernels that this CPU can run, but the one
# that is taken unasked, with which the suite runs: BUILD is a build folder with tests. Of
# a kernel that the CPU cannot run OpenBLAS takes another one, or it crashes; the flags of
# the CPU decide.
#   sh tests/kernels.sh BUILD
set -u
if [ $# -ne 1 ] || [ ! -f "$1/build.ninja" ]; then
    echo "usage: sh tests/kernels.sh BUILD" >&2
    exit 2
fi
build=$1
passed=0
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
ninja -C "$build" >"$log" || {
    cat "$log"
    exit 1
}

# has FLAG...: the CPU has them all.
has() {
    for flag in "$@"; do
        grep -m 1 '^flags' /proc/cpuinfo | grep -qw "$flag" || return
    done
}

# count FIELD...: the sum of these lines of meson's summary.
count() {
    awk -v fields="$1" '$0 ~ "^(" fields "):" {n += $NF} END {print n + 0}' "$log"
}

usual=$("$build/src/sweep" version | grep '^openblas ')

# try KERNEL FLAG...
try() {
    case $usual in *" $1 "*)
        echo "$1: the suite runs with it"
        return
        ;;
    esac
    case $1$usual in Haswell*" Zen "* | Zen*" Haswell "*)
        echo "$1: its kernels are those of the suite"
        return
        ;;
    esac
    export OPENBLAS_CORETYPE="$1"
    shift
    if ! has "$@"; then
        echo "$OPENBLAS_CORETYPE: not for this CPU"
        return
    fi
    if ! "$build/src/sweep" version | grep -q "^openblas .* $OPENBLAS_CORETYPE "; then
        echo "$OPENBLAS_CORETYPE: this OpenBLAS takes another kernel"
        return
    fi
    meson test -C "$build" --no-rebuild --suite numeric --suite law --print-errorlogs \
        --logbase "kernel-$OPENBLAS_CORETYPE" >"$log" 2>&1
    code=$?
    ok=$(count 'Ok')
    bad=$(count 'Fail|Timeout|Unexpected Pass|Skipped')
    [ $code -eq 0 ] || [ "$bad" -gt 0 ] || bad=1
    [ "$bad" -eq 0 ] || cat "$log"
    echo "$OPENBLAS_CORETYPE: $ok passed, $bad failed"
    passed=$((passed + ok))
    failed=$((failed + bad))
}

try Haswell avx2 fma
try Zen avx2 fma
try SkylakeX avx512f avx512cd avx512bw avx512dq avx512vl
try Cooperlake avx512f avx512cd avx512bw avx512dq avx512vl avx512_bf16
try Nehalem sse4_2
try Prescott pni

echo "$passed passed, $failed failed"
[ $failed -eq 0 ] && [ $passed -gt 0 ]
