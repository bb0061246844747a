#!/bin/sh
# What `sweep run` does in a folder that is not empty: changed grids, failures, limits.
. "$(dirname "$0")/harness.sh"
cp "$here/small.yaml" .
export SLURM_CPUS_PER_TASK=1

# A changed grid: what is new is run, what is gone stays in the database.
run run small.yaml -o a
status 0
cp a/table.tsv small.tsv
sed 's/\[0, 0.5, 1\]/[0, 0.25, 1, 2]/' small.yaml >changed.yaml
run run changed.yaml -o a
status 0
err "the grid changed: cells: 2 added, 1 removed, 2 unchanged; replicates: 2, before 2; \
trials: 4 to run, 4 kept
8 of 8 trials done, 4 now
table: a/table.tsv"
run run changed.yaml -o b
check "as if run at once" cmp -s a/table.tsv b/table.tsv
run run small.yaml -o a
status 0
err_has "cells: 1 added, 2 removed, 2 unchanged; replicates: 2, before 2; trials: 0 to \
run, 6 kept"
err_has "6 of 6 trials done, 0 now"
check "back to the first table" cmp -s a/table.tsv small.tsv
sed 's/replicates: 2/replicates: 5/' small.yaml >more.yaml
run run more.yaml -o a
status 0
err_has "replicates: 5, before 2; trials: 9 to run, 6 kept"
run run more.yaml -o c
check "more replicates only add" cmp -s a/table.tsv c/table.tsv
run run -q small.yaml -o a
silent_err
check "fewer are a part" cmp -s a/table.tsv small.tsv

# A finished grid: the table is kept, unless it or what it shows was changed since.
again() { # DESCRIPTION: the table is made again, and right
    run run -q small.yaml -o a
    status 0
    check "$1" [ "$(ls -i a/table.tsv)" != "$inode" ]
    check "$1: the table" cmp -s a/table.tsv small.tsv
    inode=$(ls -i a/table.tsv)
}
date_table() { # FOLDER: its table gets the time that says whose it is
    seconds=$(stat -c %.9Y "$1/sweep.db")
    nanoseconds=$((1${seconds#*.} + 1))
    touch -d "@${seconds%.*}.${nanoseconds#1}" "$1/table.tsv"
}
inode=$(ls -i a/table.tsv)
run run -q small.yaml -o a --time-limit 0s
status 0
check "the table is kept" [ "$(ls -i a/table.tsv)" = "$inode" ]
echo >>a/table.tsv
again "a changed table"
rm a/table.tsv
inode=
again "no table"
sql a "UPDATE cells SET width = width + 1, data = 'other' WHERE id = 1"
again "a changed cell"
check "the cell as it was" [ "$(sql a "SELECT count(*) FROM cells WHERE cell IS NOT NULL
    AND (width != (SELECT width FROM cells WHERE id = 2) OR data != 'mixture')")" -eq 0 ]
sql a "UPDATE cells SET cell = 8 WHERE cell = 1"
again "a changed number"
sql a "UPDATE meta SET value = '0.0.1' WHERE name = 'sweep_version'"
date_table a
again "another version"
echo another >a/table.tsv
touch a/*
again "a table that only touch says is new"
sql a "DELETE FROM trials WHERE replicate = 1"
date_table a
again "trials that were gone"
# Nor is the database checked again, unless something is to be written.
for page in 2 3 4 5 6 7; do
    rm -rf bad
    cp -a a bad
    head -c 4096 /dev/urandom | dd of=bad/sweep.db bs=4096 seek=$page conv=notrunc 2>dd
    date_table bad
    run run -q small.yaml -o bad --retry-failed
    status 1
    err_has "is damaged"
done
sql a "UPDATE cells SET width = width + 1 WHERE id = 1"
date_table a
run run -q small.yaml -o a
silent_err
check "the table of a database with its time" [ "$(ls -i a/table.tsv)" = "$inode" ]
sql a "UPDATE meta SET value = '0.0.1' WHERE name = 'sweep_version'"
date_table a
again "its cells to another version"
check "the cell as it was" [ "$(sql a "SELECT count(*) FROM cells WHERE cell IS NOT NULL
    AND width != (SELECT width FROM cells WHERE id = 2)")" -eq 0 ]
sed 's/\[n\]/[max]/' small.yaml >asks.yaml
run run -q asks.yaml -o a
silent_err
check "another question" [ "$(ls -i a/table.tsv)" != "$inode" ]
run run -q small.yaml -o a
check "the first question" cmp -s a/table.tsv small.tsv

# Another seed: refused; --fresh sets the old results aside.
sed 's/seed: 1/seed: 2/' small.yaml >other.yaml
run run other.yaml -o a
status 2
err "sweep run: 'a' holds the grid 'small' with seed 1, not 'small' with seed 2; choose \
another folder, or --fresh to start over"
check "nothing was touched" cmp -s a/table.tsv small.tsv
run run other.yaml -o a --fresh
status 0
err_has "6 of 6 trials done, 6 now"
check "another table" [ "$(cmp -s a/table.tsv small.tsv && echo same)" = "" ]
check "the old table is kept" cmp -s a/old-*/table.tsv small.tsv
mv a/old-* old
run verify old
status 0
out "6 of 6 recorded trials computed again: 0 differ"
sql b "UPDATE meta SET value = 0 WHERE name = 'model_version'"
run run changed.yaml -o b
status 2
err_has "'b' holds results of model version 0"

# Another platform.
sql c "UPDATE meta SET value = 'an abacus' WHERE name = 'platform'"
run run more.yaml -o c
status 2
err_has "'c' holds results of another platform, which may differ in the last bits: \
there 'an abacus', here 'step "
run run more.yaml -o c --allow-mixed
status 0
check "both are noted" [ "$(sql c "SELECT value FROM meta WHERE name = 'platform'" |
    wc -l)" -eq 2 ]
run run more.yaml -o c
status 0
run verify c --sample 3
status 0
err_has "another platform: there 'an abacus"
out "3 of 15 recorded trials computed again: 0 differ"

# verify finds one bit.
sql old "UPDATE trials SET scaled_eps = scaled_eps * (1 + 3e-16) WHERE replicate = 1
    AND cell_id = 2"
run verify old
status 1
out_has "cell 1, replicate 1: scaled_eps: stored "
out_has "6 of 6 recorded trials computed again: 1 differ"
run verify old --sample none
status 2
err "sweep verify: --sample must be a number of trials, got 'none'"

# Trials that all fail end a run early; failed ones can be tried again.
sed 's/max_steps: 200/max_steps: 0/; s/replicates: 2/replicates: 200/; s/, 0.5, 1//
    s/samples: 4/samples: 20/; s/signal: 1/signal: 0/
    s/model: relu/model: leaky_relu/; s/polish: true/polish: false/' small.yaml >fail.yaml
run run fail.yaml -o f
status 4
err_has "the first 20 trainings all failed (trials: 20 not_separated); one says: training: \
smallest margin -"
err_has "stopped by trials that all failed; to go on: sweep run fail.yaml -o f \
--max-failures 100%"
err_has "20 of 200 trials done, 20 now"
err_has "20 of 20 trials failed: 20 not_separated (try more max_steps or a larger \
learning_rate); see f/run.log"
check "no table" [ ! -e f/table.tsv ]
run run fail.yaml -o f --max-failures 100%
status 3
err_has "200 of 200 trials done, 180 now"
err_has "200 of 200 trials failed: 200 not_separated ("
check "a table" [ -e f/table.tsv ]
run run fail.yaml -o f --retry-failed
status 3
err_has "200 of 200 trials done, 200 now"
run status f
status 3
check "the state, then the advice" [ "$(sed 's/;.*//' .out)" = \
    "f: 200 of 200 trials done, 200 failed
200 of 200 trials failed: 200 not_separated (try more max_steps or a larger learning_rate)" ]
run run fail.yaml -o g --max-failures 7
status 4
err_has "8 of 200 trials done, 8 now"
err_has "stopped by --max-failures; to go on: "
run run fail.yaml -o h --max-failures 5%
status 4
err_has "11 of 200 trials done, 11 now"
run run fail.yaml -o h --retry-failed --max-failures 2
status 4
err_has "3 of 200 trials done, 3 now"
err_has "3 of 3 trials failed: 3 not_separated"
run run small.yaml -o i --max-failures 0
status 0

# For two reasons: each with its number, the most frequent first.
sed -i 's/leaky_relu/relu/' fail.yaml
dead="dead_point (no neuron is active on a training point: try model: leaky_relu, a \
larger init_scale or width)"
not="not_separated (try more max_steps or a larger learning_rate)"
run run fail.yaml -o l
status 4
check "both are counted" [ "$(sed '/^note: /d; s/says: .*/says:/' .err)" = "20 of 200 trials done, 20 now
20 of 20 trials failed: 12 $dead, 8 $not; see l/run.log
the first 20 trainings all failed (trials: 12 dead_point, 8 not_separated); one says:
stopped by trials that all failed; to go on: sweep run fail.yaml -o l --max-failures 100%" ]
for shard in 1 2; do
    run run fail.yaml -o m --shard $shard/2 --max-failures 100%
    status 3
done
run status m
status 3
out_has "m: 200 of 200 trials done, 200 failed"
check "of all shards" [ "$(tail -n 1 .out)" = \
    "200 of 200 trials failed: 137 $dead, 63 $not" ]
run merge merged m/shard-*
status 3
err "200 of 200 trials from 2 databases, 200 new
200 of 200 trials failed: 137 $dead, 63 $not
table: merged/table.tsv"

# A time limit.
run run small.yaml -o j --time-limit 0s
status 4
err "0 of 6 trials done, 0 now
stopped by the time limit; to go on: sweep run small.yaml -o j"
run status j
status 4
out_has "j: 0 of 6 trials done, 6 missing; nobody works here, last result "
run run small.yaml -o j --time-limit 1d
status 0
check "the limit left no trace" cmp -s j/table.tsv small.tsv
for bad in 10x -1s "" s 1e400h; do
    run run small.yaml -o k "--time-limit=$bad"
    status 2
done
for bad in 101% x -1 1.5 %; do
    run run small.yaml -o k "--max-failures=$bad"
    status 2
    err "sweep run: --max-failures must be a number or 0% to 100%, got '$bad'"
done
for bad in 0/3 4/3 1 /3 1/ 1.5/3 1/0 1/2/3 a/b; do
    run run small.yaml -o k "--shard=$bad"
    status 2
    err "sweep run: --shard must be i/n, shard i = 1..n of n, got '$bad'"
done
check "nothing was written" [ ! -e k ]

finish 154
