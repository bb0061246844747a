# packages.sh - install the Debian packages named as arguments that are missing; with
# none missing it does nothing. Sourced by quickstart.sh and tests/run.sh.

need_packages() {
    missing=
    for package in "$@"; do
        state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) || state=
        [ "$state" = "install ok installed" ] || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=
    [ "$(id -u)" -eq 0 ] || as_root=sudo
    echo "installing with apt-get:$missing" >&2
    $as_root apt-get update -qq &&
        $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends $missing >&2
}

BUILD_PACKAGES="build-essential meson ninja-build pkg-config git libgsl-dev \
libopenblas-dev liblapacke-dev libyaml-dev zlib1g-dev libsqlite3-dev librandom123-dev"
