#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The server machine is powered off at a random moment under load of two clients, several rounds; its disks lose writes that were not flushed.
# Each time: the journals are replayed and e2fsck finds nothing, the targets start, the clients go on by themselves, nothing hangs, and
# all that was fsynced is there. Unsaved data of open files may be lost, with an error. Argument: number of rounds.
# cluster: --clients 2 --osts 2 --lose --timeout 7200
ROUNDS=${1:-1}
L=$TOP/build/tools/powerload
fail() { echo "FAILED: $*"; for c in 1 2; do here $c 'dmesg | tail -30; cat /tmp/load.out; for p in $(ps -eo pid,stat | awk "\$2 ~ /^D/ {print \$1}"); do echo "== client'$c' $(cat /proc/$p/comm)"; cat /proc/$p/stack; done' 2>&1 | head -150; done; exit 1; }
run() { "$@" || fail "$*"; }
here() { local c=$1; shift; if [ "$c" = 1 ]; then bash -c "$*"; else on client$c "$*"; fi; }
load_start() {
	here $1 "rm -f /tmp/st.stop; echo > /tmp/load.out; mkdir -p /mnt/lustre/p$1 /mnt/lustre/n
		setsid nohup $L run /tmp/st /mnt/lustre/p$1 > /tmp/load.out 2>&1 < /dev/null &
		setsid nohup sh -c 'while [ ! -e /tmp/st.stop ]; do $TOP/build/tools/nsops -n 100 /mnt/lustre/n; sleep 0.3; done' > /dev/null 2>&1 < /dev/null &
		setsid nohup sh -c 'while [ ! -e /tmp/st.stop ]; do dd if=/dev/zero of=/mnt/lustre/p$1/big bs=1M count=20; sleep 1; done' > /dev/null 2>&1 < /dev/null &"
}
load_stop() { # what runs comes to an end: nothing hangs
	here $1 'touch /tmp/st.stop; end=$(($(date +%s) + 120)); while [ $(date +%s) -lt $end ]; do ps -C powerload,nsops,dd -o stat= | grep -qv "^Z" || exit 0; sleep 1; done; exit 1' || fail "client$1: the load does not end"
	here $1 cat /tmp/load.out | sed "s/^/  client$1: /"
}
check_all() {
	local c
	on client2 'gzip -c < /tmp/st | base64 -w 0' | base64 -d | gzip -dc > /tmp/st2 || fail "state of client2"
	run $L check /tmp/st2 /mnt/lustre/p2
	on client2 "echo $(gzip -c < /tmp/st | base64 -w 0) | base64 -d | gzip -dc > /tmp/st1" || fail "state of client1"
	on client2 "$L check /tmp/st1 /mnt/lustre/p1" || fail "client2 checks the files of client1"
	run $L check /tmp/st /mnt/lustre/p1
	on client2 "$L check /tmp/st /mnt/lustre/p2" || fail "client2 checks its files"
	for c in 1 2; do here $c 'cd /mnt/lustre/n && find . > /dev/null && lfs df > /dev/null' || fail "client$c: find"; done
}
run lfs setstripe -c 2 -S 64k /mnt/lustre
rm -f /tmp/st; on client2 rm -f /tmp/st
for i in $(seq $ROUNDS); do
	t=$SECONDS
	for c in 1 2; do load_start $c || fail "load on client$c"; done
	sleep $((RANDOM % 12 + 4)).$((RANDOM % 10))
	cluster poweroff server
	sleep $((RANDOM % 8))
	run cluster start server
	on server 'cat /run/gloss/lost
		for d in vda vdb vdc; do
			mkdir -p /mnt/look && mount -t ext4 /dev/$d /mnt/look && umount /mnt/look || exit 1
			e2fsck -fn /dev/$d > /tmp/out 2>&1 || { cat /tmp/out; exit 1; }
		done' || fail "round $i: e2fsck"
	on server 'mkdir -p /mnt/mdt0 /mnt/ost0 /mnt/ost1; mount -t lustre /dev/vda /mnt/mdt0 && mount -t lustre /dev/vdb /mnt/ost0 && mount -t lustre /dev/vdc /mnt/ost1' || fail "round $i: mount of the targets"
	u=$SECONDS
	for c in 1 2; do
		here $c "timeout 150 sh -c 'until ls /mnt/lustre/p$c > /dev/null && dd if=/dev/zero of=/mnt/lustre/p$c/again bs=64k count=4 conv=fsync; do sleep 1; done' 2>/dev/null" ||
			fail "round $i: client$c does not come back"
	done
	u=$((SECONDS - u)); sleep 4
	load_stop 1; load_stop 2
	check_all
	echo "round $i: ok, $((SECONDS - t)) s, clients back after $u s"
done
cd /; run umount /mnt/lustre; on client2 umount /mnt/lustre || fail "umount on client2"
on server 'umount /mnt/ost1 && umount /mnt/ost0 && umount /mnt/mdt0 && for d in vda vdb vdc; do e2fsck -fn /dev/$d || exit 1; done && lustre_rmmod' || fail "stop"
run lustre_rmmod
