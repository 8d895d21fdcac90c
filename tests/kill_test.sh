#!/usr/bin/env bash
# Kills runs with SIGKILL at random moments and checks that the output folder never holds a file that
# differs from the reference, and that the resumed run completes the set.
# usage: tests/kill_test.sh PROGRAM PHOTO_FOLDER [RUNS]
set -euo pipefail
program=$1
photos=$2
runs=${3:-200}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" -q "$photos" "$work/reference"
total=$(find "$work/reference" -type f | wc -l)

check() {  # everything in the output folder is complete and as it should be
  while IFS= read -r -d '' file; do
    cmp -s "$work/out/$file" "$work/reference/$file" ||
      { echo "after run $1: $file is damaged or foreign"; exit 1; }
  done < <(cd "$work/out" && find . -type f -print0)
}

completed=0
for ((run = 1; run <= runs; ++run)); do
  mkdir -p "$work/out"
  "$program" -q --skip-existing "$photos" "$work/out" &
  child=$!
  sleep "$((RANDOM % 3)).$((RANDOM % 10))$((RANDOM % 10))"
  kill -KILL "$child" 2>/dev/null || true
  wait "$child" 2>/dev/null || true
  check "$run"
  if [ "$(find "$work/out" -type f | wc -l)" -eq "$total" ]; then
    completed=$((completed + 1))
    rm -rf "$work/out"
  fi
done
mkdir -p "$work/out"
"$program" -q --skip-existing "$photos" "$work/out"
check "$runs"
[ "$(find "$work/out" -type f | wc -l)" -eq "$total" ] || { echo "the set is not complete"; exit 1; }
echo "$runs runs killed, $completed sets completed on the way, no damaged file"
