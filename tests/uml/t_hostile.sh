#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A node attacks the server in each way that tests/tools/hostile.c knows, while a client (on the server's machine, over TCP) opens,
# writes and compares files. Prints a table: attack, rate of the client in percent of its rate without an attack, memory that was taken at most (MiB),
# log lines. The client must keep going without an error, memory stay within a bound, and the log stay readable.
# nodes: 2
# disks: 200,300
# limit: 600
. $TOP/tests/uml/lib.sh
NID=10.1.0.1@tcp
SECONDS_EACH=${1:-6}
run ip addr add 10.1.0.$NODE/24 dev eth0; run ip link set eth0 up
hostile=$TOP/build/tools/hostile
wait_for() { local i; for ((i = 0; i < ${2:-120}; i++)); do [ -e $SHARE/$1 ] && return; [ ! -e $SHARE/failed ] || fail "the other node"; sleep 0.2; done; fail "nothing from the other node: $1"; }
trap 'rc=$?; [ $rc = 0 ] || : > $SHARE/failed' EXIT
if [ $NODE = 2 ]; then
	while :; do
		wait_for go 1000; read name < $SHARE/go; rm $SHARE/go
		[ "$name" != end ] || exit 0
		run $hostile $name 10.1.0.1 10.1.0.2 $SECONDS_EACH; : > $SHARE/done
	done
fi
echo "options lnet networks=tcp(eth0) local_nid_dist_zero=0" > /etc/modprobe.d/lnet.conf
echo "options ksocklnd sock_timeout=5" >> /etc/modprobe.d/lnet.conf
run modprobe lnet; format; start; client
head -c 64k /dev/urandom > /tmp/data
free_mib() { awk '/MemAvailable/ {print int($2 / 1024)}' /proc/meminfo; }
# opens and closes of the client in so many seconds, and the least free memory
work() {
	local end=$((SECONDS + $1)) f; rounds=0 least=$(free_mib)
	run cp /tmp/data /mnt/lustre/data; run sync -f /mnt/lustre/data
	while [ $SECONDS -lt $end ]; do
		: > /mnt/lustre/f$((rounds % 20)) || fail "the client: $2"
		rounds=$((rounds + 1))
		[ $((rounds % 50)) != 0 ] || { f=$(free_mib); [ $f -ge $least ] || least=$f; }
	done
	echo 1 > /proc/sys/vm/drop_caches; run cmp /tmp/data /mnt/lustre/data
}
work 4 "before"; work $SECONDS_EACH "before"; base=$rounds
echo "no attack: $base opens in $SECONDS_EACH s"
for a in $($hostile list); do
	dmesg -c > /dev/null; before=$(free_mib); rm -f $SHARE/done
	echo $a > $SHARE/go.new; mv $SHARE/go.new $SHARE/go; sleep 1
	work $SECONDS_EACH $a; n=$rounds
	wait_for done 300
	lines=$(dmesg | wc -l); took=$((before - least))
	printf "%-16s %4d %% %4d MiB %4d lines\n" $a $((n * 100 / base)) $took $lines
	dmesg | sed 's/^/    /' | sort -k2 | uniq -c -f2 | sort -rn | head -4
	# the attacker shares the processors with both machines, and others with all of them: a figure that can be relied on is far below 80 %
	[ $((n * 100 / base)) -ge 10 ] || fail "$a: the client is slow"
	[ $took -lt 100 ] || fail "$a: memory"
	[ $lines -lt $((SECONDS_EACH * 20)) ] || fail "$a: too many log lines"
done
echo end > $SHARE/go.new; mv $SHARE/go.new $SHARE/go
run umount /mnt/lustre; stop; check_disks; unload
