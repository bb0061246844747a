#!/bin/sh
# Writes digits.svm.gz and the grid file digits.yaml, which needs it, into a folder, by default
# the one you are in: the 1797 images of handwritten digits, 8 x 8 pixels, that scikit-learn
# ships (from the UCI repository, E. Alpaydin and C. Kaynak, 1998), in LIBSVM format. A
# digits.yaml that is there is left alone.
#
#     sh sweeps/digits.sh [FOLDER]
set -eu
here=$(dirname "$0")
. "$here/packages.sh"

folder=${1:-.}
need_packages python3-sklearn
csv=$(python_module sklearn)/datasets/data/digits.csv.gz
[ -f "$csv" ] || { echo "digits.sh: scikit-learn has no $csv" >&2; exit 1; }

# 64 pixels from 0 to 16, then the digit.
gzip -dc "$csv" | awk -F, '{
    printf "%d", $65
    for (k = 1; k <= 64; k++)
        if ($k != 0)
            printf " %d:%d", k, $k
    print ""
}' | gzip -9n >"$folder/digits.svm.gz.tmp"
mv "$folder/digits.svm.gz.tmp" "$folder/digits.svm.gz"
[ -f "$folder/digits.yaml" ] || cp "$here/digits.yaml" "$folder"
echo "$folder/digits.svm.gz"
