#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Targets that move to another node: clients and the MDT know two NIDs of each, find the one where they are now, and bring back what the
# old node had not committed; nobody gets an error. The server plays both nodes: it changes its address and has the disks all the time.
# nodes: 2
# disks: 200,300
# limit: 500
. $TOP/tests/uml/lib.sh
A=10.1.0.1@tcp B=10.2.0.1@tcp1
wait_for() { local i; for ((i = 0; i < ${2:-120}; i++)); do [ -e $SHARE/$1 ] && return; [ ! -e $SHARE/failed ] || fail "the other node"; sleep 1; done; fail "nothing from the other node: $1"; }
say_done() { : > $SHARE/$1; }
trap 'rc=$?; [ $rc = 0 ] || : > $SHARE/failed' EXIT
for i in 0 1; do run ip addr add 10.$((i + 1)).0.$NODE/24 dev eth$i; run ip link set eth$i up; done
# be NETWORKS: the node's NIDs from now on
be() { echo "options lnet networks=\"$1\"" > /etc/modprobe.d/lnet.conf; run modprobe lnet; run lctl network up; }
if [ $NODE = 1 ]; then
	nodes="--servicenode=$A --servicenode=$B"
	be "tcp(eth0)"
	run mkfs.lustre --quiet --fsname=$FS --mgs --mdt --index=0 $nodes /dev/ubda
	run mkfs.lustre --quiet --fsname=$FS --ost --index=0 --mgsnode=$A:$B $nodes /dev/ubdb
	for d in /dev/ubda /dev/ubdb; do dumpe2fs -h $d 2>/dev/null | grep -q "features:.* mmp" || fail "no multi-mount protection of $d"; done
	start
	lctl get_param -n osp.*.import | grep -q "failover_nids: \[ \"$A\", \"$B\" \]" || fail "NIDs of the OSP: $(lctl get_param osp.*.import | grep nids)"
	say_done started
	say "a disk that is in use cannot be mounted again, as if by the partner"
	mkdir -p /mnt/again; run losetup /dev/loop0 /dev/ubdb
	mount -t lustre /dev/loop0 /mnt/again 2>/dev/null && fail "mounted twice"
	dmesg | grep -q "loop0 cannot be mounted, it is in use on this node or on its partner" || fail "no reason"
	run losetup -d /dev/loop0
	wait_for move
	stop; run lustre_rmmod; run ip link set eth0 down
	be "tcp1(eth1)"; start; say_done moved
	wait_for umounted 200
	stop; check_disks; unload
	exit
fi
wait_for started 200
be "tcp(eth0),tcp1(eth1)"
mkdir -p /mnt/lustre; run mount -t lustre $A:$B:/$FS /mnt/lustre
for o in osc mdc; do lctl get_param -n $o.*.import | grep -q "failover_nids: \[ \"$A\", \"$B\" \]" || fail "NIDs of the $o: $(lctl get_param $o.*.import | grep nids)"; done
cd /mnt/lustre; run touch open; exec 9>> open
load() {
	local n=0
	while [ ! -e /tmp/stop ]; do
		n=$((n + 1))
		mkdir d$n && echo $n > d$n/f && mv d$n/f d$n/g && dd if=/dev/zero of=d$n/h bs=4k count=3 conv=fsync status=none && [ "$(cat d$n/g)" = $n ] || { echo "round $n" > /tmp/error; return; }
		echo $n > /tmp/rounds
	done
}
echo 0 > /tmp/rounds; load & load=$!
grow() {
	local n=$(cat /tmp/rounds) i
	for ((i = 0; i < $1; i++)); do
		[ ! -e /tmp/error ] || fail "an operation failed: $(cat /tmp/error)"
		[ "$(cat /tmp/rounds)" -lt $((n + 2)) ] || { say "$2: goes on after $i s"; return; }
		sleep 1
	done
	fail "nothing goes on $2"
}
grow 30 "on the first node"
echo 1 >&9; say_done move; wait_for moved 150
grow 30 "on the second node"
for o in osc mdc; do lctl get_param -n $o.*.import | grep -q "current_connection: \"$B\"" || fail "$o: $(lctl get_param -n $o.*.import | grep connection)"; done
touch /tmp/stop; wait $load; [ ! -e /tmp/error ] || fail "an operation failed: $(cat /tmp/error)"
exec 9>&-
[ "$(cat open)" = 1 ] || fail "open file: $(cat open)"
for ((i = 1; i <= $(cat /tmp/rounds); i++)); do [ "$(cat d$i/g)" = $i ] && [ "$(stat -c %s d$i/h)" = 12288 ] || fail "round $i"; done
say "$(cat /tmp/rounds) rounds"
dmesg | grep "evicted by" && fail evicted
cd /; run umount /mnt/lustre; say_done umounted; run lustre_rmmod
