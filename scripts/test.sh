#!/usr/bin/env bash
# Builds facedeblur with its tests (installing what is missing) and runs all of them.
# usage: scripts/test.sh [CTEST_OPTIONS...]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
preset=release
[ "${CI:-}" = true ] && preset=ci  # warnings are errors there

"$root/scripts/install-dependencies.sh"
cd "$root"
cmake --preset "$preset" -DFACEDEBLUR_BUILD_TESTS=ON
cmake --build --preset "$preset" --parallel "$(nproc)"
ctest --preset "$preset" --parallel "$(nproc)" "$@"
