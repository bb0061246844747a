#!/bin/sh
# Commands, options, help: what is said, where, and with which exit status.
. "$(dirname "$0")/harness.sh"

run
status 0
out_has "usage: sweep COMMAND"
silent_err
run help
status 0
out_has "  run         run what is missing of a grid"
run --help
out_has "usage: sweep COMMAND"
run help run
status 0
out_has "usage: sweep run GRID [NAME=VALUE...] [-o DIR] [-j N]"
out_has "  -o, --output DIR         results folder (default: results/NAME)"
run run --help
out_has "usage: sweep run GRID [NAME=VALUE...] [-o DIR] [-j N]"
run table -h
out_has "usage: sweep table DIR"

run --version
status 0
out_has "model version "
out_has "gsl  "
out_has "openblas  "
out_has "sqlite  "
out_has "libyaml  "
silent_err

run parameters
status 0
out_has "step_scale "
out_has "linear | relu | leaky_relu"
check "a line each" [ "$(wc -l <.out)" -gt 20 ]
run columns
status 0
out_has "scaled_eps "
silent_err

run runn
status 2
silent_out
err "sweep: unknown command 'runn' (did you mean 'run'?)"
run zzzzzz
status 2
err "sweep: unknown command 'zzzzzz'; see 'sweep help'"
run help tabel
status 2
err "sweep: unknown command 'tabel' (did you mean 'table'?)"

run run --ouput=x g.yaml
status 2
err "sweep run: unknown option '--ouput' (did you mean '--output'?)"
run run --format=csv g.yaml
status 2
err "sweep run: unknown option '--format'; see 'sweep help run'"
run run -z g.yaml
status 2
err "sweep run: unknown option '-z'; see 'sweep help run'"
# What other programs have.
again="the same command again goes on where a run ended"
for option in --resume --continue --resume=yes; do
    run run g.yaml $option
    status 2
    err "sweep run: there is no '${option%=*}': $again"
done
for option in --dry-run -n; do
    run run $option g.yaml
    status 2
    err "sweep run: there is no '$option': 'sweep plan' reports what a run would do"
done
run run g.yaml --force
err "sweep run: there is no '--force': --fresh starts over and keeps what is there in DIR/old-TIME"
run run g.yaml -v
status 2
err "sweep run: there is no '-v': a run reports as it goes, and its events are in DIR/run.log; \
'sweep version' prints the version"
run -v
status 0
out_has "model version "
for limit in 8:00 1h30 30m1h 1h1h 8:60:00 h 1:-2:00 '1: 2: 3' -1s; do
    run run g.yaml --time-limit "$limit"
    status 2
    err "sweep run: --time-limit must be a time like 90s, 1h30m, 8:00:00 or 2d, got '$limit'"
done
for limit in 8:00:00 1h30m 90 1d2h3m4s 1.5h; do
    run run g.yaml --time-limit $limit
    err "sweep run: cannot open 'g.yaml': No such file or directory"
done

run run -- --output
status 1
err "sweep run: cannot open '--output': No such file or directory"
run run
status 2
err "sweep run: nothing to work on; usage: sweep run GRID [NAME=VALUE...] [-o DIR] [-j N]"
run run a b
status 2
form="behind the grid file write NAME=VALUE, such as width=200 or samples=10,20"
err "sweep run: 'b' sets nothing: $form"
run plan a b widht=1 samples= =4 width=2 d=3 width=4 "width=4
seed: 2"
status 2
err "sweep plan: 'b' sets nothing: $form
sweep plan: unknown parameter 'widht' (did you mean 'width'?)
sweep plan: 'samples=' sets nothing: $form
sweep plan: '=4' sets nothing: $form
sweep plan: unknown parameter 'd' (did you mean 'dimension'?)
sweep plan: 'width' is asked for twice
sweep plan: 'width=4\nseed: 2' sets nothing: $form"
run table a b
status 2
err "sweep table: too many operands: 'b'; usage: sweep table DIR [--rows A,B] [--columns X,Y] \
[--statistics S,T] [--where EXPR]"
run run g.yaml -o
status 2
err "sweep run: option '--output' needs a value: --output=DIR"
run run g.yaml --output=
status 2
err "sweep run: option '--output' needs a value: --output=DIR"
run run g.yaml --quiet=yes
status 2
err "sweep run: option '--quiet' takes no value, got 'yes'"
run run g.yaml -j 0
status 2
err "sweep run: --threads must be 1 to 4096, got 0"
run run g.yaml -jtwo
status 2
err "sweep run: --threads 'two' is not a number"
run run g.yaml --threads 1.5
status 2
err "sweep run: --threads '1.5' is not a whole number of 0 or more"

run table nowhere --rows dimention --columns scaled_epz,zz --format xml
status 2
err "sweep table: unknown parameter 'dimention' (did you mean 'dimension'?)
sweep table: unknown column 'scaled_epz' (did you mean 'scaled_eps'?)
sweep table: unknown column 'zz'; see 'sweep columns'
sweep table: unknown format 'xml': use tsv, long, csv, json, md, text, latex, html or trials-csv"
run table nowhere --rows width,width --columns norm --statistics n,mean,n,mean
status 2
err "sweep table: 'width' is asked for twice
sweep table: 'n' is asked for twice
sweep table: 'mean' is asked for twice"
run table nowhere --statistics n,mean,n,mean
status 2
err "sweep table: 'n' is asked for twice
sweep table: 'mean' is asked for twice"
run table nowhere
status 1
err "sweep table: cannot open 'nowhere/grid.yaml': No such file or directory"

# The symbols of the paper, and what others call it.
run table nowhere --rows d,m,n,s --columns eps,acc --statistics confidence
status 2
err "sweep table: unknown parameter 'd' (did you mean 'dimension'?)
sweep table: unknown parameter 'm' (did you mean 'samples'?)
sweep table: unknown parameter 'n' (did you mean 'width'?)
sweep table: unknown parameter 's' (did you mean 'step_scale'?)
sweep table: unknown column 'eps' (did you mean 'scaled_eps', 'restored_eps' or \
'exact_eps'?)
sweep table: unknown column 'acc' (did you mean 'accuracy_trained', \
'accuracy_unlearned' or 'accuracy_retrained'?)"

# A grid file, a file of a folder, a bare name: what folder is meant.
cp "$here/small.yaml" g.yaml
run table g.yaml
status 2
err "sweep table: 'g.yaml' is a grid file, and 'results/small' holds no results; run it, or \
name the folder of its results"
run run -q g.yaml
for folder in results/small g.yaml small results/small/grid.yaml results/small/sweep.db; do
    run status $folder
    status 0
    out_has "results/small: 6 of 6 trials done"
done
mkdir small
run table small
status 1
err "sweep table: cannot open 'small/grid.yaml': No such file or directory"
rmdir small

# A grid file to start from: what help shows, and it runs.
run new first
status 0
silent_out
err "grid: first.yaml; change it, then: sweep plan first.yaml, sweep run first.yaml"
cp first.yaml first.before
run new first.yaml
status 2
err "sweep new: 'first.yaml' is there already; choose another name or move it away"
check "it stays" cmp -s first.yaml first.before
for name in 'a b' a/b .yaml ''; do
    run new "$name"
    status 2
    err "sweep new: a name may have up to 64 letters, digits, _ and -, got '$name'"
done
run help grid
status 0
sed 's/NAME/first/g' .out >shown
check "help shows it" cmp -s shown first.yaml
for key in name note seed replicates until grid zip derive results where success table; do
    check "$key is in it" grep -Eq "^(# )?$key:" first.yaml
done
run run first.yaml -q
status 0
silent_err

# Standard output: full, closed by its reader, closed from the start.
what="sweep columns >/dev/full"
"$sweep" columns >/dev/full 2>.err
code=$?
: >.out
status 1
err "sweep: cannot write to standard output: No space left on device"
what="sweep columns | true"
{
    "$sweep" columns 2>.err
    echo $? >.code
} | true
code=$(cat .code)
status 0
silent_err
what="sweep columns >&-"
"$sweep" columns >&- 2>.err
code=$?
status 1
err "sweep: cannot write to standard output: Bad file descriptor"

finish 158
