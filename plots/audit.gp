# How much better than guessing an auditor tells the unlearned model from a retrained one by
# the margin of the forgotten point, against the length of the step, with 95 % intervals
# (above); two certificates of the same trials (below), medians. One column for each signal
# and dimension.
#
#     gnuplot -e "folder='results/audit'" plots/audit.gp

name = "audit"; width = 1100; height = 700
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

stats table using 0 nooutput
columns = STATS_blocks / 3 # a block for each signal, dimension and method
methods = "ascent minnorm pgu"
set xrange [0.77:1.23]
set xtics 0.8, 0.2
set grid xtics ytics lc rgb "#DDDDDD" lw 1 lt 1
title(c) = system(sprintf("sed -n 's/^# \\[signal=\\(.*\\) dimension=\\(.*\\) method=.*\\]$/" . \
    "|μ| = \\1, d = \\2/p' '%s' | sed -n %dp", table, 3 * c + 1))

set multiplot layout 3,columns margins 0.085,0.985,0.1,0.9 spacing 0.012,0.045
do for [row = 0:2] {
    if (row == 0) { set yrange [0:1] } else { set logscale y }
    if (row == 1) { set yrange [1e-17:3] }
    if (row == 2) { set yrange [1e-33:3] }
    y = row == 1 ? "restored_relative_eps_median" : "exact_tau_median"
    low = row == 1 ? 1e-17 : 1e-33
    do for [c = 0:columns - 1] {
        set format y c > 0 ? "" : row == 0 ? "%g" : "10^{%T}"
        if (c > 0) { unset ylabel } else { \
            set ylabel row == 0 ? "auditor's advantage (KS)" : \
                row == 1 ? "restored ε / |θ|" : "exact τ" offset (row == 0 ? 0 : 2), 0 }
        if (row == 0) { set title title(c) } else { unset title }
        set format x row == 2 ? "%g" : ""
        if (row == 2 && c == columns / 2 - 1) { \
            set xlabel "step as a fraction of the theory's step s" offset 8, 0.9 \
        } else { unset xlabel }
        if (row == 0 && c == 0) { \
            set key at screen 0.985, 0.995 right top maxrows 1 } else { set key off }
        if (row == 0) {
            plot for [m = 0:2] table index 3 * c + m using \
                "step_scale":"ks":"ks_low":"ks_high" \
                with yerrorlines linetype m + 1 title word(methods, m + 1)
        } else {
            plot for [m = 0:2] table index 3 * c + m using \
                "step_scale":(column(y) < low ? low : column(y)) \
                with linespoints linetype m + 1 notitle
        }
    }
}
unset multiplot
