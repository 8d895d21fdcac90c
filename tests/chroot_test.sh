#!/usr/bin/env bash
# Runs the README's two commands on a bare Debian in a chroot: a clone of what is committed here, and
# nothing else. Then makes the Debian packages there, installs them and runs the program from them.
# Needs root and debootstrap; takes about half an hour and 4 GB.
# usage: tests/chroot_test.sh SUITE FOLDER     (trixie is Debian 13, bookworm Debian 12)
# A FOLDER that holds a Debian already is used again.
set -euo pipefail
suite=$1
root=$(realpath -m "$2")
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

[ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase "$suite" "$root"
# How this machine reaches its packages holds there too.
cp /etc/resolv.conf "$root/etc/resolv.conf"
cp -n /etc/apt/apt.conf.d/* "$root/etc/apt/apt.conf.d/" 2>/dev/null || true
# A package that brings such a file itself must not ask which one to keep.
echo 'Dpkg::Options { "--force-confold"; };' >"$root/etc/apt/apt.conf.d/99chroot-test"

unmount() {
  for folder in sys dev proc; do umount --recursive --lazy "$root/$folder" 2>/dev/null || true; done
}
trap unmount EXIT
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --rbind --make-rslave /dev "$root/dev"
mountpoint -q "$root/sys" || mount -t sysfs sys "$root/sys"

rm -rf "$root/facedeblur"
git clone --quiet "$source" "$root/facedeblur"
inside() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }
inside bash /facedeblur/scripts/demo.sh
inside /facedeblur/build/release/bin/facedeblur compare /facedeblur/demo-out/restored \
  /facedeblur/data/reference --min-psnr 50
inside apt-get install -y -qq --no-install-recommends dpkg-dev file lintian
inside bash /facedeblur/scripts/test.sh  # with the packages' own test

inside apt-get purge -y -qq libdlib-data  # the package does without
inside sh -c 'cd /facedeblur/build/release && rm -rf /packages && cpack -G DEB -B /packages'
inside sh -c 'apt-get install -y -qq /packages/*.deb'
inside /usr/bin/facedeblur --version
inside sh -c '/usr/bin/facedeblur -q /facedeblur/data/blurred /packages/out &&
  /usr/bin/facedeblur compare /packages/out /facedeblur/data/reference --min-psnr 50'
inside apt-get purge -y -qq facedeblur libfacedeblur-dev  # the next run begins as this one did
