# The theory's step for the point with the largest multiplier, a random one and the one with
# the smallest, by dimension: medians of the replicates with quartiles, on pure Gaussian points
# (above) and in the mixture (below). What is rounding stands on the lower edge.
#
#     gnuplot -e "folder='results/which_point'" plots/which_point.gp

name = "which_point"; width = 1040; height = 600
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

columns = "restored_relative_eps exact_tau off"
array label[3] = ["restored residual ε / |θ|", "distance to an exact KKT point τ", \
    "forgotten margin, off retraining's by"]
array low[3] = [1e-3, 1e-6, 1e-5]
array high[3] = [1, 0.1, 1]
array title[2] = ["pure Gaussian", "mixture, |μ| = 0.25"]
which = "largest random smallest" # in the order of the blocks of the table
kept(y, low) = y > low ? y : low

set logscale xy
set xrange [20:15000]
set xtics ("30" 30, "100" 100, "300" 300, "1000" 1000, "3000" 3000, "10000" 10000)
set format y "10^{%T}"
set multiplot layout 2,3 margins 0.09,0.985,0.11,0.86 spacing 0.06,0.09
do for [row = 0:1] {
    do for [c = 1:3] {
        y = word(columns, c)
        set yrange [low[c]:high[c]]
        set title row == 0 ? label[c] : ""
        if (row == 1) { set xlabel "dimension d" } else { set xlabel "" }
        if (c == 1) { set ylabel title[row + 1] } else { set ylabel "" }
        if (row == 0 && c == 3) { \
            set key at screen 0.985, 0.995 right top maxrows 1 \
        } else { set key off }
        plot for [b = 0:2] table index 3 * row + b using "dimension":\
            (kept(column(y . "_median"), low[c])):(kept(column(y . "_q25"), low[c])):\
            (kept(column(y . "_q75"), low[c])) \
            with yerrorlines linetype b + 1 title word(which, b + 1) . " multiplier"
    }
}
unset multiplot
