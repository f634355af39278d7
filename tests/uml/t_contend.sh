#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two client mounts fight for the same files: whole records, appends, reads into and writes from mapped files (tests/tools/contend.c).
# disks: 200,300,300
# limit: 300
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client /mnt/a; client /mnt/b
run lfs setstripe -c 2 -S 64k /mnt/a
run $TOP/build/tools/contend -t ${1:-15} /mnt/a /mnt/b
for f in records log map1 map2; do run cmp /mnt/a/$f /mnt/b/$f; done
dmesg | grep -q evict && fail "a client was evicted"
run umount /mnt/b; run umount /mnt/a
stop; check_disks; unload
