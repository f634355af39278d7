#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Composite (progressive) layouts: components get objects when they are written, by two clients at once, too; defaults are inherited;
# components are added, removed, flagged; bad layouts are refused; with an OST away or full nothing hangs.
#   t_layouts.sh restart,exercise,left: run when they are named only: the MDT restarts; the exerciser; no object is left over
# disks: 200,200,200,60
# limit: 1000
. $TOP/tests/uml/lib.sh
X=$TOP/build/tools/exercise
ONLY=${1:-pfl,defaults,edit,bad,race,over,away}
wanted() { [[ ",$ONLY," = *,$1,* ]]; }
# which components of a file have objects: "init 0 0"
flags() { lfs getstripe $1 | awk '/lcme_flags:/ { printf "%s%s", n++ ? " " : "", $2 }'; }
is() { [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"; }
refused() { local why=$1; shift; "$@" 2> /tmp/err && fail "not refused: $*"; grep -q "$why" /tmp/err || fail "$*: $(cat /tmp/err), expected '$why'"; }
data() { dd if=/dev/urandom of=$1 bs=64k count=${2:-16} status=none; }
on_ost() { local i; for i in $(seq 30); do lfs setstripe -c 1 -i $1 $2 && [ "$(lfs getstripe -i $2)" = $1 ] && return; rm -f $2; sleep 1; done; fail "no file on OST $1"; }
lnet_up; format; start; client /mnt/a; client /mnt/b
cd /mnt/a
for i in 0 1 2; do on_ost $i here$i; done
data /tmp/x 40
if wanted pfl; then
	say "components get objects when they are reached"
	run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K f
	is "a new file" "$(flags f)" "init 0 0"
	is "generation" "$(lfs getstripe -g f | head -1)" 3
	run dd if=/tmp/x of=f bs=64k count=2 conv=notrunc status=none
	is "written in the first" "$(flags f)" "init 0 0"
	run dd if=/tmp/x of=f bs=64k count=10 conv=notrunc status=none
	is "written in the second" "$(flags f)" "init init 0"
	run cmp -n 655360 /tmp/x /mnt/b/f
	run dd if=/tmp/x of=/mnt/b/f bs=64k conv=notrunc status=none
	is "written by the other client" "$(flags f)" "init init init"
	is "stripes of the last" "$(lfs getstripe -c f)" 3
	run cmp /tmp/x f
	is "generation" "$(lfs getstripe -g f | head -1)" 5
	is size "$(stat -c %s f)" 2621440
	say "truncate, append, mmap, direct I/O, fallocate, seek over components"
	run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K t
	run truncate -s 600000 t; is truncate "$(flags t)" "init init 0"; is size "$(stat -c %s /mnt/b/t)" 600000
	run truncate -s 100000 t; is size "$(stat -c %s /mnt/b/t)" 100000
	run truncate -s 2000000 /mnt/b/t; is truncate "$(flags t)" "init init init"; is size "$(stat -c %s t)" 2000000
	run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K p
	for i in $(seq 40); do dd if=/tmp/x bs=64k skip=$((i - 1)) count=1 status=none >> p || fail append; done
	run cmp /tmp/x /mnt/b/p; is append "$(flags p)" "init init init"
	run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K d
	run dd if=/tmp/x of=d bs=128k oflag=direct status=none; run cmp /tmp/x /mnt/b/d
	run lfs setstripe -E 256K -c 1 -S 64K -E 1M -c 2 -S 64K -E -1 -c -1 -S 128K l
	run fallocate -l 900K l; is fallocate "$(flags l)" "init init 0"; is size "$(stat -c %s /mnt/b/l)" 921600
	run dd if=/tmp/x of=l bs=64k seek=20 count=1 conv=notrunc status=none
	run fallocate -p -o 128K -l 512K l
	is "zeros at 128K" "$(dd if=/mnt/b/l bs=64k skip=2 count=8 status=none | tr -d '\0' | wc -c)" 0
	chown 11:12 f; is owner "$(stat -c %u:%g /mnt/b/f)" 11:12
	say "the end of the last component is the end of the file"
	run lfs setstripe -E 1M -c 1 e
	dd if=/tmp/x of=e bs=64k count=17 status=none 2> /dev/null && fail "written behind the last component"
	is "up to the end" "$(stat -c %s e)" 1048576
	say "a component begins in the middle of a stripe unit: the other client sees changes of what it has cached"
	run lfs setstripe -E 64K -c 1 -S 64K -E -1 -c 1 -S 1M u
	run cp /tmp/x u; run cp /tmp/x /tmp/u; run cmp /tmp/u /mnt/b/u
	for f in u /tmp/u; do run dd if=/tmp/x of=$f bs=64k seek=2 count=10 conv=notrunc status=none; done; run cmp /tmp/u /mnt/b/u
	for f in /mnt/b/u /tmp/u; do run dd if=/tmp/x of=$f bs=64k seek=5 count=9 conv=notrunc status=none; done; run cmp /tmp/u u
	for f in /mnt/b/u /tmp/u; do run dd if=/tmp/x of=$f bs=64k count=9 conv=notrunc status=none; done
	run dd if=u of=/tmp/v bs=64k iflag=direct status=none; run cmp /tmp/u /tmp/v; run sync /mnt/b/u
	rm -f f t p d l e u
fi
if wanted defaults; then
	say "defaults"
	run mkdir dd; run lfs setstripe -E 1M -c 1 -S 64K -E -1 -c 2 dd
	run mkdir dd/sub; touch dd/f dd/sub/f
	is "inherited" "$(flags dd/f)" "init 0"; is "inherited" "$(flags dd/sub/f)" "init 0"
	is "entries" "$(lfs getstripe --component-count dd/f | head -1)" 2
	lfs getstripe -d dd > /tmp/dd; grep -q "lcme_id:             N/A" /tmp/dd && grep -q "^      stripe_count:  2       stripe_size:   65536       pattern:       raid0 " /tmp/dd || fail "getstripe of a directory: $(cat /tmp/dd)"
	(echo x >> dd/log) ; is "opened to append" "$(lfs getstripe -c dd/log | head -1)" 1; [ -z "$(flags dd/log)" ] || fail "a file that is opened to append is composite"
	run lfs setstripe --copy=dd/f dd/copy; is "a copy" "$(flags dd/copy)" "init 0"
	lfs getstripe -y dd/f > /tmp/y; run lfs setstripe -y /tmp/y dd/yaml
	lfs getstripe -y dd/yaml | sed '/l_ost_idx\|l_fid/d' > /tmp/y2; sed -i '/l_ost_idx\|l_fid/d' /tmp/y
	sed -i '/stripe_offset/d' /tmp/y /tmp/y2; run cmp /tmp/y /tmp/y2
	run lfs setstripe -d dd; touch dd/plain; [ -z "$(flags dd/plain)" ] || fail "the default was not removed"
	run lfs setstripe -E 1M -c 1 -E -1 -c 2 /mnt/a; run mkdir r; touch r/f; is "of the root" "$(flags r/f)" "init 0"
	run lfs setstripe -d /mnt/a
	rm -r dd r
fi
if wanted edit; then
	say "components added, removed, flagged"
	run lfs setstripe -E 1M -c 1 -E 2M -c 2 f; data f 20
	run lfs setstripe --component-add -E 4M -c 1 -E -1 -c 1 f
	is added "$(flags f)" "init init 0 0"; is ids "$(lfs getstripe f | awk '/lcme_id:/ { printf "%s ", $2 }')" "1 2 3 4 "
	run dd if=/tmp/x of=f bs=1M seek=5 count=1 conv=notrunc status=none; is written "$(flags f)" "init init init init"
	refused Invalid lfs setstripe --component-del -I 2 f
	run lfs setstripe --component-del -I 4 f; is removed "$(flags f)" "init init init"
	run lfs setstripe --component-set -I 1 --flags=prefer f; is flagged "$(flags /mnt/b/f)" "init,prefer init init"
	run lfs setstripe --component-set -I 1 --flags=^prefwr f; is unflagged "$(flags f)" "init,prefrd init init"
	refused Invalid lfs setstripe --component-set -I 9 --flags=prefer f
	refused Invalid lfs setstripe --component-set -I 1 --flags=stale f
	refused "component 1" lfs setstripe --component-add -E 1M f
	say "a removal that fails takes no objects away"
	run dd if=/tmp/x of=f bs=1M seek=2 count=1 conv=notrunc status=none; run cp f /tmp/f
	echo 1 > /sys/module/mds/parameters/fail_layout_set
	lfs setstripe --component-del -I 3 f 2> /dev/null && fail "it did not fail"
	is "all there" "$(flags f)" "init,prefrd init init"
	sync; sleep 6; sync; sleep 3 # until the MDT would have had the objects destroyed
	lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
	run cmp f /tmp/f
	rm f
fi
if wanted bad; then
	say "bad layouts"
	refused "component 2" lfs setstripe -E 1M -E 1M bad
	refused "component 2" lfs setstripe -E 4M -E 1M bad
	refused "component 1" lfs setstripe -E 100K -E -1 bad
	refused "component 1" lfs setstripe -E 1M -S 768K -E -1 bad
	refused "not supported" lfs setstripe -N2 bad
	refused "not supported" lfs setstripe -E 1M -L mdt -E -1 bad
	# what lfs would not send: overlapping components, a count that is none, a pool without end
	le() { local n=$1 v=$2; while [ $n -gt 0 ]; do printf "\\x$(printf %02x $((v & 255)))"; v=$((v >> 8)); n=$((n - 1)); done; }
	ea() { le 4 0x0bd60bd0; le 4 192; le 4 0; le 2 0; le 2 2; le 16 0; le 8 0; le 8 $1; le 8 $2; le 4 128; le 4 32; le 16 0; le 8 0; le 8 $3; le 8 -1; le 4 160; le 4 32; le 16 0
		local i; for i in 1 2; do le 4 0x0bd10bd0; le 4 1; le 16 0; le 4 0; le 2 $4; le 2 0xffff; done; }
	set_ea() { setfattr -n lustre.lov -v 0x$(ea "$@" | od -An -v -tx1 | tr -d ' \n') dd2; }
	mkdir dd2
	run set_ea 0 1048576 1048576 1
	refused "Invalid" set_ea 0 1048576 524288 1
	refused "Invalid" set_ea 0 1000 1000 1
	refused "Invalid" set_ea 65536 1048576 1048576 1
	refused "Invalid" set_ea 0 1048576 1048576 5000
	rmdir dd2
fi
if wanted race; then
	say "two clients write into components without objects at the same time"
	run mkdir race; run lfs setstripe -E 128K -c 1 -S 64K -E 512K -c 2 -S 64K -E 2M -c 3 -S 64K -E -1 -c -1 -S 64K race
	data /tmp/r 64
	for f in 1 2 3 4 5 6; do
		touch race/$f
		(dd if=/tmp/r of=/mnt/a/race/$f bs=64k seek=0 count=32 conv=notrunc status=none) & p1=$!
		(dd if=/tmp/r of=/mnt/b/race/$f bs=64k skip=32 seek=32 count=32 conv=notrunc status=none) & p2=$!
		(dd if=/dev/null of=/mnt/b/race/$f bs=64k conv=notrunc status=none; cat /mnt/b/race/$f > /dev/null) & p3=$!
		run wait $p1; run wait $p2; run wait $p3
		run cmp /tmp/r /mnt/a/race/$f; run cmp /tmp/r /mnt/b/race/$f
	done
	rm -r race
fi
if wanted over; then
	say "overstriping, lists of OSTs"
	run lfs setstripe -C 8 -S 64K o; is count "$(lfs getstripe -c o)" 8; is pattern "$(lfs getstripe -L o)" raid0,overstriped
	data /tmp/o 60; run cp /tmp/o o; run cmp /tmp/o /mnt/b/o
	run lfs setstripe -C 3 o2; is "no OST twice" "$(lfs getstripe -L o2)" raid0
	run lfs setstripe -C -2 o3; is "two on each" "$(lfs getstripe -c o3)" 6
	run lfs setstripe -o 2,0,2 -S 64K o4; is list "$(lfs getstripe o4 | awk 'n && NF { printf "%s ", $1 } /obdidx/ { n = 1 }')" "2 0 2 "
	run cp /tmp/o o4; run cmp /tmp/o /mnt/b/o4
	run lfs setstripe -E 1M -c 1 -E -1 -o 1,2 o5; run cp /tmp/o o5; run cmp /tmp/o /mnt/b/o5
	is "list of a component" "$(lfs getstripe o5 | awk '/l_ost_idx/ { printf "%s", $5 }')" "$(lfs getstripe o5 | awk '/l_ost_idx/ { print $5; exit }')1,2,"
	refused Invalid lfs setstripe -o 9 o6
	rm -f o o[2-6]
fi
if wanted away; then
	say "an OST is away while a component gets objects"
	run lfs setstripe -E 64K -c 1 -i 0 -E -1 -o 1 w; echo x > w
	run lfs setstripe -E 64K -c 1 -i 0 -E -1 -c 1 v; echo x > v
	# chown(1) asks for the size: the lock for it is here
	run stat -c %s here1
	run umount /mnt/ost1
	# the MDT notices with the next change it tells the OST
	chown 1:1 here1
	for i in $(seq 40); do lctl get_param -n osp.$FS-OST0001*.state | grep -q 'current_state: FULL' || break; sleep 1; done
	data /tmp/w 8
	run timeout 60 dd if=/tmp/w of=v bs=64k conv=notrunc status=none; run cmp /tmp/w /mnt/b/v
	(timeout 100 dd if=/tmp/w of=w bs=64k conv=notrunc status=none) & P=$!
	t=$SECONDS; timeout -s KILL 6 dd if=/tmp/w of=/mnt/b/w bs=64k conv=notrunc status=none && fail "written without an OST"
	[ $((SECONDS - t)) -lt 40 ] || fail "a task that waits for objects cannot be killed"
	run mount -t lustre /dev/ubdc /mnt/ost1
	# the OST has forgotten its clients: an error is right once
	wait $P || run timeout 100 dd if=/tmp/w of=w bs=64k conv=notrunc status=none
	run cmp /tmp/w /mnt/b/w
	say "no space for a component"
	run lfs setstripe -c 1 -i 2 fill; dd if=/dev/zero of=fill bs=1M status=none 2> /dev/null
	sync; for i in $(seq 20); do lfs setstripe -c 1 -o 2 full 2> /tmp/err; rm -f full; grep -q "No space" /tmp/err && break; sleep 1; done
	if grep -q "No space" /tmp/err; then
		run lfs setstripe -E 64K -c 1 -i 0 -E -1 -o 2 n
		dd if=/tmp/w of=n bs=64k conv=notrunc status=none 2> /tmp/err && fail "written to a full OST"
		grep -q "No space" /tmp/err || fail "$(cat /tmp/err)"
		is "still without" "$(flags n)" "init 0"; run cmp -n 65536 /tmp/w /mnt/b/n
	fi
	rm -f w v n fill
fi
if wanted restart; then
	say "the MDT restarts between intents"
	run lfs setstripe -E 64K -c 1 -E 1M -c 2 -S 64K -E -1 -c -1 -S 64K m
	data /tmp/m 30; run dd if=/tmp/m of=m bs=64k count=4 conv=notrunc,fsync status=none
	run umount /mnt/mdt; run mount -t lustre /dev/ubda /mnt/mdt
	for i in $(seq 60); do lctl get_param mdc.*.ping > /dev/null 2>&1; stat m > /dev/null 2>&1 && break; sleep 1; done
	run dd if=/tmp/m of=m bs=64k conv=notrunc status=none
	run cmp /tmp/m /mnt/b/m; is components "$(flags m)" "init init init"; rm m
fi
if wanted exercise; then
	run mkdir x; run lfs setstripe -E 64K -c 1 -S 64K -E 256K -c 2 -S 64K -E -1 -c -1 -S 64K x
	run $X -n ${2:-1500} -s 3 /mnt/a/x; run $X -n ${2:-1500} -s 4 /mnt/a/x /mnt/b/x; rm -rf x
fi
rm -f here?
if wanted left; then sync; sleep 12; sync; fi
cd /; run umount /mnt/a; run umount /mnt/b; stop
if wanted left; then
say "every object up to the last one used is that of a file"
debugfs -R "dump lov_objid /tmp/objid" /dev/ubda 2> /dev/null
i=0
for d in $OSTS; do
	used=$(od -An -v -td8 -j $((i * 8)) -N 8 /tmp/objid | tr -d ' '); left=
	for k in $(seq 0 31); do
		for o in $(debugfs -R "ls -p O/0/d$k" $d 2> /dev/null | cut -d/ -f6 | grep '^[0-9]*$'); do [ $o -gt 1 ] && [ $o -le ${used:-0} ] && left="$left $o"; done
	done
	[ -z "$left" ] || fail "OST $i (last used $used): objects$left are in no layout"
	i=$((i + 1))
done
fi
check_disks; unload
