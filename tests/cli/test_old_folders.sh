#!/bin/sh
# A folder made before the program had gained a parameter and two results is read,
# resumed, merged and verified. A column that it does not know is an error. Folders of
# other models (tests/folders) are shown, and refused by what would mix results.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
folders=$here/../folders
"$sweep" run -q "$folders/model-2/grid.yaml" -o old

rows() { grep -v '^#' "$1"; } # of a table
columns() { sql "$1" "SELECT count(*) FROM pragma_table_xinfo('$2')"; }

# Numbered as versions did that counted the columns: the same table, the same trials.
sql old "PRAGMA user_version = 2031063"
cp -r old whole
run table whole
status 0
check "the same table" cmp -s .out old/table.tsv
run status whole
status 0
run verify whole
status 0
out "4 of 4 recorded trials computed again: 0 differ"
check "readers left it alone" cmp -s whole/sweep.db old/sweep.db

# A parameter and two results are newer than the folder.
sql whole "SELECT psi FROM trials" >psi
cp -r old young
sql young "ALTER TABLE cells DROP COLUMN ranks" "ALTER TABLE trials DROP COLUMN psi" \
    "ALTER TABLE trials DROP COLUMN exact_norm"
cp -r young untouched
run table young --columns psi,scaled_eps --statistics n
status 0
out_has "0.5	2	0	2	0	2"
run verify young
status 0
out "4 of 4 recorded trials computed again: 0 differ"
sql young "UPDATE trials SET phi = phi * 2 WHERE cell_id = 1 AND replicate = 0"
run verify young
status 1
out_has "cell 0, replicate 0: phi: stored "
sql young "UPDATE trials SET phi = phi / 2 WHERE cell_id = 1 AND replicate = 0"
check "readers add nothing" [ "$(columns young trials)" = "$(columns untouched trials)" ]

# Resumed: what is new is complete, what was there says that it does not know.
sed 's/replicates: 2/replicates: 3/' young/grid.yaml >more.yaml
run run more.yaml -o young
status 0
err_has "replicates: 3, before 2; trials: 2 to run, 4 kept"
check "the parameter is its preset" [ "$(sql young "SELECT DISTINCT ranks FROM cells")" = 0 ]
check "the results are undefined" [ "$(sql young "SELECT count(*) FROM trials
    WHERE replicate < 2 AND (psi IS NOT NULL OR exact_norm IS NOT NULL)")" = 0 ]
check "and defined where they are new" [ "$(sql young "SELECT count(psi) FROM trials
    WHERE replicate = 2")" = 2 ]
check "which is written down" [ "$(sql young "SELECT value FROM meta
    WHERE name = 'partial'" | grep -xcE 'psi|exact_norm')" = 2 ]
"$sweep" run -q more.yaml -o new
check "no column is missing" [ "$(columns young cells) $(columns young trials)" = \
    "$(columns new cells) $(columns new trials)" ]
run verify young
status 0
out "6 of 6 recorded trials computed again: 0 differ"
run run more.yaml -o young
status 0
err_has "6 of 6 trials done, 0 now"

# Merged: with a folder that has more it gains, whichever comes first.
run merge bare untouched
status 0
run verify bare
status 0
for order in "untouched whole" "whole untouched"; do
    rm -rf both
    run merge both $order
    status 0
    err_has "4 of 4 trials from 2 databases, 4 new"
    check "all is known ($order)" [ "$(sql both "SELECT psi FROM trials")" = "$(cat psi)" ]
    run verify both
    status 0
done
sql untouched "UPDATE trials SET phi = phi * 2"
run merge clash untouched whole
status 2
err_has "differ in cell 0, replicate 0: phi "

# A renamed column is no column of this version, and no zero.
for change in "trials RENAME COLUMN psi TO psy" "cells RENAME COLUMN noise TO noice"; do
    rm -rf renamed
    cp -r old renamed
    sql renamed "ALTER TABLE $change"
    cp renamed/sweep.db before
    for command in "table renamed" "status renamed" "verify renamed" "merge m renamed" \
        "run more.yaml -o renamed"; do
        run $command
        status 1
        err_has "'renamed/sweep.db' has the "
        err_has "'${change##* }', which sweep "
    done
    check "nothing was written" cmp -s before renamed/sweep.db
done

# The model of today, by a program that lacked what has been added since: half of the
# trials. On another platform the others differ by rounding.
today=$folders/model-6
same() { # TABLE EXPECTED: the same lines in any order, numbers to rounding
    python3 - "$1" "$2" <<'END'
import math, sys

def lines(path):
    found = [line.split() for line in open(path) if not line.startswith("#")]
    return sorted(line for line in found if line)

def same(a, b):
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return a == b

a, b = map(lines, sys.argv[1:])
sys.exit(not b or list(map(len, a)) != list(map(len, b)) or not all(
    same(x, y) for one, other in zip(a, b) for x, y in zip(one, other)))
END
}
cp -r "$today" half
run table half
status 0
silent_err
check "its numbers" same .out "$today/table.tsv"
run verify half
status 0
out "12 of 12 recorded trials computed again: 0 differ"
check "readers left it alone" cmp -s half/sweep.db "$today/sweep.db"
cp -r half rest
run run half/grid.yaml -o rest --allow-mixed
status 0
err_has "24 of 24 trials done, 12 now"
check "the numbers of all" same rest/table.tsv "$today/whole.tsv"
check "no column is missing" [ "$(columns rest cells) $(columns rest trials)" = \
    "$(columns new cells) $(columns new trials)" ]
run verify rest
status 0
out "24 of 24 recorded trials computed again: 0 differ"
"$sweep" run -q half/grid.yaml -o fresh
run merge twice --allow-mixed half "$today"
status 4
err_has "12 of 24 trials from 2 databases, 12 new"
for order in "half fresh" "fresh half" "half rest"; do
    rm -rf joined
    run merge joined --allow-mixed $order
    status 0
    err_has "24 of 24 trials from 2 databases, 24 new"
    check "the numbers of all ($order)" same joined/table.tsv "$today/whole.tsv"
    run verify joined
    status 0
done

# Another model: shown with a word, never mixed.
for model in "0.1.0 1 0" "model-2 2 0" "model-3 3 4" "model-4 4 4" "model-5 5 4"; do
    set -- $model # the folder, its model, how `status` ends
    folder=$folders/$1
    words="'model' holds results of model version $2, this sweep computes version "
    rm -rf model present
    "$sweep" run -q "$folder/grid.yaml" -o present
    cp -r "$folder" model
    sed 's/replicates: .*/replicates: 5/' "$folder/grid.yaml" >more.yaml
    run table model
    status 0
    err_has "$words"
    check "one line" [ "$(wc -l <.err)" -eq 1 ]
    out_has ", model version $2"
    rows .out >now
    rows "$folder/table.tsv" >then
    check "with its numbers" cmp -s now then
    run status model
    status "$3"
    for command in "verify model" "merge m model" "merge m present model" \
        "merge model present" "run more.yaml -o model" "plan more.yaml -o model"; do
        run $command
        status 2
        err_has "$words"
    done
    check "nothing was written" cmp -s model/sweep.db "$folder/sweep.db"
    if command -v gnuplot >/dev/null; then
        run plot model -o model.svg
        check "a figure" [ -s model.svg ]
        err_has "$words"
    else
        checks=$((checks + 2))
    fi
done

finish 199
