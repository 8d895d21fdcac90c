#!/usr/bin/env bash
# Builds facedeblur with its tests (installing what is missing) and runs all of them.
# usage: scripts/test.sh [--libtorch debian|pip] [CTEST_OPTIONS...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
libtorch=debian
if [ "${1:-}" = --libtorch ]; then
  libtorch=$2
  shift 2
fi
preset=release
[ "${CI:-}" = true ] && preset=ci  # warnings are errors there
build=build/$preset
options=(-DFACEDEBLUR_BUILD_TESTS=ON)

scripts/install-dependencies.sh --libtorch "$libtorch" --tests
if [ "$libtorch" = pip ]; then
  build+=-pip
  options+=(-DFACEDEBLUR_BUILD_BENCH=OFF)  # the other build has them
  options+=("-DTorch_DIR=$(echo "$PWD"/build/libtorch-pip/lib/python3*/site-packages/torch/share/cmake/Torch)")
fi
cmake --preset "$preset" -B "$build" "${options[@]}"
cmake --build "$build" --parallel "$(nproc)"
ctest --test-dir "$build" --output-on-failure --parallel "$(nproc)" "$@"
