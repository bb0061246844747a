#!/bin/sh
# Figures for a paper: every option that says how one looks, in the script and the picture;
# fits, several folders, a style file of one's own, every bad value.
. "$(dirname "$0")/harness.sh"

cat >law.yaml <<'END'
name: law
seed: 1
replicates: 3
grid:
  dimension: {logspace: [100, 1e6, 5]}
  samples: [4, 8]
  width: 8
  signal: 0
  max_steps: 300
  test_samples: 10
  step_scale: 1
table:
  columns: [restored_eps, norm]
END
sed 's/seed: 1/seed: 2/; s/1e6, 5/1e5, 4/; s/\[4, 8\]/[4, 16]/' law.yaml >other.yaml
cat >near.yaml <<'END'
name: near
seed: 1
replicates: 2
grid:
  dimension: 100
  samples: 4
  width: 8
  noise: [0.00001, 0.002, 1]
  step_scale: {linspace: [0.9999999, 1.0000001, 21]}
table:
  columns: [norm]
END
for name in law other near; do
    run run -q $name.yaml -o $name
    check "some trials succeed" [ "$code" -eq 0 -o "$code" -eq 3 ]
done

# What only the script tells is not drawn: a gnuplot that draws nothing.
mkdir stub
cat >stub/gnuplot <<'END'
#!/bin/sh
case $4 in
*.pdf* | *.PDF*) printf '%%PDF%40d%%%%EOF' 1 >"$4" ;;
*.tex)
    printf '%% GNUPLOT%40d\\endgroup' 1 >"$4"
    echo >"${4%.tex}.pdf"
    ;;
*) printf '<?xml%40d</svg>' 1 >"$4" ;;
esac
END
chmod +x stub/gnuplot
plot() {
    PATH=$work/stub:$PATH run plot "$@"
    check "drawn" [ "$code" -eq 0 ]
}
has() { check "the script has '$1'" grep -qF -- "$1" a.gp; }
lacks() { check "the script lacks '$1'" sh -c '! grep -qF -- "$1" a.gp' sh "$1"; }

# Sizes: 72 points, 96 pixels of an SVG and 300 of a PNG to the inch.
for ending in svg png pdf; do
    run plot law --y norm --size 3x2in --no-title --no-caption -o a.$ending
    status 0
done
check "sizes of the pictures" python3 - <<'END'
import re, struct, zlib
png, pdf, svg = (open("a." + e, "rb").read() for e in ("png", "pdf", "svg"))
for stream in re.finditer(rb"stream\r?\n", pdf):  # where newer ones keep their pages
    try:
        pdf += zlib.decompressobj().decompress(pdf[stream.end():])
    except zlib.error:
        pass
assert struct.unpack(">II", png[16:24]) == (900, 600)
assert re.search(rb'width="(\d+)" height="(\d+)"', svg).groups() == (b"288", b"192")
box = re.search(rb"MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", pdf).groups()
assert [round(float(b)) for b in box] == [216, 144], box
END
for wish in "9cmx6cm=3.54331in, 2.3622in" "90 x 60 mm=3.54331in, 2.3622in" \
    "216.81x144.54pt=3in, 2in" "3.5e0in x2in=3.5in, 2in" \
    "3in  x  2in=3in, 2in"; do
    plot law --y norm --size "${wish%=*}" --no-title --no-caption -o a.pdf
    has "set terminal pdfcairo size ${wish#*=}"
done
plot law --width column -o a.svg
has 'set terminal svg size 302.362, '
has '"Helvetica,10.67"'
plot law --width page -o a.pdf
has 'set terminal pdfcairo size 6.49606in, '
has '"Helvetica,8" fontscale 0.75'
plot law --width 4in -o a.pdf
has 'set terminal pdfcairo size 4in, '

# Fonts.
plot law --font 'Latin Modern,12' -o a.pdf
has '"Latin Modern,12"'
plot law --width column --font ,9 -o a.pdf
has '"Helvetica,9"'
plot law --font Times -o a.svg
has '"Times,14"'

# Labels, titles, captions.
label='T_t^2 {a} "q" \x %d & <b> `ls` @place'
run plot law --y norm --xlabel "$label" --ylabel "y $label" --no-title --no-caption -o a.svg
status 0
err_has 'caption: Lines: medians of '
lacks 'set label "law"'
lacks 'set label "norm of the unlearned model'
lacks 'set label "Lines: medians'
lacks 'set label "dimension d'
check "both labels in the picture" python3 -c 'import sys, xml.etree.ElementTree as tree
text = "".join(tree.parse("a.svg").getroot().itertext())
sys.exit(text.count(sys.argv[1]) != 2 or "y " + sys.argv[1] not in text)' "$label"
plot law --y norm --no-title -o a.svg
has 'set label "dimension d" '

# Legends.
plot law --y norm --legend none -o a.svg
lacks keyentry
plot law --y norm --legend below -o a.svg
has 'center top Left reverse'
has ' horizontal maxcols 2 title "samples m" noenhanced'
plot near --by noise --width column -o a.svg # right would take a quarter of it
has ' horizontal maxcols 3'
plot law --y norm --width page -o a.svg
lacks horizontal
plot near --x noise --y norm --by none --facet none --bars -o a.svg
lacks 'set key at'

# Inside: off the data, in a corner or above them.
for y in restored_eps restored_tau norm -norm psi; do
    plot law --y "$y" --band none --legend inside --width column -o "in $y.svg"
done
check "all off the legend" python3 - <<'END'
import glob, math, re

def place(value, low, high, log):
    if log:
        value, low, high = map(math.log, (value, low, high))
    return (value - low) / (high - low)

scripts = glob.glob("in *.gp")
assert len(scripts) == 5
for name in scripts:
    text = open(name, encoding="utf8").read()
    one = lambda pattern: [float(x) for x in re.search(pattern, text).groups()]
    wide, high = one(r"panel_width = (\d+)\.; panel_height = (\d+)\.")
    left, top = one(r"\nx = ([\d.]+); y = ([\d.]+)")
    x_range, y_range = (one(rf"set {a}range \[(\S+):(\S+)\]") for a in "xy")
    log_y = "\nset logscale y" in text
    key = one(r"set key at screen ([\d.]+) / width, screen 1 - ([\d.]+) / height")
    across, down = re.search(r"/ height (left|right) (top|bottom)", text).groups()
    columns = 2 if "horizontal" in text else 1
    size = columns * 60, 20 + 40 / columns
    corner = [k - s * (a in ("right", "bottom"))
              for k, s, a in zip(key, size, (across, down))]
    points = re.findall(r"^([\d.]+)\t(-?[\d.e-]+)", text, re.M)
    assert len(points) > 5, name
    for x, y in points:
        at = (left + wide * place(float(x), *x_range, True),
              top + high * (1 - place(float(y), *y_range, log_y)))
        assert top <= at[1] <= top + high, (name, x, y)
        assert not all(c < a < c + s for c, a, s in zip(corner, at, size)), (name, x, y)
END

# Bars in place of bands, along numbers too.
plot law --y norm --bars -o a.svg
has 'with yerrorbars lt k + 1 dt 1'
has 'with linespoints'
lacks filledcurves
check "the caption" grep -q '^set label "Lines: medians .* bars: quartiles' a.gp

# Axes.
plot law --y norm --log x -o a.svg
has 'set logscale x'
has 'unset logscale y'
plot law --y norm --log y -o a.svg
lacks 'set logscale x'
has 'set logscale y'
plot law --y restored_eps,restored_tau --log none -o a.svg
check "no log axis" sh -c '! grep -q "^set logscale" a.gp'
plot law --y norm,restored_eps --log xy -o a.svg
check "both axes" [ "$(grep -c '^set logscale y' a.gp)" -eq 2 ]

# Lines over many values: symbols at some, but at all where one alone shows a value.
cat >dense.yaml <<'END'
name: dense
seed: 1
replicates: 1
grid:
  model: linear
  dimension: 20
  samples: 4
  max_steps: 200
  test_samples: 1
  step_scale: {linspace: [0, 1, 201]}
END
run run -q dense.yaml -o dense
status 0
run plot dense --y norm -o a.svg
status 0
has 'with linespoints pointinterval 4 lt k + 1 notitle'
check "51 of 201" [ "$(grep -c "<use xlink:href='#gpPt6' transform" a.svg)" -eq 51 ]
plot dense --y norm --where 'step_scale > 0' -o a.svg
has 'with linespoints lt k + 1 notitle'
plot dense --y 'lone: iif(step_scale = 0.5, norm, NULL)' -o a.svg
has 'with linespoints lt k + 1 notitle'
plot dense --y 'three: iif(abs(step_scale - 0.5) < 0.007, norm, NULL)' -o a.svg
has 'pointinterval 4'

# A narrow axis: a range that is none to six digits, tics that differ, points apart.
run plot near --where 'noise = 1' -o a.svg
status 0
silent_out
has 'set xrange [0.99999989'
has "set format x '%.8f'"
check "numbers of the table" sh -c '"$1" table near --where "noise = 1" --columns norm \
    --statistics median,q25,q75 --format csv >table.csv && python3 - <<END
import csv
rows = [float(r["step_scale"]) for r in csv.DictReader(open("table.csv"))]
data = open("a.gp").read().split("\$data << EOD\n")[1].split("\nEOD")[0].split("\n")
shown = [float(l.split("\t")[0]) for l in data if l[0].isdigit()]
assert len(rows) == 21 and rows == shown, (rows, shown)
END' sh "$sweep"
check "tics with all their digits" sh -c '
    [ "$(grep -o "<text><tspan[^>]*>[01]\.[09]*[0-9]*</tspan>" a.svg | sort -u | wc -l)" -ge 3 ]'

# Powers of ten in the legend, where they are all there is; words as they are.
plot near --by noise -o a.svg
has 'label[1] = "10^{-5}"'
has 'label[2] = "0.002"'
has 'label[3] = "1"'
has 'title label[k + 1] enhanced'
plot near --by noise --where 'noise > 1e-3' -o a.svg
has 'label[1] = "0.002"'
lacks 'label[k + 1] enhanced'
plot near --by none --facet noise -o a.svg
has 'set label "noise = 10^{-5}"'
rm a.pdf
plot near --by noise -o a.tex
has 'label[1] = "10$^{-5}$"'

# Power laws: the numbers of another regression.
run plot law --y restored_eps,norm --fit power -o a.svg
status 0
"$sweep" table law --columns restored_eps,norm --statistics median --format csv >table.csv
check "the fits" python3 - "$work" <<'END'
import csv, math, re
rows = list(csv.DictReader(open("table.csv")))
t95 = {3: 3.182446305284263}
said = open(".out").read().strip().split("\n")
assert len(said) == 4, said
script = open("a.gp", encoding="utf8").read()
for line in said:
    name, a, half, factor, n, m = re.fullmatch(
        r"(\w+) ~ dimension\^\((\S+) \+- (\S+)\), factor (\S+), (\d+) points, (\d+)", line
    ).groups()
    points = [
        (math.log(float(r["dimension"])), math.log(float(r[name + "_median"])))
        for r in rows if r["samples"] == m
    ]
    assert len(points) == int(n) == 5
    mx, my = (sum(p[i] for p in points) / 5 for i in (0, 1))
    sxx = sum((x - mx) ** 2 for x, _ in points)
    slope = sum((x - mx) * (y - my) for x, y in points) / sxx
    rest = sum((y - my - slope * (x - mx)) ** 2 for x, y in points)
    width = t95[3] * math.sqrt(rest / 3 / sxx)
    constant = math.exp(my - slope * mx)
    assert abs(float(a) / slope - 1) < 1e-3, (a, slope)
    assert abs(float(half) / width - 1) < 0.06, (half, width)
    assert abs(float(factor) / constant - 1) < 1e-3, (factor, constant)
    drawn = [float(c) for c in re.findall(r"\? (\S+) \* x \*\* ", script)]
    assert min(abs(c / constant - 1) for c in drawn) < 1e-9, (drawn, constant)
assert len(re.findall("exponents:", script)) == 2
END
check "the caption" grep -q '^set label ".*Dotted: power laws' a.gp

# Two folders: a line for each, with its numbers; the folder is the last key.
run plot law --y norm --with other -o a.svg
status 0
err 'figure: a.svg
script: a.gp'
has 'label[1] = "4, law"'
has 'label[2] = "4, other"'
has 'label[3] = "8, law"'
has 'label[4] = "16, other"'
has 'title "samples m\nfolder"'
for name in law other; do
    "$sweep" table $name --columns norm --statistics median,q25,q75 --format csv |
        sed "1s/^/folder,/; 2,\$s/^/$name,/"
done | sed '1!{/^folder/d}' >table.csv
check "numbers of both tables" python3 "$here/check_plot.py" a.gp table.csv dimension \
    median,q25,q75
plot law --y norm --with other --with near --by samples --facet none -o a.svg
has 'label[3] = "4, near"'
check "what was pooled" grep -q '^set label ".*near: pooled over' a.gp
cp -r law copy && mkdir sub && cp -r law sub/law
plot law --y norm --with ./sub/law/ --by none -o a.svg
has 'label[1] = "law"'
has 'label[2] = "./sub/law"'
# The caption stands below a long legend, its two lines of title included.
plot law --y norm --with other --with copy --with sub/law --width 8cm --xlabel d --legend right \
    -o a.svg
check "room for the title of the legend" python3 - <<'END'
import re
script = open("a.gp").read()
key = float(re.search(r"set key at screen \S+ / width, screen 1 - (\S+) /", script)[1])
caption = float(re.search(r'"Lines: .*\n.* screen 1 - \((\S+)\) /', script)[1])
labels = len(re.findall(r"label\[\d+\] = ", script))
assert labels == 8 and caption >= key + (labels + 2) * 22, (labels, key, caption)
END
long=$(printf 'd%.0s' $(seq 200))
mkdir -p $long/$long
python3 "$here/data.py" $long/$long/a.svm
python3 "$here/data.py" $long/$long/b.svm 0 9
cat >files.yaml <<END
name: files
seed: 1
replicates: 1
grid:
  data: [$long/$long/a.svm, $long/$long/b.svm]
  labels: 3 vs 8
  samples: [4, 6]
  width: 4
  max_steps: 50
END
"$sweep" run -q files.yaml -o files
cp -r files again
plot files --with again --by data --y norm -o a.svg
check "long names differ at their ends" [ "$(grep -c '^label\[' a.gp)" -eq 4 ]

# A style file is read last, before each panel, and stays; nobody else's is read.
cat >my.gp <<'END'
set linetype 1 lc rgb '#123456' lw 2 pt 7
if (panel == 1) { set yrange [0:77] }
if (result eq 'legend') { set key font ',20' }
END
cp my.gp my.old
run plot law --y norm --style my.gp -o a.svg
status 0
check "a colour in the picture" grep -qi '123456\|rgb( 18, *52, *86)' a.svg
check "a range in the picture" grep -q '>70<' a.svg
has 'load here . "my.gp"'
check "before the picture, the panel, the legend" [ "$(grep -c '^load ' a.gp)" -eq 3 ]
check "untouched" cmp -s my.gp my.old
plot law --y norm --style my.gp -o sub/a.svg
check "from another folder" grep -qF "load \"$work/my.gp\"" sub/a.gp
for name in plot.style.gp style.gp .gnuplot gnuplotrc a.style.gp; do
    echo 'system("touch pwned")' >"law/$name"
    cp "law/$name" "$name"
done
run plot law --y norm
status 0
check "no style of a stranger's" sh -c '[ ! -e pwned ] && ! grep -q "^load" law/plot.gp'

# LaTeX: the script, the two files, and that it can be set.
label='a_b $x$ 50% {c} \d #e ~f ^g & h <i> ε·δ'
mkdir tmp
TMPDIR=$work/tmp run plot near --by noise --width column --title "$label" --xlabel "$label" \
    -o paper.tex
status 0
err 'figure: paper.tex
drawing: paper.pdf
script: paper.gp'
cp paper.gp a.gp
has 'set terminal cairolatex pdf size 3.14961in'
has '\\fontsize{8}{9.6}\\selectfont'
check "the drawing's name has no folder" grep -q 'includegraphics.*{paper}' paper.tex
check "specials are LaTeX's" grep -qF 'a\_b \$x\$ 50\% \{c\} \textbackslash{}d \#e' paper.tex
check "Greek letters too" grep -qF '$\varepsilon$$\cdot$$\delta$' paper.tex
check "a PDF" sh -c 'head -c 4 paper.pdf | grep -q %PDF'
check "no temporary" [ -z "$(ls tmp)" ]
cp paper.tex first
check "drawn from elsewhere" sh -c 'cd / && gnuplot "$1"' sh "$work/paper.gp"
check "the same" cmp -s paper.tex first
mkdir deep
check "into another folder" gnuplot -c paper.gp deep/x.tex
check "by its own name" grep -q 'includegraphics.*{x}' deep/x.tex
for name in '|touch pwned;#.tex' '~root.tex' '<a.tex' '-b.tex'; do
    TMPDIR=$work/tmp run plot law --y norm -o "./$name"
    status 0
    check "whole, and nothing ran" sh -c '[ -s "./$1" ] && [ -z "$(ls tmp)" ] && [ ! -e pwned ] &&
        rm "./$1" && gnuplot "./${1%.tex}.gp" && [ -s "./$1" ] && [ ! -e pwned ]' sh "$name"
done
mkdir tmp/tmp
cat >tmp/gnuplot <<'END'
#!/bin/sh
echo >"${4%/*}/more"
exit 1
END
chmod +x tmp/gnuplot
TMPDIR=$work/tmp/tmp PATH=$work/tmp:$PATH run plot law --y norm -o fails.tex
status 1
check "no temporary of a failure" [ -z "$(ls tmp/tmp)" ]
cat >main.tex <<'END'
\documentclass[twocolumn]{article}
\usepackage{graphicx,color}
\begin{document}\begin{figure}\input{paper}\caption{A}\end{figure}\end{document}
END
if command -v pdflatex >/dev/null; then
    check "LaTeX sets it" sh -c 'pdflatex -interaction=batchmode -halt-on-error main >/dev/null'
    check "nothing is too wide" sh -c '[ -s main.log ] && ! grep -q "Overfull" main.log'
    checks=$((checks - 2)) # not everywhere
fi

# Nobody asked for the drawing by its name.
echo mine >kept.pdf
run plot law -o kept.tex
status 2
mine="sweep plot: the drawing of this figure would replace 'kept.pdf', which is not that of a \
.tex of sweep's; move it away, or choose another name with -o"
err "$mine"
plot law -o kept.svg # its script is no word about the PDF
run plot law -o kept.tex
err "$mine"
check "untouched" [ "$(cat kept.pdf)" = mine ]
rm kept.pdf
plot law -o kept.tex
plot law -o kept.tex

# Formats and names.
plot law --y norm --format svg
check "in the folder" [ -e law/plot.svg ]
plot law --y norm --format pdf -o plain
check "an ending is added" [ -e plain.pdf ]
plot law --y norm --format pdf -o plain.PDF
check "or is there" [ -e plain.PDF ]

bad() {
    message=$1
    shift
    run plot "$@" -o bad.svg
    check "only '$message'" [ "$code$(cat .out .err)" = "2sweep plot: $message" ]
}
for wish in 3.3 3x2 3x2ft 0.1x2in 3in,2in 3x2x1in x3in; do
    bad "--size '$wish' is no width and height: write 3.3x2.4in (or cm, mm, pt), 0.5 to 100 \
inches each" law --size "$wish"
done
for wish in wide 3 0.1in; do
    bad "--width '$wish' is no width: use column, page, or 0.5in to 100in (or cm, mm, pt)" \
        law --width "$wish"
done
bad "--size says the width, too: leave out --width" law --size 3x2in --width page
for wish in 'a"b' Times,big Times,1 Times,; do
    bad "--font '$wish' is no font: write Times, Times,9 or ,9 (3 to 72 points)" \
        law --font "$wish"
done
bad "unknown legend 'left': use right, below, inside or none" law --legend left
bad "unknown axes of --log 'polar': use none, x, y or xy" law --log polar
bad "unknown law to fit 'powr' (did you mean 'power'?)" law --fit powr
bad "unknown format 'gif': use svg, png, pdf or tex" law --format gif
bad "--format pdf does not go with 'bad.svg'" law --format pdf
bad "--title and --no-title: use one" law --title a --no-title
bad "--ylabel is for one result, the figure shows 2: choose with --y" law --ylabel a
bad "a map has no lines: leave out --bars" law --map --bars
bad "a map has no lines: leave out --fit" law --map --fit power
bad "a map has no lines: leave out --with" law --map --with other
run plot law --with nowhere -o bad.svg
status 1
err "sweep plot: cannot open 'nowhere/grid.yaml': No such file or directory"
bad "no log axis for 'flips': it has no positive value" law --y flips --log y
bad "cannot open 'nowhere.gp': No such file or directory" law --style nowhere.gp
bad "'a.gp' is the script of a figure, which the next 'sweep plot' replaces: keep what you \
set in a file of your own" law --style a.gp
bad "no room for a panel beside its labels: the figure must be 1.4 inches wide, or its \
letters smaller" law --y norm --width 0.6in
run plot law --font Times -o bad.tex
status 2
err "sweep plot: --font 'Times': the document says the font of a .tex figure; --font ,9 sets \
the size"

check "nothing bad was written" [ ! -e bad.gp ]

finish 201
