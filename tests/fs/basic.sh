#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two client machines over TCP: what one does the other sees.
# cluster: --clients 2 --osts 2
fail() { echo "FAILED: $*"; exit 1; }
run() { "$@" || fail "$*"; }
cd /mnt/lustre || exit 1
run mkdir d; run lfs setstripe -c 2 d
[ "$(lfs getstripe -c d)" = 2 ] || fail "default stripe count"
run dd if=/dev/urandom of=/tmp/f bs=1M count=20 status=none
run cp /tmp/f d/f
[ "$(lfs getstripe -c d/f)" = 2 ] || fail "stripe count"
sum=$(sha1sum < /tmp/f)
[ "$(on client2 sha1sum '<' /mnt/lustre/d/f)" = "$sum" ] || fail "client2 reads something else"
on client2 "cd /mnt/lustre/d && echo more >> f && mv f g && mkdir x && ln g x/h && chmod 600 g" || fail "client2"
[ -e d/f ] && fail "d/f is still there"
[ "$(stat -c '%s %h %a' d/g)" = "$((20 * 1024 * 1024 + 5)) 2 600" ] || fail "stat: $(stat -c '%s %h %a' d/g)"
[ "$(tail -c 5 d/x/h)" = more ] || fail "tail"
run truncate -s 100 d/g
[ "$(on client2 stat -c %s /mnt/lustre/d/x/h)" = 100 ] || fail "size after truncate"
for i in $(seq 300); do echo $i > d/n$i; done || fail create
[ "$(on client2 'ls /mnt/lustre/d | wc -l')" = 302 ] || fail "readdir on client2"
[ "$(on client2 'cat /mnt/lustre/d/n* | sort -n | md5sum')" = "$(seq 300 | md5sum)" ] || fail "contents on client2"
run ln -s g d/s; [ "$(on client2 readlink /mnt/lustre/d/s)" = g ] || fail readlink
run setfattr -n user.color -v red d/g; [ "$(on client2 'getfattr --absolute-names --only-values -n user.color /mnt/lustre/d/g')" = red ] || fail xattr
run setfacl -m u:1234:rw d/g; on client2 'getfacl -p /mnt/lustre/d/g' | grep -q user:1234:rw- || fail acl
# Capabilities of a user namespace end at its border.
echo secret > d/root600; run chmod 600 d/root600
userns() { setpriv --reuid 1234 --regid 1234 --clear-groups unshare -Ur "$@"; }
if userns true 2>/dev/null; then
	userns cat d/root600 >/dev/null 2>&1 && fail "root of a user namespace reads everything"
	userns lfs setstripe -c 1 /mnt/lustre 2>/dev/null && fail "root of a user namespace changed the layout of the file system"
fi
(flock -x 9; sleep 4) 9> d/lock & sleep 1
on client2 "flock -n -x /mnt/lustre/d/lock true" && fail "flock is not seen by client2"
wait; on client2 "flock -n -x /mnt/lustre/d/lock true" || fail "flock is not released"
run lfs df; run lfs check all; run lctl dl
fid=$(lfs path2fid d/g); [ "$(lfs fid2path /mnt/lustre $fid | sort | head -1)" = /mnt/lustre/d/g ] || fail fid2path
[ "$(lfs find d --type f --stripe-count 2 | wc -l)" -ge 301 ] || fail "lfs find"
run rm -rf d
[ "$(on client2 'ls /mnt/lustre | wc -l')" = 0 ] || fail "rm"
cd /; run umount /mnt/lustre; on client2 umount /mnt/lustre || fail "umount on client2"
on server "umount /mnt/ost1 && umount /mnt/ost0 && umount /mnt/mdt0 && for d in vda vdb vdc; do e2fsck -fn /dev/\$d || exit 1; done && lustre_rmmod" || fail "stop"
run lustre_rmmod
