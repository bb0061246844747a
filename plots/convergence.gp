# Along trainings of three optimizers, on pure Gaussian points (above) and in the mixture (below):
# the residual of the model as training left it, its distance to the exact KKT point of its gates,
# and the share of trainings whose gates are those of that point. Medians with quartiles; means.
#
#     gnuplot -e "folder='results/convergence'" plots/convergence.gp

name = "convergence"; width = 1040; height = 600
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

array label[3] = ["residual ε / |θ|", "distance to the exact point τ", \
    "share with the exact point's gates"]
array title[2] = ["pure Gaussian", "mixture, |μ| = 0.5"]
optimizers = "gd normalized_gd growing_gd" # in the order of the blocks of the table
block(row, k, polish) = 6 * row + 2 * k + polish # polish: false, true

set logscale x
set xrange [7:150000]
set xtics ("10" 10, "100" 100, "1000" 1000, "10^4" 1e4, "10^5" 1e5)
set multiplot layout 2,3 margins 0.085,0.985,0.11,0.86 spacing 0.06,0.09
do for [row = 0:1] {
    if (row == 1) { set xlabel "step" }
    set logscale y
    set format y "10^{%T}"
    set key off
    do for [c = 1:2] {
        y = word("trained_relative_eps polish_tau", c)
        if (c == 1) { set yrange [1e-6:1]; set ylabel title[row + 1] } \
        else { set yrange [1e-11:1]; set ylabel "" }
        set title row == 0 ? label[c] : ""
        plot for [k = 0:2] table index block(row, k, c - 1) using "max_steps":\
            (column(y . "_median")):(column(y . "_q25")):(column(y . "_q75")) \
            with yerrorlines linetype k + 1 notitle
    }
    unset logscale y
    set format y "%g"
    set yrange [0:1.05]
    set title row == 0 ? label[3] : ""
    if (row == 0) { set key at screen 0.985, 0.995 right top maxrows 1 }
    plot for [k = 0:2] table index block(row, k, 1) using "max_steps":"settled_mean" \
        with linespoints linetype k + 1 title word(optimizers, k + 1)
}
unset multiplot
