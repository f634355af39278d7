#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two nodes with two interfaces each: both find out about the other's NIDs, both paths carry the load, and the loss of each interface, on
# either side, while files are written and compared is not seen by who uses them.
# nodes: 2
# disks: 200,300
# limit: 900
. $TOP/tests/uml/lib.sh
other=$((3 - NODE)) NID=10.1.0.1@tcp
wait_for() { local i; for ((i = 0; i < ${2:-120}; i++)); do [ -e $SHARE/$1 ] && return; [ ! -e $SHARE/failed ] || fail "the other node"; sleep 1; done; fail "nothing from the other node: $1"; }
say_done() { : > $SHARE/$1; }
trap 'rc=$?; [ $rc = 0 ] || : > $SHARE/failed' EXIT
sent() { lnetctl net show -v | awk -v n="$1" '$2 == "nid:" || $1 == "nid:" {on = $NF == n} on && /send_count/ {print $2}'; }
# messages sent from both NIDs since the last call
both_grow() {
	local a b; a=$(sent 10.1.0.$NODE@tcp) b=$(sent 10.2.0.$NODE@tcp)
	say "sent: $a $b"
	[ $((a - ${a0:-0})) -gt 20 ] && [ $((b - ${b0:-0})) -gt 20 ]; local rc=$?
	a0=$a b0=$b; return $rc
}
for i in 0 1; do run ip addr add 10.$((i + 1)).0.$NODE/24 dev eth$i; run ip link set eth$i up; done
echo "options lnet networks=tcp(eth0,eth1)" > /etc/modprobe.d/lnet.conf
echo "options ksocklnd sock_timeout=5" >> /etc/modprobe.d/lnet.conf
run modprobe lnet; run lctl network up
if [ $NODE = 1 ]; then
	format; start; say_done started
	for i in 0 1; do
		wait_for lose$i; say "server loses eth$i"; ip link set eth$i down; say_done lost$i
		wait_for back$i; ip link set eth$i up; say_done again$i
	done
	wait_for umounted 200
	stop; check_disks; unload
	exit
fi
wait_for started
run lnetctl discover --force $NID > /tmp/d; cat /tmp/d
[ "$(grep -c "10\.[12]\.0\.1@tcp" /tmp/d)" = 3 ] && grep -q "Multi-Rail: true" /tmp/d || fail "discover"
client
load() { # writes files and compares them, until told to stop
	local n=0
	while [ ! -e /tmp/stop ]; do
		n=$((n + 1))
		dd if=/tmp/data of=/mnt/lustre/f$((n % 4)) bs=64k conv=fsync 2>/dev/null || { echo "write $n failed" > /tmp/error; return; }
		echo 1 > /proc/sys/vm/drop_caches
		cmp /tmp/data /mnt/lustre/f$((n % 4)) || { echo "compare $n failed" > /tmp/error; return; }
		ls -l /mnt/lustre > /dev/null || { echo "ls $n failed" > /tmp/error; return; }
		echo $n > /tmp/rounds
	done
}
# the load went on: two more rounds (the first may have been under way)
wait_grow() {
	local n=$(cat /tmp/rounds) i
	for ((i = 0; i < $1; i++)); do
		[ ! -e /tmp/error ] || fail "$(cat /tmp/error)"
		[ "$(cat /tmp/rounds)" -lt $((n + 2)) ] || { say "${2:-}: $i s"; return; }
		sleep 1
	done
	fail "the load stands still ${2:-}"
}
echo 0 > /tmp/rounds
head -c 1M /dev/urandom > /tmp/data
load & wait_grow 60
both_grow || fail "only one path is used"
for i in 0 1; do
	say "client loses eth$i"; ip link set eth$i down; wait_grow 60 "without eth$i"
	lnetctl net show | grep -q "status: down" || fail "eth$i is not shown as down"
	ip link set eth$i up; wait_grow 60 "with eth$i again"; both_grow
done
for i in 0 1; do
	say_done lose$i; wait_for lost$i; wait_grow 60 "without eth$i of the server"
	say_done back$i; wait_for again$i; wait_grow 60 "with eth$i of the server again"
done
# an interface that failed gets its health back little by little
both_grow
for ((i = 0; i < 25; i++)); do sleep 4; ! both_grow || break; done
[ $i -lt 25 ] || fail "a path is not used again"
wait_grow 60
touch /tmp/stop; wait
[ ! -e /tmp/error ] || fail "$(cat /tmp/error)"
say "rounds: $(cat /tmp/rounds)"; lnetctl stats show | grep -E "resend|timeout"
for i in 0 1 2 3; do [ ! -e /mnt/lustre/f$i ] || run cmp /tmp/data /mnt/lustre/f$i; done
run umount /mnt/lustre; say_done umounted
unload
