#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What lfs, lctl, lnetctl and mkfs.lustre print and return where scripts rely on it (chapter 7, 6 and 7), a subject a file in the folder tools.
# disks: 200,300,300,64
# limit: 600
. $TOP/tests/uml/lib.sh
spare=/dev/ubdd
OSTS="/dev/ubdb /dev/ubdc"
part tools nothing_loaded
lnet_up
part tools mkfs
dd if=/dev/zero of=$spare bs=64k count=1 2>/dev/null
format; start; client
part tools lnetctl
cd /mnt/lustre
run mkdir d; run lfs setstripe -c 2 -S 128k d; run touch d/f; run lfs setstripe -c 1 -i 1 d/g; run ln d/f d/f2; run mkfifo d/p
inst=$(lfs getname -i .)
osc=test-OST0000-osc-$inst
for p in getstripe data_version df fids find lctl library projects parameters dead_ost; do part tools $p; done
cd /; run umount /mnt/lustre; stop
for d in /dev/ubda /dev/ubdb /dev/ubdc; do run e2fsck -fn $d; done
part tools unhealthy
unload
