#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# System calls do here what they do on a local ext4 (tests/tools/posixdiff.c): errno, attributes, which times move.
# disks: 200,300,100
# limit: 240
. $TOP/tests/uml/lib.sh
OSTS=/dev/ubdb
run mke2fs -q -t ext4 /dev/ubdc; mkdir -p /mnt/ext4; run mount -t ext4 /dev/ubdc /mnt/ext4
lnet_up; format; start; client
run chmod 755 /mnt/lustre
run $TOP/build/tools/posixdiff /mnt/lustre /mnt/ext4
run umount /mnt/ext4; run umount /mnt/lustre
stop; check_disks; unload
