#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Mounts: those that fail say why, in time; those that are there are listed, and umount -a ends all of them.
# disks: 200,200
# limit: 600
. $TOP/tests/uml/lib.sh
L=/mnt/lustre; mkdir -p $L
say "a wrong interface in networks= is blamed on LNet, not on missing modules"
echo "options lnet networks=tcp(nosuch0)" > /etc/modprobe.d/lnet.conf
out=$(mount -t lustre $NID:/$FS $L 2>&1); status=$?
[[ $status != 0 && $out == *"LNet does not start"* && $out != *"modules loaded"* ]] || fail "mount with a wrong interface: status $status: $out"
lctl network up 2>/dev/null && fail "network up with an interface that is not there"
dmesg | grep -q "interface nosuch0 not found" || fail "the interface is not named"
run lustre_rmmod
lnet_up; run modprobe lustre
say "no MGS on a node that answers: EIO in time, with the NIDs that were tried; ^C ends it at once"
run lctl set_param timeout=20 >/dev/null
t=$SECONDS; timeout -s INT 2 mount -t lustre $NID:/$FS $L >/dev/null 2>&1
[ $((SECONDS - t)) -le 8 ] || fail "^C ended the mount after $((SECONDS - t)) s"
run lctl set_param timeout=5 >/dev/null
t=$SECONDS; out=$(mount -t lustre $NID:/$FS $L 2>&1); status=$?
[[ $status != 0 && $out == *"Input/output error"* && $out == *"Is the MGS running?"*"$NID"* ]] || fail "mount without an MGS: status $status: $out"
[ $((SECONDS - t)) -le 15 ] || fail "mount without an MGS took $((SECONDS - t)) s"
dmesg | grep -q "no answer from the MGS at $NID" || fail "the kernel log does not name the MGS"
run lctl set_param timeout=100 >/dev/null
say "no node there: a signal ends the mount, otherwise it fails in time and the log says what was tried"
t=$SECONDS; timeout -s INT 3 mount -t lustre 10.99.99.99@tcp:/test $L; [ $((SECONDS - t)) -le 8 ] || fail "mount after ^C: $((SECONDS - t)) s"
t=$SECONDS; is "mount -t lustre 10.99.99.99@tcp:/test $L 2>&1 | grep -cE \"failed: Input/output error|Is the MGS running. Tried '10.99.99.99@tcp'\"" 2; [ $((SECONDS - t)) -le 35 ] || fail "mount without an MGS: $((SECONDS - t)) s"
dmesg | grep -qE "no (answer from|connection to) the MGS.* 10.99.99.99@tcp" || fail "the NID is not named"
say "an MGS in a network that this node does not have is told at once"
t=$SECONDS; is "mount -t lustre 10.0.0.1@tcp7:/test $L 2>&1 | grep -cE \"failed: Network is unreachable|Is '10.0.0.1@tcp7' correct\"" 2; [ $((SECONDS - t)) -le 3 ] || fail "mount from another network: $((SECONDS - t)) s"
say "an MGS that knows an OST, but no MDT"
run mkfs.lustre --quiet --mgs /dev/ubda; run mkfs.lustre --quiet --fsname=$FS --ost --index=0 --mgsnode=$NID /dev/ubdb
mkdir -p /mnt/mdt /mnt/ost0; run mount -t lustre /dev/ubda /mnt/mdt; run mount -t lustre /dev/ubdb /mnt/ost0
t=$SECONDS; is "mount -t lustre $NID:/$FS $L 2>&1 | grep -cE 'failed: Input/output error|is the MDT mounted on its server'" 2; [ $((SECONDS - t)) -le 5 ] || fail "mount without an MDT: $((SECONDS - t)) s"
dmesg | grep -q "no MDT0000 has registered with the MGS at $NID" || fail "what is missing is not named"
run umount /mnt/ost0; run umount /mnt/mdt
for d in /dev/ubda /dev/ubdb; do run dd if=/dev/zero of=$d bs=1M count=2 status=none; done
say "lists of mounts"
format; start; client
is "findmnt -n -t lustre -o TARGET | sort" "/mnt/lustre /mnt/mdt /mnt/ost0"
is "df -t lustre --output=target | grep -c ^/mnt" 3
is "mount -t lustre /dev/ubdb /mnt 2>&1" "mount.lustre: according to /proc/mounts /dev/ubdb is already mounted on /mnt/ost0"
rc 17 "mount -t lustre $NID:/$FS $L"
rc 2 "mount -t lustre $NID:/nope /mnt"
say "a mount that fails leaves no client on the servers, which they would wait for when they restart"
before=$(lctl get_param -n mdt.*.num_exports)
rc 2 "mount -t lustre $NID:/$FS/nosuchdir /mnt"
is "lctl get_param -n mdt.*.num_exports" "$before"
say "umount -f tells the servers, too"
client /mnt/b; dd if=/dev/zero of=/mnt/b/f bs=1M count=1 2>/dev/null
t=$SECONDS; run umount -f /mnt/b; [ $((SECONDS - t)) -le 5 ] || fail "umount -f took $((SECONDS - t)) s"
is "lctl get_param -n mdt.*.num_exports" "$before"
run umount -a -t lustre
is "findmnt -n -t lustre,lustre_tgt -o TARGET" ""
check_disks; unload
