# What every unlearning method does to the same trained networks, at the theory's step.
# Points are means over the replicates with two standard errors each way, in the mixture
# and on pure Gaussian points. What is rounding (below 1e-14) or 0 is drawn on the left
# edge.
#
#     gnuplot -e "folder='results/methods'" plots/methods.gp

name = "methods"; width = 1040; height = 450
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

columns = "exact_tau retrain_ratio retain_margin_change"
array label[3] = ["distance to an exact KKT point τ", \
    "distance to retraining, before = 1", "largest change of a retained margin"]
array low[3] = [1e-5, 1e-3, 1e-4]
array high[3] = [0.3, 3, 0.3]
array title[2] = ["mixture, |μ| = 0.251", "pure Gaussian"]
array shift[2] = [-0.14, 0.14]
# The header of a block is its row 0.
methods = "none ascent random minnorm pgu descent_ascent iterated retrain"
kept(y, low) = y > 1e-14 && y > low ? y : low

set logscale x
set format x "10^{%T}"
set grid xtics ytics lc rgb "#DDDDDD" lw 1 lt 1
set yrange [words(methods) - 0.5:-0.5]
set ytics ()
set multiplot layout 1,3 margins 0.13,0.985,0.15,0.8 spacing 0.03,0
do for [c = 1:3] {
    y = word(columns, c)
    set xrange [low[c] / 1.3:high[c]]
    set xlabel label[c]
    set ytics ()
    do for [k = 1:words(methods)] {
        set ytics add (c == 1 ? word(methods, k) : "" k - 1) noenhanced
    }
    set label 1 "0 or rounding" at first low[c] / 1.2, graph 1.03 left textcolor rgb grey
    if (c == 3) { set key at screen 0.985, 0.99 right top horizontal title "mean ± 2 standard errors" } else { set key off }
    if (c == 2) { set arrow 1 from 1, graph 0 to 1, graph 1 nohead dt 2 lc rgb grey } \
        else { unset arrow 1 }
    plot for [b = 0:1] table index b using \
        (kept(column(y . "_mean"), low[c])):($0 - 1 + shift[b + 1]):\
        (kept(column(y . "_mean") - 2 * column(y . "_sem"), low[c])):\
        (kept(column(y . "_mean") + 2 * column(y . "_sem"), low[c])) \
        with xerrorbars linetype b + 1 dt 1 ps 0.9 title title[b + 1]
}
unset multiplot
