#!/usr/bin/env bash
# GNU parallel over several machines that see the same folders (or over one machine's sockets).
#   scripts/cluster/gnu_parallel.sh IN OUT SHARDS [HOSTS]
# HOSTS is a list for parallel's --sshlogin ("a,b,c"; ":" is this machine, the default).
set -euo pipefail
input=$(realpath "$1")  # a remote shell starts elsewhere
output=$(realpath -m "$2")
shards=$3
hosts=${4:-:}
program=${FACEDEBLUR:-facedeblur}
cores=$(nproc)
jobs=$((shards < cores ? shards : cores))
# One thread for each of the shards that run at a time; a failed shard is tried once more and goes on
# where it stopped.
seq "$shards" | parallel --quote --sshlogin "$hosts" --jobs "$jobs" --retries 2 --line-buffer --tag \
  "$program" "$input" "$output" --quiet --skip-existing --threads 1 --shard "{}/$shards"
