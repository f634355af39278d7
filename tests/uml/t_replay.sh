#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Recovery of an MDT and an OST by clients that replay by hand (tests/tools/replay.py), and damaged files about clients on the disk.
# disks: 200,300
# limit: 600
. $TOP/tests/uml/lib.sh
_require_program python3
ip addr add 127.0.0.2/32 dev lo 2>/dev/null
lnet_up; format; start
replay() { run env PYTHONPATH=$TOP/tests/tools PYTHONDONTWRITEBYTECODE=1 python3 $TOP/tests/tools/replay.py "$@"; }
replay "$@"
[ $# = 0 ] || { stop; exit; }
umount /mnt/mdt; umount /mnt/ost0; start # the client of the MGS on this node does not know that it restarted
client; cd /mnt/lustre
run touch f; objid=$(lfs getstripe f | awk 'n { print $2; exit } /obdidx/ { n = 1 }')
replay ost $objid /mnt/lustre/f
say "damaged last_rcvd and reply_data"
cd /; run umount /mnt/mdt
put() { debugfs -w -R "rm $2" /dev/ubda 2>/dev/null; debugfs -w -R "write $1 $2" /dev/ubda 2>/dev/null; }
refused() { mount -t lustre /dev/ubda /mnt/mdt 2>/dev/null && fail "$1: mounted"; dmesg | tail -20 | grep -q "$2" || fail "$1: no message"; }
debugfs -R "dump last_rcvd /tmp/l" /dev/ubda 2>/dev/null; debugfs -R "dump reply_data /tmp/r" /dev/ubda 2>/dev/null
cp /tmp/l /tmp/x; printf '\377\377\377\177' | dd of=/tmp/x bs=1 seek=$((8192 + 44)) conv=notrunc status=none; put /tmp/x last_rcvd
refused "transno of the future" "slot 0 of last_rcvd is damaged"
head -c 40 /dev/zero | tr '\0' x | dd of=/tmp/l2 status=none; cp /tmp/l /tmp/x; dd if=/tmp/l2 of=/tmp/x bs=1 seek=8192 conv=notrunc status=none; put /tmp/x last_rcvd
refused "endless UUID" "slot 0 of last_rcvd is damaged"
debugfs -R "dump last_rcvd /tmp/y" /dev/ubda 2>/dev/null; cmp /tmp/x /tmp/y || fail "a refused mount has changed last_rcvd"
put /tmp/l last_rcvd
cp /tmp/r /tmp/x; printf 'abcd' | dd of=/tmp/x bs=1 conv=notrunc status=none; put /tmp/x reply_data
refused "reply_data" "header of reply_data is damaged"
cp /tmp/r /tmp/x; head -c 3200 /dev/urandom | dd of=/tmp/x bs=1 seek=32 conv=notrunc status=none; put /tmp/x reply_data
# random bytes: mounted or refused, never worse
for i in 1 2 3; do
	cp /tmp/l /tmp/x; head -c 300 /dev/urandom | dd of=/tmp/x bs=1 seek=$((RANDOM % 200 + 8192 * (i % 2))) conv=notrunc status=none; put /tmp/x last_rcvd
	mount -t lustre -o abort_recov /dev/ubda /mnt/mdt 2>/dev/null && run umount /mnt/mdt
done
put /tmp/l last_rcvd
run mount -t lustre /dev/ubda /mnt/mdt; dmesg | grep -q "of reply_data is damaged" || fail "random records of reply_data"
run touch /mnt/lustre/x # the client comes back
lctl get_param -n mdt.*.recovery_status | grep -q COMPLETE || fail "no recovery"
run umount /mnt/lustre; stop; check_disks; unload
