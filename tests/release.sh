#!/bin/sh
# Makes the release file and runs the quick-start sweep with it in bare Debian systems, as an
# ordinary user: the tables must have the bytes of the dynamic build's.
#
#     sh tests/release.sh [SUITE...]      by default bullseye bookworm trixie
#
# Needs root and debootstrap. A system costs about a minute once; it is kept in
# [FRESH_CACHE=/var/tmp/sweep-fresh].
set -eu
cd "$(dirname "$0")/.."
. sweeps/build.sh

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "release.sh: bare systems are made by root with debootstrap: run it as root," \
        "after apt-get install debootstrap" >&2
    exit 2
fi
[ $# -gt 0 ] || set -- bullseye bookworm trixie
cache=${FRESH_CACHE:-/var/tmp/sweep-fresh}
mkdir -p "$cache"
work=$(mktemp -d "$cache/release.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

release=$(sh sweeps/release.sh)
setup_build build
ninja -C build src/sweep >&2
build/src/sweep run sweeps/quickstart.yaml -q -o "$work/here"

failed=0
for suite; do
    if [ ! -f "$cache/$suite-plain.tar" ]; then
        debootstrap --variant=minbase "$suite" "$work/base" >"$cache/$suite-plain.log" 2>&1 || {
            echo "release.sh: debootstrap cannot make $suite: see $cache/$suite-plain.log" >&2
            exit 2
        }
        tar -C "$work/base" -cf "$work/base.tar" .
        mv "$work/base.tar" "$cache/$suite-plain.tar"
        rm -rf --one-file-system "$work/base"
    fi
    root=$work/$suite
    mkdir "$root"
    tar -C "$root" -xf "$cache/$suite-plain.tar"
    chmod 755 "$root" # that of a temporary folder is private
    tar -C "$root/usr/local" --strip-components=1 -xzf "$release"
    if chroot --userspec=65534:65534 "$root" /bin/sh -c \
        'cd /tmp && sweep run /usr/local/share/sweep/sweeps/quickstart.yaml -q' &&
        cmp "$work/here/table.tsv" "$root/tmp/results/quickstart/table.tsv"; then
        echo "$suite: the same table"
    else
        echo "$suite: FAILED"
        failed=1
    fi
    rm -rf --one-file-system "$root"
done
exit $failed
