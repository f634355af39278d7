#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# File data between two mounts (tests/tools/datacheck.c): blocks and holes of what is dirty, deleted files, tails of mappings, the longest
# object, a full OST, direct I/O beside mappings, AIO; an OST that comes back without what it acknowledged; one that is away holds up nobody.
# disks: 200,200,200,60
# limit: 800
. $TOP/tests/uml/lib.sh
D=$TOP/build/tools/datacheck
ONLY=$1
check() { wanted $1 || return 0; say $1; run $D $1 /mnt/a /mnt/b; }
wanted() { [ -z "$ONLY" ] || [[ ",$ONLY," = *,$1,* ]]; }
# a file on one OST, once the MDT knows it
on_ost() { local i; for i in $(seq 30); do lfs setstripe -c 1 -i $1 $2 && [ "$(lfs getstripe -i $2)" = $1 ] && return; rm -f $2; sleep 1; done; fail "no file on OST $1"; }
lnet_up; format; start; client /mnt/a; client /mnt/b
cd /mnt/a
for i in 0 1 2; do on_ost $i here$i; done
lfs setstripe -c 2 -i 0 -S 64k /mnt/a
run mkdir full; run lfs setstripe -c 1 -i 2 full
run mkdir pending; run lfs setstripe -c 1 -i 0 pending
run lfs setstripe -E 64K -c 1 -E -1 -c 2 -S 64K ahead
for c in blocks seek unlinked tail pending limit full race hole ahead aio; do check $c; done
echo 1000 > /sys/module/oss/parameters/fail_slow_punch; check truncate; echo 0 > /sys/module/oss/parameters/fail_slow_punch
for p in sparse lost evicted busy away; do ! wanted $p || part data $p; done
cd /; run umount /mnt/b; run umount /mnt/a
stop; check_disks; unload
