#!/bin/sh
# Files, names and folders of somebody else: nothing run, nothing replaced, nothing
# waited for.
. "$(dirname "$0")/harness.sh"
export SLURM_CPUS_PER_TASK=1
cp "$here/small.yaml" .
run run -q small.yaml -o good
status 0

# Files that are a user's own are not replaced, whatever --fresh says.
for name in grid.yaml table.tsv report.html run.log data; do
    mkdir own
    case $name in
    data) mkdir own/data && echo mine >own/data/points.svm ;;
    *) echo mine >own/$name ;;
    esac
    for option in '' --fresh; do
        run run small.yaml -o own $option
        status 2
        err "sweep run: 'own' is not a folder of results: it holds '$name' but no \
sweep.db; move that away, or choose another folder with -o"
        check "untouched" [ "$(cd own && find . -type f -exec cat {} +)" = mine ]
        check "nothing else is there" [ "$(find own -type f | wc -l)" -eq 1 ]
    done
    run merge own good
    status 2
    check "untouched" [ "$(cd own && find . -type f -exec cat {} +)" = mine ]
    rm -r own
done
mkdir own
echo mine >own/notes.txt
run run -q small.yaml -o own
status 0
check "the same table" cmp -s good/table.tsv own/table.tsv
rm own/table.tsv own/run.log # a folder of results stays one
run run -q small.yaml -o own
status 0
check "the same table" cmp -s good/table.tsv own/table.tsv

# A link is not followed, wherever it stands; a pipe is not waited for.
echo mine >victim
for name in sweep.lock run.log table.tsv grid.yaml; do
    for kind in link pipe; do
        rm -rf copy
        cp -r good copy
        rm -f "copy/$name"
        case $kind in
        link) ln -s ../victim "copy/$name" ;;
        pipe) mkfifo "copy/$name" ;;
        esac
        run run -q small.yaml -o copy
        status 1
        check "one message" [ "$(wc -l <.err)" -eq 1 ]
        err_has "'copy/$name'"
        check "untouched" [ "$(cat victim)" = mine ]
        for command in status table plot report verify; do
            timeout 20 "$sweep" $command copy >.out 2>.err
            code=$?
            what="sweep $command copy ($name is a $kind)"
            check "it ends" [ "$code" -ne 124 ]
        done
        check "untouched" [ "$(cat victim)" = mine ]
    done
done
run table copy
status 1
err "sweep table: cannot open 'copy/grid.yaml': not a regular file"
mkdir export
ln -s ../victim export/record.json
run trial small.yaml --cell 0 --replicate 0 --export export
status 1
err_has "cannot write 'export/record.json': a symbolic link, which is not followed"
check "untouched" [ "$(cat victim)" = mine ]

# Copies of data are not written through a link to a folder.
cp "$here/../fault/data.yaml" .
gzip -c "$here/../grids/data/three.svm" >three.svm.gz
run run -q data.yaml -o data
mkdir elsewhere && echo mine >elsewhere/three.svm.gz
rm -r data/data && ln -s ../elsewhere data/data
run run -q data.yaml -o data
status 1
err "sweep run: cannot write into 'data/data': a symbolic link, which is not followed"
check "untouched" [ "$(cat elsewhere/three.svm.gz)" = mine ]

# A packed file of little else than zeros takes no gigabyte.
head -c 100000000 /dev/zero | gzip >three.svm.gz
what="a packed file that takes 100 MB"
"$sweep" run -q data.yaml -o bomb >.out 2>.err
code=$?
status 2
err "three.svm.gz: error: the gzip file holds more than is read: one of its size may \
unpack to $((64 + 100 * $(wc -c <three.svm.gz) / 1048576)) MiB; unpack it if it holds data"

# A grid out of a pipe is one that the user gives.
what="sweep run /dev/stdin"
sh -c 'sleep 0.2; cat small.yaml' | "$sweep" run -q /dev/stdin -o piped 2>.err
code=$?
status 0
check "the same table" cmp -s good/table.tsv piped/table.tsv

# One that lies about may have nobody who writes to it.
mkfifo pipe.yaml
run plan pipe.yaml
status 1
check "a pipe is not waited for" grep -q "cannot open 'pipe.yaml': not a regular file" .err

# Names on the terminal and in the log: what they hold is seen, not done. A command to
# go on with can be pasted.
name="$(printf 'a\033[2J\nb; touch pwned #$(touch pwned)')"
sed 's/max_steps: 200/max_steps: 200000/; s/replicates: 2/replicates: 2000/
    s/polish: true/polish: false/' small.yaml >"$name"
run run "$name" -o "$name out" --time-limit 0
status 4
check "no control character" sh -c '! tr -d "\n" <.err | grep -q "[[:cntrl:]]"'
check "one line each" [ "$(wc -l <.err)" -eq 3 ]
hint=$(sed -n 's/.*to go on: sweep run //p' .err)
run plan "$name" -o "$name out" --no-pilot
check "no control character" sh -c '! tr -d "\n" <.out | grep -q "[[:cntrl:]]"'
if command -v bash >/dev/null; then
    check "pasted" bash -c 'eval "words=($1)"; [ "${words[0]}" = "$2" ] &&
        [ "${words[2]}" = "$2 out" ]' bash "$hint" "$name"
fi
check "nothing was run" [ ! -e pwned ]
run run "$name" --cell
status 2
check "no control character" sh -c '! tr -d "\n" <.err | grep -q "[[:cntrl:]]"'

# A lock that somebody wrote is shown as it is written.
printf 'host\033]0;x\007 99999999 1 00 20\033[31m\n' >good/sweep.lock
run status good
check "no control character" sh -c '! cat .out .err | tr -d "\n" | grep -q "[[:cntrl:]]"'
rm good/sweep.lock

finish 158
