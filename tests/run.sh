#!/bin/sh
# Build with warnings as errors and run the tests.
#   sh tests/run.sh [--build DIR] [--setup "MESON OPTIONS"] [--suites "unit numeric ..."]
# The compiler is $CC, as always with meson.
set -eu
cd "$(dirname "$0")/.."
. sweeps/build.sh

build=build-test
setup=
suites=
while [ $# -gt 0 ]; do
    case $1 in
    --build) build=$2 ;;
    --setup) setup=$2 ;;
    --suites) suites=$2 ;;
    *)
        echo "usage: sh tests/run.sh [--build DIR] [--setup 'MESON OPTIONS']" \
            "[--suites 'unit numeric ...']" >&2
        exit 2
        ;;
    esac
    shift 2
done

# munged runs as a user of its own: a folder made for chroot may be closed to it.
if [ "$(id -u)" -eq 0 ] && [ -z "$(find / -maxdepth 0 -perm -001)" ]; then
    echo "run.sh: / is closed to all users but root, opening it: chmod 755 /" >&2
    chmod 755 /
fi

need_packages $BUILD_PACKAGES $PROOF_PACKAGES gnuplot-nox libcmocka-dev python3-numpy python3-scipy \
    python3-sklearn python3-pandas bsdextrautils groff-base clang libomp-dev slurmctld \
    slurmd slurm-client munge chromium
setup_build "$build" -Dtests=enabled -Dwerror=true $setup
ninja -C "$build"
for suite in $suites; do
    set -- "$@" --suite "$suite"
done
meson test -C "$build" --print-errorlogs "$@"
