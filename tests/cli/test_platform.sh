#!/bin/sh
# A mathematical library that computes other last bits is another platform: its results
# are not mixed with those of before, and verify says why they differ.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
sed 's/polish: true/polish: false/' "$here/small.yaml" >small.yaml
run run -q small.yaml -o here
status 0
line() { python3 -c 'import sqlite3, sys
print(sqlite3.connect(sys.argv[1] + "/sweep.db").execute(
    "SELECT value FROM meta WHERE name = ?", ("platform",)).fetchone()[0])' "$1"; }
what="the platform line: $(line here)"
check "its parts" sh -c 'echo "$1" | grep -Eqx "step [a-z0-9]+; blas [A-Za-z0-9]+; cpu \
[a-z0-9 -]+; (gcc|clang) [^;]+ -O[^;]+; library OpenBLAS [0-9.a-z]+; gsl [0-9.+]+; libm \
[0-9.]* [0-9a-f]{8}; answer [0-9a-f]{32}"' sh "$(line here)"

# The line of an older version, without flags and versions: another platform.
sed 's/replicates: 2/replicates: 3/' small.yaml >more.yaml
change() { python3 -c 'import sqlite3, sys
d = sqlite3.connect(sys.argv[1] + "/sweep.db")
d.execute("UPDATE meta SET value = ? WHERE name = ?", (sys.argv[2], "platform"))
d.commit()' "$@"; }
cp -r here before
change before "$(line here | sed 's/ -O[^;]*; library [^;]*; gsl [^;]*; libm [^;]*;/ optimized;/')"
run run -q more.yaml -o before
status 2
err_has "holds results of another platform"
run verify before
status 0
err_has "another platform: there 'step "

# Without fused multiply-add (glibc on a CPU that has it).
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-AVX2,-FMA4
run run -q small.yaml -o plain
status 0
other=0
if [ "$(line here | sed 's/.*libm //')" != "$(line plain | sed 's/.*libm //')" ]; then
    other=7
    what="a library without FMA: $(line plain)"
    check "only libm and the answer differ" [ "$(line here | sed 's/; libm.*//')" = \
        "$(line plain | sed 's/; libm.*//')" ]
    check "the answer sees it" [ "$(line here | sed 's/.*answer //')" != \
        "$(line plain | sed 's/.*answer //')" ]
    run run -q more.yaml -o here
    status 2
    err_has "use the same versions of the libraries, or choose another folder with -o"
    python3 -c 'import sqlite3
d = sqlite3.connect("here/sweep.db")
d.execute("UPDATE trials SET trained_norm = trained_norm * 1.001")
d.commit()'
    run verify here
    status 1
    err_has "another platform: there 'step "
    err_has "by more than rounding explains; the platforms differ in: libm"
else
    echo "the library has one set of functions here"
fi

finish $((7 + other))
