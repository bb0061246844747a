#!/bin/sh
# Two containers, or a container and its host, on one folder: never do both write, and the
# message says who does. Where no container can be made, lines as one would have written
# them stand in for it.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
cp "$here/small.yaml" .
run run -q small.yaml -o good
status 0
sed 's/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 2000/
    s/polish: true/polish: false/' small.yaml >long.yaml
boot=$(cat /proc/sys/kernel/random/boot_id)

# line LOCKED: what process 7 in another container writes, with a lock or without.
line() { echo "box 7 1 $boot 2026-01-01T00:00:00Z 1 $1" >good/sweep.lock; }
who="process 7 on box in another container since 2026-01-01T00:00:00Z, last sign of life"

line 1 # locked: somebody has the lock
flock -o good/sweep.lock sleep 30 &
holder=$!
sleep 0.3
run status good
status 0
out_has "; $who "
run run small.yaml -o good
status 1
err_has "sweep run: another run is working in 'good' ($who "
kill $holder
wait $holder 2>/dev/null
# Nobody has it any more: the kernel let go of it.
for i in $(seq 100); do
    flock -n good/sweep.lock true && break
    sleep 0.1
done
run run -q small.yaml -o good
status 0
silent_err
check "no lock is left" [ ! -e good/sweep.lock ]

line 0 # no locks there: it gives a sign of life, or none any more
run run small.yaml -o good
status 1
err_has "sweep run: another run is working in 'good' ($who "
touch -d '2 minutes ago' good/sweep.lock
run status good
out_has "$who 12"
out_has "(not seen from here)"
run run small.yaml -o good
status 1
err_has "sweep run: 'good' is held by $who 12"
err_has "s ago; if that is no longer running, remove 'good/sweep.lock' and run again"
check "the lock stays" grep -q '^box 7 1' good/sweep.lock
rm good/sweep.lock

# A machine of this name, started anew: unless somebody touches the file.
echo "$(hostname) 7 1 another-boot 2026-01-01T00:00:00Z 1 0" >good/sweep.lock
(while sleep 0.2; do touch good/sweep.lock; done) &
toucher=$!
run run small.yaml -o good
status 1
err_has "sweep run: 'good' is held by process 7 on $(hostname) since 2026-01-01"
kill $toucher
wait $toucher 2>/dev/null
touch good/sweep.lock
run run -q small.yaml -o good
status 0

# A process of this space that holds no lock of the file is respected, too.
SWEEP_NO_LOCKS=1 "$sweep" run -q long.yaml -o mixed 2>/dev/null &
process=$!
for i in $(seq 100); do
    [ -s mixed/run.log ] && break
    sleep 0.1
done
run run long.yaml -o mixed
status 1
err_has "another run is working in 'mixed' (process $process on "
check "it gives signs of life" sh -c 'before=$(stat -c %Y mixed/sweep.lock); sleep 2.2
    [ "$(stat -c %Y mixed/sweep.lock)" -gt "$before" ]'
kill $process
wait $process 2>/dev/null

# Containers as they are.
container="unshare --pid --mount --uts --fork --kill-child --mount-proc"
$container true 2>/dev/null || container="unshare -r ${container#unshare}"
boxed() { # NAME COMMAND...: in a container of that name
    $container sh -c 'hostname "$1"; shift; exec "$@"' sh "$@"
}
real=0
if boxed one true 2>/dev/null; then
    real=22
    for locks in yes no; do
        [ $locks = no ] && export SWEEP_NO_LOCKS=1
        (exec $container sh -c 'hostname one; exec "$@"' sh "$sweep" run -q long.yaml \
            -o shared 2>/dev/null) &
        process=$!
        lines=$(cat shared/run.log 2>/dev/null | wc -l)
        for i in $(seq 100); do
            [ "$(cat shared/run.log 2>/dev/null | wc -l)" -gt "$lines" ] && break
            sleep 0.1
        done
        what="sweep run, locks: $locks, from the host"
        "$sweep" run long.yaml -o shared >.out 2>.err
        code=$?
        status 1
        err_has "another run is working in 'shared' (process "
        err_has " on one in another container since 20"
        what="sweep run, locks: $locks, from another container"
        boxed two "$sweep" run long.yaml -o shared >.out 2>.err
        code=$?
        status 1
        err_has " on one in another container since 20"
        boxed two "$sweep" status shared >.out 2>.err
        code=$?
        status 4
        out_has " on one in another container since 20"
        kill -KILL $process
        wait $process 2>/dev/null
        for i in $(seq 100); do
            flock -n shared/sweep.lock true && break
            sleep 0.1
        done
        [ $locks = no ] && touch -d '2 minutes ago' shared/sweep.lock
        what="sweep run, locks: $locks, after a kill"
        boxed two "$sweep" run long.yaml -o shared --time-limit 0 >.out 2>.err
        code=$?
        if [ $locks = yes ]; then
            status 4
            check "the dead are followed" [ ! -e shared/sweep.lock ]
            begun=2
        else
            begun=1
            status 1
            err_has "if that is no longer running, remove 'shared/sweep.lock'"
        fi
        check "one at a time" [ "$(grep -cE 'start|resume' shared/run.log)" -eq $begun ]
        check "no damage" [ "$(python3 -c 'import sqlite3
print(sqlite3.connect("shared/sweep.db").execute("PRAGMA quick_check").fetchone()[0])')" = ok ]
        rm -rf shared
    done
else
    echo "no container can be made here: lines in the file only"
fi

finish $((22 + real))
