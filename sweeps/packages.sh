# packages.sh - have what a script needs, by the names of Debian's packages. Sourced.
#
#     need_packages PACKAGE...
#
# What is there counts, wherever it comes from: a package is missing when the commands,
# libraries or modules that it is wanted for are not found. Missing ones are installed with
# apt-get, as root or by sudo. Where that cannot be done, or would install a version that
# is too old, one sentence says so and the status is 1.

need_packages() {
    missing=
    for package in "$@"; do
        has_package "$package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    installs=no
    if command -v apt-get >/dev/null && may_install; then
        installs=yes
        $as_root apt-get update -qq || :
    fi
    new_enough meson "$MESON_VERSION" && new_enough libsqlite3-dev "$SQLITE_VERSION" ||
        return 1
    if [ "$installs" = no ]; then
        give_up "not installed, and no root or sudo to install it with apt-get:$missing;" \
            "ask an administrator for these Debian packages or for what is in them"
        return 1
    fi
    echo "installing with apt-get:$missing" >&2
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >&2
}

# The oldest that will do, as in meson.build.
MESON_VERSION=0.56
SQLITE_VERSION=3.35

has_package() {
    case $1 in
    build-essential) compiles '#include <stdio.h>' ;;
    libgsl-dev) compiles '#include <gsl/gsl_rng.h>' -lgsl ;;
    librandom123-dev) compiles '#include <Random123/philox.h>' ;;
    libopenblas-dev) pkg-config --exists openblas ;;
    liblapacke-dev) pkg-config --exists lapacke ;;
    libyaml-dev) pkg-config --exists yaml-0.1 ;;
    zlib1g-dev) pkg-config --exists zlib ;;
    libsqlite3-dev) pkg-config --atleast-version="$SQLITE_VERSION" sqlite3 ;;
    libflint-dev) compiles '#include <flint/flint.h>' -lflint ;;
    libflint-arb-dev) has_arb || ! offered libflint-arb-dev ;;
    libcmocka-dev) pkg-config --exists cmocka ;;
    meson) at_least "$MESON_VERSION" "$(meson --version)" ;;
    ninja-build) command -v ninja ;;
    gnuplot-nox) command -v gnuplot ;;
    groff-base) command -v groff ;;
    bsdextrautils) command -v column ;;
    libomp-dev) (CC=clang && compiles '#include <omp.h>' -fopenmp) ;;
    python3-*) python_module "${1#python3-}" ;;
    *) command -v "$1" ;; # git, pkg-config, gfortran, clang
    esac >/dev/null 2>&1
}

# Arb: in FLINT since its version 3, or beside it.
has_arb() {
    compiles '#include <flint/arb.h>' -lflint || compiles '#include <arb.h>' -lflint-arb
}

# compiles LINE OPTION...: a C program that begins with this line compiles and links.
compiles() {
    line=$1
    shift
    program=$(mktemp)
    printf '%s\nint main(void) { return 0; }\n' "$line" | ${CC:-cc} -x c -o "$program" - "$@"
    compiled=$?
    rm -f "$program"
    return $compiled
}

# Where the module named lies; the tests prefer the system's Python, too.
python_module() {
    PATH=/usr/bin:$PATH python3 -c 'import sys, importlib.util
spec = importlib.util.find_spec(sys.argv[1])
print(spec.submodule_search_locations[0]) if spec else sys.exit(1)' "$1"
}

# at_least A B: version B is A or later.
at_least() {
    printf '%s\n' "$1" "$2" | sort -C -V
}

may_install() {
    [ -z "$as_root" ] || sudo -n true 2>/dev/null || { [ -t 0 ] && sudo true; }
}

# offered PACKAGE: apt-get has one of that name.
offered() {
    case $(apt-cache policy "$1" 2>/dev/null) in *'Candidate: '[0-9]*) ;; *) return 1 ;; esac
}

# new_enough PACKAGE VERSION: unless it is missing and apt-get would install an older one.
new_enough() {
    case "$missing " in *" $1 "*) ;; *) return 0 ;; esac
    offer=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p')
    case $offer in '' | '(none)') return 0 ;; esac
    at_least "$2" "$offer" || {
        give_up "this system has $1 $offer, and $2 is needed, which Debian 12," \
            "Ubuntu 22.04 and later releases have; nothing was installed"
        return 1
    }
}

give_up() {
    echo "$(basename "$0"): $*; the static release file of sweep needs no package at all:" \
        "see sweeps/README.md, \"Install\"" >&2
}
