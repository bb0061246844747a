# Test accuracy after forgetting wrong labels, or as many random points, by their number.
# Points are means over the replicates, bars two standard errors each way; those of
# retraining are drawn a little to the right.
#
#     gnuplot -e "folder='results/forget_noise'" plots/forget_noise.gp

name = "forget_noise"; width = 980; height = 470
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# Blocks: two dimensions, in each the mislabelled and the random points.
array title[2] = ["d = 300, |μ| = 0.1", "d = 10 000, |μ| = 0.045"]
which = "mislabelled random"

set xlabel "points forgotten, of 100"
set xrange [0:17]
set key bottom left title "mean ± 2 standard errors" left
set multiplot layout 1,2 margins 0.08,0.985,0.13,0.9 spacing 0.09,0
do for [p = 0:1] {
    set title title[p + 1]
    set ylabel p ? "" : "test accuracy"
    stats table index 2 * p using "accuracy_trained_mean" name "T" nooutput
    set arrow 1 from 0, T_max to 17, T_max nohead dt 2 lw 1.2 lc rgb grey
    set label 1 "trained" at 16.8, T_max offset 0, 0.6 right textcolor rgb grey
    if (p) { set key off; set yrange [0.85:0.96] } else { set yrange [0.65:0.90] }
    plot for [w = 1:2] table index 2 * p + w - 1 using \
            "forgotten_mean":"accuracy_unlearned_mean":\
            (2 * column("accuracy_unlearned_sem")) with yerrorlines \
            lt w pt 7 dt 1 title word(which, w) . ", ascent", \
        for [w = 1:2] table index 2 * p + w - 1 using \
            (column("forgotten_mean") + 0.2):"accuracy_retrained_mean" \
            with linespoints lt w pt 4 dt 3 title word(which, w) . ", retraining", \
        for [w = 1:2] table index 2 * p + w - 1 using \
            (column("forgotten_mean") + 0.2):"accuracy_retrained_mean":\
            (2 * column("accuracy_retrained_sem")) with yerrorbars \
            lt w pt 4 dt 1 lw 1 notitle
}
unset multiplot
