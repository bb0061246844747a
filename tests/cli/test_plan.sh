#!/bin/sh
# What a run would cost: counts, memory, time; nothing is written.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=2

# True where the Python expression about the object `p` printed last is.
json() {
    check "$1" python3 -c 'import json, sys
p = json.load(open(sys.argv[1]))
sys.exit(not eval(sys.argv[2]))' .out "$1"
}

# Every name with its size and time of change, the streams of this test aside.
listing() { find . -mindepth 1 ! -name .out ! -name .err -printf "%p %s %T@\n" | sort; }

cpus=$(nproc) # there are two trainings
[ "$cpus" -lt 2 ] || cpus=2
cp "$here/small.yaml" small.yaml
listing >"$work/../before.$$"
run plan small.yaml
status 0
silent_err
out_has "grid         small"
out_has "cells        3"
out_has "replicates   2"
out_has "trials       6"
out_has "trainings    2, each for up to 3 cells"
out_has "retrainings  2"
out_has "first cell   0: step_scale 0"
out_has "last cell    2: step_scale 1"
out_has "folder       results/small: no results yet"
out_has "; measured / model "
out_has " with $cpus thread"
run plan small.yaml --no-pilot -j 1
out_has "pilot        none"
out_has " with 1 thread"
run plan small.yaml --json
status 0
json 'p["grid"] == "small" and p["folder"] == "results/small"'
json 'p["cells"] == 3 and p["replicates"] == 2 and p["trials"] == 6'
json 'p["trainings"] == 2 and p["retrainings"] == 2 and p["threads"] == '"$cpus"
json 'p["trials_done"] == 0 and p["trials_to_run"] == 6 and p["trainings_to_run"] == 2'
json 'p["memory"] > 2 * p["memory_thread"] > 0'
json '1 <= p["pilot_trainings"] <= 2 and p["pilot_seconds"] > 0'
json '0 < p["pilot_ratio_low"] <= p["pilot_ratio"] <= p["pilot_ratio_high"]'
json '0 < p["wall_seconds"] <= p["core_seconds"] <= 2.001 * p["wall_seconds"]'
json 'p["first_cell"]["step_scale"] == 0 and p["last_cell"]["step_scale"] == 1'
run plan small.yaml --json --no-pilot
json 'p["pilot_trainings"] == 0 and p["pilot_ratio"] is None'
listing >"$work/../after.$$"
check "nothing is written" cmp -s "$work/../before.$$" "$work/../after.$$"
rm "$work/../before.$$" "$work/../after.$$"

# What is done is left out, also what an older grid file did.
run run -q small.yaml -o out
cp -a out copy
run plan small.yaml -o out
out_has "folder       out: 6 trials done, 0 to run in 0 trainings"
out_has "wall time    0.0 s"
out_has "pilot        none; there is nothing to run"
check "the folder is as it was" diff -r out copy
sed 's/\[0, 0.5, 1\]/[0.5, 0.25, 0]/; s/replicates: 2/replicates: 3/' small.yaml >more.yaml
run plan more.yaml -o out --json
status 0
json 'p["trials"] == 9 and p["trials_done"] == 4 and p["trainings_to_run"] == 3'
check "the folder is as it was" diff -r out copy
run run -q more.yaml -o out
run plan more.yaml -o out --json
json 'p["trials_done"] == 9 and p["wall_seconds"] == 0'
sed 's/seed: 1/seed: 2/' small.yaml >other.yaml
run plan other.yaml -o copy
status 2
silent_out

# A shard is its own part of the work.
run run -q more.yaml -o parts --shard 1/2
run plan more.yaml -o parts
out_has "folder       parts: results of shards only, see: sweep status parts"
run plan more.yaml -o parts --shard 1/2 --json
status 0
json 'p["folder"] == "parts/shard-1-of-2" and (p["shard"], p["shards"]) == (1, 2)'
json 'p["trials"] == p["trials_done"] == 3 and p["trainings"] == p["retrainings"] == 1'
json 'p["trials_to_run"] == p["trainings_to_run"] == p["core_seconds"] == 0'
run plan more.yaml -o parts --shard 2/2 --json
json 'p["trials"] == p["trials_to_run"] == 6 and p["trainings"] == p["retrainings"] == 2'
run plan more.yaml -o parts --shard 2/2
out_has "shard        2 of 2"
out_has "folder       parts/shard-2-of-2: no results yet"
run plan more.yaml --shard 3/2
status 2
err "sweep plan: --shard must be i/n, shard i = 1..n of n, got '3/2'"

# With a rule: at least the first look, at most the last.
sed 's/replicates: 2/until: {column: norm, halfwidth: 1e-9, min: 2, max: 5}/' \
    small.yaml >rule.yaml
run plan rule.yaml
out_has "trials       6 to 15"
out_has "trainings    2 to 5, each for up to 3 cells"
run plan rule.yaml --json
json '(p["replicates_least"], p["replicates"], p["cells_settled"]) == (2, 5, 0)'
json '(p["trials_to_run_least"], p["trials_to_run"]) == (6, 15)'
json '0 < p["core_seconds_least"] < p["core_seconds"]'
run run -q rule.yaml -o rule
run plan rule.yaml -o rule
out_has "folder       rule: 15 trials done, 0 to run in 0 trainings, 3 of 3 cells settled"
run plan rule.yaml -o rule --json
json 'p["trials_done"] == 15 and p["cells_settled"] == 3 and p["wall_seconds"] == 0'

# One cell more of a hundred costs a training and little else.
sed 's/step_scale: .*/step_scale: {linspace: [0.01, 1, 100]}/' small.yaml >many.yaml
run run -q many.yaml -o many
run plan many.yaml -o new --json --no-pilot
cp .out all.json
json 'p["cells_of_a_training"] == 100'
sed -i 's/0.01, 1, 100/0.01, 1.01, 101/' many.yaml
run plan many.yaml -o many --json --no-pilot
json 'p["trials_to_run"] == p["trainings_to_run"] == 2'
json 'p["core_seconds"] < 0.5 * json.load(open("all.json"))["core_seconds"]'

# A training for very many cells: the pilot takes some of them.
sed 's/step_scale: .*/step_scale: {linspace: [0, 1, 1000000]}/' small.yaml >wide.yaml
run plan wide.yaml --json
status 0
json '1 <= p["pilot_trainings"] and p["pilot_seconds"] > 0'
json 'p["core_seconds"] > p["pilot_seconds"]'

# Each forget count that some cell compares retrains once; so does method retrain.
cat >forget.yaml <<'END'
name: forget
seed: 1
replicates: 5
grid:
  samples: [4, 5]
  forget: [1, 2, 3]
  step_scale: [0, 1]
  retrain: RETRAIN
END
for retrain in true:30 false:0 '[true, false]:30'; do
    sed "s/RETRAIN/${retrain%:*}/" forget.yaml >case.yaml
    run plan case.yaml --json --no-pilot
    json "p['trainings'] == 10 and p['retrainings'] == ${retrain#*:}"
done

# A million cells.
cat >large.yaml <<'END'
name: large
seed: 1
replicates: 3
grid:
  samples: {range: [5, 14, 1]}
  noise: {linspace: [0.5, 1, 100]}
  step_scale: {linspace: [0, 2, 1000]}
END
run plan large.yaml --json --no-pilot
status 0
json 'p["cells"] == 1000000 and p["trials"] == 3000000 and p["trainings"] == 3000'

sed 's/replicates: 3/replicates: 1000000/' large.yaml >endless.yaml
run plan endless.yaml
status 1
silent_out
err "sweep plan: out of memory for 1000000 cells times 1000000 replicates; ask for fewer \
of them"

# A linear model of very many points has no squares of their number, 80 GB each.
cat >linear.yaml <<'END'
name: linear
seed: 1
replicates: 1
grid:
  model: linear
  samples: 100000
  dimension: 100
  signal: 1
END
run plan linear.yaml --json --no-pilot
status 0
json '1e9 < p["memory_thread"] < 3e9'

# The text of a data file stands beside its bytes and its points while it is read. (A
# sanitizer has memory of its own.)
{
    head -c 20000000 /dev/zero | tr '\0' '#'
    awk 'BEGIN { for (i = 0; i < 400; i++) print "\n" i % 2, "1:" i + 1, "2:" 400 - i }'
} >large.svm
cat >large.yaml <<'END'
name: large
seed: 1
replicates: 1
grid: {data: large.svm, samples: 6, width: 10, test_samples: 10}
END
run plan large.yaml --json --no-pilot -j 4
status 0
measured=$(python3 -c 'import resource, subprocess, sys
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL)
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' \
    "$sweep" run -q large.yaml -o large -j 4)
grep -q __asan_init "$sweep" && measured=40000000
json "$measured <= p['memory'] <= 2 * $measured"

# A training that is expected to take minutes is told of before it is measured. This one
# diverges at once.
cat >long.yaml <<'END'
name: long
seed: 1
replicates: 1
grid:
  samples: 600
  width: 400
  signal: 0
  learning_rate: 1e308
END
run plan long.yaml
status 0
out_has "pilot        1 training in"
err_has "one training is run to measure it, expected to take"
err_has "--no-pilot"
run plan long.yaml --no-pilot
status 0
silent_err

# More memory than there is: reported before anything begins.
cat >huge.yaml <<'END'
name: huge
seed: 1
replicates: 4
grid:
  samples: 100000
  width: 100000
  dimension: 1e6
END
run plan huge.yaml
status 0
out_has "pilot        none"
err_has "warning: a run needs more memory than this machine has"
run run huge.yaml -o huge -j 2
status 1
silent_out
err_has "in each of 2 threads, and this machine has"
err_has "use fewer threads (-j), a smaller grid or fewer samples"
check "no folder" [ ! -e huge ]
sed -i 's/dimension: 1e6/dimension: 1e12/; s/100000$/10/; s/forget.*//' huge.yaml
sed -i 's/samples: 10/samples: 10\n  sampler: ambient/' huge.yaml
run run huge.yaml -o huge
status 1
err_has "or sampler bartlett"

run plan nowhere.yaml
status 1
err "sweep plan: cannot open 'nowhere.yaml': No such file or directory"
run plan small.yaml -j 0
status 2
err "sweep plan: --threads must be 1 to 4096, got 0"

finish 92
