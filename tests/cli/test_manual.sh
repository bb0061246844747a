#!/bin/sh
# The manual page and the completions against the program's own lists, and an installation
# in a folder of its own.
#   test_manual.sh SWEEP BUILD
set -u
sweep=$(realpath "$1")
build=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
checks=0
failed=0

check() {
    what=$1
    shift
    checks=$((checks + 1))
    "$@" || { echo "FAILED: $what"; failed=$((failed + 1)); }
}

# On one line, so that where the page breaks a line does not matter.
"$sweep" help man >page.1
groff -man -Tutf8 -ww -rLL=100n page.1 2>warnings >page.txt
check "groff has nothing to say" [ ! -s warnings ]
groff -man -Tascii -rLL=100n -rHY=0 page.1 2>/dev/null | sed 's/\x1b\[[0-9;]*m//g' |
    sed 's/.\x08//g' | tr -s ' \n' ' ' >flat.txt
page_has() { grep -qF -- "$1" flat.txt; }

commands=$("$sweep" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
check "commands were found" [ "$(echo "$commands" | wc -l)" -ge 11 ]
for command in $commands; do
    check "the page explains $command" page_has "sweep $command"
    "$sweep" help "$command" | grep -oE -- '^ +(-[a-z], )?--[a-z-]+' |
        grep -oE -- '--[a-z-]+' >options
    for option in $(cat options); do
        [ "$option" = --help ] || check "$command has $option" page_has " $option"
    done
done
"$sweep" parameters | awk 'NR > 1 {print $1}' >names
"$sweep" columns | awk 'NR > 1 {print $1}' >>names
for name in $(cat names); do
    check "the page explains $name" page_has " $name "
done
for key in name seed replicates until grid zip derive where success table; do
    check "the page has the key $key" grep -qE "(^| )$key(:| \()" flat.txt
done
# Meanings, in full: a sample that needs escapes among them.
check "a meaning with a hyphen" page_has \
    "largest lambda_i (q_i - 1) of the exact KKT point of the unlearned model's own gates: \
rounding"
check "a meaning with quotes" page_has "see 'sweep columns'"

# Completion, as the shells do it.
complete_bash() {
    bash -c 'source completion
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sweep; echo "${COMPREPLY[*]}"' - "$@"
}
"$sweep" help bash >completion
check "bash: a command" [ "$(complete_bash sweep pla)" = plan ]
check "bash: an option" [ "$(complete_bash sweep table --stat)" = --statistics ]
check "bash: only the command's options" [ -z "$(complete_bash sweep merge --stat)" ]
check "bash: a value" [ "$(complete_bash sweep table --format j)" = json ]
check "bash: a second column" [ "$(complete_bash sweep table --columns \
    exact_tau,polish_f)" = exact_tau,polish_flips ]
check "bash: a statistic" [ "$(complete_bash sweep table --statistics mean,n_)" = \
    mean,n_failed ]
check "bash: after an equals sign" [ "$(complete_bash sweep table --format = j)" = json ]
check "bash: right after it" [ "$(complete_bash sweep table --format =)" = \
    "tsv long csv json md text latex html trials-csv" ]
check "bash: no column that tables lack" [ -z "$(complete_bash sweep table --columns sec)" ]
check "bash: what help explains" [ "$(complete_bash sweep help ta)" = table ]
touch grid.yaml
check "bash: a file" [ "$(complete_bash sweep run gr)" = grid.yaml ]
if command -v zsh >/dev/null; then
    "$sweep" help zsh >_sweep
    check "zsh: syntax" zsh -n _sweep
fi
if command -v fish >/dev/null; then
    "$sweep" help fish >sweep.fish
    check "fish: an option" [ "$(fish -c 'source sweep.fish
        complete -C "sweep table --stat"' | cut -f 1)" = --statistics ]
    check "fish: what help explains" [ "$(fish -c 'source sweep.fish
        complete -C "sweep help tab"' | cut -f 1)" = table ]
fi

# An installation works from where it is.
check "install" env DESTDIR="$folder/root" meson install -C "$build" --no-rebuild --quiet
prefix=$(dirname "$(dirname "$(find root -path '*/bin/sweep')")")
for file in share/man/man1/sweep.1 share/bash-completion/completions/sweep.bash \
    share/zsh/site-functions/_sweep share/fish/vendor_completions.d/sweep.fish \
    share/sweep/sweeps/quickstart.yaml share/sweep/plots/style.gp share/doc/sweep/README.md \
    share/doc/sweep/NEWS.md share/sweep/README.md share/sweep/sweeps/README.md \
    share/sweep/sweeps/methods.md share/sweep/plots/README.md; do
    check "$file" [ -s "$prefix/$file" ]
done
check "the page installed is this one" cmp -s page.1 "$prefix/share/man/man1/sweep.1"
sed 's/replicates: 20/replicates: 1/' "$prefix/share/sweep/sweeps/quickstart.yaml" >one.yaml
check "a grid runs" "$prefix/bin/sweep" run one.yaml -q
check "no library comes along" [ -z "$(find root -name '*.a')" ]

# Its scripts work in a folder of the user's own, and change nothing where they are.
prefix=$folder/$prefix
sweeps=$prefix/share/sweep/sweeps
sed -i 's/replicates: [0-9]*/replicates: 2/' "$sweeps/quickstart.yaml" "$sweeps/digits.yaml"
state() { find "$prefix" -type f -exec cksum {} + | sort; }
state >before
unset SWEEP RESULTS
mkdir "own folder"
cd "own folder" || exit 1
quiet() { "$@" >"$folder/log" 2>&1; }
check "the shipped sweeps run" quiet "$sweeps/run_all.sh" quickstart digits
check "the table of the first" [ -s results/quickstart/table.tsv ]
check "its figure" [ -s results/quickstart/step_scale.svg ]
check "the table of real data" [ -s results/digits/table.tsv ]
check "its figure" [ -s results/digits/digits.svg ]
echo "# mine" >digits.yaml
check "real data for a grid" [ "$(sh "$sweeps/digits.sh")" = ./digits.svm.gz ]
check "a grid of one's own stays" [ "$(cat digits.yaml)" = "# mine" ]
rm digits.yaml
check "real data, with its grid" quiet sh "$sweeps/digits.sh"
check "that grid finds them" quiet "$prefix/bin/sweep" plan --no-pilot digits.yaml
cd ..
state >after
check "the installation is as it was" cmp before after
"$prefix/bin/sweep" help man | grep -o 'PREFIX/[a-z/]*' >paths
"$prefix/bin/sweep" help | grep -o 'share/[a-z/]*' | sed 's|^|PREFIX/|' >>paths
check "page and help name folders" [ "$(grep -c '' paths)" -eq 3 ]
for path in $(cat paths); do
    check "$path" [ -d "$prefix/${path#PREFIX/}" ]
done

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ] && [ "$checks" -ge 100 ]
