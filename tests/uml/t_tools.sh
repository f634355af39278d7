#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What lfs and lctl print and return where scripts rely on it (chapter 7, 6 and 7).
# disks: 200,300,300,64
# limit: 600
. $TOP/tests/uml/lib.sh
spare=/dev/ubdd
OSTS="/dev/ubdb /dev/ubdc"
say "nothing loaded"
rc 19 "lctl dl"
rc 19 "lfs df"
rc 19 "lfs check all"
rc 2 "lctl get_param health_check"
rc 0 "lnetctl net show"
rc 0 "lnetctl net show --net tcp -v 4"
lnet_up
say "mkfs.lustre asks before it overwrites"
ost="mkfs.lustre --quiet --fsname=x --ost --index=0 --mgsnode=$NID"
run mkfs.ext4 -qF -L precious $spare
rc 1 "$ost $spare"
is "$ost $spare 2>&1 | grep -c \"holds ext4 (label 'precious')\"" 1
is "blkid -o value -s LABEL $spare" precious
run $ost --reformat $spare
rc 1 "$ost $spare"
run mkswap -q $spare
rc 1 "$ost $spare"
is "mkfs.lustre --fsname=x --ost --index=0 --mgsnode=$NID --reformat $spare 2>/dev/null | grep -c 'Writing inode tables'" 1
features() { dumpe2fs -h $1 2>/dev/null | sed -n 's/^Filesystem features: *//p' | tr ' ' '\n' | grep -xE "$2" | sort | xargs echo; }
is "features $spare 'quota|project|mmp|metadata_csum|64bit'" "project quota"
run $ost --reformat --failnode=10.0.0.9@tcp $spare
is "features $spare 'quota|project|mmp'" "mmp project quota"
run e2fsck -fn $spare
is "tunefs.lustre --print $spare | grep ^Parameters | sort -u" "Parameters: mgsnode=$NID failover.node=10.0.0.9@tcp"
rc 22 "mkfs.lustre --fsname=x --ost --index=0 $spare"
rc 1 "mkfs.lustre --fsname=toolongname --ost --index=0 --mgsnode=$NID $spare"
rc 22 "mkfs.lustre --nope $spare"
rc 0 "mkfs.lustre --version"
dd if=/dev/zero of=$spare bs=64k count=1 2>/dev/null
format
start
client
run lctl ping $NID
setpriv --reuid 1000 --clear-groups lctl ping $NID 2>/dev/null && fail "any user may make the node connect to others"
say "lnetctl: options in every place"
is "lnetctl net show --net tcp | grep -c 'net type'" 1
is "lnetctl net show -v 4 --net tcp | grep -cE 'health stats|sent_stats|tunables'" 4
is "lnetctl net show --net=tcp --verbose=2 | grep -cE 'health stats|sent_stats'" 1
is "lnetctl net show -v | grep -c statistics" 2
is "lnetctl net show | grep -c statistics" 0
rc 4 "lnetctl net show --nope"
rc 2 "lnetctl net show --net nosuch"
rc 4 "lnetctl net -v 4 show"
rc 4 "lnetctl net add --net tcp1 extra"
rc 4 "lnetctl net add --if lo"
rc 95 "lnetctl net add --net tcp1 --if lo --credits 8"
run lnetctl net add --net tcp7 --if lo
is "lnetctl net show --net tcp7 | grep -c 'nid: 127.0.0.1@tcp7'" 1
run lnetctl net del --net tcp7
is "lnetctl net show --net tcp7 2>&1 | grep -c 'errno: -2'" 1
rc 0 "lnetctl lnet configure --all"
rc 0 "lnetctl ping --help"
rc 0 "lnetctl ping $NID"
rc 0 "lnetctl ping --timeout 2000 $NID"
rc 22 "lnetctl ping --timeout x $NID"
rc 4 "lnetctl ping"
for c in "stats show" "global show" export help; do rc 0 "lnetctl $c"; done
rc 4 "lnetctl stats"
rc 1 "lnetctl nope"
cd /mnt/lustre
run mkdir d; run lfs setstripe -c 2 -S 128k d; run touch d/f; run lfs setstripe -c 1 -i 1 d/g; run ln d/f d/f2; run mkfifo d/p
inst=$(lfs getname -i .)
osc=test-OST0000-osc-$inst
say "lfs getstripe"
is "lfs getstripe -d d" "stripe_count: 2 stripe_size: 131072 pattern: raid0 stripe_offset: -1"
is "lfs getstripe -c d/f" 2
is "lfs getstripe -S d/f" 131072
is "lfs getstripe -i d/g" 1
is "lfs getstripe -m d/f" 0
is "lfs getstripe d/p" "d/p has no stripe info"
is "lfs getstripe d/g | grep -c '^$'" 1
is "lfs getstripe d/g | awk -F'\t' '/obdidx/ { n = NF } n && NF == 5 { print n, \$2 + 0 }'" "8 1"
rc 17 "lfs setstripe -c 1 d/f"
rc 22 "lfs setstripe -S 100k d/x"
rc 4 "lfs setstripe"
rc 2 "lfs getstripe d/nope"
rc 25 "lfs getstripe /proc"
run lfs setstripe -d d; is "lfs getstripe -c d" 1
say "lfs df, osts, check"
is "lfs df | awk '/OST0001_UUID/ { print NF, \$6 }'" "6 /mnt/lustre[OST:1]"
is "lfs df | awk '/^filesystem_summary:/ { print NF }'" 6
is "lfs osts" "OBDS: 0: test-OST0000_UUID ACTIVE 1: test-OST0001_UUID ACTIVE"
is "lfs check osts" "$osc active. test-OST0001-osc-$inst active."
is "lfs check mgts" "MGC0@lo active. MGC$NID active."
rc 19 "lfs df /proc"
is "lfs df -h -o1 | grep -c OST" 1
is "lfs df --ost=0 -i -N | grep -c '\[OST:0\]'" 1
is "lfs df -m | grep -cE 'MDT|OST'" 1
rc 22 "lfs df --ost=x"
rc 4 "lfs df --nope"
say "FIDs"
fid=$(lfs path2fid d/f)
is "lfs path2fid d/f d/f2" "d/f: $fid d/f2: $fid"
is "lfs fid2path /mnt/lustre '$fid' | sort" "/mnt/lustre/d/f /mnt/lustre/d/f2"
is "lfs fid2path test '$fid' | sort" "d/f d/f2"
say "lfs find"
is "lfs find d --stripe-count 2 | sort" "d/f d/f2"
is "lfs find d ! --type f ! -name d" "d/p"
is "lfs find d --ost 1 -c 1" "d/g"
say "lctl"
is "lctl get_param -n osc.$osc.active" 1
is "lctl get_param 'osc.*.{active,nope}' | sort" "osc.$osc.active=1 osc.test-OST0001-osc-$inst.active=1"
is "lctl get_param version" "version=$(lctl get_param -n version)"
is "lctl get_param -N 'llite.*.stats'" "llite.test-$inst.stats"
rc 2 "lctl get_param nope.*"
rc 4 "lctl get_param"
rc 1 "lctl nope"
is "lctl dl | grep -c ' UP osc '" 2
is "lctl dl | awk '\$3 == \"osp\" { print \$5 }' | sort -u" test-MDT0000-mdtlov_UUID
run lctl dk /tmp/dk 2>/dev/null; run grep -q "osp: " /tmp/dk
lines=$(dmesg | wc -l)
run lctl clear
[ "$(dmesg | wc -l)" -ge $lines ] || fail "lctl clear emptied the log of the whole machine"
is "lctl dk 2>/dev/null" ""
run lctl mark a word
is "lctl dk 2>/dev/null | grep -c 'DEBUG MARKER: a word'" 1
is "lctl dk 2>/dev/null" ""
run lctl set_param -n debug=+rpctrace; run ls -l d > /dev/null; run lctl dk /tmp/dk 2>/dev/null
run grep -q ptlrpc_req_sent /tmp/dk; run lctl set_param -n debug=-rpctrace
is "lctl set_param -n osc.$osc.active 1" ""
is "lctl get_param -N -F osc.$osc.active" "osc.$osc.active="
is "lctl ping $NID | head -1" 12345-0@lo
is "lctl which_nid $NID" $NID
rc 4 "lctl ping $NID x"
rc 4 "lctl list_nids some"
rc 4 "lctl dl extra"
rc 4 "lctl llog_print"
rc 4 "lctl conf_param"
rc 0 "lctl llog_print test-client"
rc 0 "lctl --device MGS llog_print --raw test-client"
say "the library, as programs use it"
run mkdir ll; run $TOP/build/tools/llapitest /mnt/lustre/ll
say "projects, and what there is not"
run mkdir d/pr; run lfs project -p 7 -s d/pr; run touch d/pr/f
is "lfs project -d d/pr" "7 P d/pr"
is "lfs project d/pr | cut -c1-5" 7
is "lfs project -c -r d/pr" ""
run lfs project -C -r d/pr; is "lfs project d/pr | cut -c1-5" 0
rc 95 "lfs quota -u root ."; rc 19 "lfs quota /proc"; rc 95 "lfs migrate -c 2 d/f"; rc 95 "lctl changelog_register"
rc 4 "lfs project"; rc 4 "lfs rmfid ."; rc 2 "lfs project nope"
say "parameters by expression, from files; rates"
is "lctl find_param 'osc.*OST0000.*max_rpcs_in_flight'" osc.$osc.max_rpcs_in_flight
rc 2 "lctl find_param nothing_like_this"
printf 'osc.%s.max_rpcs_in_flight: 7\n# a comment\n\nosc.%s.short_io_bytes=4096\n' $osc $osc > /tmp/settings
run lctl set_param -n -F /tmp/settings; is "lctl get_param -n osc.$osc.max_rpcs_in_flight osc.$osc.short_io_bytes" "7 4096"
rc 2 "lctl set_param -F /tmp/nowhere"; rc 22 "lctl set_param osc.$osc.active"; rc 4 "lctl set_param -P -F x"
is "lctl dl -y | grep -c 'type: osc'" 2
rc 19 "lctl --device nowhere deactivate"
(for i in $(seq 10); do touch d/l$i; sleep 0.2; done) &
llstat -i 1 -n 1 mdt.*.md_stats > /tmp/t; wait; run grep -q "^open .* us \[usecs\]" /tmp/t
rc 2 "llstat -n 1 no.such.stats"; rc 22 "llstat -i 0 x"; rc 4 "llobdstat a b"
run lctl --device $osc deactivate
is "lctl dl | grep -c ' IN osc $osc '" 1
is "lfs df -v | grep -c 'OST0000_UUID *: inactive device'" 1
run lctl --device $osc activate
is "lctl list_nids" 127.0.0.1@tcp
say "a dead OST"
run sync
lctl set_param -n ldlm.namespaces.*osc*.lru_size=clear
run umount /mnt/ost1
for i in $(seq 50); do lfs check osts 2>&1 | grep -q "error: check 'test-OST0001" && break; sleep 0.2; done
is "lfs check osts 2>/dev/null" "$osc active."
is "lfs df | grep -c '^test-OST0001_UUID *: '" 1
rc 107 "lfs df"
rc 0 "lfs df -o0"
# which files are on it
is "timeout 10 lfs getstripe -i d/g" 1
is "timeout 10 lfs find d --ost 1 --name g" d/g
run mount -t lustre /dev/ubdc /mnt/ost1
for i in $(seq 100); do lfs check osts 2>&1 | grep -q error: || break; sleep 0.2; done
is "lfs df | grep -c '^test-OST000[01]_UUID .*[OST:[01]]'" 2
rc 0 "lfs df"
cd /; run umount /mnt/lustre; stop
for d in /dev/ubda /dev/ubdb /dev/ubdc; do run e2fsck -fn $d; done
say "a target with a file system error"
run mount -t lustre /dev/ubda /mnt/mdt
run mount -t lustre_tgt /dev/ubdb /mnt/ost0
is "findmnt -n -o FSTYPE /mnt/ost0" lustre_tgt
is "lctl get_param -n health_check" healthy
dmesg -n 1
echo 1 > /sys/fs/ldiskfs/ubdb/trigger_fs_error
is "lctl get_param -n health_check" "device test-OST0000 reported unhealthy NOT HEALTHY"
run umount /mnt/ost0
dmesg -n 8
is "lctl get_param -n health_check" healthy
run umount /mnt/mdt
unload
