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
if wanted sparse; then
	say "tar of a file that is not written back yet"
	run dd if=/dev/urandom of=/tmp/x bs=64k count=10 status=none
	run cp /tmp/x t; tar -S -cf - t | tar -xO | cmp - /tmp/x || fail "tar -S on the writer"
	run cp /tmp/x u; tar -C /mnt/b -S -cf - u | tar -xO | cmp - /tmp/x || fail "tar -S on the other mount"
fi
if wanted lost; then
	say "an OST that lost what it acknowledged"
	run lfs setstripe -c 1 -i 0 kept; run lfs setstripe -c 1 -i 0 lost; run lfs setstripe -c 1 -i 0 cut
	coproc L { $D lost /mnt/a /mnt/b; }
	read -ru ${L[0]} l; [ "$l" = synced ] || fail "not synced: $l"
	run dd if=/dev/ubdb of=/tmp/snap bs=1M conv=sparse status=none
	echo >&${L[1]}
	read -ru ${L[0]} l; [ "$l" = written ] || fail "not written: $l"
	run umount /mnt/ost0; run dd if=/tmp/snap of=/dev/ubdb bs=1M status=none; rm /tmp/snap; run mount -t lustre -o abort_recov /dev/ubdb /mnt/ost0
	for i in $(seq 8); do lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1; done
	echo >&${L[1]}
	read -ru ${L[0]} l; [ "$l" = told ] || fail "fsync: $l"
	run cmp -n $((1 << 20)) kept /mnt/b/kept
fi
if wanted evicted; then
	say "evicted by an OST in the middle of a write that waits for grant"
	on_ost 0 evicted
	echo 1 > /sys/module/lustre/parameters/brw_delay_max
	echo 10000 > /sys/module/oss/parameters/fail_busy_writes
	coproc L { $D evicted /mnt/a /mnt/b; }
	for i in $(seq 30); do sleep 1; [ $(cat /sys/module/oss/parameters/fail_busy_writes) = 10000 ] || break; done
	[ $(cat /sys/module/oss/parameters/fail_busy_writes) != 10000 ] || fail "does not write"
	sleep 2
	for u in $(lctl get_param -n llite.*.uuid); do run lctl set_param -n obdfilter.$FS-OST0000.evict_client=$u; done
	echo 0 > /sys/module/oss/parameters/fail_busy_writes
	read -ru ${L[0]} l; say "$l bytes"; [ "$l" -ge -1 ] || fail "$l"
	for i in $(seq 4); do lctl get_param osc.*.ping > /dev/null 2>&1; sleep 1; done
	echo >&${L[1]}
	read -ru ${L[0]} l; [ "$l" = told ] || fail "$l"
	dmesg | grep 'write of .* failed: -116' && fail "pages were sent that no lock covered any more"
	rm evicted
fi
if wanted busy; then
	say "an OST that is busy, for longer than an error would be tried again"
	on_ost 0 busy
	echo 1 > /sys/module/lustre/parameters/brw_delay_max
	echo 12 > /sys/module/oss/parameters/fail_busy_writes
	run timeout 60 dd if=/dev/urandom of=busy bs=64k count=1 conv=fsync status=none
	[ $(cat /sys/module/oss/parameters/fail_busy_writes) = 0 ] || fail "not busy"
	run cmp busy /mnt/b/busy
	echo 1000 > /sys/module/oss/parameters/fail_busy_writes
	dd if=/dev/zero of=busy bs=64k count=1 conv=fsync oflag=direct status=none & P1=$!
	dd if=/dev/zero of=busy bs=1k count=1 conv=fsync,notrunc status=none & P2=$!
	sleep 2; t=$SECONDS; kill -9 $P1 $P2; wait $P1 $P2
	[ $((SECONDS - t)) -le 2 ] || fail "killed after $((SECONDS - t)) s"
	echo 0 > /sys/module/oss/parameters/fail_busy_writes
	sync
fi
if wanted away; then
	say "an OST that is away"
	run lctl set_param -n osc.*OST0001*.max_rpcs_in_flight 1
	on_ost 1 dead; on_ost 1 deadread; on_ost 0 alive
	run lfs setstripe -c 2 -i 0 -S 64k half; [ "$(lfs getstripe -i half)" = 0 ] || fail "half is elsewhere"
	run dd if=/dev/zero of=deadread bs=64k count=40 conv=fsync status=none
	lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
	# for their locks
	run dd if=/dev/zero of=dead bs=64k count=1 conv=fsync status=none
	run dd if=/dev/zero of=half bs=64k count=2 conv=fsync status=none
	run umount /mnt/ost1
	head -c 128k /dev/urandom > /tmp/x; run dd if=/tmp/x of=half bs=64k conv=notrunc status=none
	t=$SECONDS
	timeout 60 dd if=/mnt/b/half bs=64k count=1 status=none | cmp -n 65536 - /tmp/x || fail "read of what is on another OST"
	[ $((SECONDS - t)) -lt 10 ] || fail "a dead OST holds up a lock of another one: $((SECONDS - t)) s"
	echo 1 > /proc/sys/vm/dirty_background_bytes
	(exec timeout 100 dd if=/dev/zero of=dead bs=64k count=160 conv=notrunc status=none) & P1=$!
	(exec timeout 100 cat deadread > /dev/null) & P2=$!
	sleep 3
	t=$SECONDS
	run timeout 60 dd if=/dev/zero of=alive bs=1M count=50 status=none
	[ $((SECONDS - t)) -lt 30 ] || fail "a dead OST holds up writes to another one"
	run $D chmod /mnt/a /mnt/b
	dmesg | grep -i evict | grep MDT && fail "evicted by the MDT"
	run mount -t lustre /dev/ubdc /mnt/ost1
	wait $P1; wait $P2
fi
cd /; run umount /mnt/b; run umount /mnt/a
stop; check_disks; unload
