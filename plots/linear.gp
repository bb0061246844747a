# The linear predictor after one unlearning step, by dimension. Points are means over
# the replicates, bars are two standard errors each way, often smaller than the point.
# Left: relative eps without a step, at the theory's step and at twice that. Right, at the
# theory's step: relative delta, and 1 - cos to the retrained predictor with and without the
# step; slopes, fitted to the means from d = 1000 on, stand in the key and on standard
# output.
#
#     gnuplot -e "folder='results/linear'" plots/linear.gp

name = "linear"; width = 980; height = 460
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# Blocks of the table: step scale 0, 1, 2.
theory = 1
array column_of[3] = ["scaled_relative_delta", "retrain_tau", "none_tau"]
array label_of[3] = ["δ / |θ|²", "1 − cos to retrained", "1 − cos, no step"]
array slope[3]
array height_of[3]
law(x) = intercept + exponent * x
# From 2.9 on: log10(1000) comes out below 3.
do for [i = 1:3] {
    intercept = 1; exponent = -0.5
    fit [2.9:] law(x) table index theory using (log10(column("dimension"))):\
        (log10(column(column_of[i] . "_mean"))) via intercept, exponent
    slope[i] = exponent; height_of[i] = 10 ** intercept
    print sprintf("%s ~ dimension^(%.3f)", column_of[i], exponent)
}

set logscale xy
set format "10^{%T}"
set xlabel "dimension d"
set xrange [50:2e6]
set multiplot layout 1,2 margins 0.09,0.985,0.13,0.96 spacing 0.11,0
array shift[3] = [0.87, 1, 1.15]

set ylabel "stationarity residual ε / |θ|"
set yrange [1e-17:10]
set key center left title "mean ± 2 standard errors" left
plot for [b = 0:2] table index b using (column("dimension") * shift[b + 1]):\
    (column("scaled_relative_eps_mean")):(2 * column("scaled_relative_eps_sem")) \
    with yerrorlines \
    lt b + 1 title sprintf("s = %d", b)

set ylabel "at the theory's step"
set yrange [1e-9:3]
set key bottom left title "mean ± 2 standard errors, fit to d ≥ 1000" left
plot for [i = 1:3] height_of[i] * x ** slope[i] with lines lt i notitle, \
    for [i = 1:3] table index theory using "dimension":\
        (column(column_of[i] . "_mean")):(2 * column(column_of[i] . "_sem")) \
        with yerrorbars lt i dt 1 ps 0.8 \
        title sprintf("%s ∝ d^{%.2f}", label_of[i], \
        floor(100 * slope[i] + 0.5) / 100.) enhanced # not -0.00
unset multiplot
