#!/usr/bin/env bash
# Installs what building, testing and running need, from Debian's packages; does nothing when all of it
# is there. Needs root or sudo only when something is missing.
set -euo pipefail

packages=(
  cmake ninja-build g++ ccache pkg-config
  libtorch-dev libopencv-dev libdlib-dev libdlib-data libcli11-dev libspdlog-dev libgtest-dev
  libhdf5-dev libexiv2-dev libjpeg-dev libpng-dev libtiff-dev libssl-dev nlohmann-json3-dev
  libdnnl-dev  # else convolutions pay for LibTorch's preparations in every call
  libopenblas-pthread-dev  # else LibTorch's matrix products run on the slow reference BLAS
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

fail() {
  echo "facedeblur: $1; these packages are needed: ${missing[*]}" >&2
  exit 1
}
command -v apt-get >/dev/null || fail "there is no apt-get here to install packages with"
run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "packages must be installed, which takes root or sudo"
  run=(sudo)
fi
echo "facedeblur: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq || fail "apt-get update failed"
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
  fail "apt-get install failed"
