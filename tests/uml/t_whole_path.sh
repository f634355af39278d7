#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The whole path in one debug kernel: format, start, mount, write, read, namespace, stop, e2fsck, start again, unload.
# disks: 200,300,300
# limit: 600
WIRE=$1
. $TOP/tests/uml/lib.sh
_require_program setfattr
lnet_up
format
start
t=$(date +%s%N)
client
run touch /mnt/lustre/first; t=$((($(date +%s%N) - t) / 1000000))
run rm /mnt/lustre/first
say "the first file after $t ms"; [ $t -lt 8000 ] || fail "the MDT did not find its OSTs for $t ms"
dmesg | grep "cannot connect.*rc = -110" && fail "a connect was lost"
cd /mnt/lustre
run mkdir d
run lfs setstripe -c 2 d
run dd if=/dev/urandom of=/tmp/f bs=64k count=100 status=none
run cp /tmp/f d/f
run cmp /tmp/f d/f
run ln d/f d/g; run mv d/g d/h; run ln -s f d/s; run cmp d/s /tmp/f
run setfattr -n user.a -v b d/f
run [ "$(getfattr --only-values -n user.a d/f 2>/dev/null)" = b ]
run chmod 600 d/f
run truncate -s 1000 d/h; run [ $(stat -c %s d/f) = 1000 ]
for i in $(seq 50); do run touch d/x$i; done
run [ $(ls d | wc -l) = 53 ]
cd /; run umount /mnt/lustre; client
run cmp -n 1000 /tmp/f /mnt/lustre/d/f
run rm -rf /mnt/lustre/d
run umount /mnt/lustre
stop
check_disks
start; client; run ls -la /mnt/lustre; run umount /mnt/lustre; stop
unload
