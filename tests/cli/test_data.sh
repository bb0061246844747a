#!/bin/sh
# Runs on a data file: the same table however it is made, and nothing but the content of
# the file is part of a trial.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
data() { python3 "$here/data.py" "$@"; }
trials() { sql "$1" "SELECT count(*) FROM trials"; }
same_table() { check "$1: the same table" cmp -s "$1/table.tsv" table.tsv; }
in_shards() { # GRID FOLDER
    for shard in 1 2; do
        run run -q "$1" -o "$2" --shard $shard/2
        status 0
    done
    run merge "$2" "$2/shard-1-of-2" "$2/shard-2-of-2"
    status 0
    same_table "$2"
}
mkdir in
data in/points.svm
cp "$here/data.yaml" in/grid.yaml

# Threads, shards.
run run in/grid.yaml -o one -j 1
status 0
err "48 of 48 trials done, 48 now
table: one/table.tsv"
cp one/table.tsv .
check "both classes are trained on" grep -q '"5 vs rest"' table.tsv
check "the copy" cmp -s one/data/points.svm in/points.svm
for threads in 2 8; do
    run run -q in/grid.yaml -o threads-$threads -j $threads
    status 0
    same_table threads-$threads
done
in_shards in/grid.yaml shards
check "the copy" cmp -s shards/data/points.svm in/points.svm
run verify shards
status 0

# Killed and resumed: at once, and with trials done.
sed 's/replicates: 3/replicates: 4000/' in/grid.yaml >in/long.yaml
for pause in 0.02 0.1 0; do
    "$sweep" run -q in/long.yaml -o killed &
    process=$!
    sleep $pause
    while [ $pause = 0 ] && [ "$(trials killed 2>/dev/null || echo 0)" -eq 0 ] &&
        kill -0 $process; do
        sleep 0.1
    done
    kill -KILL $process
    wait $process 2>/dev/null
done
what="a killed run"
check "some trials are done" [ "$(trials killed)" -gt 0 ]
check "some are not" [ "$(trials killed)" -lt 64000 ]
run run -q in/grid.yaml -o killed
status 0
same_table killed

# The same points packed, under another name, in another place, and written otherwise.
mkdir moved
cp in/grid.yaml moved
cp in/points.svm moved
run run moved/grid.yaml -o one
status 0
err_has "48 of 48 trials done, 0 now"
same_table one
gzip -c in/points.svm >moved/packed.svm.gz
sed 's/points.svm/packed.svm.gz/' in/grid.yaml >moved/packed.yaml
run run moved/packed.yaml -o one
status 0
err_has "48 of 48 trials done, 0 now"
same_table one
run run -q moved/packed.yaml -o packed
status 0
same_table packed
check "packed as it was" cmp -s packed/data/packed.svm.gz moved/packed.svm.gz
mkdir moved/below
(echo "# points" && sed 's/ /\t/; s/$/ # one\r/' in/points.svm) >moved/below/dos.svm
sed "s|points.svm|below/dos.svm|" in/grid.yaml >moved/dos.yaml
run run moved/dos.yaml -o one
status 0
err_has "48 of 48 trials done, 0 now"
sed "s|points.svm|$PWD/in/points.svm|" in/grid.yaml >moved/absolute.yaml
run run moved/absolute.yaml -o one
status 0
err_has "48 of 48 trials done, 0 now"
same_table one

# One value is another: so is every trial. The old ones are not lost.
data moved/points.svm 2 0.25
run plan moved/grid.yaml -o one --no-pilot
status 0
out_has "48 to run in "
out_has "data         points.svm: 60 points, 30 features, 3 classes"
run plan moved/grid.yaml -o one --no-pilot --json
out_has '    {"file": "points.svm", "points": 60, "features": 30, "classes": 3}'
run run moved/grid.yaml -o one
status 0
err_has "the data file 'points.svm' changed: its points have the digest 06bdef2e92c12cb5, and \
had f7e9c6517e62a8a2 since 20"
err_has "the grid changed: cells: 16 added, 16 removed, 0 unchanged; replicates: 3, before 3; \
trials: 48 to run, 0 kept"
err_has "48 of 48 trials done, 48 now"
check "another table" [ "$(cmp -s one/table.tsv table.tsv && echo same)" = "" ]
check "all are there" [ "$(trials one)" -eq 96 ]
check "the new copy" cmp -s one/data/points.svm moved/points.svm
run verify one --sample 20
status 0
run run in/grid.yaml -o one
status 0
err_has "trials: 0 to run, 48 kept"
same_table one
run run moved/grid.yaml -o one --fresh
status 0
err_has "48 of 48 trials done, 48 now"
mv one/old-* old
check "the old copy" cmp -s old/data/points.svm in/points.svm
run verify old
status 0
out "48 of 48 recorded trials computed again: 0 differ"

# A folder is all there is, seen from elsewhere.
mv shards "$work/alone"
mv in gone
mkdir -p else/where
elsewhere() { # COMMAND...
    cd else/where || exit 99
    run "$@"
    cd "$work" || exit 99
    status 0
}
elsewhere status "$work/alone"
out_has "48 of 48 trials done"
elsewhere verify ../../alone
out "48 of 48 recorded trials computed again: 0 differ"
elsewhere plot ../../alone --y scaled_eps -o plot.svg
check "a figure" [ "$(wc -c <else/where/plot.svg)" -gt 5000 ]
cp moved/points.svm alone # which is not the copy
elsewhere table ../../alone
rm alone/points.svm
cp .out made.tsv
check "the same table" cmp -s made.tsv table.tsv
run run alone/grid.yaml -o alone
status 0
err_has "48 of 48 trials done, 0 now"
run trial alone/grid.yaml --cell 15 --replicate 2
status 0
out_has "labels 5 vs rest"
run plan alone/grid.yaml --no-pilot
status 0
out_has "last cell    15: labels 5 vs rest, dimension 20, samples 7, step_scale 1"

# The copy in the folder: lost, or another. What shows results does not need it, as the
# database describes it; what computes does.
rm alone/data/points.svm
lost() { # COMMAND...: refused
    run "$@"
    status 2
    err "alone/grid.yaml:6:9: error: cannot read the data in 'alone/data/points.svm': No \
such file or directory"
}
as_recorded() {
    run table alone
    status 0
    check "the table of what is recorded" cmp -s .out table.tsv
}
lost verify alone
lost merge merged alone
as_recorded
run status alone
status 0
cp moved/points.svm alone/data
as_recorded
run verify alone
status 2
err_has "alone/data/points.svm: error: the data file 'points.svm' changed: its points have the \
digest 06bdef2e92c12cb5, and had f7e9c6517e62a8a2 since 20"
describe() { # TEXT: prints what it was
    sql alone "SELECT value FROM meta WHERE name LIKE 'points %'" \
        "UPDATE meta SET value = '$1' WHERE name LIKE 'points %'"
}
known=$(describe "")
rm alone/data/points.svm
for text in x "${known% *}" "$known " "$known 9 0" "$known -1 5" "$known 9 1e20" "${known#* }"; do
    describe "$text" >dd
    lost table alone
done
describe "1 ${known#* }" >dd
run table alone
status 2
err_has "'alone/sweep.db' does not belong to 'alone/grid.yaml' as this version"

# Files that cannot be read: reported, exit status 2, nothing written, and nobody waits.
mv gone in
refuse() { # MESSAGE: about in/other
    for command in run plan; do
        what="sweep $command, data: other"
        timeout 20 "$sweep" $command in/other.yaml -o never >.out 2>.err
        code=$?
        status 2
        err "$1"
        check "nothing was written" [ ! -e never ]
    done
    rm -rf in/other
}
sed 's/points.svm/other/' in/grid.yaml >in/other.yaml
place="in/other.yaml:6:9: error: cannot read the data in 'in/other'"
refuse "$place: No such file or directory"
mkfifo in/other
refuse "$place: not a regular file"
mkdir in/other
refuse "$place: not a regular file"
ln -s /dev/zero in/other
refuse "$place: not a regular file"
ln -s other in/other
refuse "$place: Too many levels of symbolic links"
truncate -s 1025M in/other
refuse "$place: larger than 1 GiB"
head -c 100 moved/packed.svm.gz >in/other
refuse "in/other: error: the gzip file ends early"
printf '3 1:1\n8 1:x\n5\n' >in/other
refuse "in/other:2:3: error: field 2, '1:x': the value must be a number
in/other:3:1: error: field 1, '5': the point has no feature other than 0: it cannot be \
scaled to unit length; remove the line"
cp in/points.svm in/other
if [ "$(id -u)" -eq 0 ]; then # who may read everything
    rm in/other
    ln -s nowhere in/other
    refuse "$place: No such file or directory"
else
    chmod 0 in/other
    refuse "$place: Permission denied"
fi
run trial in/other.yaml --cell 0 --replicate 0
status 2
err "$place: No such file or directory"

# The same points as a table, CSV or NumPy's, with labels in it or beside it, are the same
# trials; the folder keeps every file, and needs no other.
mkdir tables
/usr/bin/python3 "$here/tables.py" in/points.svm tables
run run -q in/grid.yaml -o one
status 0
kind() { # NAME DATA [KEPT FILES]
    sed "s|data: .*|data: $2|" in/grid.yaml >"tables/$1.yaml"
    run run "tables/$1.yaml" -o one
    status 0
    err_has "48 of 48 trials done, 0 now"
    same_table one
    run run -q "tables/$1.yaml" -o "kept $1"
    status 0
    same_table "kept $1"
    check "the copies of $1" [ "$(ls "kept $1/data")" = "$3" ]
    mv tables gone
    run verify "kept $1"
    status 0
    out "48 of 48 recorded trials computed again: 0 differ"
    mv gone tables
}
kind csv points.csv points.csv
kind named '{points: first.tsv.gz, labels: class}' first.tsv.gz
kind unknown points.data points.data
kind pair '{points: X.npy, labels: y.npy}' "X.npy
y.npy"
kind fortran '{points: Xf.npy, labels: y.csv}' "Xf.npy
y.csv"
kind column '{points: all.npy.gz, labels: 31}' all.npy.gz

# Labels that changed are another data set.
cp -r "kept pair" again
cp tables/y_other.npy again/data/y.npy
run verify again
status 2
err_has "the data file 'X.npy, labels: y.npy' changed: "

# Test points in a file of their own; what is done to the points.
cat >tables/tests.yaml <<EOF
name: tests
seed: 2
replicates: 2
grid:
  data: {points: X.npy, labels: y.npy}
  test_data: {points: X_test.npy, labels: y_test.npy}
  labels: 3 vs 8
  dimension: [30, 20]
  samples: 6
  center: [false, true]
  scale: [unit, standard]
  bias: [0, 1]
  model: leaky_relu
  width: 8
EOF
run run -q tables/tests.yaml -o tests
status 0
cp tests/table.tsv table.tsv
check "the copies" [ "$(ls tests/data | wc -l)" -eq 4 ]
in_shards tables/tests.yaml joined
mv tables gone
run verify joined
status 0
out "32 of 32 recorded trials computed again: 0 differ"
run table joined
status 0
run trial joined/grid.yaml --cell 15 --replicate 1 --export array --tests
status 0
check "a coordinate of bias" /usr/bin/python3 -c "import numpy
X = [numpy.load('array/%s.npy' % name) for name in ('X', 'X_test')]
assert all(x.shape[1] == 21 and (x[:, 20] == 1).all() for x in X)"

finish 211
