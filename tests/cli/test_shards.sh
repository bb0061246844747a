#!/bin/sh
# Shards and their union: the table of one machine, byte by byte, however it was made.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1

count() { # DATABASE...: trials in all
    python3 - "$@" <<'END'
import sqlite3, sys
print(sum(sqlite3.connect(name).execute("SELECT count(*) FROM trials").fetchone()[0]
          for name in sys.argv[1:]))
END
}

for sampler in ambient bartlett; do
    sed "s/samples: 4/samples: [4, 5]/; s/signal: 1/signal: 1\n  sampler: $sampler/
        s/replicates: 2/replicates: 5/" "$here/small.yaml" >$sampler.yaml
    run run $sampler.yaml -o $sampler
    status 0
    for threads in 1 2 8; do
        for shards in 1 2 5; do
            out=$sampler-$threads-$shards
            for i in $(seq $shards); do
                run run -q $sampler.yaml -o $out --shard $i/$shards -j $threads
                status 0
            done
            run merge $out $out/shard-*
            status 0
            check "$out: the same table" cmp -s $out/table.tsv $sampler/table.tsv
        done
    done
done

# Every trial is in one shard.
check "no trial twice" [ "$(count bartlett-1-5/shard-*/sweep.db)" -eq 30 ]

# What is said; a second merge; resume of a shard; a plain run goes on from a merge.
run run bartlett.yaml -o s --shard 2/3
status 0
err_has "when all shards are done: sweep merge s s/shard-*"
run status s
status 4
out_has "1 of 3 shards complete, 2 not begun"
run table s
status 2
err "sweep table: 's' holds shards only; unite them first: sweep merge s s/shard-*"
run run bartlett.yaml -o s --shard 2/3
err_has " trials done, 0 now"
run merge s s/shard-*
status 4
err_has " missing: the table shows what is there"
run run -q bartlett.yaml -o s --shard 1/3
run merge s s/shard-*
status 4
run run bartlett.yaml -o s
status 0
check "the rest by a plain run" cmp -s s/table.tsv bartlett/table.tsv
run run -q bartlett.yaml -o s --shard 3/3
run merge s s/shard-*
status 0
err_has "30 of 30 trials from 3 databases, 0 new"
check "still the same" cmp -s s/table.tsv bartlett/table.tsv
run status s
status 0
out_has "3 of 3 shards complete, 0 not begun"
out_has "s: 30 of 30 trials done"

# What is no folder of a shard is not counted as one, and a shard is not the whole.
cp -r s/shard-1-of-3 s/shard-1-of-3.old
run status s
status 0
out_has "3 of 3 shards complete, 0 not begun"
run merge s/shard-*
status 2
err "sweep merge: 's/shard-1-of-3' is the folder of a shard; name the folder of the \
whole first: sweep merge OUT s/shard-1-of-3 ..."
check "it is as before" [ "$(count s/shard-1-of-3/sweep.db)" -eq \
    "$(count s/shard-1-of-3.old/sweep.db)" ]
rm -r s/shard-1-of-3.old

# Foreign and conflicting records.
sed 's/seed: 1/seed: 2/' bartlett.yaml >seed.yaml
run run -q seed.yaml -o seed
run merge m s/shard-1-of-3 seed
status 2
err_has "'seed' holds the grid 'small' with seed 2, not 'small' with seed 1"
check "nothing was written" [ ! -e m ]
run run -q ambient.yaml -o other
run merge m s/shard-1-of-3 other
status 2
err_has "'other/sweep.db' does not belong to "
cp -r s/shard-1-of-3 twin
sql twin "UPDATE trials SET norm = norm + 1 WHERE replicate = (SELECT max(replicate)
    FROM trials)"
run merge n s/shard-1-of-3 twin
status 2
err_has "'twin/sweep.db' and 'n/sweep.db' differ in cell "
err_has ": norm "
check "nothing is left of it" [ ! -e n ]
mkdir n
touch n/mine
run merge n s/shard-1-of-3 twin
status 2
check "nothing but what was there" [ "$(ls -A n)" = mine ]
run merge n s/shard-1-of-3
status 4
cp -r n n.before
run merge n twin
status 2
check "a union that was there stays" [ "$(count n/sweep.db)" -eq \
    "$(count n.before/sweep.db)" ]
check "and its table" cmp -s n/table.tsv n.before/table.tsv
sql twin "UPDATE meta SET value = 'an abacus' WHERE name = 'platform'"
run merge q s/shard-1-of-3 twin
status 2
err_has "several platforms, which may differ in the last bits: 'step "
check "nothing was written" [ ! -e q ]
run merge q s/shard-1-of-3 twin --allow-mixed
status 4
run merge q nowhere
status 1
err "sweep merge: cannot open 'nowhere': No such file or directory"
mkdir empty
run merge q empty
status 1
err "sweep merge: 'empty' holds no results; 'sweep run' makes them"
run merge q
status 2

# Two attempts of one shard, the first on a machine nothing is known of: the second
# goes on in a database of its own, and the union is the shard.
rm -rf t
run run -q bartlett.yaml -o t --shard 1/2
run run -q bartlett.yaml -o t --shard 2/2
sql t/shard-1-of-2 "DELETE FROM trials WHERE replicate > 1"
echo "elsewhere 77 1 00000000-0000 2026-01-01T00:00:00Z" >t/shard-1-of-2/sweep.lock
run run bartlett.yaml -o t
status 0
run run bartlett.yaml -o t --shard 1/2
status 0
check "a second database" [ "$(ls t/shard-1-of-2/*.db | wc -l)" -eq 2 ]
check "the first holder stays" grep -q '^elsewhere 77' t/shard-1-of-2/sweep.lock
check "no trial twice" [ "$(count t/shard-*/*.db)" -eq 30 ]
run status t/shard-1-of-2
status 0
out_has "process 77 on elsewhere since 2026-01-01T00:00:00Z (not seen from here)"
run merge u t/shard-*
status 0
check "the union" cmp -s u/table.tsv bartlett/table.tsv

finish 143
