#!/usr/bin/env bash
# Opens galleries in a headless Chromium and tries what a user would: slider, filters, keys, ten thousand
# photos. Exits with 77 (skipped) where there is no Chromium.
# usage: tests/gallery_browser_test.sh PAGE DATA_FOLDER
set -euo pipefail
page=$1
data=$2
tests=$(dirname "$0")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  { echo "skipped: there is no chromium (apt-get install chromium)"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$tests/gallery_browser_test.html" "$work/test.html"

begin() {  # NAME FIRST_LINE: a gallery without images
  mkdir -p "$work/$1"/{thumbs,full,faces}
  cp "$page" "$work/$1/index.html"
  printf '%s\n' "$2" > "$work/$1/photos.js"
}
image() { cp "$data/before_after.jpg" "$work/$1"; }  # NAME: an image, whatever it shows
face='{"box":[1,2,3,4],"probability":0.97,"score":0.03,"chip_size":160,"blur_before":0.8,"blur_after":0.7,"change":3,"kernel_radius":2,"confidence":0.95}'
doubtful=${face/0.95/0.35}

begin restore 'gallery("restore");'
cat >> "$work/restore/photos.js" <<LINES
run({"type":"run","version":"1","options":"strength 1"});
photo({"id":"00000000000000a1","input":"in/portrait.jpg","outcome":"failed","error":"an earlier run","faces":[],"views":[],"full":false});
photo({"id":"00000000000000a1","input":"in/portrait.jpg","outcome":"restored","width":400,"height":300,"faces":[$doubtful],"views":["before","after"],"full":true});
photo({"id":"00000000000000a1","input":"in/portrait.jpg","outcome":"skipped_existing","faces":[],"views":[],"full":false});
photo({"id":"00000000000000a2","input":"in/\u003cb>bold\u003c/b>\u003c/script>.jpg","outcome":"restored","faces":[],"views":["before","after"],"full":true});
photo({"id":"00000000000000a3","input":"in/line\nend \ufffd\"'.jpg","outcome":"restored","faces":[],"views":["before","after"],"full":true});
photo({"id":"00000000000000a4","input":"in/landscape.jpg","outcome":"copied","faces":[],"views":["before"],"full":false});
photo({"id":"00000000000000a5","input":"in/broken.jpg","outcome":"failed","error":"damaged \u003cPNG>","faces":[],"views":[],"full":false});
LINES
printf '//oto({"id":"00000000000000a6","input":"kil' >> "$work/restore/photos.js"  # as a killed run leaves it
for id in a1 a2 a3; do
  for view in before after; do
    image "restore/thumbs/00000000000000$id-$view.jpg"
    image "restore/full/00000000000000$id-$view.jpg"
  done
done

begin compare 'gallery("compare");'
cat >> "$work/compare/photos.js" <<'LINES'
run({"version":"1"});
photo({"id":"00000000000000b2","path":"worst.png","outcome":"differs","psnr":20.5,"ssim":0.5,"max_diff":50,"message":"PSNR is low","views":["reference","output","difference"],"full":true});
photo({"id":"00000000000000b1","path":"equal.png","outcome":"within","psnr":null,"ssim":1,"max_diff":0,"views":["output"],"full":false});
done({});
LINES

begin many 'gallery("restore");'
for ((i = 0; i < 10000; ++i)); do
  printf 'photo({"id":"%016x","input":"in/%05d.jpg","outcome":"restored","width":400,"height":300,"faces":[%s],"views":["before","after"],"full":true});\n' "$i" "$i" "$face"
done >> "$work/many/photos.js"

touch "$work/log"
# A browser that can be talked to stays until it is ended, and real time passes in it.
"$browser" --headless --no-sandbox --disable-gpu --allow-file-access-from-files --user-data-dir="$work/profile" \
  --window-size=1300,2000 --remote-debugging-port=0 --enable-logging=stderr "file://$work/test.html" 2> "$work/log" &
process=$!
clean_up() {
  kill "$process" 2>/dev/null || true
  wait "$process" 2>/dev/null || true
  rm -rf "$work" 2>/dev/null || { sleep 2; rm -rf "$work"; }  # its helpers may still write to the profile
}
trap clean_up EXIT
for ((i = 0; i < 600; ++i)); do
  if grep -q 'gallery test: END' "$work/log" || ! kill -0 "$process" 2>/dev/null; then break; fi
  sleep 0.2
done
if ! grep -q 'gallery test: END' "$work/log" || grep -q 'gallery test: FAILED' "$work/log"; then
  grep 'gallery test:' "$work/log" || tail -20 "$work/log"
  exit 1
fi
echo "slider, filters, keys and ten thousand photos: all well"
