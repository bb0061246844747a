# Stable rank of a leaky network's weights along training, by the size of its initial
# weights. Points are means over the replicates; above those of exact points a bar
# reaches to the largest of all replicates.
#
#     gnuplot -e "folder='results/stable_rank'" plots/stable_rank.gp

name = "stable_rank"; width = 1000; height = 480
load system(sprintf("dirname '%s'", ARG0)) . "/style.gp"

stages = "init step trained exact"
array label[4] = ["before training", "after one step", "trained", "exact KKT point"]
array dimension[3] = ["100", "1000", "10 000"]

set logscale xy
set format x "10^{%T}"
set format y "%g"
set xlabel "length of a neuron before training"
set xrange [6e-5:1.6]
set yrange [1:120]
set key at graph 0.02, 0.88 left top Left reverse
set arrow 1 from 6e-5, 2 to 1.6, 2 nohead dt 2 lw 1.2 lc rgb grey
set multiplot layout 1,3 margins 0.07,0.985,0.13,0.92 spacing 0.03,0
do for [p = 0:2] {
    set title "d = " . dimension[p + 1] offset 0, -0.6
    set ylabel p ? "" : "stable rank |W|_F^2 / |W|_2^2" enhanced
    set format y p ? "" : "%g"
    if (p == 2) { set key on } else { set key off }
    unset label
    if (p == 0) { set label "2" at 7e-5, 2.25 textcolor rgb grey }
    # Blocks: two leaks, in each the three dimensions.
    plot for [i = 1:4] keyentry with linespoints lt i dt 1 title label[i], \
        keyentry with lines lw 2 dt 1 lc rgb grey title "leak 0.1", \
        keyentry with lines lw 2 dt 3 lc rgb grey title "leak 0.5", \
        for [k = 0:1] for [i = 1:3] table index 3 * k + p using "init_scale":\
            (column("stable_rank_" . word(stages, i) . "_mean")) \
            with linespoints lt i dt 2 * k + 1 ps 0.5 notitle, \
        for [k = 0:1] table index 3 * k + p using "init_scale":\
            "stable_rank_exact_mean":"stable_rank_exact_mean":"stable_rank_exact_max" \
            with yerrorlines lt 4 dt 2 * k + 1 ps 0.5 notitle
}
unset multiplot
