#!/usr/bin/env bash
# Installs what building and running need, from Debian's packages. Does nothing when all of it
# is there; needs root or sudo only when something is missing.
# usage: scripts/install-dependencies.sh [--libtorch debian|pip] [--tests] [--lint]
#   --libtorch pip   LibTorch 2.13 from the torch wheel, in build/libtorch-pip, instead of Debian's
#                    libtorch-dev. PIP_INDEX_URL chooses the index, and so a CPU or a CUDA wheel.
#   --tests          also dlib's landmark model (100 MB), which tests, benchmarks, training and evaluating need
#   --lint           also clang-format, clang-tidy and clang, which scripts/lint.sh and the fuzzers need
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

libtorch=debian
tests=false
lint=false
while [ $# -gt 0 ]; do
  case $1 in
    --libtorch) libtorch=$2; shift 2 ;;
    --tests) tests=true; shift ;;
    --lint) lint=true; shift ;;
    *) echo "usage: $0 [--libtorch debian|pip] [--tests] [--lint]" >&2; exit 2 ;;
  esac
done

packages=(
  cmake ninja-build g++ ccache pkg-config
  libopencv-dev libdlib-dev libcli11-dev libspdlog-dev libgtest-dev libbenchmark-dev nlohmann-json3-dev
  libhdf5-dev libexiv2-dev libjpeg-dev libpng-dev libtiff-dev libwebp-dev zlib1g-dev libssl-dev
  libheif-dev libjxl-dev  # optional: HEIC and AVIF, JPEG XL
)
# From Debian 13 on, libheif's codecs are packages of their own.
debian=$(. /etc/os-release 2>/dev/null && echo "${VERSION_ID:-0}")
if [ "${debian%%.*}" -ge 13 ] 2>/dev/null; then
  packages+=(libheif-plugin-libde265 libheif-plugin-x265 libheif-plugin-dav1d libheif-plugin-aomenc)
fi
case $libtorch in
  debian)
    packages+=(
      libtorch-dev
      libdnnl-dev              # else convolutions pay for LibTorch's preparations in every call
      libopenblas-pthread-dev  # else LibTorch's matrix products run on the slow reference BLAS
    ) ;;
  pip) packages+=(libopenblas-pthread-dev python3-venv) ;;  # dlib links a BLAS
  *) echo "facedeblur: --libtorch takes debian or pip" >&2; exit 2 ;;
esac
if $tests; then packages+=(libdlib-data); fi
if $lint; then packages+=(clang clang-format clang-tidy libclang-rt-dev); fi  # the last: the sanitizers of the fuzzers

fail() {
  echo "facedeblur: $1; these packages are needed: ${missing[*]}" >&2
  exit 1
}

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
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
fi

if [ "$libtorch" = pip ] && ! [ -e build/libtorch-pip/complete ]; then
  echo "facedeblur: installing the torch wheel into build/libtorch-pip"
  python3 -m venv --clear build/libtorch-pip
  build/libtorch-pip/bin/pip install --quiet torch==2.13.0
  touch build/libtorch-pip/complete
fi
