# measure.sh - what the benchmark scripts share. Sourced.

# seconds COMMAND...: the wall time of a command that must succeed.
seconds() {
    start=$(date +%s%N)
    "$@" >&2 || return
    end=$(date +%s%N)
    awk -v ns=$((end - start)) 'BEGIN { printf "%.4f\n", ns * 1e-9 }'
}

# median NUMBER...
median() {
    printf '%s\n' "$@" | sort -g | awk '{ x[NR] = $1 }
        END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}

describe_machine() {
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    echo "${model:-unknown CPU}, $(nproc) CPUs, load $(cut -d ' ' -f 1 /proc/loadavg)"
}
