#!/bin/bash
# README's commands on machines that have never seen the project.
#   sudo tests/fresh.sh [SUITE[:N]...]      bookworm, trixie, ...; by default bookworm
# Each of the indented lines under README's '## Start' (with :N the N-th alone) runs in a
# bare Debian root of its own: debootstrap's minbase from this machine's apt sources, and
# in it a clone of HEAD in a folder with a space in its name. All are run by a user who has
# sudo, the first also by root where there is no sudo. A skipped test is a failure.
# Nothing of the environment is passed on but $FRESH_ENV, for a CPU on which OpenBLAS
# needs a setting: FRESH_ENV="OPENBLAS_CORETYPE=Haswell".
#   ${FRESH_CACHE:-/var/tmp/sweep-fresh} keeps the bare roots (SUITE-RECIPE.tar), the
# packages that were downloaded (SUITE.debs) and what the commands printed
# (SUITE-N-USER.log). RECIPE is a checksum of what makes a root: no other is taken for it.
# Exit status: 1 a command failed, 3 no root could be made, 2 wrong usage.
set -u
top=$(cd "$(dirname "$0")/.." && pwd)
export cache=${FRESH_CACHE:-/var/tmp/sweep-fresh}
root=$cache/root
passed=0 failed=0 unmade=0 child=

complain() {
    echo "fresh.sh: $*" >&2
}

# Its processes and mounts end with it, however this script ends.
isolated() { # COMMAND...
    set -m # a group of its own: Ctrl-C is for this script, and not ignored there
    unshare --mount --pid --fork --kill-child "$@" </dev/null &
    child=$!
    set +m
    wait $child
    local status=$?
    child=
    return $status
}

clean() {
    if [ -n "$child" ]; then
        kill -KILL $child
        wait $child
    fi 2>/dev/null
    for _ in 1 2 3 4 5; do
        rm -rf --one-file-system "$root" "$cache/base" "$cache/base.tar" && break
        sleep 1
    done
}

mirror() {
    apt-get indextargets --format '$(CREATED_BY) $(SITE)' |
        awk '$1 == "Packages" && $2 ~ /debian/ && $2 !~ /security/ {print $2; exit}'
}

# What the machine's apt needs to reach its mirror.
apt_settings() {
    apt-config dump --no-empty --format '%f "%v";%n' |
        grep -E '^Acquire::(Check-[^:]*|https?::Proxy) '
}

# make_base SUITE: the bare root as a tarball, with a user who may do everything.
make_base() {
    local base=$cache/base
    command -v debootstrap >/dev/null || {
        apt-get update -qq && apt-get install -y -qq --no-install-recommends debootstrap
    } || return
    isolated debootstrap --variant=minbase --include=sudo "$1" "$base" "$(mirror)" || return
    apt_settings >"$base/etc/apt/apt.conf.d/99machine"
    chroot "$base" useradd --create-home --shell /bin/bash user || return
    echo 'user ALL=(ALL) NOPASSWD: ALL' >"$base/etc/sudoers.d/user"
    echo force-unsafe-io >"$base/etc/dpkg/dpkg.cfg.d/short-lived"
    rm -f "$base"/var/cache/apt/archives/*.deb
    tar -C "$base" -cf "$cache/base.tar" . && mv "$cache/base.tar" "$(base_tar "$1")" &&
        rm -rf "$base"
}

base_tar() { # SUITE
    echo "$cache/$1-$(declare -f make_base | sha256sum | cut -c 1-12).tar"
}

# home_of USER: their home in the root; a root without that user is none of ours.
home_of() {
    chroot "$root" getent passwd "$1" | cut -d: -f6 | grep '^/'
}

# make_root SUITE USER: unpacked, with a clone of this checkout.
make_root() {
    local home
    rm -rf --one-file-system "$root"
    mkdir -p "$root" "$cache/$1.debs" || return
    tar -C "$root" -xf "$(base_tar "$1")" || return
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/" || return
    [ "$2" = user ] || rm "$root/usr/bin/sudo" || return
    home=$(home_of "$2") || return
    # A copy, whose owner can be changed without touching the objects of the original.
    git -c safe.directory='*' clone -q --no-hardlinks "$top" "$root$home/a checkout" &&
        chroot "$root" chown -R "$2:" "$home/a checkout"
}

# enter SUITE USER COMMAND: 125 where it did not come to that.
enter() {
    cd "$root" && mount -t proc proc proc && mount --rbind /dev dev &&
        mount --rbind /sys sys && mount --bind "$cache/$1.debs" var/cache/apt/archives ||
        return 125
    local home path=/usr/local/bin:/usr/bin:/bin
    home=$(home_of "$2") || return 125
    [ "$2" = user ] || path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    chroot --userspec="$2:" . /usr/bin/env -i HOME="$home" USER="$2" LOGNAME="$2" \
        PATH="$path" LANG=C.UTF-8 TERM=dumb ${FRESH_ENV:-} \
        sh -c 'cd "$HOME/a checkout" && eval "$1"' sh "$3"
}
export -f enter home_of
export root

packages() {
    chroot "$root" dpkg-query -W -f '${binary:Package}=${Version}\n' | sort
}

# megabytes PACKAGES: of all packages installed since then, as they are downloaded.
megabytes() {
    comm -13 <(echo "$1") <(packages) | xargs -r chroot "$root" apt-cache show |
        awk '/^Size:/ {n += $2} END {printf "%.0f", n / 1e6}'
}

# run_command SUITE N USER: README's N-th command.
run_command() {
    local command=${commands[$2 - 1]} log=$cache/$1-$2-$3.log what status before
    what="$1, ${3/#user/user with sudo}: $(sed 's/ *#.*//' <<<"$command")"
    if ! make_root "$1" "$3" >"$log" 2>&1; then
        status=125
    else
        before=$(packages)
        local start=$SECONDS
        isolated bash -c 'enter "$@"' bash "$1" "$3" "$command" >"$log" 2>&1
        status=$?
    fi
    if [ $status -eq 125 ]; then
        echo "NO ROOT  $what"
        unmade=$((unmade + 1))
    elif [ $status -eq 0 ] && ! grep -q 'SKIP' "$log"; then
        echo "passed   $what ($((SECONDS - start)) s, $(megabytes "$before") MB of packages)"
        passed=$((passed + 1))
        return
    else
        echo "FAILED   $what (status $status, $(grep -c SKIP "$log") skipped," \
            "$((SECONDS - start)) s, $(megabytes "$before") MB of packages)"
    fi
    failed=$((failed + 1))
    tail -n 40 "$log" | sed 's/^/    /'
    grep 'SKIP' "$log" | sed 's/^/    /'
    echo "    log: $log"
}

run_suite() { # SUITE [N]
    local log=$cache/$1.log n numbers=${2:-$(seq ${#commands[@]})}
    if [ ! -f "$(base_tar "$1")" ]; then
        local start=$SECONDS
        if make_base "$1" >"$log" 2>&1; then
            echo "bare     $1 ($((SECONDS - start)) s)"
        else
            echo "NO ROOT  $1: debootstrap failed, nothing was tried in it; log: $log"
            tail -n 5 "$log" | sed 's/^/    /'
            unmade=$((unmade + 1)) failed=$((failed + 1))
            return
        fi
    fi
    for n in $numbers; do
        run_command "$1" "$n" user
        [ "$n" -ne 1 ] || run_command "$1" "$n" root
    done
}

[ $# -gt 0 ] || set -- bookworm
mapfile -t commands < <(awk '/^## / {start = $0 == "## Start"}
    start && /^    / {print substr($0, 5); found = 1; next}
    start && found {exit}' "$top/README.md")
if [ ${#commands[@]} -eq 0 ]; then
    complain "README.md has no indented command under '## Start'"
    exit 2
fi
for wanted; do
    if ! [[ $wanted =~ ^[a-z]+(:[1-${#commands[@]}])?$ ]]; then
        complain "'$wanted' is no suite, nor a suite and one of ${#commands[@]} commands"
        exit 2
    fi
done
if [ "$(id -u)" -ne 0 ]; then
    complain "a bare root is made by root alone; use: sudo $0 $*"
    exit 2
fi
mkdir -p "$cache" || exit 3
exec 9>"$cache/lock"
flock -n 9 || {
    echo "waiting for another fresh.sh"
    flock 9
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
clean # what one left that was killed
isolated true || {
    complain "no bare root: unshare may not make namespaces here"
    exit 3
}
for wanted; do
    run_suite ${wanted/:/ }
done
echo "$passed passed, $failed failed"
[ $unmade -eq 0 ] || exit 3
[ $failed -eq 0 ]
