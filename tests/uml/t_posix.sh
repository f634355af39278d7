#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# System calls do here what they do on a local ext4 (tests/tools/posixdiff.c): errno, attributes, which times move.
# disks: 200,300,100
# limit: 600
. $TOP/tests/uml/lib.sh
OSTS=/dev/ubdb
run mke2fs -q -t ext4 /dev/ubdc; mkdir -p /mnt/ext4; run mount -t ext4 /dev/ubdc /mnt/ext4
lnet_up; format; start; client
run chmod 755 /mnt/lustre
run $TOP/build/tools/posixdiff /mnt/lustre /mnt/ext4
# a signal ends the wait for a lock, and nothing of it stays behind
(flock -x 9; sleep 6) 9> /mnt/lustre/lock & sleep 1
t=$SECONDS; flock -w 1 -x /mnt/lustre/lock true && fail "a lock was given twice"
[ $((SECONDS - t)) -lt 4 ] || fail "a signal does not end the wait for a lock"
wait; run flock -n -x /mnt/lustre/lock true
run umount /mnt/ext4; run umount /mnt/lustre
stop; check_disks; unload
