#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run by ./run in the debug kernel: cluster.sh MODULE [PART]. The servers have a second NID that is not registered with the MGS.
. $TOP/tests/uml/lib.sh
ip link add dummy0 type dummy 2>/dev/null; run ip addr add 10.9.9.1/24 dev dummy0; run ip link set dummy0 up
echo "options lnet networks=tcp(lo),tcp1(dummy0) local_nid_dist_zero=0" > /etc/modprobe.d/lnet.conf
run modprobe lnet
run mkfs.lustre --quiet --fsname=$FS --mgs --mdt --index=0 --network=tcp /dev/ubda
i=0; for d in $OSTS; do run mkfs.lustre --quiet --fsname=$FS --ost --index=$i --mgsnode=$NID --network=tcp $d; i=$((i + 1)); done
start; client
run lfs setstripe -c 1 -i 0 /mnt/lustre/f
run dd if=/dev/zero of=/mnt/lustre/f bs=1M count=1 conv=fsync status=none
id=$(lfs getstripe /mnt/lustre/f | awk 'n { print $2; exit } /obdidx/ { n = 1 }')
tries() { lctl get_param -n osp.$FS-OST0000-osc-MDT0000.import | awk '/connection_attempts/ { print $2 }'; }
before=$(tries)
insmod "$1" id=$id ${2:+part=$2} || fail "insmod"
run rmmod oss_test
# the export of the true MDT was not touched
touch /mnt/lustre/g
[ "$(tries)" = "$before" ] || fail "the MDT had to connect again: $before, $(tries)"
run umount /mnt/lustre; stop; check_disks; unload
