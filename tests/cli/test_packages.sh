#!/bin/sh
# sweeps/packages.sh and sweeps/build.sh where something is missing: root, apt-get, a release
# that is new enough, a build folder that works. The commands they meet are made up here.
set -u
cd "$(dirname "$0")/../.." || exit 99
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0
: >"$work/out"
failed=0
unset CC

# A machine that has nothing but these; command_is NAME LINES adds one.
machine() {
    rm -rf "$work/bin" "$work/log"
    mkdir "$work/bin"
    for tool in sh sed sort basename mktemp rm env grep; do
        ln -s "$(command -v $tool)" "$work/bin"
    done
    command_is id 'echo 1000'
}
command_is() {
    printf '#!/bin/sh\n%s\n' "$2" >"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
debian() { # SQLITE: with apt-get, which offers this version
    command_is apt-get "echo apt-get \"\$@\" >>'$work/log'"
    command_is apt-cache "case \$2 in libsqlite3-dev) echo '  Candidate: $1' ;;
        *) echo '  Candidate: 1.0.1-5' ;; esac"
}
run() { # SCRIPT: with that machine's commands only
    PATH=$work/bin sh -c "set -eu; . sweeps/build.sh; $1" quickstart.sh \
        >"$work/out" 2>&1 </dev/null
    code=$?
}
check() { # WHAT CONDITION...
    what=$1
    shift
    checks=$((checks + 1))
    "$@" || { echo "FAILED: $what"; cat "$work/out"; failed=$((failed + 1)); }
}
one_line() { # STATUS TEXT...: that status, and one line that has these texts
    [ "$code" -eq "$1" ] && [ "$(grep -c '' "$work/out")" -eq 1 ] || return 1
    shift
    for text; do grep -qF "$text" "$work/out" || return 1; done
}
silent() { [ "$code" -eq 0 ] && [ ! -s "$work/out" ]; }
called() { [ "$(cat "$work/log" 2>/dev/null)" = "$1" ]; }
wanted='need_packages meson ninja-build libgsl-dev libcmocka-dev libsqlite3-dev'

check "sweeps/README.md names the packages of a build" sh -c '. sweeps/build.sh
    grep -qxF "    sudo apt-get install $BUILD_PACKAGES" sweeps/README.md'

machine
run "$wanted"
check "neither apt-get nor root" one_line 1 "meson ninja-build libgsl-dev libcmocka-dev" \
    "static release file"
debian 3.40.1-2
command_is sudo 'echo password please >&2; exit 1'
run "$wanted"
check "a sudo that asks" one_line 1 "meson ninja-build libgsl-dev" "static release file"
check "apt-get is left alone" called ''
for tool in ninja cc pkg-config; do command_is $tool 'exit 0'; done
command_is meson 'echo 0.56.2'
run "$wanted"
check "all is there, not from packages" silent
command_is meson 'echo 0.55.3'
command_is cc 'exit 1'
run "$wanted"
check "an old meson, no headers" one_line 1 "apt-get: meson libgsl-dev;"

machine
debian 3.40.1-2
command_is sudo "[ \"\$1\" != -n ] || shift; echo sudo >>'$work/log'; exec \"\$@\""
command_is true 'exit 0'
run "need_packages meson libsqlite3-dev"
check "sudo" [ "$code" -eq 0 ]
check "sudo installs" called "sudo
sudo
apt-get update -qq
sudo
apt-get install -y -qq --no-install-recommends meson libsqlite3-dev"

machine
debian 3.34.1-3
command_is id 'echo 0'
run "need_packages meson libsqlite3-dev"
check "an old release" one_line 1 "libsqlite3-dev 3.34.1-3" 3.35 "static release file"
check "nothing is installed there" called "apt-get update -qq"
rm "$work/log"
run "need_packages meson"
check "a new one of what is wanted" called "apt-get update -qq
apt-get install -y -qq --no-install-recommends meson"

# Arb is a package of its own, or not there to be had beside FLINT 3.
machine
debian 3.40.1-2
command_is id 'echo 0'
run 'need_packages $PROOF_PACKAGES'
check "Arb beside FLINT" called "apt-get update -qq
apt-get install -y -qq --no-install-recommends libflint-dev libflint-arb-dev"
rm "$work/log"
command_is apt-cache "[ \$2 = libflint-arb-dev ] || echo '  Candidate: 3.1.3-1'"
run 'need_packages $PROOF_PACKAGES'
check "Arb in FLINT" called "apt-get update -qq
apt-get install -y -qq --no-install-recommends libflint-dev"

# A build folder, and each thing that makes it unusable.
machine
folder="$work/a build"
configure() {
    rm -rf "$folder"
    mkdir -p "$folder/meson-logs" "$folder/src"
    touch "$folder/build.ninja"
    printf '%s\n' "Source dir: ${1:-$(pwd -P)}" >"$folder/meson-logs/meson-log.txt"
    printf '[\n  {\n    "directory": "",\n    "command": "%s -c a.c"\n' "${2:-cc}" \
        >"$folder/compile_commands.json"
}
refused() { one_line 1 "rm -rf '$folder'"; }
for tool in cc ninja clang; do command_is $tool 'exit 0'; done
command_is meson 'echo "$@"'
configure
run "setup_build '$folder'"
check "a folder that works" silent
run "setup_build '$folder' -Dtests=enabled"
check "its options are set" one_line 0 "configure $folder -Dtests=enabled"
run "CC=clang; setup_build '$folder'"
check "another compiler is asked for" refused
configure /elsewhere
run "setup_build '$folder'"
check "other sources" refused
configure '' gcc-99
run "setup_build '$folder'"
check "a compiler that is gone" refused
configure '' 'ccache cc'
run "CC=cc; setup_build '$folder'"
check "ccache" silent
printf '#!/bin/sh\nexit 127\n' >"$folder/src/sweep"
chmod +x "$folder/src/sweep"
run "setup_build '$folder'"
check "a program without its libraries" refused
configure
command_is ninja 'exit 1'
run "setup_build '$folder'"
check "a meson that does not understand it" refused
rm "$folder/build.ninja"
run "setup_build '$folder' -Dtests=enabled"
check "a new folder" one_line 0 "setup $folder -Dtests=enabled"

echo "$checks checks, $failed failed"
[ "$failed" -eq 0 ] && [ "$checks" -eq 22 ]
