#!/bin/sh
# Writes plots/README.md on standard output: plots/figures.md, then the gallery: question,
# expectation and cost of every sweep from the head of its grid file, what came out from
# plots/findings.txt, a table, if there is one, from plots/NAME.md.
#
#     sweeps/gallery.sh >plots/README.md
#
# With --pictures it also copies the figures that run_all.sh drew into plots. The folder of
# the results can be set: [RESULTS=results].
set -eu
cd "$(dirname "$0")/.."
results=${RESULTS:-results}

# The paragraph of the head of grid $1 that begins with '# $2:', on one line.
paragraph() {
    awk -v key="# $2: " '
        /^[^#]/ || /^# [A-Z][a-z]*: / { found = 0 }
        index($0, key) == 1 {
            found = 1
            $0 = "# " toupper(substr($0, length(key) + 1, 1)) substr($0, length(key) + 2)
        }
        found { sub(/^# ?/, ""); text = text (text == "" ? "" : " ") $0 }
        END { print text }' "$1"
}

finding() {
    awk -v name="$1" '
        /^\[/ { found = $0 == "[" name "]"; next }
        found && NF { text = text (text == "" ? "" : " ") $0 }
        END { print text }' plots/findings.txt
}

cat plots/figures.md
for grid in sweeps/*.yaml; do
    name=$(basename "$grid" .yaml)
    [ "${1:-}" != --pictures ] || cp "$results/$name"/*.svg "plots/$name.svg"
    title=$(sed -n '1s/^# //p' "$grid")
    echo
    echo "### ${title%.}"
    echo
    echo "*Question.* $(paragraph "$grid" Question)"
    echo
    echo "*Expectation.* $(paragraph "$grid" Expectation)"
    echo
    echo "    sweeps/run_all.sh $name"
    echo
    echo "$(paragraph "$grid" Cost)"
    echo
    echo "![$title]($name.svg)"
    echo
    echo "*Result.* $(finding "$name")"
    [ ! -f "plots/$name.md" ] || { echo; cat "plots/$name.md"; }
done
