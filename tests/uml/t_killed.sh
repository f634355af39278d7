#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No server can be reached any more: whatever a task does on a mount, it dies of SIGKILL within some seconds. Afterwards all goes on.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
_require_program fio setfattr getfattr
WIRE=tcp
lnet_up; format; start; client
cd /mnt/lustre
L="fsync osync direct dread aiow aior append rewrite read stat open create rename readdir statfs flock held setxattr getxattr truncate unlink mkdir fallocate chmod close mixed"
for n in $L; do
	run mkdir $n; run lfs setstripe -c 2 -S 64k $n
	run dd if=/dev/urandom of=$n/f bs=1M count=2 status=none
	run dd if=/dev/urandom of=$n/h bs=1M count=1 status=none
	echo x > $n/g
done
sync
echo 3 > /proc/sys/vm/drop_caches
for n in $L; do stat $n/f $n/g > /dev/null; done
declare -A P
# each in a process group of its own
go() { local n=$1; shift; (cd /mnt/lustre/$n && exec setsid "$@" > /dev/null 2>&1) & P[$n]=$!; }
# open before the servers go, and closed by the kill
(cd held && exec 8>>f 9>lock && flock -x 9 && echo y >&8 && exec sleep 1000) & P[held]=$!
(cd close && exec 8>>f && dd if=/dev/zero bs=64k count=4 status=none >&8 && exec sleep 1000) & P[close]=$!
dd if=/dev/urandom of=rewrite/f bs=64k count=16 conv=notrunc status=none
aio="fio --name=a --filename=f --size=2m --bs=64k --direct=1 --ioengine=libaio --iodepth=8 --thread --time_based --runtime=100"
go aiow $aio --rw=randwrite
go aior $aio --rw=randread
sleep 3
say "all servers go"
run ip link set lo down
go fsync dd if=/dev/zero of=f bs=64k count=8 conv=notrunc,fsync
go osync dd if=/dev/zero of=f bs=64k count=8 oflag=sync conv=notrunc
go direct dd if=/dev/zero of=f bs=1M count=2 oflag=direct conv=notrunc
go dread dd if=f of=/dev/null bs=1M count=2 iflag=direct
go append dd if=/dev/zero of=f bs=1M oflag=append conv=notrunc
go rewrite sh -c 'while :; do dd if=/dev/zero of=f bs=64k count=16 conv=notrunc,fdatasync; done'
go read cat h
go stat stat h
go open cat g
go create sh -c ': > new'
go rename mv f f2
go readdir ls -l .
go statfs stat -f .
go flock flock -x f true
go setxattr setfattr -n user.a -v b f
go getxattr getfattr -n user.b h
go truncate truncate -s 1000 f
go unlink rm h
go mkdir mkdir d
go fallocate fallocate -l 4M f
go chmod chmod 600 f
# a direct write and a buffered read of the same pages
go mixed sh -c 'cat f & exec dd if=/dev/zero of=f bs=1M count=2 oflag=direct conv=notrunc'
sleep 4
say "kill"
exec 7>&2 2>/dev/null
for n in $L; do kill -9 -- -${P[$n]} 2>/dev/null || kill -9 ${P[$n]}; done
alive=
for i in $(seq 80); do
	alive=
	for n in $L; do kill -0 ${P[$n]} && alive+=" $n"; done
	[ "$alive" ] || break
	[ $i = 40 ] && for n in $alive; do echo "# after 4 s: $n"; cat /proc/${P[$n]}/stack; done
	sleep 0.1
done
exec 2>&7
for n in $alive; do echo "# hangs: $n"; cat /proc/${P[$n]}/stack; done
[ -z "$alive" ] || fail "not killed:$alive"
say "all died after $((i / 10)) s"
run ip link set lo up
t=$SECONDS
until timeout 5 touch /mnt/lustre/again 2>/dev/null; do [ $((SECONDS - t)) -lt 100 ] || fail "no recovery"; sleep 1; done
say "back after $((SECONDS - t)) s"
run dd if=/dev/zero of=fsync/f bs=1M count=2 conv=notrunc,fsync status=none
run dd if=/dev/zero of=direct/f bs=1M count=2 oflag=direct conv=notrunc status=none
run cat read/h > /dev/null
# the unlock of the dead goes on alone
run flock -w 30 -x held/lock true
say "umount without servers"
for how in "" -f; do
	# nothing to write, nothing to commit, but locks
	cd /mnt/lustre; df . > /dev/null; sync; sleep 7; for n in fsync direct stat; do cat $n/f > /dev/null; touch $n/t; done; sync; cd /
	for i in 1 2 3; do lctl get_param -n osc.*.ping mdc.*.ping > /dev/null; done
	run ip link set lo down
	t=$SECONDS; run umount $how /mnt/lustre; t=$((SECONDS - t)); say "umount $how: $t s"
	[ $t -le $([ "$how" ] && echo 4 || echo 60) ] || fail "umount $how took $t s"
	run ip link set lo up
	for i in $(seq 30); do mount -t lustre -o user_xattr $NID:/$FS /mnt/lustre 2>/dev/null && break; sleep 2; done
	run mountpoint -q /mnt/lustre
done
cd /; run umount /mnt/lustre; stop; check_disks; unload
