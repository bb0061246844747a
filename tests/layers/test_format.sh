#!/bin/sh
# Every C file is as .clang-format says.
#   test_format.sh CLANG_FORMAT ROOT
set -eu
clang_format=$1
cd "$2"
files=$(mktemp)
trap 'rm -f "$files"' EXIT

find include src tests -name '*.[ch]' -print0 >"$files"
count=$(tr -cd '\0' <"$files" | wc -c)
[ "$count" -gt 150 ] || {
    echo "only $count C files in '$2'"
    exit 1
}
xargs -0 "$clang_format" --dry-run --Werror <"$files" || {
    echo "run: $clang_format -i FILE..."
    exit 1
}
