#!/usr/bin/env bash
# Slurm job array: every task does one shard of a folder.
#   sbatch --array=1-16 scripts/cluster/slurm_array.sh IN OUT
# A task that is killed or requeued goes on where it stopped; tasks may run on any node that sees
# both folders. FACEDEBLUR names the program where it is not on the PATH.
#SBATCH --job-name=facedeblur
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --requeue
#SBATCH --signal=B:TERM@60
set -euo pipefail
input=$1
output=$2
# exec: the signal before the time limit goes to the program, which finishes the photos in work.
# A task that is requeued adds to its report.
exec "${FACEDEBLUR:-facedeblur}" "$input" "$output" --skip-existing \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_MAX" --threads "${SLURM_CPUS_PER_TASK:-0}" \
  --report "$output.shard-$SLURM_ARRAY_TASK_ID.jsonl"
