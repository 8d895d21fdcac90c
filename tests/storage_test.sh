#!/usr/bin/env bash
# A disk that fills up, an output that turns read-only and an input folder that vanishes in the middle of
# a run: the run ends with a clear message, no file is damaged, and a second run completes the set.
# The disk is a small tmpfs in a mount namespace of its own; exits with 77 where those cannot be had.
# usage: tests/storage_test.sh PROGRAM PHOTO.jpg
set -euo pipefail
program=$(realpath "$1")
photo=$(realpath "$2")
if [ "${3:-}" != inside ]; then
  unshare -rm true 2>/dev/null || { echo "no mount namespace to be had: skipped"; exit 77; }
  exec unshare -rm "$0" "$program" "$photo" inside
fi
work=$(mktemp -d)
trap 'umount "$work/disk" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir "$work/disk" "$work/in"
mkdir "$work/reference"
# Every fourth shows a face; black pictures are done at once.
{ printf 'P5 160 256 255\n'; head -c 40960 /dev/zero; } >"$work/black.pgm"
for i in $(seq 100 139); do
  if [ $((i % 4)) -eq 0 ]; then cp "$photo" "$work/in/p$i.jpg"; else cp "$work/black.pgm" "$work/in/p$i.pgm"; fi
done
"$program" -q "$photo" "$work/black.pgm" "$work/reference"
mv "$work/reference/$(basename "$photo")" "$work/reference/photo.jpg"

fail() { echo "$1"; sed -n 1,5p "$work/errors"; exit 1; }
written() { find "$work/disk" -type f | wc -l; }

no_damage() {
  find "$work/disk" -type f -print0 | while IFS= read -r -d '' file; do
    cmp -s "$file" "$work/reference"/*."${file##*.}" || fail "$1: $file is damaged"
  done
}

expect_failure() {  # a clear message, exit 1, not all tried in vain
  [ "$status" -eq 1 ] || fail "$1: exit $status"
  grep -q "$2" "$work/errors" || fail "$1: no message '$2'"
  grep -q "gave up" "$work/errors" || fail "$1: did not give up"
  [ "$(written)" -gt 0 ] && [ "$(written)" -lt 40 ] || fail "$1: $(written) written"
  no_damage "$1"
}

begin() {  # begins a run in the background and waits for its first outputs
  "$program" -q "$work/in" "$work/disk" 2>"$work/errors" &
  child=$!
  while [ "$(written)" -lt 3 ]; do sleep 0.02; done
}

finish() { status=0; wait "$child" || status=$?; }

complete() {
  status=0
  "$program" -q --skip-existing "$work/in" "$work/disk" 2>"$work/errors" || status=$?
  [ "$status" -eq 0 ] && [ "$(written)" -eq 40 ] || fail "$1: the second run does not complete the set"
  no_damage "$1, second run"
  rm -rf "$work/disk"/*
}

kilobytes=$(($(stat -c %s "$work/reference/photo.jpg") / 1024 + 4))
mount -t tmpfs -o size=$((kilobytes * 8))k none "$work/disk"
status=0
"$program" -q "$work/in" "$work/disk" 2>"$work/errors" || status=$?
expect_failure "full disk" "No space left on device"
mount -o remount,size=$((kilobytes * 100))k "$work/disk"
complete "full disk"

begin
mount -o remount,ro "$work/disk"
finish
expect_failure "read-only output" "Read-only file system"
mount -o remount,rw "$work/disk"
complete "read-only output"

begin
mv "$work/in" "$work/gone"
finish
expect_failure "vanished input" "No such file or directory"
mv "$work/gone" "$work/in"
complete "vanished input"
echo "full disk, read-only output, vanished input: no damaged file, each run completed by a second"
