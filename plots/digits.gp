# Real images of handwritten digits, 3 against 8, 10 of them, as they are, without their mean,
# and with unit variances too: what a step does by its length, for ascent and its two
# projected variants. Above: distance to the retrained network; below: test accuracy.
# Points are means over the replicates, bands two standard errors each way; the dashed
# line is doing nothing.
#
#     gnuplot -e "folder='results/digits'" plots/digits.gp

name = "digits"; width = 980; height = 720
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# Blocks: 10 and 50 points, in each what is done to them, in each the three methods.
methods = "ascent minnorm pgu"
array heading[3] = ["as they are", "centred", "centred, unit variances"]
columns = "retrain_tau accuracy_unlearned"
array label[2] = ["distance to retraining, 1 − cos", "test accuracy"]
array idle[2] = ["none_tau", "accuracy_trained"]

set xrange [0:2]
set xtics 0.5
set key top left title "mean ± 2 standard errors" left
set multiplot layout 2,3 margins 0.09,0.985,0.1,0.94 spacing 0.06,0.08
do for [c = 1:2] {
    do for [p = 0:2] {
        if (c == 1) { set title heading[p + 1] } else { unset title }
        set xlabel (c == 2 ? "step as a fraction of the theory's step s" : "")
        set ylabel p ? "" : label[c]
        set yrange [0:0.3]
        if (c == 2) { set yrange [0.55:1] }
        y = word(columns, c)
        stats table index 3 * p using (column(idle[c] . "_mean")) name "W" nooutput
        set arrow 1 from 0, W_max to 2, W_max nohead dt 2 lw 1.2 lc rgb grey
        set label 1 "doing nothing" at 1.98, W_max offset 0, (c == 1 ? 1.2 : 0.6) right \
            textcolor rgb grey
        plot for [k = 1:3] table index 3 * p + k - 1 using "step_scale":\
                (column(y . "_mean") - 2 * column(y . "_sem")):\
                (column(y . "_mean") + 2 * column(y . "_sem")) \
                with filledcurves lt k notitle, \
            for [k = 1:3] table index 3 * p + k - 1 using "step_scale":(column(y . "_mean")) \
                with linespoints lt k title word(methods, k)
        set key off
    }
}
unset multiplot
