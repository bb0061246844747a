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
$3 == "step" { times[$1, "step" $4] = times[$1, "step" $4] " " $5 }
$3 == "gradient" { gradient = $4 }
$1 == "far" { far_of = far_of " " $3 }
$3 == "seconds" {
    one = $2 ~ /^end/ && $1 !~ /numpy|torch/ ? $4 / end_replicates : $4
    times[$1, $2] = times[$1, $2] " " one
}
$2 == "job1000" && $3 == "value" {
    for (k = 5; k <= NF; k++)
        values[$1, $4] = values[$1, $4] " " $k
}

END {
    printf "medians of %d interleaved repeats, one thread each\n\n", repeats
    printf "%-24s %-9s %11s %-3s %9s\n", "work (d,m,n)", "program", "time", "",
        "/ sweep"
    n = split(sizes, size, " ")
    for (i = 1; i <= n; i++)
        rows("step " size[i], "step" size[i], "us", "")
    rows("to 1e-3 1000,10,400", "job1000", "s", "")
    rows("to 1e-3 10000,10,400", "job10000", "s",
        far_steps " of " median(far_of) " steps timed")
    n = split(limit_timed, timed, " ")
    for (i = 1; i <= n; i++) {
        split(timed[i], part, ",")
        rows("to the end " part[1] ",10,400", "end" part[1], "s",
            part[2] " of " limit " steps timed")
    }
    printf "\n21 step scales; to 1e-3: %d replicates at d = 1000 and %d at d = 10000; ",
        near, far
    printf "to the end: 1\n(the %d of one run of sweep, divided by %d)\n",
        end_replicates, end_replicates
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
