# build.sh - what a build needs, and a build folder that works. Sourced at the top of the
# checkout by the scripts that build.
. sweeps/packages.sh

BUILD_PACKAGES="build-essential meson ninja-build pkg-config git libgsl-dev \
libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev libsqlite3-dev librandom123-dev"
# For proofs, beside them: FLINT with Arb, which Debian 12 has as two packages.
PROOF_PACKAGES="libflint-dev libflint-arb-dev"

# setup_build FOLDER [MESON OPTION...]: make the folder, or set the options in one that is
# there.
setup_build() {
    if [ ! -f "$1/build.ninja" ]; then
        meson setup "$@" >&2
    elif ! usable_build "$1"; then
        echo "$(basename "$0"): the folder $1 was made for other sources, another compiler" \
            "or another machine; remove it and start again: rm -rf '$1'" >&2
        return 1
    elif [ $# -gt 1 ]; then
        meson configure "$@" >&2
    fi
}

# Made here, with $CC if that is set, by a meson that still understands it, of a program
# whose libraries are found (126, 127: the program cannot be started).
usable_build() {
    grep -qxF "Source dir: $(pwd -P)" "$1/meson-logs/meson-log.txt" || return 1
    compiler=$(sed -n '/.*"command": "/ { s///p; q; }' "$1/compile_commands.json")
    compiler=${compiler#*ccache }
    case $compiler in "${CC:-${compiler%% *}} "*) ;; *) return 1 ;; esac
    command -v "${compiler%% *}" >/dev/null || return 1
    ninja -C "$1" build.ninja >/dev/null 2>&1 || return 1
    [ ! -f "$1/src/sweep" ] || "$1/src/sweep" version >/dev/null 2>&1
    case $? in 126 | 127) return 1 ;; esac
}
