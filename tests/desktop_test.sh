#!/usr/bin/env bash
# Runs the scripts for GNOME Files and digiKam as those do.
# usage: tests/desktop_test.sh PROGRAM PHOTO
set -euo pipefail
FACEDEBLUR=$(realpath "$1")
export FACEDEBLUR
photo=$(realpath "$2")
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../scripts/desktop" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset DISPLAY WAYLAND_DISPLAY  # messages go to the terminal
fail() { echo "$1" >&2; exit 1; }
"$FACEDEBLUR" -q "$photo" "$work/expected.jpg"

# GNOME Files: the selected paths, one a line, from two folders.
mkdir -p "$work/my photos" "$work/-b"
cp "$photo" "$work/my photos/it's one.jpg"
cp "$photo" "$work/-b/two.jpg"
select_photos() { NAUTILUS_SCRIPT_SELECTED_FILE_PATHS=$(printf '%s\n' "$@" && echo) "$scripts/make-faces-sharp" ignored; }
select_photos "$work/my photos/it's one.jpg" "$work/-b/two.jpg" >"$work/said" || fail "GNOME Files: a run failed"
cmp "$work/my photos/sharp/it's one.jpg" "$work/expected.jpg"
cmp "$work/-b/sharp/two.jpg" "$work/expected.jpg"

# A file that is no photo is named, and the other one is done all the same.
echo "no photo" >"$work/my photos/text.jpg"
rm "$work/my photos/sharp/it's one.jpg"
code=0
select_photos "$work/my photos/text.jpg" "$work/my photos/it's one.jpg" >"$work/said" || code=$?
[ $code -eq 1 ] || fail "GNOME Files: exit code $code for a file that is no photo"
grep -q "text.jpg: not an image" "$work/said" || fail "GNOME Files: the failure is not told"
cmp "$work/my photos/sharp/it's one.jpg" "$work/expected.jpg"

# By hand, with a name that begins like an option.
(cd "$work" && "$scripts/make-faces-sharp" -b/two.jpg >said) || fail "by hand: a run failed"
code=0
"$scripts/make-faces-sharp" >"$work/said" || code=$?
[ $code -eq 2 ] || fail "exit code $code without a photo"

# digiKam puts quoted names into the line and hands it to a shell; the output is there, empty.
: >"$work/output.jpg"
sh -c "\"$scripts/digikam.sh\" \"$work/my photos/it's one.jpg\" \"$work/output.jpg\""
cmp "$work/output.jpg" "$work/expected.jpg"
code=0
sh -c "\"$scripts/digikam.sh\" \"$work/my photos/text.jpg\" \"$work/output.jpg\"" 2>/dev/null || code=$?
[ $code -eq 127 ] || fail "digiKam: exit code $code, which it takes for success"
