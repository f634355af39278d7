#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the client says of names, times and rights: t_client_names.sh [PART...]
# disks: 200,200
# limit: 600
. $TOP/tests/uml/lib.sh
_require_program setfacl setfattr
ABI=$(dirname "$0")/../../build/tools/clientabi
L=/mnt/lustre
# as GROUPS COMMAND: user 1000 with these supplementary groups
as() { setpriv --reuid 1000 --regid 1000 --groups "$1" -- bash -c "$2"; }
fresh_b() { umount /mnt/b 2>/dev/null; client /mnt/b; }

# Leases that no other client would break are refused.
leases() {
	is "$ABI lease $L/f" EINVAL
	is "$ABI lease $L" EINVAL
}
# RENAME_NOREPLACE is not promised.
noreplace() { is "$ABI noreplace $L/f $L/g" EINVAL; }
# Times before 1970 and after 2038, on this client and on one that has nothing cached.
times() {
	local s
	for s in -2147483648 -86400 -1 0 1 2147483647 2147483648 4294967295 4294967296 15032385535; do
		run $ABI mtime $L/f $s >/dev/null
		is "stat -c '%X %Y' $L/f" "$s $s"
		is "stat -c '%X %Y' /mnt/b/f" "$s $s"
	done
	fresh_b
	is "stat -c '%X %Y' /mnt/b/f" "15032385535 15032385535"
	mkdir $L/century; run touch -d '1901-12-14 00:00 UTC' $L/century
	is "stat -c %Y $L/century /mnt/b/century" "-2147472000 -2147472000"
	# beyond what an inode holds: both clients show the same
	run $ABI mtime $L/f 99999999999 >/dev/null
	is "stat -c %Y $L/f" "$(stat -c %Y /mnt/b/f)"
	run $ABI mtime $L/f 1000000000 >/dev/null
}
# A member of a supplementary group opens a file that the client knows nothing of.
groups() {
	local f
	echo secret > $L/f640; run chgrp 2000 $L/f640; run chmod 640 $L/f640
	echo secret > $L/facl; run chmod 600 $L/facl; run setfacl -m g:2001:r $L/facl
	mkdir $L/dgrp; run chgrp 2000 $L/dgrp; run chmod 770 $L/dgrp; echo x > $L/dgrp/x
	mkdir $L/dacl; run chmod 700 $L/dacl; run setfacl -m g:2001:rwx $L/dacl
	for f in f640 facl; do
		fresh_b; is "as 2000,2001 'cat /mnt/b/$f'" secret
		fresh_b; as 2002 "cat /mnt/b/$f" >/dev/null 2>&1 && fail "$f is readable without its group"
	done
	fresh_b; is "as 2000 'ls /mnt/b/dgrp'" x; is "as 2001 'ls /mnt/b/dacl'" ""
	fresh_b
	run as 2000,2001 'cat /mnt/b/dgrp/x && echo y > /mnt/b/dgrp/y && echo z > /mnt/b/dacl/z && mkdir /mnt/b/dacl/sub && rm /mnt/b/dacl/z' >/dev/null
}
# An ACL that a stranger to the group sets clears SGID.
sgid() {
	run touch $L/sg; run chown 1000:2000 $L/sg; run chmod 2755 $L/sg
	as 1000 "setfacl -m u:7:rwx $L/sg" || fail "setfacl by the owner"
	is "stat -c %a $L/sg" 775
	run chmod 2755 $L/sg; as 2000 "setfacl -m u:7:r $L/sg" || fail "setfacl by a member"
	is "stat -c %a $L/sg" 2755
}
# Only the owner sets the default layout of a directory, and capabilities of a user namespace end at its border.
owner() {
	mkdir $L/d $L/mine; run chmod 777 $L/d; run chown 1000 $L/mine; echo x > $L/root600; chmod 600 $L/root600
	as 1000 "lfs setstripe -c 1 $L/d" 2>/dev/null && fail "a stranger changed the default layout of a directory"
	as 1000 "setfattr -n lustre.lov -v 0xd00bd10b000000000000000000000000000000000000000000000000000000000100ffff $L/d" 2>/dev/null &&
		fail "a stranger changed a default layout by setfattr"
	run as 1000 "lfs setstripe -c 1 $L/mine"
	unshare -Ur true 2>/dev/null || { say "no user namespaces in this kernel"; return; }
	as 1000 "unshare -Ur lfs setstripe -c 1 $L" 2>/dev/null && fail "root of a user namespace changed the layout of the file system"
	as 1000 "unshare -Ur cat $L/root600" >/dev/null 2>&1 && fail "root of a user namespace reads everything"
	as 1000 "unshare -Ur chmod 777 $L/root600" 2>/dev/null && fail "root of a user namespace owns everything"
}
# Writes to a file of another client stop to look for capabilities, and start again when there are some.
nosec() {
	local n
	echo 1 > $L/w; fresh_b; run dd if=/dev/zero of=/mnt/b/w bs=1 count=100 conv=notrunc status=none
	n=$(lctl get_param -n 'llite.*.stats' | awk '/^getxattr/ { n += $2 } END { print n + 0 }')
	[ "$n" -lt 30 ] || fail "100 writes asked $n times for capabilities"
	run setfattr -n security.capability -v 0x0000000200000000000000000000000000000000 $L/w
	run dd if=/dev/zero of=/mnt/b/w bs=1 count=1 conv=notrunc status=none
	getfattr -n security.capability $L/w >/dev/null 2>&1 && fail "a write by the other client left the capabilities"
}
# A chmod by another client takes a lock that protects the layout, too: an OST that is away does not hold it back, and nobody is evicted.
layout_lock() {
	local t
	fresh_b
	echo old > $L/dirty; stat $L/dirty >/dev/null
	dd if=/dev/zero of=$L/dirty bs=4k count=20 conv=notrunc status=none; stat $L/dirty >/dev/null
	run umount /mnt/ost0
	t=$SECONDS; is "timeout 100 $ABI chmod /mnt/b/dirty 640" ok
	[ $((SECONDS - t)) -le 5 ] || fail "chmod took $((SECONDS - t)) s while an OST was away"
	dmesg | grep -q evict && fail "a client was evicted"
	run mount -t lustre /dev/ubdb /mnt/ost0
	timeout 90 sync $L/dirty 2>/dev/null # the OST has forgotten the client, and with it the lock
	for t in 1 2 3 4 5; do stat /mnt/b/dirty >/dev/null 2>&1 && break; sleep 2; done
	is "stat -c %a /mnt/b/dirty" 640
}
# The protocol has 8 bits for each of major and minor.
devices() {
	run mknod $L/b b 8 255; run mknod $L/c c 255 5
	fresh_b; is "stat -c %t:%T /mnt/b/b /mnt/b/c" "8:ff ff:5"
	is "mknod $L/big b 8 256 2>&1 | sed 's/.*: //'" "Invalid argument"; is "mknod $L/big c 256 5 2>&1 | sed 's/.*: //'" "Invalid argument"
	rc 1 "stat $L/big"; run rm $L/b $L/c
}
# A create that is not committed yet keeps its request and its reply: not the room that the reply might have needed.
kept() {
	local i before
	mkdir $L/kept; sync
	before=$(awk '/^MemFree/ { print $2 }' /proc/meminfo)
	for ((i = 0; i < 400; i++)); do : > $L/kept/f$i; done
	i=$((before - $(awk '/^MemFree/ { print $2 }' /proc/meminfo)))
	echo "400 creates: $i KiB"
	[ $i -lt 30000 ] || fail "400 creates take $i KiB"
	rm -r $L/kept
}

lnet_up; format; start; client; client /mnt/b; touch $L/f
for part in ${*:-leases noreplace times groups sgid owner nosec devices kept layout_lock}; do
	say "$part"
	$part
done
run umount /mnt/b; run umount $L; stop; check_disks; unload
