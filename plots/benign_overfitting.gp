# Test error of networks that fit a seventh of wrong labels, against dimensions for each
# point, for three ends of training; one panel for each signal. Points are means over the
# replicates, bars two standard errors each way. Errors of exactly 0 are drawn on the lower
# edge.
#
#     gnuplot -e "folder='results/benign_overfitting'" plots/benign_overfitting.gp

name = "benign_overfitting"; width = 1100; height = 400
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

noise = 0.15; samples = 100; low = 2e-5
error(b) = 1 - column("accuracy_trained_mean")
at_least(y) = y < low ? low : y
band = "accuracy_trained_sem"
array ends[3] = ["limit of training", "no training error", "zero hinge loss"]
shift(e) = 1.06 ** (e - 2) # so that bars stand side by side
stats table using 0 nooutput
panels = STATS_blocks / 3 # a block for each signal and end
signal(p) = system(sprintf("sed -n 's/^# \\[signal=\\([^ ]*\\) .*\\]$/\\1/p' '%s' | sed -n %dp", \
    table, 3 * p + 1))

set logscale xy
set format x "%g"
set xrange [0.8:1250]
set yrange [low:1]
set arrow from graph 0, first noise to graph 1, first noise nohead dt 2 lw 1.2 lc rgb grey
set multiplot layout 1,panels margins 0.075,0.985,0.15,0.89 spacing 0.012,0
do for [p = 0:panels - 1] {
    set title "signal |μ| = " . signal(p)
    set format y p > 0 ? "" : "10^{%T}"
    unset label
    if (p == 0) {
        set ylabel "test error on clean labels"
        set label "0" at graph -0.03, first low right
        set key at graph 0.03, 0.05 left bottom
    } else {
        unset ylabel
        set key off
    }
    if (p == panels - 1) {
        set label "share of wrong labels" at 1150, noise * 1.4 right textcolor rgb grey
    }
    if (p == panels / 2 - 1) { set xlabel "dimensions for each point, d / m" offset 10, 0.8 } \
    else { unset xlabel }
    plot for [e = 1:3] table index 3 * p + e - 1 using \
        (shift(e) * column("dimension") / samples):(at_least(error(0))): \
        (at_least(error(0) - 2 * column(band))):(at_least(error(0) + 2 * column(band))) \
        with yerrorlines linetype e title ends[e]
}
unset multiplot
