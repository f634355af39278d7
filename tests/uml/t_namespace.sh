#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Random namespace operations from two client mounts at the same time; both, and the MDT after a restart, see the same tree.
# disks: 300,200,200
# limit: 600
. $TOP/tests/uml/lib.sh
X=$TOP/build/tools/nsops
N=${1:-1500}
lnet_up; format; start; client /mnt/a; client /mnt/b
mkdir /mnt/a/t
$X -n $N -s 1 /mnt/a/t & p=$!
run $X -n $N -s 2 /mnt/b/t
run wait $p
tree() { (cd $1/t && find . -printf '%p %i %y %n %s\n' | sort); }
tree /mnt/a > /tmp/ta; tree /mnt/b > /tmp/tb
run diff /tmp/ta /tmp/tb
run umount /mnt/b; run umount /mnt/a
stop; check_disks
start; client /mnt/a; tree /mnt/a > /tmp/tc
run diff /tmp/ta /tmp/tc
run rm -rf /mnt/a/t
run umount /mnt/a; stop; check_disks; unload
