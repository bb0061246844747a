# Distance to a network retrained from a fresh start, in weights and on test points, of one
# retrained from the trained network's start (the noise of retraining), and of the networks
# that forget by a step of 0, 0.9 and 1 times the theory's: medians of the replicates with
# quartiles by dimension, on pure Gaussian points (above) and in the mixture (below). What is 0
# or rounding stands on the lower edge.
#
#     gnuplot -e "folder='results/noise_floor'" plots/noise_floor.gp

name = "noise_floor"; width = 860; height = 640
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

columns = "tau output_distance"
array label[2] = ["in weights: 1 − cos", "on test points: relative distance of outputs"]
array low[2] = [1e-4, 5e-3]
array title[2] = ["pure Gaussian", "mixture, |μ| = 0.25"]
array step[3] = [0, 2, 3] # blocks of the table
array what[3] = ["no step", "step 0.9", "step 1"]
kept(y, low) = y > low ? y : low

set logscale xy
set xrange [70:15000]
set xtics ("100" 100, "300" 300, "1000" 1000, "10000" 10000)
set format y "10^{%T}"
set multiplot layout 2,2 margins 0.11,0.985,0.1,0.85 spacing 0.08,0.08
do for [row = 0:1] {
    do for [c = 1:2] {
        y = word(columns, c)
        set yrange [low[c]:1]
        set title row == 0 ? label[c] : ""
        if (row == 1) { set xlabel "dimension d" } else { set xlabel "" }
        if (c == 1) { set ylabel title[row + 1] } else { set ylabel "" }
        if (row == 0 && c == 2) { \
            set key at screen 0.985, 0.995 right top maxrows 2 \
        } else { set key off }
        plot for [b = 1:3] table index 5 * row + step[b] using "dimension":\
            (kept(column("retrain_" . y . "_median"), low[c])):\
            (kept(column("retrain_" . y . "_q25"), low[c])):\
            (kept(column("retrain_" . y . "_q75"), low[c])) \
            with yerrorlines linetype b title what[b], \
            table index 5 * row using "dimension":\
            (kept(column("floor_" . y . "_median"), low[c])):\
            (kept(column("floor_" . y . "_q25"), low[c])):\
            (kept(column("floor_" . y . "_q75"), low[c])) \
            with yerrorlines linetype 4 title "retrained from the other start"
    }
}
unset multiplot
