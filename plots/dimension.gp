# How the certificate closes with the dimension, at the theory's step. Points are
# medians over the replicates, bars reach from the lower to the upper quartile, lines
# are power laws fitted to the medians; their slopes stand in the key and on standard
# output.
#
#     gnuplot -e "folder='results/dimension'" plots/dimension.gp

name = "dimension"; width = 760; height = 520
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

array column_of[3] = ["restored_relative_eps", "restored_relative_delta", "restored_tau"]
array label_of[3] = ["residual ε / |θ|", "slackness δ / |θ|²", "distance τ"]
array slope[3]
array error[3]
array height_of[3]
set fit errorvariables
law(x) = intercept + exponent * x
do for [i = 1:3] {
    intercept = 1; exponent = -0.5
    fit law(x) table using (log10(column("dimension"))):\
        (log10(column(column_of[i] . "_median"))) via intercept, exponent
    slope[i] = exponent; error[i] = exponent_err; height_of[i] = 10 ** intercept
    print sprintf("%s ~ dimension^(%.3f +- %.3f)", column_of[i], slope[i], error[i])
}

set logscale xy
set format "10^{%T}"
set xlabel "dimension d"
set ylabel "certificate at the theory's step (restored)"
set xrange [60:2e8]
set yrange [1e-10:10]
set key bottom left title "median and quartiles, fit to medians" left
plot for [i = 1:3] height_of[i] * x ** slope[i] with lines lt i notitle, \
    for [i = 1:3] table using "dimension":(column(column_of[i] . "_median")):\
        (column(column_of[i] . "_q25")):(column(column_of[i] . "_q75")) \
        with yerrorbars lt i dt 1 ps 0.8 \
        title sprintf("%s ∝ d^{%.2f ± %.2f}", label_of[i], slope[i], error[i]) \
        enhanced, \
    table using (column("dimension") * 1.3):"exact_tau_median":"exact_tau_q25":\
        "exact_tau_q75" with yerrorbars lt 4 dt 1 lw 1 title "τ of the exact KKT point"
