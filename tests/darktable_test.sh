#!/usr/bin/env bash
# Exports two photos from darktable, on a screen that is not shown, to scripts/desktop/facedeblur.lua.
# usage: tests/darktable_test.sh PROGRAM PHOTO PHOTO      (exit code 77: there is no darktable here)
set -euo pipefail
program=$(realpath "$1")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
for tool in darktable xvfb-run; do
  command -v "$tool" >/dev/null || { echo "skipped: $tool is missing"; exit 77; }
done
work=$(mktemp -d)
child=
trap '[ -z "$child" ] || kill -- -$child 2>/dev/null || true; wait $child 2>/dev/null || true; rm -rf "$work"' EXIT

mkdir -p "$work/conf/lua" "$work/tmp" "$work/photo's"
cp "$2" "$work/photo's/one.${2##*.}"
cp "$3" "$work/photo's/two.${3##*.}"
cp "$here/../scripts/desktop/facedeblur.lua" "$work/conf/lua/"
cat >"$work/conf/darktablerc" <<END
plugins/lighttable/export/storage_name=facedeblur
plugins/lighttable/export/format_name=jpeg
END
# darktable-cli reads the same luarc, and must not be held up by the module.
echo 'require "facedeblur"' >"$work/conf/luarc"
HOME=$work timeout 120 darktable-cli "$work/photo's/one.${2##*.}" "$work/plain.jpg" --core --configdir "$work/conf" \
  --cachedir "$work/cache" --tmpdir "$work/tmp" --library :memory: >"$work/cli.log" 2>&1 ||
  { cat "$work/cli.log"; echo "darktable-cli does not go on"; exit 1; }

# What a user does: select the photos, press the button.
cat >"$work/conf/luarc" <<END
local dt = require "darktable"
require "facedeblur"
dt.preferences.write("facedeblur", "program", "string", "$program")
dt.control.dispatch(function()
  dt.control.sleep(2000)
  local photos = {}
  for _, name in ipairs { "one.${2##*.}", "two.${3##*.}" } do
    photos[#photos + 1] = dt.database.import("$work/photo's/" .. name)
  end
  dt.control.sleep(1000)
  dt.gui.selection(photos)
  dt.control.sleep(1000)
  dt.gui.action("lib/export/export", 0, "", "", 1)
end)
END

set -m  # a process group of its own, to be ended as a whole
HOME=$work xvfb-run -a darktable --configdir "$work/conf" --cachedir "$work/cache" --tmpdir "$work/tmp" \
  --library :memory: >"$work/darktable.log" 2>&1 &
child=$!
set +m
# Results appear whole; the exports that they were made of are removed after that.
finished() { [ -e "$work/photo's/sharp/one.jpg" ] && [ -e "$work/photo's/sharp/two.jpg" ] && ! ls "$work/tmp"/*.jpg >/dev/null 2>&1; }
for ((i = 0; i < 300; ++i)); do
  finished && break
  kill -0 "$child" 2>/dev/null || break
  sleep 0.5
done
finished || { cat "$work/darktable.log"; find "$work/photo's" "$work/tmp"; echo "darktable did not export through facedeblur"; exit 1; }
for photo in one two; do
  grep -q "1 face, weights" "$work/photo's/sharp/$photo.jpg" || { echo "$photo.jpg is not restored"; exit 1; }
done
