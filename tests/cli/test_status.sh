#!/bin/sh
# `sweep status`, and --watch that ends by itself: with the run, after its death, where
# nobody works.
. "$(dirname "$0")/harness.sh"
cp "$here/small.yaml" .
export SLURM_CPUS_PER_TASK=1

# begin FOLDER OPTION...: a run of some seconds in the background, as process $run
begin() {
    folder=$1
    shift
    "$sweep" run long.yaml -q -o "$folder" "$@" 2>run.err &
    run=$!
    for i in $(seq 100); do
        grep -qs start "$folder"/run.log "$folder"/shard-*/run.log && break
        sleep 0.1
    done
}

# watch DIR: as `run status DIR --watch`, but given up after 60 seconds
watch() {
    what="sweep status $1 --watch"
    timeout 60 "$sweep" status "$1" --watch >.out 2>.err
    code=$?
}

# A run that ends: reported while it works and when it has.
sed 's/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 60/
    s/signal: 1/signal: 4/; s/polish: true/polish: false/' small.yaml >long.yaml
begin a
watch a
wait "$run"
check "the run was seen to the end" [ $? -eq 0 ]
status 0
silent_err
check "at work" grep -q "^a: [0-9]* of 180 trials .*; process $run on .* since " .out
check "the last state" [ "$(tail -n 1 .out | cut -d ';' -f 1)" = \
    "a: 180 of 180 trials done" ]

# Killed while it is watched; nobody has asked yet how it ended.
sed -i 's/replicates: 60/replicates: 6000/' long.yaml
begin b
(sleep 3 && kill -KILL "$run") &
watch b
status 4
silent_err
check "at work" grep -q "; process $run on " .out
check "the last state" grep -qE "^b: [0-9]+ of 18000 trials done, .*[0-9]+ missing;.* \
nobody works here \(process $run on .* died\), last result .* ago\$" .out
check "reported once" [ "$(grep -c 'nobody works here' .out)" = 1 ]
wait "$run"
run status b
status 4
out_has "nobody works here (process $run on "
run run long.yaml -q -o b --time-limit 0s
status 4

# Nobody was there.
watch b
status 4
check "one look" [ "$(grep -c '^b: ' .out)" -eq 1 ]
out_has "; nobody works here, last result "
check "nobody died" [ "$(grep -c died .out)" = 0 ]
run run small.yaml -q -o c --time-limit 0s
watch c
status 4
out_has "c: 0 of 6 trials done, 6 missing; nobody works here"

# The reader of a watch leaves.
begin d
check "a closed pipe ends it" timeout 20 sh -c \
    '"$1" status d --watch | head -n 1 >.pipe' - "$sweep"
check "it read a line" grep -q "^d: " .pipe

# Shards: as long as one is at work.
kill -TERM "$run"
wait "$run"
begin e --shard 1/3
run status e
status 4
out_has "0 of 3 shards complete, 2 not begun"
check "somebody works there" [ "$(grep -c 'nobody works' .out)" = 0 ]
(sleep 1 && kill -KILL "$run") &
watch e
status 4
check "it works" grep -q "^e/shard-1-of-3: .*; process $run on " .out
check "it died" grep -q "^e/shard-1-of-3: .*; nobody works here (process $run on " .out
check "nobody is left" grep -q "^e: .*; nobody works here, last result " .out

watch nowhere
status 1
silent_out

# A folder of results folders: a line for each.
mkdir -p all/other all/broken
mv c all/c
"$sweep" run small.yaml -q -o all/full
sed 's/name: small/name: s\nnote: two <parts>/' small.yaml >parts.yaml
"$sweep" run parts.yaml -q -o all/parts --shard 1/2
echo no database >all/broken/sweep.db
run status all
status 0
silent_err
check "four lines" [ "$(wc -l <.out)" -eq 4 ]
day='20[0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]'
check "a broken one" grep -q "^all/broken  -                 unreadable: .*grid.yaml" .out
check "a stopped one" grep -q "^all/c       $day  stopped: 0 of 6 trials\$" .out
check "a full one" grep -q "^all/full    $day  done: 6 of 6 trials\$" .out
check "shards" grep -q "^all/parts   $day  stopped: [36] of [36] trials, shards have not begun;\
 two <parts>\$" .out
mv all/c c

# On a terminal lines are broken to its width, and say the same.
check "lines fit" python3 - "$sweep" <<'END'
import fcntl, os, pty, struct, subprocess, sys, termios
said = subprocess.run([sys.argv[1], "status", "c"], capture_output=True, text=True).stdout
main, side = pty.openpty()
fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
subprocess.run([sys.argv[1], "status", "c"], stdout=side, env=os.environ | {"TERM": "vt100"})
os.close(side)
lines = os.read(main, 9999).decode().split("\r\n")
words = lambda text: [w for w in text.split() if not w[0].isdigit()] # the age grows
sys.exit(len(said) < 50 or max(map(len, lines)) > 39 or words(" ".join(lines)) != words(said))
END

finish 38
