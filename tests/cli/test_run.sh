#!/bin/sh
# `sweep run` and `sweep table` on a small grid: folder, resume, signals, refusals.
. "$(dirname "$0")/harness.sh"
cp "$here/small.yaml" .
export SLURM_CPUS_PER_TASK=1

# The first run, the default folder, the files in it.
run run small.yaml
status 0
silent_out
err "6 of 6 trials done, 6 now
table: results/small/table.tsv"
check "the grid is kept" cmp -s small.yaml results/small/grid.yaml
check "the files" [ "$(ls results/small | xargs)" = \
    "grid.yaml run.log sweep.db table.tsv" ]
check "start and end are logged" [ "$(grep -cE \
    '^20[0-9T:-]*Z (start: 6 of 6 trials|end: 6 trials)' results/small/run.log)" = 2 ]

# The table is what `sweep table` prints.
tab=$(printf '\t')
run table results/small
status 0
silent_err
check "table.tsv is the same" cmp -s .out results/small/table.tsv
check "rows" [ "$(grep -v '^#' .out)" = \
    "step_scale${tab}trials${tab}failed${tab}undefined${tab}scaled_eps_n
0${tab}2${tab}0${tab}0${tab}2
0.5${tab}2${tab}0${tab}0${tab}2
1${tab}2${tab}0${tab}0${tab}2" ]
run table results/small --rows samples --columns norm,scaled_eps --statistics n,max \
    --format csv
status 0
check "header" [ "$(head -n 1 .out)" = \
    "samples,trials,failed,undefined,norm_n,norm_max,scaled_eps_n,scaled_eps_max" ]
check "one row" [ "$(sed -n 2p .out | cut -d , -f 1-5)" = "4,6,0,0,6" ]
run table results/small --where 'step_scale < 1 and model = '"'relu'" --format csv
status 0
check "cells for which it holds" [ "$(tail -n +2 .out)" = "0,2,0,0,2
0.5,2,0,0,2" ]
run table results/small --where 'step_scale > 1'
status 2
silent_out
err "sweep table: 'where' keeps none of the 3 cells"
run table results/small --where 'step > 1'
status 2
err_has "'where': no such parameter or column: step"
check "a closed pipe is no error" sh -c \
    '"$1" table results/small >.pipe; "$1" table results/small | head -n 1 >.first' - "$sweep"
check "columns line up" [ "$("$sweep" table results/small | grep -v '^#' | column -t |
    head -n 1 | tr -s ' ')" = "step_scale trials failed undefined scaled_eps_n" ]
read_pipe() {
    gnuplot -e "set terminal dumb; \
        plot '<\"$sweep\" table results/small' using 'step_scale':'scaled_eps_n'" >.plot
}
check "gnuplot reads a pipe" read_pipe
run table results/small --statistics n,max --format long
status 0
check "a line a statistic" [ "$(grep -v '^#' .out | head -n 2)" = \
    "step_scale${tab}trials${tab}failed${tab}result${tab}statistic${tab}value
0${tab}2${tab}0${tab}scaled_eps${tab}n${tab}2" ]
check "six of them, one header" [ "$(grep -vc '^#' .out)" = 7 ]
run table results/small --format json
check "json is read by others" python3 -c "import json; json.load(open('.out'))"
run table results/small --columns stop_reason
status 2
silent_out
err "sweep table: 'stop_reason' cannot be in a table: it is a word and has no \
statistics"

# Success by absolute and relative thresholds.
sed 's/replicates: 2/replicates: 10/' small.yaml >met.yaml
echo 'success: {relative_eps: 0.4, delta: 1}' >>met.yaml
run run -q met.yaml -o met
run table met --rows samples --columns norm --format csv
status 0
check "rates" python3 -c "
import csv, sqlite3
row = next(csv.DictReader(open('.out')))
for name in 'scaled', 'restored', 'exact':
    rate = sqlite3.connect('met/sweep.db').execute(
        f'SELECT avg(coalesce({name}_relative_eps <= 0.4 AND {name}_delta <= 1, 0)) '
        'FROM trials WHERE status = \'ok\'').fetchone()[0]
    assert abs(float(row[f'{name}_success']) - rate) < 1e-12, (name, row, rate)
    assert (rate == 1) == (name == 'exact') and rate > 0, (name, rate)"
sed -i 's/relative_eps/relative_esp/' met.yaml
run plan met.yaml --no-pilot
status 2
err "met.yaml:19:11: error: 'relative_esp' is not a key of 'success': use eps, delta, tau, \
relative_eps, relative_delta, proved, condition or audits (did you mean 'relative_eps'?)"

run status results/small --watch
status 0
check "nothing to wait for" [ "$(cut -d ';' -f 1 .out)" = "results/small: 6 of 6 trials done" ]

# Again: nothing to do, the same table. More threads, another folder: the same table.
cp results/small/table.tsv first.tsv
run run small.yaml
status 0
err "6 of 6 trials done, 0 now
table: results/small/table.tsv"
check "the table did not change" cmp -s first.tsv results/small/table.tsv
run run --quiet -j3 small.yaml --output two
status 0
silent_err
check "threads do not matter" cmp -s first.tsv two/table.tsv

# A longer axis: only what is new.
sed 's/\[0, 0.5, 1\]/[0, 0.25, 0.5, 1]/' small.yaml >longer.yaml
run run longer.yaml -o two
status 0
err "the grid changed: cells: 1 added, 0 removed, 3 unchanged; replicates: 2, before 2; \
trials: 2 to run, 6 kept
8 of 8 trials done, 2 now
table: two/table.tsv"
check "resume is logged" grep -q 'resume: 2 of 8 trials to run' two/run.log
run table results/small --format md
status 0

# The folder of another grid.
sed 's/seed: 1/seed: 2/' small.yaml >other.yaml
run run other.yaml -o two
status 2
err "sweep run: 'two' holds the grid 'small' with seed 1, not 'small' with seed 2; \
choose another folder, or --fresh to start over"
cp small.yaml two/grid.yaml
run table two
status 2
err_has "'two/sweep.db' does not belong to 'two/grid.yaml'"

# Nothing is written for a bad grid.
sed 's/width: 4/widht: 4/; s/model: relu/model: rleu/' small.yaml >bad.yaml
run run bad.yaml -o bad
status 2
err_has "bad.yaml:6:10: error: "
err_has "bad.yaml:9:3: error: 'widht' is not a parameter (did you mean 'width'?)"
check "no folder" [ ! -e bad ]
printf 'where: "samples > 100"\n' | cat small.yaml - >empty.yaml
run run empty.yaml -o bad
status 2
err "empty.yaml:19:8: error: the selection is empty: 'where' keeps none of the 3 cells"
check "no folder" [ ! -e bad ]
sed 's/\[n\]/[meen]/' small.yaml >bad.yaml
run run bad.yaml -o bad
status 2
err_has "'meen' is not a statistic"
check "no folder" [ ! -e bad ]
{
    cat small.yaml
    for i in $(seq 30); do echo "wrong$i: 1"; done
} >bad.yaml
run run bad.yaml -o bad
status 2
check "20 errors are enough" [ "$(grep -c ': error: ' .err)" -eq 20 ]
err_has "sweep run: and 10 more errors"

# Folders that cannot be.
echo text >file
run run small.yaml -o file
status 1
err "sweep run: cannot create the folder 'file': Not a directory"
mkdir other
echo "dear diary" >other/sweep.db
run run small.yaml -o other
status 1
err "sweep run: 'other/sweep.db' is not a database; move it away or choose another \
folder"
check "it is untouched" [ "$(cat other/sweep.db)" = "dear diary" ]
run table other
status 1
rm -f other/*
run run -q small.yaml -o other
status 0
rm other/table.tsv && mkdir other/table.tsv
run run small.yaml -o other
status 1
check "one message" [ "$(wc -l <.err)" -eq 1 ]

# A note where training ends beside kinks, once and not under --quiet.
note="note: with polish: false training ends beside the kinks, not on them: 'kinks' is about \
0 and eps keeps a part that more steps do not remove; polish: true moves the model to the \
exact point"
sed 's/polish: true/polish: false/' small.yaml >kinks.yaml
run run kinks.yaml -o kinks
status 0
err "6 of 6 trials done, 6 now
$note
table: kinks/table.tsv"
run run kinks.yaml -o kinks --quiet
silent_err
run run kinks.yaml -o kinks-2 --shard 1/2 --time-limit 0s
err "0 of 3 trials done, 0 now
$note
stopped by the time limit; to go on: sweep run kinks.yaml -o kinks-2 --shard 1/2"
sed 's/polish: true/polish: [true, false]/; s/relu/leaky_relu/' small.yaml >some.yaml
run plan some.yaml --no-pilot
status 0
err "$note"
for other in 's/relu/leaky_relu\n  leak: 1/' 's/relu/linear/; /width/d'; do
    sed "$other" kinks.yaml >smooth.yaml
    run plan smooth.yaml --no-pilot
    status 0
    silent_err
done
run plan kinks.yaml --no-pilot --json
err "$note"
check "json is read by others" python3 -c "import json; json.load(open('.out'))"

# Failed trials: counted, reported, status 3; also when they failed in an earlier run.
sed 's/max_steps: 200/max_steps: 0/; s/polish: true/polish: false/
    s/replicates: 2/replicates: 20/' small.yaml >fail.yaml
run run fail.yaml -o fail
status 3
err "60 of 60 trials done, 60 now
57 of 60 trials failed: 39 not_separated (try more max_steps or a larger learning_rate), \
18 dead_point (no neuron is active on a training point: try model: leaky_relu, a larger \
init_scale or width); see fail/run.log
$note
table: fail/table.tsv"
check "reasons are logged" grep -q 'failed: cell 0, replicate [0-9]*: not_separated: ' \
    fail/run.log
check "both" grep -q 'failed: cell 0, replicate [0-9]*: dead_point: training: no neuron' \
    fail/run.log
run run fail.yaml -o fail
status 3
err_has "60 of 60 trials done, 0 now"
err_has "57 of 60 trials failed: 39 not_separated ("

# What a grid is for is shown wherever its results are.
sed '1i note: how long # it takes' small.yaml >note.yaml
sed -i '1s/how.*/"a <b> \& \\u202e c"/' note.yaml
said='note: a <b> & \u{202e} c'
run run note.yaml -o note
status 0
err_has "$said"
check "it is in the table" grep -qxF "# $said" note/table.tsv
run status note
out_has "$said"
run plan note.yaml -o note
out_has "note         a <b> & "
run plan note.yaml -o note --json
out_has '"note": "a <b> & '
run table note --format json
out_has '"note": "a <b> & '
run plot note
check "it is in the figure" grep -qF 'a <b> & ' note/plot.gp

# Parameters set on the command line: kept, checked, and a grid like one written so.
sed 's/step_scale.*/step_scale: [0, 2]/; s/width: .*/width: 6/; s/ samples: .*/ samples: [4, 5]/' \
    small.yaml >written.yaml
run run written.yaml -q -o written
status 0
set_so="width=6 samples=4,5 step_scale=[0,2]"
run run small.yaml $set_so -o set --time-limit 0s
status 4
err_has "to go on: sweep run small.yaml 'width=6' 'samples=4,5' 'step_scale=[0,2]' -o set"
check "it is kept" [ "$(tail -n 1 set/grid.yaml)" = \
    "set: {width: 6, samples: [4,5], step_scale: [0,2]}" ]
run run small.yaml $set_so -q -o set
status 0
check "the same table" cmp -s set/table.tsv written/table.tsv
run plan small.yaml $set_so -o set
out_has "8 trials done, 0 to run"
run verify set
status 0
for shard in 1 2; do
    run run small.yaml $set_so -q -o shards --shard $shard/2
done
run merge shards shards/shard-*
status 0
check "the same of shards" cmp -s shards/table.tsv written/table.tsv
run trial small.yaml $set_so --cell 3 --replicate 1
out_has "samples 5"
run plan small.yaml width=7
status 2
err "sweep plan: 'width=7': 'width' must be even, got 7"
run plan small.yaml samples=4,x width=6 step_scale=1e9
status 2
err "sweep plan: 'samples=4,x': 'x' is not a number
sweep plan: 'step_scale=1e9': 'step_scale' must be at most 1000000, got 1000000000"
run run set/grid.yaml width=8 'step_scale={linspace: [0, 1, 3]}' -o more --time-limit 0s
status 4
check "what was set before stays" [ "$(tail -n 1 more/grid.yaml)" = \
    "set: {samples: [4, 5], width: 8, step_scale: {linspace: [0, 1, 3]}}" ]
check "once" [ "$(grep -c '^set' more/grid.yaml)" -eq 1 ]
check "the rest too" [ "$(grep -vc '^set' more/grid.yaml)" -eq "$(grep -c '' small.yaml)" ]
sed 's/^grid:/set: # of its own\n  width: 4\n  # why\n  data: "mixture"\n&/' small.yaml >own_set.yaml
run run own_set.yaml samples=4 -o own_set --time-limit 0s
check "in lines of its own" [ "$(grep -A2 why own_set/grid.yaml | tail -n 1)" = grid: ]
sed 's/max_steps: .*/max_steps: x/' own_set.yaml >own_bad.yaml
run plan own_bad.yaml samples=4
err_has "own_bad.yaml:$(grep -n max_steps own_bad.yaml | cut -d: -f1):"
check "taken over" [ "$(tail -n 1 own_set/grid.yaml)" = \
    "set: {width: 4, data: 'mixture', samples: 4}" ]
sed 's/width: 4/width: 7/' own_set.yaml >own_odd.yaml
run plan own_odd.yaml max_steps=0.5 samples=4
status 2
err "own_odd.yaml:$(grep -n -m 1 'width: 7' own_odd.yaml | cut -d: -f1):10: error: 'width' must be \
even, got 7
sweep plan: 'max_steps=0.5': 'max_steps' must be a whole number, got 0.5"
for value in '6}' '6 #' '[6], samples: [7]' '[6' '*a'; do
    run plan small.yaml "width=$value"
    status 2
    err "sweep plan: 'width=$value': this is no value of 'width'; a value is written as in a \
grid file: 200, [10, 20], {linspace: [0, 1, 11]}"
done
run plan small.yaml "data=it's #1 {},b: c"
status 2
for name in "it's #1 {}" "b: c"; do
    echo "sweep plan: 'data=it's #1 {},b: c': cannot read the data in '$name': No such file or directory"
done >unread
err "$(cat unread)"
printf %s "$(cat small.yaml)" >unended.yaml
run plan unended.yaml width=8 --json
status 0
out_has '"width": 8'

# What is to be done at the end, however that is: done, failed, no grid at all.
run run small.yaml -o "a b" -q --on-end 'echo "$SWEEP_STATUS $SWEEP_FOLDER"; yes | head -n 1'
status 0
silent_err
out "0 a b
y"
run run fail.yaml -o fail -q --on-end 'echo "$SWEEP_STATUS $SWEEP_FOLDER"; exit 7'
status 3
out "3 fail"
err "sweep run: the command of --on-end ended with status 7"
run run nowhere.yaml --on-end 'echo "$SWEEP_STATUS $SWEEP_FOLDER"; kill $$'
status 1
out "1 "
err "sweep run: cannot open 'nowhere.yaml': No such file or directory
sweep run: the command of --on-end was ended by signal 15"

# A signal: what is done is kept, the shell sees the signal, the same command goes on.
sed 's/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 2000/
    s/polish: true/polish: false/' small.yaml >long.yaml
for signal in INT:130 TERM:143 USR1:4; do
    name=${signal%:*}
    what="sweep run long.yaml, SIG$name"
    # A shell starts background jobs with SIGINT ignored; env sets it right.
    env --default-signal=INT "$sweep" run long.yaml -o "long-$name" \
        --on-end 'echo $SWEEP_STATUS >ended' >.out 2>.err &
    process=$!
    for i in $(seq 100); do
        grep -q start "long-$name/run.log" 2>/dev/null && break
        sleep 0.1
    done
    run run long.yaml -o "long-$name"
    status 1
    err_has "another run is working in 'long-$name'"
    kill -"$name" "$process"
    wait "$process"
    code=$?
    status "${signal#*:}"
    check "the command of --on-end saw it" [ "$(cat ended)" = 4 ]
    rm ended
    check "the stop is logged" grep -q "stop: .*, SIG$name" "long-$name/run.log"
    run table "long-$name"
    status 0
done

finish 164
