#!/usr/bin/env bash
# Builds facedeblur (installing what is missing) and runs it on the shipped blurred photos.
# usage: scripts/demo.sh [OUTPUT_FOLDER]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
output=$(realpath -m "${1:-$root/demo-out}")

"$root/scripts/install-dependencies.sh"
cd "$root"
if ! log=$(cmake --preset release -DFACEDEBLUR_BUILD_TESTS=OFF 2>&1); then
  printf '%s\n' "$log" >&2
  exit 1
fi
cmake --build --preset release --parallel "$(nproc)" --target facedeblur
build/release/bin/facedeblur --overwrite --comparison "$output/comparison" data/blurred \
  "$output/restored"
echo
echo "Restored photos:  $output/restored"
echo "Before and after: $output/comparison/portrait_01.png.comparison.jpg (and one for each photo)"
