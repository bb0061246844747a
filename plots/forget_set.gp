# Forgetting k of m = 20 points by one step of the theory's length. Left: relative
# restored eps, and tau, pure Gaussian points. Right: 1 - cos to the network retrained without them,
# of the trained and the unlearned network, pure Gaussian and mixture. Points are
# medians over the replicates, bars reach from the lower to the upper quartile.
#
#     gnuplot -e "folder='results/forget_set'" plots/forget_set.gp

name = "forget_set"; width = 980; height = 460
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

stats table index 1 using "restored_relative_eps_median" name "MIXTURE" nooutput
stats table index 1 using "restored_tau_median" name "TAU" nooutput
gaussian = "#0072B2"
mixture = "#D55E00"
bars = "using 'forget':(column(y . '_median')):(column(y . '_q25')):" . \
    "(column(y . '_q75')) with yerrorlines"
set linetype 6 lw 2 pt 7 dt 1
set linetype 7 lw 2 pt 5 dt (8, 4)

set logscale y
set format y "10^{%T}"
set xlabel "number of forgotten points k"
set xrange [0.5:10.5]
set xtics 1
set key top left title "median and quartiles" left
set multiplot layout 1,2 margins 0.09,0.985,0.13,0.96 spacing 0.11,0

set ylabel "restored certificate, pure Gaussian"
set yrange [5e-5:1]
tau = TAU_max == 0 ? "τ = 0" : sprintf("τ < %.0e", 2 * TAU_max)
set label sprintf("mixture: ε / |θ| < %.0e, ", 2 * MIXTURE_max) . tau \
    at graph 0.97, 0.04 right textcolor rgb mixture
plot y = "restored_relative_eps", \
    table index 0 @bars lt 6 lc rgb gaussian title "residual ε / |θ|", \
    y = "restored_tau", table index 0 @bars lt 7 lc rgb gaussian title "distance τ"

unset label
set ylabel "distance 1 − cos to the retrained network"
set yrange [1e-4:40]
plot y = "none_tau", \
    table index 0 @bars lt 7 lc rgb gaussian title "trained, pure Gaussian", \
    y = "retrain_tau", \
    table index 0 @bars lt 6 lc rgb gaussian title "unlearned, pure Gaussian", \
    y = "none_tau", table index 1 @bars lt 7 lc rgb mixture title "trained, mixture", \
    y = "retrain_tau", \
    table index 1 @bars lt 6 lc rgb mixture title "unlearned, mixture", \
    [1:10] 1 - sqrt(1 - x / 20) with lines dt 3 lw 1.5 lc rgb grey \
    title "1 − (1 − k/m)^{1/2}" enhanced
unset multiplot
