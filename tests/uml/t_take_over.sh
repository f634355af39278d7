#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The disks of a real Lustre 2.17.0 are taken over: every name has the attributes, FID, contents, attributes and objects that its own
# client saw; what is made, renamed and removed here is there afterwards, and the disks are clean.
# disks: tests/data/real-2.17/mdt0.img.xz,tests/data/real-2.17/ost0.img.xz,tests/data/real-2.17/ost1.img.xz
# limit: 600
. $TOP/tests/uml/lib.sh
DATA=$TOP/tests/data/real-2.17
FS=old NID=192.168.77.1@tcp L=/mnt/lustre
mkdir -p /mnt/mdt /mnt/ost0 /mnt/ost1 $L /tmp/l
ip link add dummy0 type dummy 2>/dev/null; run ip addr add 192.168.77.1/24 dev dummy0; run ip link set dummy0 up
echo "options lnet networks=tcp(dummy0)" > /etc/modprobe.d/lnet.conf
echo "options osd_ldiskfs scan_rate=1" > /etc/modprobe.d/osd_ldiskfs.conf
run modprobe lnet; run modprobe lustre
# the columns of the listing: name and attributes; FID; contents; objects. DoM files are left out: they cannot be opened.
grep -v '^a/pfl/[dm]' $DATA/listing > /tmp/l/all
cut -d'|' -f1,2 /tmp/l/all > /tmp/l/attr.want
cut -d'|' -f3 /tmp/l/all > /tmp/l/fid.want
awk -F'|' '$4 { print $4 "  " $1 }' /tmp/l/all > /tmp/l/md5.want
grep -o 'l_fid:[^ ]*' /tmp/l/all | sort > /tmp/l/objects.want
look() { # compare all with what the client of before saw
	local c
	cd $L
	cut -d'|' -f1 /tmp/l/all | tr '\n' '\0' > /tmp/l/names
	xargs -0 stat -c '%n|%F %s %u %g %a %Y %h %t:%T' < /tmp/l/names > /tmp/l/attr.got
	xargs -0 -n 50 lfs path2fid < /tmp/l/names | grep -o '\[0x[0-9a-fx:]*\]' > /tmp/l/fid.got
	cut -c35- /tmp/l/md5.want | tr '\n' '\0' | xargs -0 md5sum > /tmp/l/md5.got
	cut -c35- /tmp/l/md5.want | tr '\n' '\0' | xargs -0 -n 50 lfs getstripe -y | grep -o 'l_fid:[ ]*[^ ]*' | tr -d ' ' | sort > /tmp/l/objects.got
	for c in attr fid md5 objects; do diff /tmp/l/$c.want /tmp/l/$c.got > /tmp/l/diff || { head -20 /tmp/l/diff; fail "$c: $(grep -c '^[<>]' /tmp/l/diff) lines differ"; }; done
	is "getfattr --only-values -n user.k a/big" val
	is "getfattr --only-values -n trusted.k a/b" tval
	is "getfattr --only-values -n user.large a/fstab | tr -d z | wc -c" 0
	is "getfacl -cnp a/big | grep 5001" "user:5001:r--"
	is "getfacl -cnp a/b | grep group:7" "default:group:7:rwx"
	is "lfs project -d a/b | awk '{ print \$1 }'" 55
	is "readlink a/sym; readlink a/longsym | wc -c" "../x 201"
	is "lfs getstripe -c -d a/b" 2
	cd /
}
all_up() { run mount -t lustre /dev/ubda /mnt/mdt; run mount -t lustre /dev/ubdb /mnt/ost0; run mount -t lustre /dev/ubdc /mnt/ost1; client; }
all_down() { run umount $L; run umount /mnt/ost0; run umount /mnt/ost1; run umount /mnt/mdt; }

say "what was not taken over is not used, and the message says what to type"
is "mount -t lustre /dev/ubda /mnt/mdt 2>&1 | grep -c -- '--take-over /dev/ubda'" 1
rc 22 "mount -t lustre /dev/ubdb /mnt/ost0"
dmesg | grep -q -- "tunefs.lustre --take-over /dev/ubdb" || fail "the kernel log does not say what to type"
say "take over; while objects are missing in the index, names work at once, and a FID alone is waited for"
for d in /dev/ubda /dev/ubdb /dev/ubdc; do run tunefs.lustre --quiet --take-over $d; done
check_disks > /dev/null
all_up
scan() { lctl get_param -n osd-ldiskfs.old-MDT0000.oi_scrub | grep -q "status: $1" || fail "not $1: $(lctl get_param osd-ldiskfs.old-MDT0000.oi_scrub)"; }
(stat -c %s $L/.lustre/fid/[0x200000401:0x8:0x0] > /tmp/l/by_fid 2>&1) & fid=$!
sleep 2
is "cat /tmp/l/by_fid" ""; scan scanning
look; scan scanning
wait $fid; is "cat /tmp/l/by_fid" 3000000
say "use"
cd $L
is "ls -a | xargs" ". .. a"
is "cat a/pfl/dom 2>&1 | grep -c 'Operation not supported'" 1
run mkdir new; run sh -c "echo more > new/f"; run sh -c "echo x >> a/file.2"; run mv a/services new/s; run mv a/b/many/file.100 a/file.100; run rm a/big a/two; run ln a/file.2 a/link2
run setfattr -n user.n -v 1 a/file.2; run chown 7:8 a/file.2; run mknod new/c c 1 5; run mknod new/b b 8 44; run truncate -s 5 a/sparse; run cp /etc/services a/b/copy
for i in $(seq 50); do run touch new/$i; done
run rmdir "a/sp ace"
is "lfs path2fid new" "[0x200000bd0:0x1:0x0]"
is "lfs getstripe -c a/b/copy" 2
cd /
used() { # what it looks like now
	cd $L
	is "cat new/f a/file.2 a/link2" "more 2 x 2 x"
	is "stat -c '%u %g %h' a/file.2" "7 8 2"
	is "stat -c %t:%T new/c new/b a/n" "1:5 8:2c 1:3"
	is "cat a/b/many/file.1 a/file.100" "1 100"
	is "md5sum < new/s | cut -c1-32" 3975f0d8c4e1ecb25f035edfb1ba27ac
	is "cmp a/b/copy /etc/services && stat -c %s a/sparse" 5
	is "ls new | wc -l" 54
	is "ls a a/b/many | wc -l" 264
	rc 2 "ls a/big a/two 'a/sp ace'"
	cd /
}
used; scan scanning; all_down; check_disks > /dev/null
say "after the next mount the index is completed, and sequences go on"
echo 0 > /sys/module/osd_ldiskfs/parameters/scan_rate
all_up; used
for ((i = 0; i < 100; i++)); do lctl get_param -n osd-ldiskfs.old-MDT0000.oi_scrub | grep -q "status: completed" && break; sleep 0.1; done
is "lctl get_param -n osd-ldiskfs.old-MDT0000.oi_scrub | grep -E '^(status|failed)'" "status: completed failed: 0"
run mkdir $L/again; [ "$(lfs path2fid $L/again)" != "[0x200000bd0:0x1:0x0]" ] || fail "a FID is given out twice: $(lfs path2fid $L/again)"
all_down
is "debugfs -R 'ls -p /' /dev/ubda 2>/dev/null | grep -cE '/(oi.16|OI_scrub|seq_fld|osp_changes)'" 0
is "tunefs.lustre --quiet --take-over /dev/ubda" ""
check_disks > /dev/null; unload
