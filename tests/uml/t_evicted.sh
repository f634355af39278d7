#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An OST forgets its clients: fsync and close tell about data that was not written, once for each open file; afterwards all is well.
# Short I/O of all sizes around its bound. A write to a set-uid file, also an appending one.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
lnet_up; format; start; client
cd /mnt/lustre; run lfs setstripe -c 1 -i 0 .
# the MDT may not have seen that OST yet
for i in $(seq 30); do rm -f a; echo > a; [ "$(lfs getstripe -i a)" = 0 ] && break; sleep 1; done
run [ "$(lfs getstripe -i a)" = 0 ]; rm a; sync
evict() {
	run umount -f /mnt/ost0; run mount -t lustre /dev/ubdb /mnt/ost0
	local i; for i in $(seq 8); do lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1; done
}
# two opens of a file and one of another; held N EXPECTED COMMAND...: what heldfile answers for the Nth
held() {
	local n=$1 want=$2 got; shift 2
	echo "$*" >&${TO[$n]}; read -t 60 -u ${FROM[$n]} got || fail "no answer to $*"
	say "open $n: $*: $got"
	[ "$got" = $want ] || fail "open $n: $*: $got, expected $want"
}
for n in 1 2 3; do
	mkfifo /tmp/to$n /tmp/from$n
	$TOP/build/tools/heldfile $([ $n = 3 ] && echo c || echo a) < /tmp/to$n > /tmp/from$n &
	exec {fd}>/tmp/to$n; TO[$n]=$fd; exec {fd}</tmp/from$n; FROM[$n]=$fd
done
held 1 0 write x; evict
for n in 1 2; do held $n 5 fsync; held $n 0 fsync; done
held 1 0 write y; held 1 0 fsync
held 1 0 write x; evict
held 1 5 close; held 2 5 fsync; held 2 0 close
# what was written before the eviction is no error
held 3 0 write z; held 3 0 fsync; evict
held 3 0 fsync; held 3 0 read z; held 3 0 close
for n in 1 2 3; do exec {TO[$n]}>&- {FROM[$n]}<&-; done; wait
# under load: pages in flight, locks in use; nothing may hang
for i in 1 2 3; do (while [ ! -e /tmp/stop ]; do dd if=/dev/zero of=l$i bs=64k count=64 conv=fsync; dd if=l$i of=/dev/null bs=1M; done > /dev/null 2>&1) & done
for i in 1 2 3; do sleep 2; run umount /mnt/ost0; run mount -t lustre /dev/ubdb /mnt/ost0; sleep 4; done
touch /tmp/stop; wait
run dd if=/dev/urandom of=/tmp/x bs=1M count=3 status=none; run dd if=/tmp/x of=l1 bs=1M conv=fsync status=none
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear; run cmp /tmp/x l1
for s in 1 100 4095 4096 5000 16384 16385; do
	head -c $s /dev/urandom > /tmp/x; run cp /tmp/x s$s; sync
	lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
	run cmp /tmp/x s$s
	run dd if=/tmp/x of=s$s conv=notrunc seek=1 bs=100 status=none; tail -c +101 s$s | cmp - /tmp/x || fail "short write of $s"
done
run dd if=/dev/urandom of=/tmp/x bs=4k count=3 status=none
run dd if=/tmp/x of=d oflag=direct bs=4k status=none; run cmp d /tmp/x
dd if=d iflag=direct bs=4k status=none | cmp - /tmp/x || fail "direct read"
echo abc > s; for how in append none; do
	run chmod 4777 s; setpriv --reuid 1000 --clear-groups dd if=/dev/zero of=s bs=1 count=1 conv=notrunc $([ $how = append ] && echo oflag=append) status=none
	[ $(stat -c %a s) = 777 ] || fail "set-uid bit is still there ($how): $(stat -c %a s)"
done
cd /; run umount /mnt/lustre; stop; check_disks; unload
