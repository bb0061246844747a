#!/bin/bash
# kill_campaign.sh SWEEP [COUNT [SEED]]: SIGKILL a run COUNT times, from its first 10 ms
# on, and resume it each time. What was committed is never lost and never computed again,
# and the last table is that of an undisturbed run, byte by byte.
set -u
sweep=$(realpath "$1")
count=${2:-5}
RANDOM=${3:-1}
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99

# write_grid REPLICATES
write_grid() {
    sed "s/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: $1/
        s/polish: true/polish: false/" "$here/../cli/small.yaml" >grid.yaml
}
# Enough work for all kills: 1.5 s of this machine for each.
write_grid 40
start=$(date +%s.%N)
"$sweep" run -q grid.yaml -o pace
replicates=$(awk "BEGIN {print 40 + int(60 * $count / ($(date +%s.%N) - $start))}")
write_grid "$replicates"
total=$((3 * replicates))

fail() {
    echo "FAILED after $kills kills: $*"
    tail -n 5 killed/run.log
    exit 1
}
recorded() { # trials committed; 0 before there is a database
    python3 - killed/sweep.db <<'END'
import os, sqlite3, sys
try:
    database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    print(database.execute("SELECT count(*) FROM trials").fetchone()[0])
except sqlite3.OperationalError:
    print(0)
END
}
# The last line of the log says how many trials the last run found missing.
to_run() { grep -oE '(start|resume): [0-9]+' killed/run.log | tail -n 1 | grep -oE '[0-9]+'; }
lines() { cat killed/run.log 2>/dev/null | grep -cE 'start:|resume:'; }

kills=0
before=0
more=0 # kills beyond, later ones, where the machine was too slow for a commit before
while [ "$kills" -lt $((count + more)) ]; do
    logged=$(lines)
    "$sweep" run -q grid.yaml -o killed 2>messages &
    process=$!
    # By turns before and after the first commit: 10 ms to 1 s, evenly in the logarithm,
    # and 1 s to 3 s.
    sleep "$(awk "BEGIN {u = $RANDOM / 32767
        print $more ? 3 * $more : $kills % 2 ? 1 + 2 * u : 0.01 * 100 ^ u}")"
    kill -KILL $process 2>/dev/null || break
    wait $process 2>/dev/null
    kills=$((kills + 1))
    [ -s messages ] && fail "$(cat messages)"
    if [ "$(lines)" -gt "$logged" ] && [ "$(to_run)" -ne $((total - before)) ]; then
        fail "$before of $total trials were recorded, but $(to_run) were to run"
    fi
    now=$(recorded)
    [ "$now" -ge "$before" ] || fail "$before trials were recorded, $now are left"
    before=$now
    if [ "$kills" -eq $((count + more)) ] && [ "$before" -eq 0 ] && [ $more -lt 4 ]; then
        more=$((more + 1))
    fi
done
wait 2>/dev/null
[ "$kills" -eq $((count + more)) ] || fail "the work was done before the last kill"
[ "$before" -gt 0 ] || fail "no kill came after a commit"
"$sweep" run -q grid.yaml -o killed
case $? in
0 | 3) ;; # some trials fail, and are records like others
*) fail "the last run failed" ;;
esac
"$sweep" run -q grid.yaml -o whole
[ "$(recorded)" -eq "$total" ] || fail "$(recorded) of $total trials"
cmp killed/table.tsv whole/table.tsv || fail "the table differs"
"$sweep" verify killed --sample 20 || fail "a record differs"
echo "$kills kills, $before of $total trials recorded before the last run, the same table"
