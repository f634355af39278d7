#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Load, start, mount, use, unmount, stop, unload, several times: nothing is left (the runner looks for leaks at the end).
# disks: 200,200
# limit: 600
. $TOP/tests/uml/lib.sh
N=${1:-3}
format
for i in $(seq $N); do
	lnet_up; start; client
	run cp $TOP/tests/uml/lib.sh /mnt/lustre/f$i
	run cmp $TOP/tests/uml/lib.sh /mnt/lustre/f1
	run umount /mnt/lustre; stop; unload
done
check_disks
