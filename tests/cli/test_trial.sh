#!/bin/sh
# `sweep trial`: the record of a run, bit by bit, the exported files, what is refused.
. "$(dirname "$0")/harness.sh"
cp "$here/trial.yaml" "$here/small.yaml" .
export SLURM_CPUS_PER_TASK=1

# The record is the one a run stores, whatever is exported, of failed trials too.
run run -q trial.yaml -o run
status 3
for options in "" "--export out" "--export out --tests"; do
    what="sweep trial $options"
    python3 "$here/compare_trial.py" "$sweep" trial.yaml run $options >.out 2>.err
    code=$?
    status 0
    out_has "64 trials, "
    out_has " 0 differ"
done

# One name and value a line, status and message first; the steps on standard error.
run trial small.yaml --cell 1 --replicate 0
status 0
check "status and message" [ "$(head -n 2 .out)" = "status ok
message -" ]
out_has "step_scale 0.5"
out_has "stop_reason step_limit"
out_has "labels NaN"
check "two words a line" [ "$(awk 'NF != 2' .out)" = "" ]
check "the steps" [ "$(cut -d ' ' -f 1 .err | xargs)" = \
    "data train retrain unlearn certify evaluate" ]
check "nothing is written" [ ! -e results ]

# The export: the folder is created, every array is described, others read it.
run trial small.yaml --cell 1 --replicate 0 --export new/folder
status 0
check "the files" [ "$(ls new/folder | xargs)" = "W_exact.npy W_init.npy \
W_polished.npy W_restored.npy W_retrained.npy W_scaled.npy W_trained.npy W_unlearned.npy \
X.npy forget.npy lambda.npy lambda_exact.npy lambda_restored.npy lambda_scaled.npy \
record.json retain.npy u.npy v.npy v_exact.npy v_restored.npy v_scaled.npy y.npy" ]
what="record.json"
python3 -c "
import json
record = json.load(open('new/folder/record.json'))
print(record['grid'], record['seed'], record['cell'], record['replicate'])
print(record['status'], record['coordinates'], sorted(record['scalars'])[0])
print(record['parameters']['step_scale'], record['parameters']['polish'])
print(record['results']['stop_reason'], record['arrays'])" >.out 2>.err
code=$?
status 0
out "small 1 1 0
ok span perp_exact
0.5 True
step_limit {'X': [4, 5], 'y': [4], 'u': [4], 'W_init': [4, 5], 'W_trained': [4, 5], \
'W_polished': [4, 5], 'W_unlearned': [4, 5], 'W_retrained': [4, 5], 'W_scaled': [4, 5], \
'W_restored': [4, 5], 'W_exact': [4, 5], 'lambda': [4], 'v': [4, 4], 'forget': [1], \
'retain': [3], 'lambda_scaled': [3], 'v_scaled': [4, 3], 'lambda_restored': [3], \
'v_restored': [4, 3], 'lambda_exact': [3], 'v_exact': [4, 3]}"

# No test points to export.
sed 's/test_samples: 10/test_samples: 0/' small.yaml >untested.yaml
run trial untested.yaml --cell 1 --replicate 0 --export untested --tests
status 0
check "the same files" [ "$(ls untested)" = "$(ls new/folder)" ]

# A failed trial: its record, its reason, and what it had.
sed 's/relu/linear/; /width/d; s/max_steps: 200/max_steps: 0\n  init_scale: 0/
    s/polish: true/polish: false/' small.yaml >fail.yaml
run trial fail.yaml --cell 0 --replicate 0 --export failed
status 3
out_has "status not_separated"
out_has "message training: smallest margin 0 after 0 steps"
out_has "scaled_eps NaN"
err_has "sweep trial: the trial failed: training: smallest margin 0 after 0 steps"
check "the steps" [ "$(cut -d ' ' -f 1 .err | xargs)" = "data train sweep" ]
check "the files" [ "$(ls failed | xargs)" = \
    "W_init.npy W_trained.npy X.npy record.json u.npy y.npy" ]

# A margin of nothing has no sign, whatever the label of the point.
for polish in true false; do
    for replicate in 0 1 2 3 4 5; do
        sed "s/replicates: 2/replicates: 6/; s/polish: false/polish: $polish/" fail.yaml >none.yaml
        run trial none.yaml --cell 0 --replicate $replicate
        out_has "trained_margin 0"
        check "no -0" [ "$(grep -cE 'margin[a-z_]* -0( |,|$)' .out .err | xargs)" = \
            ".out:0 .err:0" ]
    done
done
rm none.yaml

# The only point is one that no neuron is active on. A leak is enough.
cat >dead.yaml <<END
name: dead
seed: 2
replicates: 1
grid:
  samples: 1
  forget: 0
  dimension: 20
  width: 2
  model: [relu, leaky_relu]
END
run trial dead.yaml --cell 0 --replicate 0
status 3
out_has "status dead_point"
err_has "sweep trial: the trial failed: training: no neuron is active on "
run trial dead.yaml --cell 1 --replicate 0
status 0

# Two points that are as good as one, with different labels: separated, if barely.
printf '1 1:1 2:1e-8\n-1 1:1 2:-1e-8\n' >near.svm
cat >near.yaml <<END
name: near
seed: 1
replicates: 1
grid:
  data: near.svm
  model: linear
  samples: 2
  init_scale: 0
  forget: 0
  polish: true
END
run trial near.yaml --cell 0 --replicate 0
status 3
out_has "status margin_unresolved"
out_has "exact_eps NaN"
err_has "sweep trial: the trial failed: training: the points are separated, but by a"

# Refused.
run trial small.yaml
status 2
silent_out
err "sweep trial: --cell is missing: 0 to 2"
run trial small.yaml --cell 0
status 2
err "sweep trial: --replicate is missing: 0 to 1"
run trial small.yaml --cell 3 --replicate 0
status 2
err "sweep trial: --cell must be 0 to 2, got 3"
run trial small.yaml --cell 0 --replicate 2
status 2
err "sweep trial: --replicate must be 0 to 1, got 2"
run trial small.yaml --cell=-1 --replicate 0
status 2
err "sweep trial: --cell '-1' is not a whole number of 0 or more"
run trial small.yaml --cell 0 --replicate 0 --tests
status 2
err "sweep trial: --tests needs --export"
printf 'where: "samples > 100"\n' | cat small.yaml - >empty.yaml
run trial empty.yaml --cell 0 --replicate 0
status 2
err "empty.yaml:19:8: error: the selection is empty: 'where' keeps none of the 3 cells"
run trial none.yaml --cell 0 --replicate 0
status 1
echo text >file
run trial small.yaml --cell 0 --replicate 0 --export file
status 1
out_has "status ok"
err_has "sweep trial: cannot create the folder 'file': Not a directory"
mkdir -p there/X.npy
run trial small.yaml --cell 0 --replicate 0 --export there
status 1
err_has "sweep trial: cannot write 'there/X.npy': Is a directory"

# More memory than there is.
sed 's/dimension: 40/dimension: 1e12\n  sampler: ambient/' small.yaml >huge.yaml
run trial huge.yaml --cell 0 --replicate 0
status 1
silent_out
err_has "sweep trial: out of memory: the trial needs "
err_has " GiB"
run trial huge.yaml --cell 0 --replicate 0 --export out
status 1
err_has "sweep trial: out of memory: the trial needs "

finish 90
