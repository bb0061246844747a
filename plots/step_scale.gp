# How far from a KKT point of the retained points one unlearning step lands, relative to
# the length of the weights, by the length of the step, one curve for each block of the
# table. Points are means over the
# replicates, bars are one standard error each way, often smaller than the point.
#
#     gnuplot -e "folder='results/quickstart'" plots/step_scale.gp

name = "step_scale"; width = 720; height = 460
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

set xlabel "step as a fraction of the theory's step s"
set ylabel "stationarity residual ε / |θ| of the unlearned model\non the retain set" offset 0
set yrange [0:*]
set arrow 1 from 1, graph 0 to 1, graph 1 nohead dt 2 lc rgb grey lw 1.2

stats table using 0 nooutput
blocks = STATS_blocks
# A block is named by the line '# [samples=10 width=100]' above it.
label(b) = blocks == 1 ? "mean ± standard error" : system(sprintf( \
    "sed -n 's/^# \\[\\(.*\\)\\]$/\\1/p' '%s' | sed -n %dp", table, b + 1))

# The tip, which may be rounding: said in digits.
stats table using (column("step_scale") == 1 ? column("scaled_relative_eps_mean") : NaN) \
    name "TIP" nooutput
if (TIP_records > 0) set label 1 sprintf("%.0e at s = 1", TIP_max) \
    at 1.02, graph 0.6 left textcolor rgb grey

set key above left maxcols 2
if (blocks > 1) set key title "mean ± standard error" left

plot for [b = 0:blocks - 1] table index b \
    using "step_scale":"scaled_relative_eps_mean":"scaled_relative_eps_sem" \
    with yerrorlines lt (b % 5) + 1 ps 1 - 0.15 * (b % 5) title label(b)
