#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What an OST makes of its disk: an MDT that waits for it is served at once; targets carry the mark of their make; after a crash that lost
# acknowledged writes fsync says so, after a stop it does not; with a LAST_ID that was set back no new file gets an old object.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
# word FILE OFFSET: 32 bits of a file
word() { od -An -tx4 -j $2 -N 4 $1 | tr -d ' '; }
objid() { lfs getstripe $1 | awk 'n { print $2; exit } /obdidx/ { n = 1 }'; }
# le64 NUMBER: 8 bytes, little-endian
le64() { local n=$1 i s=; for i in 1 2 3 4 5 6 7 8; do s+=$(printf '\\x%02x' $((n & 255))); n=$((n >> 8)); done; printf "$s"; }
# put DEVICE FILE PATH: replace a file on an unmounted target
put() { debugfs -w -R "rm $3" $1 2>/dev/null; debugfs -w -R "write $2 $3" $1 2>/dev/null; }
lnet_up; format; start; client
cd /mnt/lustre
say "first create on a new OST"
t=$(date +%s%N)
run lfs setstripe -c 1 -i 1 first; run sh -c 'echo x > first'
[ $((($(date +%s%N) - t) / 1000000)) -lt 8000 ] || fail "it took $((($(date +%s%N) - t) / 1000000)) ms"
dmesg | grep "cannot connect.*rc = -110" && fail "a connect was lost"
say "lost writes"
run lfs setstripe -c 1 -i 0 a
coproc HELD { exec $TOP/build/tools/heldfile a; }
# held EXPECTED COMMAND...: of heldfile, with the file open all the time
held() { local want=$1 got; shift; echo "$*" >&${HELD[1]}; read -r got <&${HELD[0]}; [ "$got" = $want ] || fail "$*: errno $got, expected $want"; }
# back: until the client is connected to OST0 again
back() { local t=$SECONDS; until lctl get_param osc.*.ping >/dev/null 2>&1; lctl get_param -n osc.*OST0000*.state | grep -q FULL; do [ $((SECONDS - t)) -lt 30 ] || fail "no connection"; sleep 0.5; done; }
held 0 write x; held 0 fsync
run dd if=/dev/ubdb of=/tmp/snap bs=1M iflag=direct conv=sparse status=none
held 0 write y; held 0 send
run umount /mnt/ost0; run dd if=/tmp/snap of=/dev/ubdb bs=1M oflag=direct status=none; rm /tmp/snap
run mount -t lustre -o abort_recov /dev/ubdb /mnt/ost0; back
held 5 fsync
say "nothing is lost in a stop"
held 0 write z; held 0 send
run umount /mnt/ost0; run mount -t lustre /dev/ubdb /mnt/ost0; back
held 0 fsync; held 0 read z
exec {HELD[1]}>&-; wait $HELD_PID
say "LAST_ID set back"
for i in 1 2 3 4; do run lfs setstripe -c 1 -i 0 before$i; echo before > before$i; done # LAST_ID does not go below 0
run lfs setstripe -c 1 -i 0 old
run dd if=/dev/urandom of=old bs=64k count=1 conv=fsync status=none; cp old /tmp/old
X=$(objid old)
cd /; run umount /mnt/lustre; stop
debugfs -R "dump CONFIGS/mountdata /tmp/m" /dev/ubdb 2>/dev/null; debugfs -R "dump last_rcvd /tmp/l" /dev/ubdb 2>/dev/null
[ $(word /tmp/m 12) = 80000000 ] && [ $(word /tmp/l 72) = 80000000 ] || fail "no mark: $(word /tmp/m 12) $(word /tmp/l 72)"
le64 $((X - 3)) > /tmp/id; debugfs -R "dump lov_objid /tmp/objid" /dev/ubda 2>/dev/null
{ cat /tmp/id; tail -c +9 /tmp/objid; } > /tmp/objid2
put /dev/ubdb /tmp/id O/0/LAST_ID; put /dev/ubda /tmp/objid2 lov_objid
start; client; cd /mnt/lustre
for i in 1 2 3 4; do
	lfs setstripe -c 1 -i 0 new$i && sh -c "[ ! -s new$i ] && echo new > new$i" || { [ -s new$i ] && fail "old contents under new$i"; }
done 2>/dev/null
sync; lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
run cmp old /tmp/old
cd /; run umount /mnt/lustre; stop
say "an MDT that knows no last id, and an OST that cannot tell it"
dd if=/dev/zero of=/dev/ubda bs=8 count=1 seek=$(($(debugfs -R "bmap lov_objid 0" /dev/ubda 2> /dev/null) * 512)) conv=notrunc status=none
mount -t lustre /dev/ubda /mnt/mdt; umount /mnt/mdt # modules
echo 1 > /sys/module/oss/parameters/fail_last_id
start; client; cd /mnt/lustre
run lfs setstripe -c 1 -i 0 newest
[ $(cat /sys/module/oss/parameters/fail_last_id) = 0 ] || fail "the OST was not asked"
run cmp old /tmp/old; is "cat before1" before
cd /; run umount /mnt/lustre; stop
say "a target of another make"
cp /tmp/l /tmp/l2; printf '\x1c\x02\0\0' | dd of=/tmp/l2 bs=1 seek=72 conv=notrunc status=none
put /dev/ubdb /tmp/l2 last_rcvd
mount -t lustre /dev/ubda /mnt/mdt; mount -t lustre /dev/ubdb /mnt/ost0 && fail "last_rcvd with unknown features was taken over"
run umount /mnt/mdt
check_disks; unload
