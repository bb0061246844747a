# peers.awk - the tables of peers.sh from sweep's reference table and the raw lines.

function median(list,    x, n, i, j, held) {
    n = split(list, x, " ")
    for (i = 2; i <= n; i++) {
        held = x[i] + 0
        for (j = i - 1; j >= 1 && x[j] + 0 > held; j--)
            x[j + 1] = x[j]
        x[j + 1] = held
    }
    return (x[int((n + 1) / 2)] + x[int(n / 2) + 1]) / 2
}

function row(what, program, time, sweep, unit, note) {
    printf "%-24s %-9s %11.5g %-3s %9.4g  %s\n", what, program, time, unit,
        time / sweep, note
}

function rows(what, key, unit, note,    k, program, sweep) {
    sweep = median(times["ambient", key])
    for (k = 1; k <= 5; k++) {
        program = programs[k]
        if (program in missing)
            printf "%-24s %-9s not measured: python3-%s is missing\n", what,
                label[program], program
        else if ((program, key) in times)
            row(what, label[program], median(times[program, key]), sweep, unit,
                program ~ /numpy|torch/ ? note : "")
    }
}

# Mean and standard error of the peers' values, and how far from sweep's.
function compare(program, name,    x, n, i, sum, square, mean, sem, apart) {
    n = split(values[program, name], x, " ")
    for (i = 1; i <= n; i++)
        sum += x[i]
    mean = sum / n
    for (i = 1; i <= n; i++)
        square += (x[i] - mean) ^ 2
    sem = n > 1 ? sqrt(square / (n - 1) / n) : 0
    apart = sqrt(sem ^ 2 + reference_sem[name] ^ 2)
    if (mean == reference[name])
        apart = 0
    else
        apart = apart > 0 ? (mean - reference[name]) / apart : 99
    if (!(apart <= 4 && apart >= -4))
        apart_count++
    printf "  %10.5g +- %-8.2g %5.1f", mean, sem, apart
}

BEGIN {
    split("ambient bartlett loop numpy torch", programs, " ")
    label["ambient"] = "sweep"
    label["bartlett"] = "bartlett"
    label["loop"] = "C loop"
    label["numpy"] = "NumPy"
    label["torch"] = "PyTorch"
}

# The reference: step_scale, three counts, then mean and sem of each column.
FILENAME ~ /reference$/ {
    if (/^#/ || NF == 0)
        next
    if (!header) {
        header = split($0, column, "\t")
        next
    }
    for (k = 5; k < header; k += 2) {
        name = column[k]
        sub(/_mean$/, "", name)
        if (name ~ /^(scaled_eps|retrain_tau|accuracy_unlearned)$/)
            name = name ":" $1
        reference[name] = $k
        reference_sem[name] = $(k + 1)
    }
    next
}

$2 == "missing" { missing[$1] }
$2 == "step" { times[$1, "step" $3] = times[$1, "step" $3] " " $4 }
$2 == "gradient" { gradient = $3 }
$1 == "far" { far_of = far_of " " $3 }
$2 == "seconds" && $1 ~ /ambient|bartlett/ {
    times[$1, "job" $3] = times[$1, "job" $3] " " $4
}
# The jobs of a peer come in turn: d = 1000, d = 10000.
$2 == "seconds" && $1 ~ /numpy|torch/ {
    key = "job" (jobs[$1]++ % 2 ? 10000 : 1000)
    times[$1, key] = times[$1, key] " " $3
}
$2 == "value" && jobs[$1] % 2 == 1 {
    for (k = 4; k <= NF; k++)
        values[$1, $3] = values[$1, $3] " " $k
}

END {
    printf "medians of %d interleaved repeats, one thread each\n\n", repeats
    printf "%-24s %-9s %11s %-3s %9s\n", "work (d,m,n)", "program", "time", "",
        "/ sweep"
    n = split(sizes, size, " ")
    for (i = 1; i <= n; i++)
        rows("step " size[i], "step" size[i], "us", "")
    rows("grid 1000,10,400", "job1000", "s", "")
    rows("grid 10000,10,400", "job10000", "s",
        far_steps " of " median(far_of) " steps timed")
    printf "\ngrid: 21 step scales, %d replicates at d = 1000 and %d at d = 10000\n",
        near, far
    printf "steps timed: of each training; the rest is counted at the same pace\n"
    if (gradient)
        printf "PyTorch's gradient: %s, the faster of autograd and by hand\n", gradient
    if (("numpy" in missing) && ("torch" in missing))
        exit
    printf "\nthe same job? mean +- standard error at d = 1000, and the difference to "
    printf "sweep in joint\nstandard errors\n%-22s  %10s    %-8s", "", "sweep", ""
    for (k = 4; k <= 5; k++)
        if (!(programs[k] in missing))
            printf "  %10s    %-8s %5s", label[programs[k]], "", "diff"
    printf "\n"
    n = split("steps trained_margin trained_norm trained_eps accuracy_trained " \
        "accuracy_retrained none_tau scaled_eps:0 scaled_eps:1 scaled_eps:2 " \
        "retrain_tau:0 retrain_tau:1 retrain_tau:2 accuracy_unlearned:1 " \
        "accuracy_unlearned:2", quantity, " ")
    for (i = 1; i <= n; i++) {
        printf "%-22s  %10.5g +- %-8.2g", quantity[i], reference[quantity[i]],
            reference_sem[quantity[i]]
        for (k = 4; k <= 5; k++)
            if (!(programs[k] in missing))
                compare(programs[k], quantity[i])
        printf "\n"
    }
    if (apart_count) {
        printf "\n%d differences beyond 4 standard errors: not the same job\n",
            apart_count
        exit 1
    }
}
