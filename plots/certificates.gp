# The certificates of the unlearned network by the length of the step: columns pure
# Gaussian and mixture, rows eps and tau. Lines are medians over the replicates, bands
# reach from the lower to the upper quartile.
#
#     gnuplot -e "folder='results/certificates'" plots/certificates.gp

name = "certificates"; width = 900; height = 680
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

# Curves that leave a panel below stop at its edge; their value is written there.
floor_eps = 0.005; floor_tau = 1e-6
clamp(y, low) = y < low ? low : y
stats table index 1 using (column("step_scale") == 1 ? \
    column("restored_relative_eps_median") : NaN) name "EPS" nooutput
stats table index 1 using (column("restored_tau_q75")) name "TAU" nooutput

set logscale y
set xtics 0.5
set key title "median and quartiles" left
set arrow 1 from 1, graph 0 to 1, graph 1 nohead dt 2 lc rgb grey lw 1.2 back
set multiplot layout 2,2 margins 0.11,0.98,0.11,0.94 spacing 0.04,0.06

do for [panel = 0:3] {
    b = panel % 2
    eps = panel < 2
    unset label
    set title ""
    set key on
    if (eps) {
        set title b == 0 ? "pure Gaussian points" : "mixture, |μ| = 0.251"
        set yrange [floor_eps:1]
        set key bottom left
        other = "scaled"; low = floor_eps
        y1 = "scaled_relative_eps_"; y2 = "restored_relative_eps_"
    } else {
        set xlabel "step as a fraction of the theory's step s"
        set yrange [floor_tau:0.3]
        set key bottom right
        other = "exact"; y1 = "exact_tau_"; y2 = "restored_tau_"; low = floor_tau
    }
    set format x eps ? "" : "%g"
    set format y b ? "" : "10^{%T}"
    set ylabel b ? "" : eps ? "stationarity residual ε / |θ|" : "distance τ = 1 − cos"
    if (b == 1) {
        set key off
        if (eps && EPS_min < floor_eps) {
            set label sprintf("%.0e at s = 1", EPS_min) \
                at 1.08, floor_eps * 1.25 textcolor rgb grey
        }
        if (!eps && TAU_max < floor_tau) {
            set label sprintf("restored: τ < %.0e", TAU_max > 0 ? 2 * TAU_max : 1e-30) \
                at 0.05, floor_tau * 2 textcolor lt 2
        }
    }
    plot table index b using "step_scale":\
            (clamp(column(y1 . "q25"), low)):(clamp(column(y1 . "q75"), low)) \
            with filledcurves lt (eps ? 1 : 3) notitle, \
        "" index b using "step_scale":\
            (clamp(column(y2 . "q25"), low)):(clamp(column(y2 . "q75"), low)) \
            with filledcurves lt 2 notitle, \
        "" index b using "step_scale":(clamp(column(y1 . "median"), low)) \
            with linespoints lt (eps ? 1 : 3) pi 5 title other, \
        "" index b using "step_scale":(clamp(column(y2 . "median"), low)) \
            with linespoints lt 2 pi 5 title "restored"
}
unset multiplot
