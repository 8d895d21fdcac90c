#!/usr/bin/env bash
# Makes the Debian packages of a built tree, has lintian judge them, and runs the program out of them.
# usage: tests/packages_test.sh BUILD_FOLDER [CPACK]      (exit code 77: this is no Debian)
set -euo pipefail
build=$(realpath "$1")
cpack=${2:-cpack}
command -v dpkg-shlibdeps >/dev/null || { echo "skipped: dpkg-shlibdeps is missing"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$work" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for package in facedeblur libfacedeblur-dev; do dpkg-deb -x "$work/${package}_"*.deb "$work/unpacked"; done
if dpkg-deb -f "$work"/facedeblur_*.deb Depends | grep -q libdlib-data; then
  echo "dlib's landmark model is no dependency"; exit 1
fi
"$work/unpacked/usr/bin/facedeblur" --version
"$work/unpacked/usr/bin/facedeblur" info >/dev/null  # finds its backend and its weights
for file in bin/facedeblur share/man/man1/facedeblur.1.gz lib/facedeblur/libfacedeblur.so \
  lib/cmake/facedeblur/facedeblur-config.cmake include/facedeblur/photo/photo_restorer.h; do
  [ -e "$work/unpacked/usr/$file" ] || { echo "no package has $file"; exit 1; }
done
if command -v lintian >/dev/null; then
  lintian --allow-root --fail-on error,warning "$work"/*.deb
else
  echo "not judged: lintian is missing"
fi
