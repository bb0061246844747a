# Test error of networks that fit a seventh of wrong labels, by signal and dimension.
# Points are means over the replicates, bars two standard errors each way. Errors of
# exactly 0 are drawn on the lower edge.
#
#     gnuplot -e "folder='results/benign_overfitting'" plots/benign_overfitting.gp

name = "benign_overfitting"; width = 760; height = 500
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

noise = 0.15; samples = 100; low = 2e-5
error(b) = 1 - column("accuracy_trained_mean")
at_least(y) = y < low ? low : y
band = "accuracy_trained_sem"
array dimension[4]
do for [b = 0:3] {
    stats table index b using "dimension" name "D" nooutput
    dimension[b + 1] = D_min
}

set logscale xy
set xlabel "signal |μ|"
set ylabel "test error on clean labels"
set format x "%g"
set format y "10^{%T}"
set xrange [0.018:1.1]
set yrange [low:1]
set key above horizontal maxrows 1 title "mean ± 2 standard errors; d / m:"
set arrow from graph 0, first noise to graph 1, first noise nohead dt 2 lw 1.2 lc rgb grey
set label "share of wrong labels" at 1.05, noise * 1.4 right textcolor rgb grey
set label "0" at graph -0.01, first low right
plot for [b = 0:3] table index b using "signal":(at_least(error(b))):\
        (at_least(error(b) - 2 * column(band))):(at_least(error(b) + 2 * column(band))) \
        with yerrorlines linetype b + 1 \
        title sprintf("%g", dimension[b + 1] / samples)
