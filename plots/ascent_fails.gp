# Distance to the retrained network after unlearning, as a multiple of the distance
# before: correlation of the points by length of the step, one panel a method. Medians
# over the replicates. Blue is nearer than doing nothing, orange farther; the black line
# is where both are alike.
#
#     gnuplot -e "folder='results/ascent_fails'" plots/ascent_fails.gp

name = "ascent_fails"; width = 980; height = 760
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# A block holds one method and one correlation, a row one step scale.
stats table index 0 using "step_scale" name "STEP" nooutput
stats table using "correlation" name "RHO" nooutput
methods = "ascent descent_ascent minnorm pgu"
rhos = RHO_blocks / words(methods)
dx = (RHO_max - RHO_min) / (rhos - 1) / 2
dy = (STEP_max - STEP_min) / (STEP_records - 1) / 2

# The step at which the ratio passes 1, at each correlation, by linear interpolation.
array crossing[rhos]
pass(k, s, y) = (crossing[k] = crossing[k] == crossing[k] ? crossing[k] : y < 1 ? NaN : \
    s > STEP_min ? s - (s - last_s) * (y - 1) / (y - last_y) : STEP_min - 2 * dy, \
    last_s = s, last_y = y)

set border 15
unset grid
set xrange [RHO_min - dx:RHO_max + dx]
set yrange [STEP_min - dy:STEP_max + dy]
set xtics 0.2
set ytics 0.5
set logscale cb
set cbtics (0.2, 0.5, 1, 2, 5)
set cbrange [0.2:5]
set palette defined (-1 "#0072B2", 0 "#FFFFFF", 1 "#D55E00")
set style fill solid noborder
set key off
unset colorbox
set multiplot layout 2,2 margins 0.075,0.86,0.085,0.95 spacing 0.05,0.09

do for [i = 1:words(methods)] {
    set title word(methods, i) noenhanced
    set xlabel i > 2 ? "correlation ρ of two points" : ""
    set ylabel i % 2 ? "step s" : ""
    set format y i % 2 ? "%g" : ""
    if (i == 2) {
        set colorbox user origin 0.885,0.2 size 0.025,0.6
        set cblabel "distance to retraining, unlearned / trained" offset 0.5
    } else { unset colorbox }
    do for [k = 1:rhos] {
        crossing[k] = NaN
        stats table index (i - 1) * rhos + k - 1 \
            using (pass(k, column("step_scale"), column("retrain_ratio_median"))) nooutput
    }
    plot for [b = (i - 1) * rhos:i * rhos - 1] table index b using \
            "correlation":"step_scale":\
            (column("correlation") - 1.04 * dx):(column("correlation") + 1.04 * dx):\
            (column("step_scale") - 1.04 * dy):(column("step_scale") + 1.04 * dy):\
            "retrain_ratio_median" with boxxyerror fillcolor palette, \
        crossing using (RHO_min + 2 * dx * ($1 - 1)):2 with lines lw 2.5 dt 1 \
            lc rgb "#000000"
}
unset multiplot
