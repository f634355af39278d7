#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Locks of clients. Two mounts fight for the same files: whole records, appends, reads into and writes from mapped files (tests/tools/contend.c).
# A server calls locks back when clients have too many.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client /mnt/a; client /mnt/b
run lfs setstripe -c 2 -S 64k /mnt/a
run $TOP/build/tools/contend -t ${1:-15} /mnt/a /mnt/b
for f in records log map1 map2; do run cmp /mnt/a/$f /mnt/b/$f; done
say "too many locks"
run mkdir /mnt/a/d; (cd /mnt/a/d; seq -f l%g 400 | xargs touch)
locks() { cat /sys/fs/lustre/ldlm/namespaces/mdt-*/lock_count; }
run ls -l /mnt/a/d > /dev/null
[ $(locks) -gt 400 ] || fail "only $(locks) locks to begin with"
echo 200 > /sys/module/ptlrpc/parameters/ldlm_locks_max
touch /mnt/a/d/l; for i in $(seq 50); do [ $(locks) -lt 250 ] && break; sleep 0.2; done
[ $(locks) -lt 250 ] || fail "$(locks) locks are left"
run ls -l /mnt/a/d > /dev/null
echo 0 > /sys/module/ptlrpc/parameters/ldlm_locks_max
dmesg | grep -q evict && fail "a client was evicted"
run umount /mnt/b; run umount /mnt/a
stop; check_disks; unload
