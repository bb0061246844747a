#!/bin/sh
# What may go wrong with a results folder: damage, full disks, other holders, no locks.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
cp "$here/small.yaml" .
run run small.yaml -o good
status 0
skipped=0

# Junk, an empty file, a cut file, a changed page: reported, and left as it is.
for damage in junk empty cut page; do
    cp -r good $damage
    case $damage in
    junk) head -c 20000 /dev/urandom >$damage/sweep.db ;;
    empty) : >$damage/sweep.db ;;
    cut) truncate -s 10000 $damage/sweep.db ;;
    page) head -c 4096 /dev/urandom |
        dd of=$damage/sweep.db bs=4096 seek=5 conv=notrunc status=none ;;
    esac
    cp $damage/sweep.db $damage.before
    run run small.yaml -o $damage
    status 1
    check "one message" [ "$(wc -l <.err)" -eq 1 ]
    err_has "sweep run: '$damage/sweep.db' is "
    check "it is untouched" cmp -s $damage.before $damage/sweep.db
    check "the table is untouched" cmp -s good/table.tsv $damage/table.tsv
    run run small.yaml -o $damage --fresh
    status 0
    check "a fresh start" cmp -s good/table.tsv $damage/table.tsv
    check "the damaged file is kept" cmp -s $damage.before $damage/old-*/sweep.db
done

# Who holds the folder: a living run, a dead one, one before the last boot, another host.
sed 's/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 2000/
    s/polish: true/polish: false/' small.yaml >long.yaml
start() { # COMMAND...: in the background, until it computes; sets $process
    lines=$(cat "$3/run.log" 2>/dev/null | wc -l)
    env --default-signal=INT "$sweep" run "$@" >.out 2>.err &
    process=$!
    for i in $(seq 100); do
        [ "$(cat "$3/run.log" 2>/dev/null | wc -l)" -gt "$lines" ] && break
        sleep 0.1
    done
}
end() { # SIGNAL
    kill -"$1" $process
    wait $process 2>/dev/null
    code=$?
}
start long.yaml -o held
run run long.yaml -o held
status 1
err_has "another run is working in 'held' (process $process on $(hostname) since 20"
run status held
status 4
out_has "process $process on $(hostname) since "
end KILL
check "the lock stays" [ -s held/sweep.lock ]
run status held
status 4
out_has "nobody works here (process $process on "
run run long.yaml -o held --time-limit 0s
status 4
check "the dead are followed" [ ! -e held/sweep.lock ]
boot=$(cat /proc/sys/kernel/random/boot_id)
for holder in "$(hostname) 1 1 $boot" "$(hostname) 1 1 another-boot" "elsewhere 99999 1 $boot"; do
    echo "$holder 2026-01-01T00:00:00Z" >good/sweep.lock
    run run small.yaml -o good
    status 0
    check "no lock is left" [ ! -e good/sweep.lock ]
done
echo "elsewhere 77 1 another-boot 2026-01-01T00:00:00Z" >good/sweep.lock
run run small.yaml -o good
status 1
err "sweep run: 'good' is held by process 77 on elsewhere since 2026-01-01T00:00:00Z; if \
that is no longer running, remove 'good/sweep.lock' and run again"
rm good/sweep.lock

# A file system without locks: dot-files of SQLite, and to create the lock is to have it.
export SWEEP_NO_LOCKS=1
run run small.yaml -o dots
status 0
check "the same table" cmp -s good/table.tsv dots/table.tsv
check "nothing is left" [ "$(ls dots | xargs)" = "grid.yaml run.log sweep.db table.tsv" ]
start long.yaml -o nolock
run run long.yaml -o nolock
status 1
err_has "another run is working in 'nolock' (process $process on "
end KILL
mkdir -p nolock/sweep.db.lock
run status nolock
status 4
run run long.yaml -o nolock --time-limit 0s
status 4
check "dead dot-files are removed" [ ! -e nolock/sweep.db.lock ]
start long.yaml -o nolock
end INT
status 130
unset SWEEP_NO_LOCKS

# The folder goes away under a run.
start long.yaml -o gone
mv gone away
for i in $(seq 100); do
    kill -0 $process 2>/dev/null || break
    sleep 0.1
done
wait $process
code=$?
what="a folder that is moved away"
status 1
err_has "'gone/sweep.db' was moved or deleted while it was written"
run status away
status 4

# Places where nothing can be written.
run run small.yaml -o /proc/nowhere
status 1
err_has "cannot create the folder '/proc/nowhere'"
mkdir tiny
if mount -t tmpfs -o size=256k tmpfs tiny 2>/dev/null; then
    trap 'umount -l tiny; rm -rf "$work"' EXIT
    sed 's/replicates: 2/replicates: 4000/' small.yaml >much.yaml
    run run -q much.yaml -o tiny/full
    status 1
    check "one message" [ "$(wc -l <.err)" -eq 1 ]
    err_has "cannot use 'tiny/full/sweep.db': database or disk is full"
    run status tiny/full
    status 4
    run verify tiny/full --sample 20
    status 0
    mount -o remount,size=64m tiny
    run run -q much.yaml -o tiny/full
    status 3
    run run -q much.yaml -o room
    check "nothing was lost" cmp -s room/table.tsv tiny/full/table.tsv
    mount -o remount,ro tiny
    run run -q much.yaml -o tiny/full
    status 1
    err_has "Read-only file system"
    run table tiny/full
    status 0
    umount tiny
    trap 'rm -rf "$work"' EXIT
else
    echo "skipped: 10 checks of a full and of a read-only disk, tmpfs cannot be mounted"
    skipped=10
fi

finish $((74 - skipped))
