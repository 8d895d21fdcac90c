#!/usr/bin/env bash
# Checks formatting (clang-format) and runs clang-tidy over the sources. Needs a configured build
# folder with compile commands: scripts/lint.sh [BUILD_FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release}
git ls-files '*.cpp' '*.h' | xargs clang-format --dry-run -Werror
git ls-files 'src/*.cpp' | xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p "$build" 2> >(grep -v "warnings generated" >&2)
