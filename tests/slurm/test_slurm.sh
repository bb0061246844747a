#!/bin/bash
# test_slurm.sh SWEEP: an array of shards on a real Slurm; a node dies with its shard,
# the shard is queued again and goes on, and the merged table is that of one machine.
set -u
export SWEEP=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
sweeps=$here/../../sweeps
. "$here/cluster.sh"
for tool in munged slurmctld slurmd sbatch squeue scontrol; do
    if ! command -v $tool >/dev/null; then
        echo "FAILED: $tool is not installed (slurmctld, slurmd, slurm-client, munge)"
        exit 1
    fi
done

work=$(mktemp -d)
trap 'cluster_stop; rm -rf "$work"' EXIT
export SWEEP_CLUSTER=$work/cluster
cd "$work" || exit 99
chmod 755 .
fail() {
    echo "FAILED: $*"
    squeue
    tail -n 5 ./*.log cluster/log/* out/shard-*/run.log
    exit 1
}
cluster_start "$work/cluster" 3 1 || fail "the cluster did not start"

sed "s/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 120/
    s/polish: true/polish: false/" "$here/../cli/small.yaml" >grid.yaml
shards=4
array=$(sbatch --parsable --array=1-$shards --cpus-per-task=1 --time=10 \
    "$sweeps/slurm.sbatch" grid.yaml out $shards) || fail "sbatch"
merge=$(sbatch --parsable --dependency=afterok:$array --kill-on-invalid-dep=yes \
    "$sweeps/slurm_merge.sbatch" out) || fail "sbatch"

# The node of shard 2 dies once the shard has results on disk.
recorded() {
    [ "$(python3 - out/shard-2-of-$shards/sweep.db 2>/dev/null <<'END'
import sqlite3, sys
print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
      .execute("SELECT count(*) FROM trials").fetchone()[0])
END
)" -gt 0 ] 2>/dev/null
}
cluster_wait 60 recorded || fail "shard 2 has no results"
node=$(squeue -h -j "${array}_2" -o %N)
[ -n "$node" ] || fail "shard 2 is not running"
cluster_crash "$node" || fail "the node did not die"
echo "node $node died with shard 2"

# A shard that must be queued again on its own, and one that is stopped and comes back.
third=$(squeue -h -j "${array}_3" -t running -o %A)
[ -n "$third" ] && scancel --batch --signal=USR1 "${array}_3"

cluster_wait 240 cluster_empty || fail "the jobs do not end"
[ -f out/table.tsv ] || fail "no merged table"
[ "$(grep -c 'trials to run' out/shard-2-of-$shards/run.log)" -ge 2 ] ||
    fail "shard 2 was not resumed"
"$SWEEP" run -q grid.yaml -o single
cmp out/table.tsv single/table.tsv || fail "the table is not that of one machine"
"$SWEEP" status out
[ $? -eq 0 ] || [ -s out/table.tsv ] || fail "status"
echo "$shards shards, one crash: the same table (array $array, merge $merge)"
