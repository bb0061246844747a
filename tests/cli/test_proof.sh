#!/bin/sh
# `prove: true`, `sweep trial --proof`, `sweep verify --prove`; and what a build without
# proofs says of them.
. "$(dirname "$0")/harness.sh"

# Without proofs first: the next two trials differ in nothing else.
cat >proofs.yaml <<'END'
name: proofs
seed: 1
replicates: 3
grid:
  model: [relu, leaky_relu, linear]
  dimension: 40
  samples: 6
  step_scale: [0.5, 1]
  test_samples: 0
  retrain: false
  prove: false
END
sed 's/prove: false/prove: true/' proofs.yaml >proved.yaml
proofs='trained_(proof|proved|gap|proof_bits)|exact_(proof|proved|gap|proof_bits|proved_tau)|(scaled|restored)_proved_(eps|delta|tau)'

if "$sweep" version | grep -q '^proofs *none'; then
    run plan proved.yaml
    status 2
    err_has "'prove' needs a build with FLINT and Arb, which this one is not"
    run trial proofs.yaml --cell 0 --replicate 0 --proof file
    status 1
    err "sweep trial: --proof needs a build with FLINT and Arb, which this one is not"
    check "nothing is written" [ ! -e file ]
    finish 5
    exit
fi

run trial proofs.yaml --cell 1 --replicate 0
status 0
check "no proofs unasked" [ "$(grep -cE "^($proofs) NaN$" .out)" -eq 15 ]
grep -vE "^($proofs|prove|seconds) " .out >without
run trial proved.yaml --cell 1 --replicate 0
status 0
check "proofs" [ "$(grep -cE "^($proofs) (proved|[0-9].*)$" .out)" -eq 15 ]
grep -vE "^($proofs|prove|seconds) " .out >with
check "they change no other bit" cmp without with

# They need memory, and cost none where they are not wanted.
memory() { "$sweep" plan --no-pilot "$1" 2>/dev/null | awk '$1 == "memory" { print $2, $3 }'; }
sed '/prove:/d' proofs.yaml >silent.yaml
check "memory of no proofs" [ "$(memory proofs.yaml)" = "$(memory silent.yaml)" ]
sed 's/samples: 6/samples: 30/' proofs.yaml >many.yaml
sed 's/prove: false/prove: true/' many.yaml >many-proved.yaml
# 7 m^2 numbers of 192 bytes are 1.2 MB.
without=$(memory many.yaml) with=$(memory many-proved.yaml)
check "memory of proofs" awk "BEGIN { exit !(${with% *} > ${without% *} + 1.2) }"

# The same bytes from any number of threads.
for threads in 1 2 4; do
    SLURM_CPUS_PER_TASK=4 "$sweep" run -q proved.yaml -o "$threads" --threads $threads
    "$sweep" table "$threads" --columns exact_proved_tau,exact_gap,trained_gap,\
restored_proved_eps,restored_proved_tau,scaled_proved_eps,scaled_proved_delta >$threads.tsv
done
check "2 threads" cmp 1.tsv 2.tsv
check "4 threads" cmp 1.tsv 4.tsv

# Success by proved bounds: none where nothing was proved, all where no bound is asked for.
for grid in proofs proved; do
    sed 's/^grid:/success: {proved: true}\ngrid:/' $grid.yaml >rates-$grid.yaml
    "$sweep" run -q rates-$grid.yaml -o rates-$grid
    "$sweep" table rates-$grid --format tsv --columns norm | awk '!/^#/ && NF' \
        >rates-$grid.tsv
done
rates() { # GRID VALUE
    awk -v wanted="$2" '$1 == "model" { for (i = 1; i <= NF; i++) place[$i] = i; next }
        $place["success"] != wanted || $place["exact_success"] != wanted { bad = 1 }
        { rows++ }
        END { exit bad || rows != 6 }' "rates-$1.tsv"
}
check "nothing proved, no success" rates proofs 0
check "all proved" rates proved 1
sed 's/^grid:/success: {proved: maybe}\ngrid:/' proved.yaml >maybe.yaml
run plan maybe.yaml
status 2
err "maybe.yaml:4:19: error: 'proved' must be true or false"

# Stored trials are proved again, whether or not they were before.
"$sweep" run -q proofs.yaml -o unproved
for folder in 1 unproved; do
    run verify $folder --prove
    status 0
    out "18 of 18 recorded trials computed again: 0 differ
18 of 18 exact points proved"
done

# A proof is a file of its own, with or without arrays; nothing where it cannot be.
run trial proofs.yaml --cell 0 --replicate 1 --proof file
status 0
check "four claims" [ "$(grep -c '^claim ' file) $(grep -c '^end$' file)" = "4 4" ]
run trial proofs.yaml --cell 0 --replicate 1 --proof no/folder/file
status 1
err_has "cannot write 'no/folder/file'"

finish 21
