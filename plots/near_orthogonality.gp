# Where the theory stops working: length of the step by correlation of the points.
# Left: relative restored eps, median over the replicates. Right: exact tau as a multiple of its
# value without a step: blue is nearer to an exact KKT point of the retained points than
# doing nothing, orange is farther. Circles: the best step at each correlation. Grey:
# fewer than half of the unlearned networks separate the retained points; elsewhere
# medians are over those that do.
#
#     gnuplot -e "folder='results/near_orthogonality'" plots/near_orthogonality.gp

name = "near_orthogonality"; width = 980; height = 480
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# A block of the table holds one step scale, the first of them 0; a row one correlation.
stats table index 0 using "correlation" name "RHO" nooutput
stats table using "step_scale" name "STEP" nooutput
dx = (RHO_max - RHO_min) / (RHO_records - 1) / 2
dy = (STEP_max - STEP_min) / (STEP_blocks - 1) / 2
rho(k) = RHO_min + 2 * dx * (k - 1)
position(x) = int((x - RHO_min) / (2 * dx) + 1.5)

array tau_without[RHO_records]
stats table index 0 using (tau_without[position(column("correlation"))] = \
    column("exact_tau_median")) nooutput
shown(i) = column("separated_mean") < 0.5 ? NaN : i == 0 ? \
    column("restored_relative_eps_median") : \
    column("exact_tau_median") / tau_without[position(column("correlation"))]

# For each correlation the step with the smallest value so far.
array smallest[RHO_records]
array best_step[RHO_records]
search(i, k) = shown(i) < smallest[k] ? \
    (smallest[k] = shown(i), best_step[k] = column("step_scale")) : best_step[k]

set border 15
unset grid
set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind \
    fillcolor rgb "#C8C8C8" fillstyle solid 1 noborder
set xlabel "correlation ρ of two points"
set ylabel "step as a fraction of the theory's step s"
set xrange [RHO_min - dx:RHO_max + dx]
set yrange [STEP_min - dy:STEP_max + dy]
set xtics 0.2
set ytics 0.5
set logscale cb
set style fill solid noborder
set key off
set multiplot layout 1,2 margins 0.08,0.92,0.13,0.9 spacing 0.17,0

do for [i = 0:1] {
    do for [k = 1:RHO_records] { smallest[k] = 1e300 }
    do for [b = 0:STEP_blocks - 1] {
        stats table index b using (search(i, position(column("correlation")))) nooutput
    }
    if (i == 0) {
        set title "restored residual ε / |θ|  (○ best step)"
        set palette defined (0 "#440154", 1 "#3B528B", 2 "#21918C", 3 "#5EC962", \
            4 "#FDE725")
        set cbrange [0.01:1]
        line = "#FFFFFF"
    } else {
        set title "exact τ / exact τ at s = 0  (○ best step)"
        set palette defined (-2 "#0072B2", 0 "#FFFFFF", 0.5 "#D55E00")
        set cbrange [0.01:10 ** 0.5]
        line = "#000000"
    }
    set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead front dt 2 lc rgb line
    plot for [b = 0:STEP_blocks - 1] table index b using \
            (shown(i) > 0 ? column("correlation") : NaN):"step_scale":\
            (column("correlation") - 1.05 * dx):(column("correlation") + 1.05 * dx):\
            (column("step_scale") - 1.05 * dy):(column("step_scale") + 1.05 * dy):\
            (shown(i)) with boxxyerror fillcolor palette, \
        best_step using (rho($1)):2 with points pt 6 ps 0.5 lw 1.5 lc rgb line
}
unset multiplot
