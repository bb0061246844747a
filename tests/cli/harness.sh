# harness.sh - what a command-line test is made of. Sourced; $1 is the sweep executable.
#
#   run COMMAND...          keep its exit status, standard output and standard error
#   status N                it was N
#   out TEXT, err TEXT      the whole stream, line ends aside
#   out_has TEXT, err_has   a line contains TEXT
#   silent_out, silent_err  nothing was said
#   sql DIR STATEMENT...    their rows from DIR/sweep.db on standard output
#   finish N                report; N checks must have been made
set -u
sweep=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
# The address sanitizer: a refused allocation is for the program to handle.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}allocator_may_return_null=1"
checks=0
failures=0

run() {
    what="sweep $*"
    "$sweep" "$@" >"$work/.out" 2>"$work/.err"
    code=$?
}

check() { # DESCRIPTION CONDITION...
    description=$1
    shift
    checks=$((checks + 1))
    if ! "$@"; then
        failures=$((failures + 1))
        echo "FAILED: $what: $description"
        echo "  status $code"
        sed 's/^/  out: /' .out | head -n 30
        sed 's/^/  err: /' .err | head -n 30
    fi
}

status() { check "status $1" [ "$code" -eq "$1" ]; }
out() { check "output is '$1'" [ "$(cat .out)" = "$1" ]; }
err() { check "message is '$1'" [ "$(cat .err)" = "$1" ]; }
out_has() { check "output has '$1'" grep -qF -- "$1" .out; }
err_has() { check "message has '$1'" grep -qF -- "$1" .err; }
silent_out() { check "no output" [ ! -s .out ]; }
silent_err() { check "no message" [ ! -s .err ]; }

sql() {
    python3 - "$@" <<'END'
import sqlite3, sys
database = sqlite3.connect(sys.argv[1] + "/sweep.db")
for statement in sys.argv[2:]:
    for row in database.execute(statement):
        print(*row, sep="|")
database.commit()
END
}

finish() {
    echo "$checks checks, $failures failed"
    if [ "$checks" -ne "$1" ]; then
        echo "expected $1 checks"
        exit 1
    fi
    [ "$failures" -eq 0 ]
}
