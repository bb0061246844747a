# Linear models by the width of their prior, the scale of W(0): the area under the training loss,
# minus the log evidence of their labels, and their test error; means with standard errors. The
# best of each line of the first two is ringed: do they choose alike?
#
#     gnuplot -e "folder='results/training_speed'" plots/training_speed.gp

name = "training_speed"; width = 1040; height = 360
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

array label[3] = ["area under the training loss", "-log evidence", "test error"]
array y[3] = ["loss_sum", "log_evidence", "accuracy_trained"]
shown(c, x) = c == 1 ? x : c == 2 ? -x : 1 - x
signals = "0 0.5 1 2" # in the order of the blocks of the table

set logscale x
set xrange [0.07:150]
set xtics ("0.1" 0.1, "1" 1, "10" 10, "100" 100)
set xlabel "init scale"
set multiplot layout 1,3 margins 0.07,0.985,0.18,0.78 spacing 0.065,0.09
do for [c = 1:3] {
    set title label[c]
    if (c == 1) { set logscale y; set yrange [2:2000] }
    if (c == 2) { unset logscale y; set yrange [20:70] }
    if (c == 3) { set yrange [-0.02:0.55] }
    array least[4]
    do for [k = 1:4] {
        stats table index k - 1 using (shown(c, column(y[c] . "_mean"))) nooutput
        least[k] = STATS_min
    }
    if (c == 3) { set key at screen 0.985, 0.995 right top maxrows 1 } else { set key off }
    plot for [k = 1:4] table index k - 1 using "init_scale":\
            (shown(c, column(y[c] . "_mean"))):(column(y[c] . "_sem")) \
            with yerrorlines linetype k title "|μ| = " . word(signals, k), \
        for [k = 1:4] table index k - 1 using "init_scale":\
            (c < 3 && shown(c, column(y[c] . "_mean")) == least[k] ? least[k] : NaN) \
            with points pointtype 6 pointsize 2 linewidth 2 linetype k notitle
}
unset multiplot
