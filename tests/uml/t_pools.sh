#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Pools of OSTs: made, filled, emptied, removed by lctl on the MGS; known to MDT and clients at once and after a restart; new files go there;
# inherited from directories; a full pool is ENOSPC; lfs df -p, lfs find --pool.
# disks: 200,60,60,60
# limit: 600
. $TOP/tests/uml/lib.sh
is() { [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"; }
refused() { local why=$1; shift; "$@" > /tmp/err 2>&1 && fail "not refused: $*"; grep -q "$why" /tmp/err || fail "$*: $(cat /tmp/err), expected '$why'"; }
index() { lfs getstripe -i $1; }
pool_is() { local t=$SECONDS; until [ "$(lfs pool_list $FS.$1 2> /dev/null | sed 1d | sort | tr '\n' ' ')" = "$2" ]; do [ $((SECONDS - t)) -lt 30 ] || fail "pool $1: $(lfs pool_list $FS.$1), expected $2"; sleep 1; done; }
on_ost() { local i; for i in $(seq 30); do lfs setstripe -c 1 -i $1 $2 && [ "$(index $2)" = $1 ] && return; rm -f $2; sleep 1; done; fail "no file on OST $1"; }
U0=$FS-OST0000_UUID U1=$FS-OST0001_UUID U2=$FS-OST0002_UUID
lnet_up; format; start; client
cd /mnt/lustre
for i in 0 1 2; do on_ost $i here$i; done; rm here*
say "made and filled"
is new "$(lctl pool_new $FS.flash)" "Pool $FS.flash created"
refused "already exists" lctl pool_new $FS.flash
refused "not of the form" lctl pool_new flash
refused "Invalid" lctl pool_new $FS.none
refused "No such device" lctl pool_new other.flash
is add "$(lctl pool_add $FS.flash $U1)" "OST $U1 added to pool $FS.flash"
is range "$(lctl pool_add $FS.flash 'OST[0-2/2]' | wc -l)" 2
pool_is flash "$U0 $U1 $U2 "
refused "already in" lctl pool_add $FS.flash OST0001
refused "not part of" lctl pool_add $FS.flash OST0009
refused "not part of" lctl pool_add $FS.flash other-OST0000_UUID
refused "not found" lctl pool_add $FS.nopool OST0000
run lctl pool_remove $FS.flash OST0000 OST0002
refused "not in the pool" lctl pool_remove $FS.flash OST0000
pool_is flash "$U1 "
refused "not empty" lctl pool_destroy $FS.flash
is list "$(lfs pool_list $FS)" "Pools from $FS:
$FS.flash"
say "new files go there"
for i in 1 2 3 4; do run lfs setstripe -p flash f$i; is "OST of a pool" "$(index f$i)" 1; done
run lfs setstripe -p $FS.flash -c -1 wide; is "all of the pool" "$(lfs getstripe -c wide)" 1; is pool "$(lfs getstripe -p wide)" flash
refused Invalid lfs setstripe -p flash -i 0 bad; refused Invalid lfs setstripe -p flash -o 0 bad
run mkdir d; run lfs setstripe -p flash d; run mkdir d/sub; for i in 1 2 3; do touch d/sub/$i; is inherited "$(index d/sub/$i)" 1; done
run lfs setstripe -c 1 -S 64K d/own; is "an explicit layout inherits the pool" "$(lfs getstripe -p d/own)" flash
run lfs setstripe -p none -i 0 d/none; is "and none with none" "$(lfs getstripe -p d/none)" ""
run mkdir c; run lfs setstripe -E 1M -c 1 -p flash -E -1 -c 2 c; dd if=/dev/zero of=c/f bs=1M count=2 status=none
is "components inherit the pool of the one before" "$(lfs getstripe c/f | grep -c 'lmm_pool:  *flash')" 2
is "their OSTs" "$(lfs getstripe c/f | awk '/l_ost_idx/ { printf "%s", $5 }')" "1,1,"
is find "$(lfs find /mnt/lustre --pool flash --type f | wc -l)" 10
is df "$(lfs df -p flash /mnt/lustre | grep -c OST)" 1
refused "No such" lfs df -p nopool /mnt/lustre
say "a full pool"
dd if=/dev/zero of=d/big bs=1M status=none 2> /tmp/err; grep -q "No space" /tmp/err || fail "$(cat /tmp/err)"
sync
for i in $(seq 20); do lfs setstripe -p flash e$i 2> /tmp/err || break; sleep 1; done
grep -q "No space" /tmp/err || fail "a full pool takes files"
run lfs setstripe -c 1 other; [ "$(index other)" != 1 ] || fail "a file without pool went to the full OST"
rm d/big
say "after a restart"
cd /; run umount /mnt/lustre; stop; start; client; cd /mnt/lustre
pool_is flash "$U1 "
for i in $(seq 30); do lfs setstripe -p flash g && break; sleep 1; done
is "OST of a pool" "$(index g)" 1
is content "$(cat c/f | wc -c)" 2097152
run lctl pool_remove $FS.flash $U1; is destroyed "$(lctl pool_destroy $FS.flash)" "Pool $FS.flash destroyed"
t=$SECONDS; while lfs pool_list $FS.flash > /dev/null 2>&1; do [ $((SECONDS - t)) -lt 30 ] || fail "the pool is still there"; sleep 1; done
run lfs setstripe -p flash h
run lctl pool_new $FS.flash; run lctl pool_add $FS.flash OST[0,2]; pool_is flash "$U0 $U2 "
for i in 1 2 3; do run lfs setstripe -p flash k$i; [ "$(index k$i)" != 1 ] || fail "not in the pool"; done
cd /; run umount /mnt/lustre; stop; start; client; pool_is flash "$U0 $U2 "
run umount /mnt/lustre; stop; check_disks; unload
