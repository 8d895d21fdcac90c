#!/usr/bin/env bash
# Builds the fuzzers with clang and its address and undefined-behaviour sanitizers. Runs each for the
# given number of seconds, starting from tests/fuzz/corpus and from what earlier runs have found.
# usage: tests/fuzz/run.sh [SECONDS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-10}
build=build/fuzz
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_COMPILER=clang++ \
  -DCMAKE_C_COMPILER=clang -DFACEDEBLUR_FUZZ=ON -DFACEDEBLUR_BUILD_TESTS=OFF \
  -DFACEDEBLUR_SANITIZE=address,undefined >/dev/null
cmake --build "$build" --target make_corpus image_fuzzer weights_fuzzer
# Leaks are not reported: LibTorch and OpenCV keep what they allocate at start-up.
export ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1
for name in image weights; do
  mkdir -p "$build/corpus/$name"
  seeds=("tests/fuzz/corpus/$name")
  [ -d "${seeds[0]}" ] || seeds=()
  "$build/tests/fuzz/${name}_fuzzer" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=4096 \
    -max_len=65536 -print_final_stats=1 -artifact_prefix="$build/$name-" \
    "$build/corpus/$name" "${seeds[@]}"
done
