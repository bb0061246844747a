# What one unlearning step costs on fresh points, by dimension and signal. Left: test
# accuracy of the trained, the unlearned and the retrained network, drawn side by side,
# and of the linear classifier sum_i y_i x_i (lines, computed). Right: distance to the
# retrained network. Points are means over the replicates, bars are two standard
# errors each way, often smaller than the point.
#
#     gnuplot -e "folder='results/generalization'" plots/generalization.gp

name = "generalization"; width = 980; height = 480
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

samples = 20
array exponent[3]
do for [b = 0:2] {
    stats table index b using "signal_exponent" name "A" nooutput
    exponent[b + 1] = A_min
}
array colour[3] = ["#0072B2", "#D55E00", "#009E73"]

# Of sum_i y_i x_i: its mean margin over its spread, both on a fresh point.
averaging(d, a) = norm(samples * d ** (2 * a) * sqrt(d) / \
    sqrt(samples + samples ** 2 * d ** (2 * a)))
networks = "trained unlearned retrained"
array shape[3] = [7, 5, 9]
array shift[3] = [0.83, 1, 1.2]

set logscale x
set format x "10^{%T}"
set xlabel "dimension d"
set xrange [60:1.7e6]
set multiplot layout 1,2 margins 0.085,0.985,0.13,0.9 spacing 0.11,0

set ylabel "test accuracy"
set yrange [0.5:1.01]
set key above left maxcols 4
array label_x[3] = [3e4, 3e3, 100]
array label_y[3] = [0.98, 0.9, 0.66]
do for [i = 1:3] {
    set label i sprintf("|μ| = d^{%g}", exponent[i]) at label_x[i], label_y[i] \
        textcolor rgb colour[i]
}
plot for [i = 1:3] keyentry with points pt shape[i] lc rgb grey \
        title word(networks, i), \
    keyentry with lines dt 2 lw 1.5 lc rgb grey title "Σ_i y_i x_i" enhanced, \
    for [b = 0:2] averaging(x, exponent[b + 1]) with lines dt 2 lw 1.5 \
        lc rgb colour[b + 1] notitle, \
    for [i = 1:3] for [b = 0:2] table index b using (column("dimension") * shift[i]):\
        (column("accuracy_" . word(networks, i) . "_mean")):\
        (2 * column("accuracy_" . word(networks, i) . "_sem")) \
        with yerrorbars pt shape[i] dt 1 lw 1.5 lc rgb colour[b + 1] notitle

set ylabel "distance 1 − cos to the retrained network"
set logscale y
set format y "10^{%T}"
set yrange [1e-6:0.1]
set key inside bottom left title "mean ± 2 standard errors" left
unset label
plot keyentry with linespoints pt 7 lw 2 dt 3 lc rgb grey title "trained", \
    keyentry with linespoints pt 5 lw 2 dt 1 lc rgb grey title "unlearned", \
    for [b = 0:2] table index b using "dimension":"none_tau_mean":\
        (2 * column("none_tau_sem")) with yerrorlines pt 7 lw 2 dt 3 \
        lc rgb colour[b + 1] notitle, \
    for [b = 0:2] table index b using "dimension":"retrain_tau_mean":\
        (2 * column("retrain_tau_sem")) with yerrorlines pt 5 lw 2 dt 1 \
        lc rgb colour[b + 1] notitle
unset multiplot
