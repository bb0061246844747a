# Share of the networks whose exact KKT point is proved, and how far it is from another
# pattern of activations: by the dimension, uncorrelated, and by what correlation leaves
# between the points, in dimension 1000. Lines are medians, small points the least of all.
#
#     gnuplot -e "folder='results/proof'" plots/proof.gp

name = "proof"; width = 900; height = 640
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

counts = "4 8 16 32"
set logscale x
# What is not of a line does not break it, and neither do blocks.
set datafile missing NaN
rows = sprintf("< grep . '%s'", table)
set nomxtics; set nomytics
set key title "number of points m"
set multiplot layout 2,2 margins 0.11,0.98,0.12,0.93 spacing 0.09,0.09

# Rows of one line: m points, uncorrelated or in dimension 1000.
uncorrelated(m) = column("samples") == m && column("correlation") == 0
correlated(m) = column("samples") == m && column("dimension") == 1000
x(panel) = panel % 2 ? 1 - column("correlation") : column("dimension")
shown(panel, m) = panel % 2 ? correlated(m) : uncorrelated(m)

do for [panel = 0:3] {
    set title panel == 0 ? "uncorrelated points" : panel == 1 ? "dimension 1000" : ""
    set xlabel panel == 2 ? "dimension d" : panel == 3 ? "1 − ρ" : ""
    if (panel % 2) {
        set xrange [5e-12:2]; set xtics 1e-11, 100; set format x "10^{%T}"
    } else {
        set xrange [8:12500]; set xtics autofreq; set format x "%g"
    }
    if (panel < 2) {
        unset logscale y
        set yrange [0:1.05]; set ytics 0.25; set format y "%g"
        set ylabel panel ? "" : "share proved"
        set key bottom left
    } else {
        set logscale y
        set yrange [panel == 2 ? 1e-7 : 1e-16:1]
        set ytics 1e-16, panel == 2 ? 10 : 100; set format y "10^{%T}"
        set ylabel panel == 2 ? "smallest gap of a network" : ""
        unset key
    }
    if (panel == 1) {
        unset key
    }
    y = panel < 2 ? "trained_proved_mean" : "trained_gap_median"
    plot for [k = 1:4] rows using \
            (shown(panel, word(counts, k) + 0) ? x(panel) : NaN):(column(y)) \
            smooth unique with linespoints lt k title word(counts, k), \
        for [k = 1:(panel < 2 ? 0 : 4)] rows using \
            (shown(panel, word(counts, k) + 0) ? x(panel) : NaN): \
            (column("trained_gap_min")) with points lt k pt 7 ps 0.3 notitle
}
unset multiplot
