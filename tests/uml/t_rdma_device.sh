#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The RDMA device goes away under a mount with traffic, and comes back: operations wait, no byte is lost, nothing is left in use.
# disks: 200,300
# limit: 600
WIRE=o2ib
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client
cd /mnt/lustre
dd if=/dev/urandom of=/tmp/f bs=1M count=24 status=none
# away COMMAND...: takes the device away while the command runs
away() {
	"$@" & local job=$!
	sleep 1; run rdma link delete rxe0
	sleep 2; run rdma link add rxe0 type rxe netdev rdma0
	run wait $job
}
away dd if=/tmp/f of=f bs=1M conv=fsync status=none
run cmp /tmp/f f
echo 3 > /proc/sys/vm/drop_caches
say "read"; away cmp /tmp/f f
say "make files"; away bash -c 'for i in $(seq 100); do echo $i > n$i || exit 1; done'
run [ "$(cat $(seq -f n%g 100))" = "$(seq 100)" ]
dmesg | grep -i evict && fail "a client was evicted"
# gone for good: everything can be stopped
cd /; run rdma link delete rxe0
run umount -f /mnt/lustre
stop
run lustre_rmmod
rdma link add rxe0 type rxe netdev rdma0
run modprobe -r rdma_rxe
