#!/bin/sh
# test_blas_calls.sh ROOT: every linear algebra function that the program calls is one of
# those that blas_check compares with plain loops.
set -eu
table=$1/include/sweep/blas_check.h
calls=$(grep -hoE '\b(cblas|LAPACKE|gsl_linalg|gsl_blas|gsl_eigen)_[a-z0-9_]+' \
    "$1"/src/*/*.c | sort -u)
count=0
missing=0
for call in $calls; do
    count=$((count + 1))
    if ! grep -q "X([a-z0-9_]*, $call)" "$table"; then
        missing=$((missing + 1))
        echo "$call is not checked: add it to BLAS_CALLS and a check to model/blas_check.c"
    fi
done
echo "$count functions, $missing not checked"
[ "$count" -ge 10 ] && [ "$missing" -eq 0 ]
