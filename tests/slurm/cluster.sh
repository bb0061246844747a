# cluster.sh - a small Slurm of its own, on this machine, as this user. Sourced.
#
#   cluster_start DIR NODES CPUS   munged, slurmctld and a slurmd a node; 1: it failed
#   cluster_crash NODE             the node dies with all that runs on it
#   cluster_stop                   ends what cluster_start began, jobs first
#
# No systemd and no control groups: daemons stay children of this shell. DIR must be
# readable by all (munged insists). Times are short, so that a dead node is seen soon.
PATH=$PATH:/usr/sbin:/sbin

cluster_write() { # NODES CPUS PORT
    cat >"$cluster/slurm.conf" <<END
ClusterName=test
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmctldPort=$3
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
StateSaveLocation=$cluster/state
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmctldLogFile=$cluster/log/slurmctld
SlurmdPidFile=$cluster/slurmd.%n.pid
SlurmdLogFile=$cluster/log/slurmd.%n
SlurmdSpoolDir=$cluster/spool/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
SlurmdTimeout=5
KillWait=2
NodeName=n[1-$1] NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=[$(($3 + 1))-$(($3 + $1))] CPUs=$2 Sockets=1 CoresPerSocket=$2 ThreadsPerCore=1
PartitionName=test Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
    echo "CgroupPlugin=cgroup/v1" >"$cluster/cgroup.conf"
}

cluster_wait() { # SECONDS COMMAND...: until it succeeds
    local tries=$(($1 * 10))
    shift
    while ! "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

cluster_idle() { # NODES
    [ "$(timeout 5 sinfo -h -N -t idle -o %T 2>/dev/null | grep -cx idle)" = "$1" ]
}

cluster_start() {
    cluster=$1
    cluster_daemons=
    mkdir -p "$cluster"/{munge,state,log,spool}
    chmod 755 "$cluster" "$cluster/munge"
    (umask 077 && head -c 128 /dev/urandom >"$cluster/munge/key")
    munged -F --key-file="$cluster/munge/key" --socket="$cluster/munge/socket" \
        --pid-file="$cluster/munge/pid" --log-file="$cluster/munge/log" \
        --seed-file="$cluster/munge/seed" >"$cluster/log/munged" 2>&1 &
    cluster_daemons=$!
    cluster_wait 10 [ -S "$cluster/munge/socket" ] || return 1
    cluster_write "$2" "$3" $((20000 + $$ % 20000))
    export SLURM_CONF=$cluster/slurm.conf
    slurmctld -D -c >"$cluster/log/slurmctld.out" 2>&1 &
    cluster_daemons="$cluster_daemons $!"
    for node in $(seq "$2"); do
        mkdir -p "$cluster/spool/n$node"
        slurmd -D -N "n$node" >"$cluster/log/n$node.out" 2>&1 &
        cluster_daemons="$cluster_daemons $!"
    done
    cluster_wait 20 cluster_idle "$2"
}

# The processes of tasks on a node of this cluster, and the daemons above them.
cluster_tasks() { # NODE
    local entry process parent
    for entry in $(grep -lz "^SLURMD_NODENAME=$1\$" /proc/[0-9]*/environ 2>/dev/null); do
        grep -qz "^SWEEP_CLUSTER=$cluster\$" "$entry" 2>/dev/null || continue
        process=${entry#/proc/}
        process=${process%/environ}
        parent=$(awk '/^PPid/ {print $2}' "/proc/$process/status" 2>/dev/null)
        echo "$process"
        [ "$(cat "/proc/${parent:-0}/comm" 2>/dev/null)" = slurmstepd ] && echo "$parent"
    done
}

cluster_crash() {
    kill -KILL "$(cat "$cluster/slurmd.$1.pid")" $(cluster_tasks "$1") 2>/dev/null
    scontrol update nodename="$1" state=down reason=crash
}

cluster_empty() {
    [ -z "$(timeout 5 squeue -h 2>/dev/null)" ]
}

cluster_stop() {
    timeout 5 scancel -u "$(id -un)" 2>/dev/null && cluster_wait 6 cluster_empty
    kill $cluster_daemons 2>/dev/null
    sleep 1
    kill -KILL $cluster_daemons 2>/dev/null
    wait $cluster_daemons 2>/dev/null
}
