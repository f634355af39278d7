#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Targets that restart under a mounted client, after a crash that lost what they had acknowledged but not committed: data, names, open
# files and locks are as the applications were told, and nobody gets an error.
# disks: 200,300
# limit: 600
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client; client /mnt/other
cd /mnt/lustre
# held N EXPECTED COMMAND...: of heldfile number N, which has its file open all the time
held() { local n=$1 want=$2 got; shift 2; eval "echo \"\$*\" >&\${HELD$n[1]}; read -r got <&\${HELD$n[0]}"; [ "$got" = $want ] || fail "heldfile $n, $*: errno $got, expected $want"; }
# full NAME: until the client is connected to the target of that name; it was not evicted
full() {
	local t=$SECONDS
	lctl get_param *.*$1*.ping >/dev/null 2>&1
	until ! lctl get_param -n *.*$1-[om][sd]c-*.state | grep -q -v FULL; do [ $((SECONDS - t)) -lt 60 ] || fail "no connection to $1"; sleep 0.5; done
	! dmesg | grep -q "T000.*evicted by the server" || fail "evicted"
}
# crash DEVICE MOUNTPOINT COMMAND...: what the command did is not on the disk when the target comes back
crash() {
	local dev=$1 mnt=$2; shift 2
	sync; sleep 1
	run dd if=$dev of=/tmp/snap bs=1M iflag=direct conv=sparse status=none
	"$@"
	run umount $mnt; run dd if=/tmp/snap of=$dev bs=1M oflag=direct status=none; rm /tmp/snap
	run mount -t lustre $dev $mnt
}
coproc HELD1 { exec $TOP/build/tools/heldfile a; } 2>/dev/null
held 1 0 write x; held 1 0 fsync
say "an OST loses data that it had acknowledged"
ost_loses() { held 1 0 write y; held 1 0 send; }
crash /dev/ubdb /mnt/ost0 ost_loses
held 1 0 fsync; full OST0000
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
held 1 0 read y
[ "$(lctl get_param -n osc.*OST0000*.unstable_stats | awk '/pages/ { n += $2 } END { print n }')" = 0 ] || fail "pages are held after the commit"
say "an MDT loses names that it had acknowledged"
run mkdir d; run touch d/moved d/gone d/mode; run sh -c 'echo keep > d/data'; run touch locked
exec 8< d/gone
(exec 9>> locked; flock -n 9 && exec sleep 1000) & flock=$!
sleep 0.5
mdt_loses() {
	run mkdir d/new; run touch d/new/file; run mv d/moved d/new/moved; run rm d/gone; run chmod 600 d/mode; run ln d/data d/link; run ln -s x d/sym
	exec 9> d/opened
	run setfattr -n user.a -v b d/mode
}
crash /dev/ubda /mnt/mdt mdt_loses
run stat d/new/file d/new/moved d/link d/sym > /dev/null; full MDT0000
[ ! -e d/gone ] || fail "a removed file is back"
[ "$(stat -c %a d/mode)" = 600 ] || fail "mode $(stat -c %a d/mode)"
[ "$(getfattr --only-values -n user.a d/mode)" = b ] || fail "attribute lost"
[ "$(stat -c %h d/data)" = 2 ] && [ "$(readlink d/sym)" = x ] || fail "links"
run sh -c 'echo there >&9'; exec 9>&-; [ "$(cat d/opened)" = there ] || fail "open file: $(cat d/opened)"
run cat <&8; exec 8<&-
flock -n /mnt/other/locked true && fail "the flock is lost"
kill $flock; wait $flock 2>/dev/null
run flock -w 10 /mnt/other/locked true
say "both restart in the middle of the work"
(i=0; while [ ! -e /tmp/stop ]; do i=$((i + 1)); mkdir w$i && echo $i > w$i/f && mv w$i/f w$i/g && cat w$i/g > /dev/null || { echo $i > /tmp/failed; break; }; done; echo $i > /tmp/last) &
work=$!
sleep 1; run umount /mnt/mdt; run mount -t lustre /dev/ubda /mnt/mdt
sleep 2; run umount /mnt/ost0; run mount -t lustre /dev/ubdb /mnt/ost0
sleep 2; run umount /mnt/mdt; run umount /mnt/ost0; run mount -t lustre /dev/ubda /mnt/mdt; run mount -t lustre /dev/ubdb /mnt/ost0
sleep 3; touch /tmp/stop; wait $work
[ ! -e /tmp/failed ] || fail "operation $(cat /tmp/failed) failed"
full MDT0000; full OST0000
lctl set_param -n ldlm.namespaces.*.lru_size=clear
for ((i = 1; i <= $(cat /tmp/last); i++)); do [ "$(cat w$i/g)" = $i ] || fail "w$i: $(cat w$i/g)"; done
say "$(cat /tmp/last) rounds of work"
say "an OST crashes just after a new client came: it is known, and its write is replayed"
sync; sleep 1; client /mnt/new
run dd if=/dev/ubdb of=/tmp/snap bs=1M iflag=direct conv=sparse status=none
coproc HELD2 { exec $TOP/build/tools/heldfile /mnt/new/b; } 2>/dev/null
held 2 0 write n; held 2 0 send
run umount /mnt/ost0; run dd if=/tmp/snap of=/dev/ubdb bs=1M oflag=direct status=none; rm /tmp/snap
run mount -t lustre /dev/ubdb /mnt/ost0; full OST0000
held 2 0 fsync; held 2 0 read n
exec {HELD2[1]}>&-; wait $HELD2_PID
run cmp /mnt/new/b b; run umount /mnt/new
say "a lock that is lost is told, once"
held 1 0 lock
run umount -f /mnt/mdt; run mount -t lustre /dev/ubda /mnt/mdt
lctl get_param mdc.*.ping > /dev/null 2>&1
for ((i = 0; i < 60; i++)); do dmesg | grep -q "MDT0000.*evicted by the server" && break; ls /mnt/lustre > /dev/null; sleep 0.5; done
held 1 5 read y; held 1 0 read y
exec {HELD1[1]}>&-; wait $HELD1_PID
say "an eviction is on the disk before others get the locks"
uuid=$(lctl get_param -n llite.*.uuid | head -1)
run lctl set_param -n obdfilter.*.evict_client=$uuid; sleep 1
run dd if=/dev/ubdb of=/tmp/snap bs=1M iflag=direct conv=sparse status=none
e2fsck -fy /tmp/snap > /dev/null; debugfs -R "dump last_rcvd /tmp/l" /tmp/snap 2> /dev/null; rm /tmp/snap
grep -q -a $uuid /tmp/l && fail "the slot of the evicted client is still there"
cd /; run umount /mnt/other; run umount /mnt/lustre; stop; check_disks; unload
