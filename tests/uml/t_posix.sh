#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# System calls do here what they do on a local ext4 (tests/tools/posixdiff.c): errno, attributes, which times move.
# disks: 200,300,100
# limit: 240
. $TOP/tests/uml/lib.sh
lnet_up
run mkfs.lustre --quiet --fsname=$FS --mgs --mdt --index=0 /dev/ubda
run mkfs.lustre --quiet --fsname=$FS --ost --index=0 --mgsnode=$NID /dev/ubdb
run mke2fs -q -t ext4 /dev/ubdc
mkdir -p /mnt/mdt /mnt/ost0 /mnt/ext4
run mount -t lustre /dev/ubda /mnt/mdt; run mount -t lustre /dev/ubdb /mnt/ost0; run mount -t ext4 /dev/ubdc /mnt/ext4
client
run chmod 755 /mnt/lustre
run $TOP/build/tools/posixdiff /mnt/lustre /mnt/ext4
run umount /mnt/ext4; run umount /mnt/lustre
stop; for d in a b; do run e2fsck -fn /dev/ubd$d; done
unload
