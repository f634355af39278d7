#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# All servers are powered off: a writer dies of SIGKILL within 10 seconds, and umount -f returns within 10 seconds.
# cluster: --clients 1 --osts 2 --splats-ok
fail() { echo "FAILED: $*"; dmesg | tail -20; exit 1; }
cd /mnt/lustre && dd if=/dev/zero of=f bs=1M count=10 status=none && sync || fail "before"
dd if=/dev/zero of=/mnt/lustre/g bs=1M count=2000 status=none & p=$!
sleep 2; cluster poweroff server; sleep 1
cat /mnt/lustre/f > /dev/null 2>&1 & q=$!
(exec ls -l /mnt/lustre > /dev/null 2>&1) & r=$!
sleep 3
kill -9 $p $q $r 2>/dev/null
t=$SECONDS
while kill -0 $p 2>/dev/null || kill -0 $q 2>/dev/null || kill -0 $r 2>/dev/null; do
	[ $((SECONDS - t)) -lt 10 ] || { ps ax | grep -E 'dd|cat|ls' | head; for x in $p $q $r; do cat /proc/$x/stack; done; fail "not killed after 10 s"; }
	sleep 0.2
done
cd /; t=$SECONDS; timeout 90 umount -f /mnt/lustre || fail "umount -f"
[ $((SECONDS - t)) -le 10 ] || fail "umount -f took $((SECONDS - t)) s"
lustre_rmmod || fail rmmod
