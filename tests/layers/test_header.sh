#!/bin/sh
# test_header.sh INCLUDE MODULE COMPILER...: whether sweep/MODULE.h is C11 that needs
# nothing included before it and may be included twice.
set -eu
include=$1
module=$2
shift 2
printf '#include "sweep/%s.h"\n#include "sweep/%s.h"\n' "$module" "$module" |
    "$@" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I "$include" -x c -
