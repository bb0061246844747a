# Shared look of the figures. A script sets `name`, `width` and `height`, loads this
# file and plots; the picture goes to FOLDER/NAME.svg, or as `format` says:
#
#     gnuplot -e "folder='results/NAME'; format='pdf'" plots/NAME.gp

if (!exists("folder")) folder = "results/" . name
if (!exists("format")) format = "svg"
table = folder . "/table.tsv"

if (format eq "svg") {
    set terminal svg size width, height font "Helvetica,14" background rgb "white"
    # gnuplot puts texts farther from the axes of an SVG than of others.
    set xtics offset 0, 0.5; set xlabel offset 0, 0.8
    set ylabel offset 1.5, 0; set title offset 0, -0.7
}
if (format eq "png") \
    set terminal pngcairo size 2 * width, 2 * height font "Helvetica,10.5" \
        fontscale 2 linewidth 2 pointscale 2
if (format eq "pdf") \
    set terminal pdfcairo size width / 100., height / 100. font "Helvetica,10" \
        fontscale 0.75
set output folder . "/" . name . "." . format
set encoding utf8
set format "%g" # without the leading blank of the default
set print "-"

# Colours of Okabe & Ito: told apart by the colour-blind and, with the shapes and
# dashes, in print.
set linetype 1 lc rgb "#0072B2" lw 2 pt 7 dt 1
set linetype 2 lc rgb "#D55E00" lw 2 pt 5 dt (12, 4)
set linetype 3 lc rgb "#009E73" lw 2 pt 9 dt (4, 3)
set linetype 4 lc rgb "#000000" lw 2 pt 13 dt (12, 3, 2, 3)
set linetype 5 lc rgb "#CC79A7" lw 2 pt 11 dt (2, 3)
grey = 0x777777

set border 3 lw 1.2
set tics nomirror out
set grid ytics lc rgb "#DDDDDD" lw 1 lt 1
set key Left reverse samplen 3 noenhanced
set pointsize 0.6
set style fill transparent solid 0.2 noborder
set fit quiet logfile "/dev/null"
