#!/bin/bash
# store.sh SWEEP [TRIALS]: what the record costs. TRIALS tiny trials (100000) in two runs
# of one grid: the time with the database, against the sum of the trials' own seconds;
# memory at a tenth and at nine tenths; how long `sweep status` takes meanwhile. Seconds
# are of the clock: the machine must have nothing else to do.
set -u
sweep=$(realpath "$1")
trials=${2:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
threads=$(nproc)
cat >grid.yaml <<END
name: store
seed: 1
replicates: $((trials / 20))
grid:
  model: linear
  dimension: 60
  samples: 20
  polish: false
  max_steps: 2000
  test_samples: 100
  step_scale: {linspace: [0, 2, 20]}
END

memory() { awk '/^VmHWM/ {print $2}' "/proc/$1/status" 2>/dev/null; }
now() { date +%s.%N; }
start=$(now)
"$sweep" run -q --max-failures 100% -j "$threads" grid.yaml -o out &
process=$!
early= late=
slowest=0
while sleep 0.5; kill -0 $process 2>/dev/null; do
    before=$(now)
    line=$("$sweep" status out 2>/dev/null)
    slowest=$(awk "BEGIN {t = $(now) - $before; print (t > $slowest) ? t : $slowest}")
    done=$(echo "$line" | awk '{print $2 + 0}')
    [ -z "$early" ] && [ "$done" -gt $((trials / 10)) ] && early=$(memory $process)
    [ -z "$late" ] && [ "$done" -gt $((trials / 10 * 9)) ] && late=$(memory $process)
done
wait $process
wall=$(awk "BEGIN {print $(now) - $start}")
work_seconds=$(python3 - out/sweep.db <<'END'
import sqlite3, sys
print(sqlite3.connect(sys.argv[1]).execute("SELECT sum(seconds) FROM trials").fetchone()[0])
END
)
awk -v n="$trials" -v w="$wall" -v s="$work_seconds" -v j="$threads" -v e="${early:-0}" \
    -v l="${late:-0}" -v t="$slowest" 'BEGIN {
    printf "%d trials on %d threads: %.1f s, of which trials %.1f s\n", n, j, w, s / j
    printf "overhead            %.1f %% (%.1f microseconds of a thread a trial)\n",
        100 * (w * j - s) / (w * j), 1e6 * (w * j - s) / n
    printf "memory              %.1f MB at a tenth, %.1f MB at nine tenths\n", e / 1e3, l / 1e3
    printf "status, the slowest %.3f s\n", t
}'
