#!/bin/sh
# Figures: what is drawn, the numbers in their scripts, every bad wish.
. "$(dirname "$0")/harness.sh"

# Failed trials (a network of four neurons), undefined results (step 20).
cat >plotted.yaml <<'END'
name: plotted
seed: 1
replicates: 3
success: {eps: 0.5}

grid:
  model: [relu, linear]
  dimension: {logspace: [30, 3000, 3]}
  samples: [4, 5]
  width: 4
  max_steps: 300
  test_samples: 10
  step_scale: [0, 0.5, 1, 20]

table:
  columns: [scaled_eps, retrain_ratio]
END
run run -q plotted.yaml -o out
status 3

# plot OPTIONS... draws a.svg out of `out`; the whole of what it says.
plot() {
    run plot out "$@" -o a.svg
    check "drawn" [ "$code" -eq 0 ]
    silent_out
    err "figure: a.svg
script: a.gp"
}

script_has() { check "the script has '$1'" grep -qF -- "$1" a.gp; }
script_lacks() { check "the script lacks '$1'" sh -c '! grep -qF -- "$1" a.gp' sh "$1"; }
panels() { check "$1 panels" [ "$(grep -c '^@place$' a.gp)" -eq "$1" ]; }
lines() { check "$1 lines" [ "$(grep -c '^label\[' a.gp)" -eq "$1" ]; }

# The caption, on one line.
caption() {
    check "the caption has '$1'" sh -c 'sed "s/\\\\n/ /g" a.gp |
        grep "^set label" | grep -qF -- "$1"' sh "$1"
}

# numbers ROWS COLUMNS X STATISTICS [Y]: those of a.gp are those of the table.
numbers() {
    "$sweep" table out ${where:+--where "$where"} --rows "$1" --columns "$2" \
        --statistics "$4" --format csv >table.csv
    check "numbers of the table" python3 "$here/check_plot.py" a.gp table.csv \
        "$3" "$4" ${5:+"$5"}
}
where=

# Sum of column $1 of table.csv.
total() { awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) k = i }
    NR > 1 { sum += $k } END { print sum }' table.csv; }

# Nothing said: step_scale along x, a line for each model, panels for the rest.
run plot out
status 0
silent_out
err "figure: out/plot.svg
script: out/plot.gp"
mv out/plot.svg a.svg
mv out/plot.gp a.gp
check "an SVG picture" grep -q '<svg' a.svg
# The entries of the legend stand below each other.
check "one column of the legend" [ "$(grep -B1 '<text>\(relu\|linear\)<' a.svg |
    sed -n 's/.*translate(\([0-9.]*\),.*/\1/p' | uniq -c | awk '{ print $1 }')" = 2 ]
panels 12
lines 2
script_has 'set label "dimension = 300, samples = 5"'
script_has 'label[2] = "linear"'
script_has 'set label "step_scale s: unlearning step as a multiple of the theory'
script_has 'set label "plotted"'
caption "Lines: medians of 1 to 3 trials; bands: quartiles (q25 to q75)."
numbers dimension,samples,model,step_scale scaled_eps,retrain_ratio step_scale \
    median,q25,q75
check "some failed" [ "$(total failed)" -gt 0 ]
check "some undefined" [ "$(total undefined)" -gt 0 ]
caption "$(total failed) of 144 trials failed and are left out."
caption "In $(total undefined) of 144 trials a value is undefined and left out."

# content PICTURE: all of it; of a PDF, which says when it was drawn, its streams without
# the date.
content() {
    python3 - "$1" <<'END'
import re, sys, zlib
picture = open(sys.argv[1], "rb").read()
if not picture.startswith(b"%PDF"):
    sys.stdout.buffer.write(picture)
for item in picture.split(b"endobj") if picture.startswith(b"%PDF") else []:
    stream = re.search(rb"/FlateDecode.*?stream\r?\n(.*)endstream", item, re.S)
    if stream and b"/XRef" not in item:
        text = zlib.decompressobj().decompress(stream[1])
        sys.stdout.buffer.write(re.sub(rb"/CreationDate \(.*?\)", b"", text))
END
}

# Every ending; the script draws the same picture from another folder, or another file.
for ending in svg png pdf; do
    run plot out --y norm -o "a.$ending"
    status 0
    case $ending in
    svg) magic='<?xml version="1.0"' ;;
    png) magic=PNG ;;
    pdf) magic=%PDF ;;
    esac
    check "magic of $ending" sh -c 'head -c 20 "$1" | grep -aqF "$2"' sh "a.$ending" "$magic"
    check "size of $ending" [ "$(wc -c <"a.$ending")" -gt 10000 ]
    mv "a.$ending" first
    check "drawn from elsewhere" sh -c 'cd / && gnuplot "$1"' sh "$work/a.gp"
    check "gnuplot -c" gnuplot -c a.gp other
    for again in "a.$ending" other; do
        content first >first.plain
        content "$again" >again.plain
        check "picture" [ "$(wc -c <first.plain)" -gt 10000 ]
        check "same picture" cmp -s first.plain again.plain
    done
done
check "drawn from here" gnuplot a.gp
run plot out --y norm -o "b c's.SVG"
status 0
check "script beside it" gnuplot "b c's.gp"

# x, y, by, facet; axes left out of facets are pooled; a log axis for the dimension.
plot --x dimension --y exact_tau,norm --by step_scale --facet model
panels 4
lines 4
script_has 'set logscale x'
caption "Pooled over samples (2 values)."
numbers model,step_scale,dimension exact_tau,norm dimension median,q25,q75
plot --x samples --by none --facet none --y norm
panels 1
lines 0
script_lacks 'set logscale x'
caption "Pooled over model (2 values), dimension (3 values), step_scale (4 values):"
caption "sem and intervals over"
caption "clusters (trials of the same data)."
numbers samples norm samples median,q25,q75
plot --y norm --by model,dimension --facet samples
lines 6
panels 2
script_has 'label[2] = "relu, 300"'
numbers samples,model,dimension,step_scale norm step_scale median,q25,q75

# Statistics and bands.
plot --y norm --statistic mean
caption "Lines: means of"
caption "bands: Student's 95 % interval of the mean."
numbers dimension,samples,model,step_scale norm step_scale mean,t95_low,t95_high
plot --y norm --statistic mean --band sem
caption "bands: one sem each way"
numbers dimension,samples,model,step_scale norm step_scale mean,sem
plot --y norm --statistic q30 --band min,max
caption "Lines: q30 (quantile, linear between order statistics) of"
caption "bands: min to max"
numbers dimension,samples,model,step_scale norm step_scale q30,min,max
plot --y norm --band none
script_lacks norm_low
script_lacks filledcurves
numbers dimension,samples,model,step_scale norm step_scale median

# Words along x have bars, and so has one value.
plot --x model --y norm --by samples
script_has yerrorbars
script_lacks filledcurves
caption "Points: medians"
caption "bars: quartiles"
script_has 'set xtics noenhanced ("relu" 0, "linear" 1)'
numbers dimension,step_scale,samples,model norm model median,q25,q75
where='step_scale = 0.5 and dimension = 30'
plot --where "$where" --x samples --y norm --by model
script_lacks yerrorbars
script_lacks 'set label "dimension'
caption "Only where $where."
numbers samples,model norm samples median,q25,q75
where='samples = 4 and dimension = 30 and step_scale = 1'
where="$where and model = 'linear'"
plot --where "$where" --y norm
script_has yerrorbars
numbers model norm model median,q25,q75
where=

# Rates, with Wilson's intervals.
plot --y success,scaled_success --facet none
caption "Lines: shares of"
caption "bands: 95 % Wilson intervals."
numbers model,step_scale norm step_scale median
script_has 'set yrange [0:1]'
script_has scaled_success_low
plot --y exact_success,norm --facet none --statistic mean
caption "of success rates, bands: 95 % Wilson intervals."

# Colours over two parameters.
plot --map --x dimension --by step_scale --y retrain_ratio
panels 4
script_has 'set label "step_scale s" '
script_has 'boxxyerror fillcolor palette'
script_has 'set palette @diverging'
script_has 'set table $contour_'
caption "Colours: medians of"
caption "Grey: no value."
numbers model,samples,dimension,step_scale retrain_ratio dimension median step_scale
plot --map --x model --by step_scale --y norm
script_has 'set palette @viridis'
script_lacks 'set table $contour_'

# A level.
plot --y norm --level 2.5
script_has 'plot 2.5 with lines'
plot --y retrain_ratio
script_has 'plot 1 with lines'
plot --y norm
script_lacks 'plot 1 with lines'

# A result that no trial defines is named and not drawn.
plot --y norm,stable_rank_init --facet none
caption "stable_rank_init is defined in no trial and not drawn."
panels 1
run plot out --y stable_rank_init -o a.svg
status 2
err "sweep plot: nothing to plot: 'stable_rank_init' is defined in no trial here; see 'sweep status'"

# What stands on the floor of a log axis is counted, and the floor is labelled.
sed '/model:/d; s/dimension: .*/method: [none, ascent, retrain]/' plotted.yaml >floor.yaml
run run -q floor.yaml -o floor
run plot floor --x method --y step_flops --by none --facet none -o a.svg
caption "1 of 3 values of step_flops are below"
script_has 'set ytics add ("≤ 10^'

# A 0 on a log axis has its place at the end, along x and up a map.
sed '/model:/d; /width:/d; s/dimension: .*/signal: [0, 1, 10, 100]/; s/\[4, 5\]/4/' \
    plotted.yaml >zero.yaml
run run -q zero.yaml -o zero
run plot zero --x signal --by step_scale --y norm -o a.svg
caption " signal = 0 stands at the left end of a log axis."
run plot zero --x step_scale --by signal --map --y norm -o a.svg
caption " signal = 0 stands at the lower end of a log axis."

# A title of any letters, and one that is wrapped.
title='T_t^2 {a} "q" '"'s'"' \x \n %d & <b> é $HOME `ls` @place'
plot --y norm --title "$title"
check "the title in the picture" python3 -c 'import sys, xml.etree.ElementTree as tree
sys.exit(sys.argv[1] not in "".join(tree.parse("a.svg").getroot().itertext()))' "$title"

plot --y norm --facet none --title "$(printf 'word %.0s' $(seq 40))"
check "lines of the title" grep -q '^set label "word .* word\\nword ' a.gp

# Where the table has more than there is room for, the rest is named.
sed 's/columns: .*/columns: [norm, steps, psi, phi]/' plotted.yaml >wide.yaml
run run -q wide.yaml -o wide
run plot wide -o a.svg
panels 12
caption "Not drawn, for want of room: psi, phi."

# While a run goes on, and before it has begun.
run run -q plotted.yaml -o parts --shard 1/3
run plot parts/shard-1-of-3 -o a.svg
status 0
"$sweep" table parts/shard-1-of-3 --format csv >table.csv
caption "$((144 - $(total trials))) of 144 trials are not there yet."
run run -q plotted.yaml -o parts --shard 100/100
run plot parts/shard-100-of-100
status 2
silent_out
err "sweep plot: nothing to plot: 'scaled_eps' is defined in no trial here; see 'sweep status'"
check "no figure" [ ! -e parts/shard-100-of-100/plot.svg ]
check "no script" [ ! -e parts/shard-100-of-100/plot.gp ]

# bad STATUS MESSAGE OPTIONS...: nothing is drawn, and nothing changed.
bad() {
    expected=$1
    message=$2
    shift 2
    find . ! -name .out ! -name .err | sort >"$work.before"
    run plot "$@"
    status "$expected"
    silent_out
    err "sweep plot: $message"
    check "nothing written" sh -c 'find . ! -name .out ! -name .err | sort | cmp -s - "$1"' \
        sh "$work.before"
    rm "$work.before"
}
mkdir empty
bad 1 "cannot open 'nowhere/grid.yaml': No such file or directory" nowhere
bad 1 "cannot open 'empty/grid.yaml': No such file or directory" empty
bad 2 "'parts' holds shards only; unite them first: sweep merge parts parts/shard-*" parts
cp plotted.yaml empty/grid.yaml
bad 1 "cannot use 'empty/sweep.db': unable to open database file: No such file or directory" empty
usage='usage: sweep plot DIR [--x AXIS] [--y X,Y] [--by A,B] [--map] [-o FILE]'
bad 2 "nothing to work on; $usage"
bad 2 "too many operands: 'out'; $usage" out out
bad 2 "option '--x' needs a value: --x=AXIS" out --x ''
for option in x by facet; do
    bad 2 "unknown parameter 'dimention' (did you mean 'dimension'?)" out --$option dimention
    bad 2 "unknown parameter 'zzzzzz'; see 'sweep parameters'" out --$option zzzzzz
    bad 2 "'noise' is no axis, it has one value in these cells: use model, dimension, samples, step_scale" \
        out --$option noise
done
bad 2 "unknown column 'scaled_esp' (did you mean 'scaled_eps'?)" out --y scaled_esp
bad 2 "unknown column 'sucess' (did you mean 'success'?)" out --y sucess
bad 2 "unknown column 'zzzzzz'; see 'sweep columns'" out --y zzzzzz
bad 2 "unknown column ''; see 'sweep columns'" out --y norm,
bad 2 "unknown column 'a'; see 'sweep columns'
sweep plot: unknown column 'b'; see 'sweep columns'" out --y norm,a,b
bad 2 "'stop_reason' cannot be in a table: it is a word and has no statistics" \
    out --y stop_reason
bad 2 "9 columns are more than the 8 a figure has" out --y a,b,c,d,e,f,g,h,i
bad 2 "'samples' is asked for twice" out --x samples --by samples
bad 2 "'model' is asked for twice" out --by model --facet model
bad 2 "'model' is asked for twice" out --by model,model
bad 2 "48 lines in a panel are more than the 14 that can be told apart: draw a map with --map, keep some cells with --where, or pool them with --by none --facet none" \
    out --x width --by model,dimension,samples,step_scale
bad 2 "12 facets of 3 results make 36 panels, more than the 24 a figure has: ask for fewer columns with --y, keep some cells with --where, or pool them with --facet none" \
    out --y norm,success,steps --by none
bad 2 "a map needs two axes: one for --x and one for --by" out --map --by none
bad 2 "a map needs two axes: one for --x and one for --by" out --map --by model,samples
bad 2 "--level 'high' is not a number" out --level high
bad 2 "--level '1e999' is too large" out --level 1e999
statistics='mean, sd, sem, median, min, max, n, clusters, n_failed, a quantile such as q05 or an end of an interval of the mean such as t95_low or boot95_high'
bad 2 "unknown statistic 'meen' (did you mean 'mean'?)" out --statistic meen
bad 2 "unknown statistic 'zzzzzz': use $statistics" out --statistic zzzzzz
bad 2 "unknown statistic 'mean,sd': use $statistics" out --statistic mean,sd
bad 2 "unknown statistic 'zzzzzz': use $statistics" out --band zzzzzz,q95
for band in q05 q05,q50,q95; do
    bad 2 "a band is two statistics, such as q05,q95, or sem, sd or none" out --band $band
done
bad 2 "'where': near \"nothing\": syntax error" out --where 'nothing = 1'
bad 2 "'where' keeps none of the 48 cells" out --where 'samples > 100'
for name in a.jpg svg .svg out/.png a.svg.gz a; do
    bad 2 "cannot draw '$name': the name must end in .svg, .png, .pdf or .tex" out -o "$name"
done
bad 2 "'norm' is asked for twice" out --y norm,steps,norm
bad 1 "cannot write 'nowhere/a.gp': No such file or directory" out -o nowhere/a.svg
sed 's/success: .*//' plotted.yaml >empty/grid.yaml
bad 2 "'success' needs thresholds, which the grid file does not have: add 'success:' to it" \
    empty --y success
sed 's/: \[.*\]/: 4/; s/{logspace.*/100/; s/model: 4/model: relu/; /columns/d; s/^table:$//' \
    plotted.yaml >empty/grid.yaml
bad 2 "the grid has no axis to plot along: give a parameter a list of values" empty

# Without gnuplot the script stays, and the picture that was there.
echo old >kept.svg
PATH=/nowhere "$sweep" plot out -o kept.svg >.out 2>.err
code=$?
what="sweep plot without gnuplot"
status 1
silent_out
err "sweep plot: gnuplot is not installed: install it (Debian: apt-get install gnuplot-nox), then: gnuplot kept.gp"
check "old picture" [ "$(cat kept.svg)" = old ]
check "script drawn later" gnuplot kept.gp
check "new picture" grep -q '<svg' kept.svg

# gnuplot fails half way.
mkdir bin half
printf '#!/bin/sh\necho half >"$4"\nprintf "\\n     ^\\nno font\\n" >&2\nexit $EXIT\n' >bin/gnuplot
chmod +x bin/gnuplot
echo old >half/a.svg
EXIT=1 PATH=$work/bin:$PATH "$sweep" plot out -o half/a.svg >.out 2>.err
code=$?
status 1
err "sweep plot: gnuplot failed on 'half/a.gp'
sweep plot: gnuplot: no font"
check "old picture" [ "$(cat half/a.svg)" = old ]
check "nothing else" [ "$(ls half | tr '\n' ' ')" = "a.gp a.svg " ]
# gnuplot says nothing, and what it wrote is not whole.
EXIT=0 PATH=$work/bin:$PATH "$sweep" plot out -o half/a.svg >.out 2>.err
code=$?
status 1
err_has "sweep plot: the picture is not whole: is the disk full?"
check "old picture" [ "$(cat half/a.svg)" = old ]

# No command behind | or < in a name, nor in a folder's, when drawn again or by the user.
mkdir '|touch pwned;'
for name in '|touch pwned;a.svg' '|touch pwned;/a.svg' "<touch pwned;b'\"\`touch pwned\`\$(touch pwned).svg" '~/c.svg' \
    '-d.svg' "$(printf 'e\nsystem("touch pwned")\n.svg')"; do
    case $name in '~/c.svg') mkdir '~' ;; esac
    run plot out --y norm -o "$name"
    status 0
    check "drawn" grep -q '</svg>' "./$name"
    mv "./$name" first
    script=${name%.svg}.gp
    # A script behind < is a command to gnuplot itself.
    check "drawn from here" gnuplot "$(echo "$script" | sed 's/^[<~-]/.\/&/')"
    check "same picture" cmp -s first "./$name"
    check "nothing was run" [ ! -e pwned ]
done

# A title of any bytes.
run plot out --y norm --title "$(printf 'a\001b\033[1m\377<&>"`touch pwned`\$\\')" -o a.svg
status 0
check "well-formed" python3 -c 'import xml.etree.ElementTree as x; x.parse("a.svg")'
check "to be seen" grep -qF 'a\x01b\x1b[1m\xff&lt;&amp;' a.svg
check "nothing was run" [ ! -e pwned ]

# A script that is none of sweep's stays, and so does the picture.
echo 'plot sin(x)' >paper.gp
echo mine >paper.png
run plot out -o paper.png
status 2
err "sweep plot: the script of this figure would replace 'paper.gp', which is not one of \
sweep's; move it away, or choose another name with -o"
check "untouched" [ "$(cat paper.gp paper.png | tr '\n' ' ')" = "plot sin(x) mine " ]

# Links are not followed, pipes not waited for.
cp -r out linked
for name in plot.svg plot.gp; do
    rm -f linked/plot.*
    echo mine >victim
    ln -s ../victim "linked/$name"
    run plot linked
    status 1
    err "sweep plot: cannot write 'linked/$name': a symbolic link, which is not followed"
    check "untouched" [ "$(cat victim)" = mine ]
    rm "linked/$name"
    mkfifo "linked/$name"
    run plot linked
    status 1
    err "sweep plot: cannot write 'linked/$name': not a regular file"
done

mkdir full.svg
run plot out -o full.svg
status 1
err "sweep plot: cannot write 'full.svg': Is a directory"

finish 447
