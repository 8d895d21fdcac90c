#!/usr/bin/env bash
# Runs scripts/cluster/slurm_array.sh for real: starts a one-node Slurm cluster of its own in a
# temporary folder (root; Debian's slurmctld, slurmd, slurm-client and munge), submits a job array,
# kills and requeues one of its tasks, and compares the union with an unsharded run.
# usage: scripts/cluster/slurm_test.sh PROGRAM PHOTO_FOLDER [SHARDS]
set -euo pipefail
program=$(realpath "$1")
photos=$(realpath "$2")
shards=${3:-4}
recipe=$(realpath "$(dirname "${BASH_SOURCE[0]}")/slurm_array.sh")
work=$(mktemp -d)
chmod 755 "$work"
node=$(hostname -s)
mkdir "$work"/{state,spool,munge}
chmod 700 "$work/munge"

stop() {
  for daemon in slurmd slurmctld munged; do
    if [ -f "$work/$daemon.pid" ]; then kill "$(cat "$work/$daemon.pid")" 2>/dev/null || true; fi
  done
  sleep 1
  rm -rf "$work"
}
trap stop EXIT

dd if=/dev/urandom of="$work/munge/key" bs=1 count=1024 status=none
chmod 600 "$work/munge/key"
munged --socket "$work/munge.socket" --key-file "$work/munge/key" --pid-file "$work/munged.pid" \
  --log-file "$work/munge/log" --seed-file "$work/munge/seed" --force 2>/dev/null
cat > "$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=26817
SlurmdPort=26818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CryptoType=crypto/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$node Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF="$work/slurm.conf"
slurmctld
slurmd -N "$node" 2>/dev/null || slurmd
for _ in $(seq 60); do
  sinfo -h -o %t 2>/dev/null | grep -q idle && break
  sleep 0.5
done
sinfo -h -o %t | grep -q idle || { echo "the cluster did not come up"; tail "$work"/*.log; exit 1; }

"$program" -q "$photos" "$work/reference"
job=$(FACEDEBLUR="$program" sbatch --parsable --array="1-$shards" --cpus-per-task=1 --mem=0 \
  --output="$work/task-%a.log" "$recipe" "$photos" "$work/out")
for _ in $(seq 600); do  # until the first task is at work
  [ -n "$(find "$work/out" -type f 2>/dev/null | head -1)" ] && break
  sleep 0.1
done
pkill -KILL -f -- "--shard 1/$shards" || true
scontrol requeue "${job}_1" || true
for _ in $(seq 1200); do
  [ -z "$(squeue -h -j "$job" 2>/dev/null)" ] && break
  scontrol release "$job" 2>/dev/null || true  # a requeued task may begin held
  sleep 0.5
done
diff -r "$work/reference" "$work/out" || { tail "$work"/task-*.log; exit 1; }
restarts=$(cat "$work"/task-1.log | grep -c "skipped" || true)
echo "$shards shards, the first killed and requeued ($restarts of its images told as skipped):" \
  "$(find "$work/out" -type f | wc -l) files, equal to the unsharded run"
