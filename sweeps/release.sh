#!/bin/sh
# Writes dist/sweep-VERSION-x86_64-linux.tar.gz: sweep as one statically linked executable, with
# all that an installation has and the licences of what is linked in. Unpacked over a prefix
# it is an installation:
#
#     tar -xzf dist/sweep-*.tar.gz -C ~/.local --strip-components=1
#
# Made on Debian 12 or later (meson 0.63); the same commit and packages give the same bytes.
set -eu
cd "$(dirname "$0")/.."
. sweeps/build.sh

need_packages $BUILD_PACKAGES gfortran
# libgfortran.a needs libquadmath.a, which nothing else names.
rm -rf build-release
# Without proofs: Debian has no static FLINT.
meson setup build-release --prefix / -Dprefer_static=true -Dstrip=true -Dproofs=disabled \
    -Dc_link_args="-static -Wl,-u,quadmath_snprintf,-lquadmath,-lm" >&2
ninja -C build-release >&2
# Otherwise it would have the kernels of this machine only.
build-release/src/sweep version | grep -q DYNAMIC_ARCH || {
    echo "release.sh: this OpenBLAS does not choose its kernels by the CPU" >&2
    exit 1
}
version=$(build-release/src/sweep version | sed -n '1s/^sweep \([^ ]*\).*/\1/p')
name=sweep-$version-$(uname -m)-linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR=$work/$name meson install -C build-release --no-rebuild --quiet

# The packages of the libraries, the licences they state, and the texts those refer to.
licences=$work/$name/share/doc/sweep/licences
mkdir "$licences"
packages=$(
    for library in gsl openblas lapacke yaml sqlite3 z gomp gfortran quadmath gcc c m; do
        realpath "$(${CC:-cc} -print-file-name=lib$library.a)"
    done | xargs dpkg-query -S | cut -d : -f 1 | sort -u
    echo librandom123-dev
)
for package in $packages; do
    cp -L "/usr/share/doc/$package/copyright" "$licences/$package"
done
for text in $(grep -oh '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$licences"/* |
    sort -u); do
    cp -L "$text" "$licences"
done
dpkg-query -W $packages >"$licences/versions"

mkdir -p dist
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mode=u+rw,go=u-w \
    --mtime="@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}" -cf - "$name" |
    gzip -9n >"dist/$name.tar.gz"
echo "dist/$name.tar.gz"
