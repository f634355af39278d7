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
say "65,000 links of a file, and no name more"
echo x > /mnt/a/l; run umount /mnt/a; stop
links() { debugfs -w -R "set_inode_field ROOT/l links_count $1" /dev/ubda 2> /dev/null; }
links 64998; start; client /mnt/a
run ln /mnt/a/l /mnt/a/l1; run ln /mnt/a/l /mnt/a/l2
is "stat -c %h /mnt/a/l2" 65000
ln /mnt/a/l /mnt/a/l3 2> /dev/null && fail "65,001 links"
run umount /mnt/a; stop; links 3; start; client /mnt/a
is "ls /mnt/a" "l l1 l2"; run rm /mnt/a/l /mnt/a/l1; is "cat /mnt/a/l2; stat -c %h /mnt/a/l2" "x 1"
run umount /mnt/a; stop; check_disks; unload
