#!/bin/sh
# What a trial costs as its points grow, beside what it cost when that was last recorded.
#   sh tests/bench/scale.sh SWEEP [LAST]             rungs m = 50, 100, 200, ... up to LAST (400)
#   sh tests/bench/scale.sh SWEEP LAST --record      and write what is measured to scale.tsv
#   sh tests/bench/scale.sh SWEEP LAST --linear      the linear model, beside other solvers
# See scale.py. $PYTHON needs scikit-learn (python3-sklearn) for the last, and says so.
exec "${PYTHON:-/usr/bin/python3}" -B "$(dirname "$0")/scale.py" "$@"
