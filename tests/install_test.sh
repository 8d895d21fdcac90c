#!/usr/bin/env bash
# Installs a built tree into a folder of its own, builds a program against that alone, moves both, and
# checks that the program gives the same pixels as the installed tool.
# usage: tests/install_test.sh BUILD_FOLDER PHOTO.png
set -euo pipefail
build=$(realpath "$1")
photo=$(realpath "$2")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$1" >&2; exit 1; }

cmake --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; fail "the install failed"; }
mv "$work/first" "$work/prefix"  # an installation can be moved
grep -rlF "$build" "$work/prefix/lib/cmake" "$work/prefix/include" && fail "an installed file names the build folder"

program=$work/prefix/bin/facedeblur
version=$("$program" --version | sed -n '1s/.* //p')  # 0.1.0
minor=${version%.*}
next_minor=${minor%.*}.$((${minor#*.} + 1))

# Configures tests/install, in a folder of its own, for a version of the library. LibTorch is hidden from it.
configure() {
  cmake -S "$here/install" -B "$work/$1" -DFACEDEBLUR_VERSION="$1" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_DISABLE_FIND_PACKAGE_Torch=ON >"$work/configure.log" 2>&1
}
if configure "$next_minor"; then fail "$version was taken for $next_minor"; fi
configure "$minor" || { cat "$work/configure.log"; fail "configuring failed"; }
cmake --build "$work/$minor" >"$work/build.log" 2>&1 || { cat "$work/build.log"; fail "building failed"; }
example=$work/$minor/example
if readelf -d "$example" | grep -q 'NEEDED.*torch'; then fail "the example is linked with LibTorch"; fi
readelf -d "$example" | grep -q "NEEDED.*libfacedeblur.so.$minor\]" || fail "the example does not ask for the ABI $minor"

"$example" "$photo" "$work/library.png"
"$program" -q "$photo" "$work/tool.png"
"$program" compare "$work/library.png" "$work/tool.png"
if "$program" compare "$work/library.png" "$photo" >/dev/null; then fail "the photo is as it was"; fi
