#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Owners and destroys reach the objects of an OST that was away, also when the MDT stops in between; records of it go.
# However many files are unlinked meanwhile, the MDT remembers them on disk, not in memory.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
objid() { lfs getstripe $1 | awk 'n { print $2; exit } /obdidx/ { n = 1 }'; }
# owner of an object of OST0 on its disk
own() { debugfs -R "stat O/0/d$(($1 % 32))/$1" /dev/ubdb 2>/dev/null | sed -n 's/.*User: *\([0-9]*\) *Group: *\([0-9]*\).*/\1:\2/p'; }
records() { debugfs -R "dump osp_changes /tmp/changes" /dev/ubda 2>/dev/null; tr -d '\0' < /tmp/changes | wc -c; }
pending() { debugfs -R "ls -p PENDING" /dev/ubda 2>/dev/null | grep -c '\['; }
# left N: until so many names are left in PENDING
left() { local t=$SECONDS; until sync; [ $(pending) = $1 ]; do [ $((SECONDS - t)) -lt 60 ] || fail "$(pending) names are left in PENDING, expected $1"; sleep 1; done; say "$((SECONDS - t)) s"; }
lnet_up; format; start; client
cd /mnt/lustre
run lfs setstripe -c 2 -i 0 f; run lfs setstripe -c 1 -i 0 g; run lfs setstripe -c 1 -i 0 k
for i in f g k; do echo hello > $i; done
F=$(objid f) G=$(objid g) K=$(objid k)
say "owner, OST up"
run chown 123:456 f; run chown 124:456 f
sync; sleep 9; sync
[ "$(own $F)" = 124:456 ] || fail "owner of object $F: $(own $F)"
say "many files of an OST that is away"
N=1500
run mkdir m; run lfs setstripe -c 1 -i 0 m
for ((i = 0; i < N; i++)); do echo x > m/f$i || fail "create m/f$i"; done; run chown 1:2 m/f*; sync
[ $(ls m | wc -l) = $N ] || fail "$(ls m | wc -l) files"
# A file goes to the other OST when OST0 has no object ready for it.
N=$(lfs getstripe m/* | awk '/obdidx/ { n = 1; next } n { n = 0; if ($1 == 0) i++ } END { print i }'); say "$N files on OST0"
[ $N -ge 1000 ] || fail "only $N files are on OST0"
exec 9< m/f0
run umount /mnt/ost0
run chown 3:4 m/f*; run rm m/f*; sync
left $N
n=$(lctl get_param -n osp.$FS-OST0000-osc-MDT0000.sync_changes)
[ $n = 0 ] || fail "$n changes are kept in memory"
run timeout 5 sh -c 'lfs setstripe -c 1 -i 1 other && echo x > other'
[ "$(stat -L -c %h /proc/$$/fd/9)" = 0 ] || fail "an unlinked file that is open has a link"
run mount -t lustre /dev/ubdb /mnt/ost0
left 1
exec 9<&-
left 0
[ $(records) = 0 ] || fail "records of owners are left"
# locks and sizes again, which the client lost with the OST
run ls -l f g k
say "OST away"
run umount /mnt/ost0
run chown 7:8 g; run rm k
sync; cd /; run umount -f /mnt/lustre
run umount /mnt/mdt; run umount /mnt/ost1
[ $(records) -gt 0 ] || fail "no record of the owner"
[ $(pending) = 1 ] || fail "no record of the destroy"
say "OST back" # it does not know that the client has gone
START_OPTS=recovery_time_soft=3 start
# recovery, which keeps unlinked files for their clients, begins with the first that comes
client
sleep 12; sync
[ "$(own $G)" = 7:8 ] || fail "owner of object $G: $(own $G)"
[ -z "$(own $K)" ] || fail "object $K is still there"
run umount /mnt/lustre; stop
[ $(records) = 0 ] || fail "records left"
[ $(pending) = 0 ] || fail "PENDING is not empty"
check_disks; unload
