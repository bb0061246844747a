#!/bin/sh
# Writes digits.svm.gz for digits.yaml, beside it or into the folder named: the 1797 images
# of handwritten digits, 8 x 8 pixels, that scikit-learn ships (from the UCI repository,
# E. Alpaydin and C. Kaynak, 1998), in LIBSVM format.
#
#     sh sweeps/digits.sh [FOLDER]
set -eu
here=$(dirname "$0")
. "$here/packages.sh"

folder=${1:-$here}
csv=/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz
[ -f "$csv" ] || need_packages python3-sklearn

# 64 pixels from 0 to 16, then the digit.
gzip -dc "$csv" | awk -F, '{
    printf "%d", $65
    for (k = 1; k <= 64; k++)
        if ($k != 0)
            printf " %d:%d", k, $k
    print ""
}' | gzip -9n >"$folder/digits.svm.gz.tmp"
mv "$folder/digits.svm.gz.tmp" "$folder/digits.svm.gz"
echo "$folder/digits.svm.gz"
