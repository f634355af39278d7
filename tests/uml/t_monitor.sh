#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What monitoring programs read: every parameter in its place, in the form that existing consumers parse; the standard tunables work.
# disks: 200,300,300
# limit: 600
. $TOP/tests/uml/lib.sh
get() { lctl get_param -n "$@"; }
tune() { run lctl set_param -n "$@"; }
lnet_up
format
start
client
inst=$(lfs getname -i /mnt/lustre)
osc=test-OST0000-osc-$inst
cd /mnt/lustre
tune jobid_var=procname_uid
run mkdir d; run lfs setstripe -c 2 -S 1M d
run dd if=/dev/zero of=d/f bs=1M count=6 conv=fsync 2>/dev/null
echo 1 > /proc/sys/vm/drop_caches
run dd if=d/f of=/dev/null bs=1M 2>/dev/null
for i in 1 2 3; do touch d/x$i; done; run ls -l d > /dev/null; run rm d/x1; run mv d/x2 d/x4; run sync
say "what the consumers find"
check=$TOP/tests/tools/contract-check
# a name with an IPv6 NID or none at all is not what these tests are about
lctl get_param $($check --list whamcloud) > /tmp/params 2> /tmp/missing
for c in 'net show -v 4' 'stats show' 'global show'; do echo "# lnetctl $c"; lnetctl $c; done > /tmp/lnet
mkdir /tmp/tree; cd /tmp/tree
for d in /proc/fs/lustre /sys/fs/lustre /sys/kernel/debug/lnet /sys/kernel/debug/lustre; do cp -rL --parents $d . 2>/dev/null; done
mkdir -p sys/module/lnet; cp -r /sys/module/lnet/parameters sys/module/lnet/
for m in ksocklnd lustre mgc lmv lov mdc osc; do [ ! -d /sys/module/$m ] || mkdir -p sys/module/$m; done
$check --role mds,oss,mgs,client --params /tmp/params --lnetctl /tmp/lnet --root /tmp/tree > /tmp/found || { cat /tmp/missing /tmp/found; fail "consumers do not understand this"; }
tail -1 /tmp/found
cd /mnt/lustre
say "each parameter in one place, which lctl finds"
[ -d /sys/fs/lustre/osc/$osc ] || fail "osc is not in sysfs"
[ ! -e /proc/fs/lustre/osc ] || fail "osc is in procfs, too"
is "find /sys/fs/lustre -type f -perm -0400 -exec grep -Hc '' {} + 2>/dev/null | grep -v ':[01]$'" ""
is "lctl list_param -F mgs.MGS.osd" "mgs.MGS.osd@"
is "lctl get_param -n mgs.MGS.osd.fstype" ldiskfs
is "lctl get_param -F llite.*.xattr_cache" "llite.test-$inst.xattr_cache=1"
is "lctl find_param 'osc.*OST0000.*max_rpcs_in_flight'" osc.$osc.max_rpcs_in_flight
rc 2 "lctl find_param nothing_like_this"
say "counters of jobs, clients, disks"
# samples of an operation of a job
job() { get $1 | awk -v id="$2" -v op="$3:" '$2 == "job_id:" { on = $3 == id } on && $1 == op { gsub(",", ""); print $4 }'; }
is "job mdt.*.job_stats mkdir.0 mkdir" 1
# write-back is done by the kernel: the bytes belong to the job that made them dirty, or to none
[ "$(for o in 0 1; do get obdfilter.test-OST000$o.job_stats; done | awk '$1 == "read_bytes:" { gsub(",", ""); s += $12 } END { print s }')" -ge $((6 << 20)) ] || fail "the bytes read are not accounted"
for o in 0 1; do [ "$(get obdfilter.test-OST000$o.stats | awk '$1 == "write_bytes" { print $7 }')" -ge $((3 << 20)) ] || fail "write_bytes of OST $o"; done
is "get obdfilter.test-OST0000.exports.*.uuid | sort -u | wc -l" 2
[ "$(get osd-ldiskfs.test-OST0000.brw_stats | awk '/disk I\/O size/ { on = 1 } /block maps/ { on = 0 } on && /M:/ { n += $6 } END { print (n > 0) }')" = 1 ] || fail "no writes of megabytes on the disk of OST 0"
[ "$(get osd-ldiskfs.test-OST0000.quota_slave.acct_user | grep -c '^- id:')" -ge 1 ] || fail "no usage of users"
run lctl set_param -n mdt.*.job_stats=mkdir.0; rc 2 "lctl set_param mdt.*.job_stats=mkdir.0"
tune mdt.*.job_stats=clear obdfilter.*.job_stats=clear
is "get mdt.*.job_stats" job_stats:
tune mdt.*.md_stats=clear; is "get mdt.*.md_stats | grep -c samples" 0
tune mdt.*.job_cleanup_interval=1; touch d/j; sleep 3
is "get mdt.*.job_stats" job_stats:
say "live tables"
tune jobid_var=procname_uid
(for i in $(seq 25); do touch d/l$i; dd if=/dev/zero of=d/f bs=1M count=4 conv=notrunc,fsync 2>/dev/null; sleep 0.2; done) &
llobdstat -i 2 -n 1 test-OST0000 > /tmp/t; run grep -q "^write_bytes .* MB/s .* ops/s" /tmp/t
llstat -i 1 -n 1 mdt.*.md_stats > /tmp/t; run grep -q "^open .* us \[usecs\]" /tmp/t
lljobstat -i 1 -n 1 > /tmp/t; run grep -Eq "^(touch|dd)\.0 .* ops/s .* MB/s written  [a-z]+ [0-9]+%" /tmp/t
wait
say "tunables of the client"
tune osc.$osc.checksums=0; is "get osc.$osc.checksums" 0
run dd if=/dev/zero of=d/f bs=1M count=4 conv=notrunc,fsync 2>/dev/null
tune llite.*.checksums=1; is "get osc.$osc.checksums" 1
tune osc.$osc.checksum_type=adler; is "get osc.$osc.checksum_type" "[adler] crc32c"
run dd if=/dev/urandom of=d/f bs=1M count=4 conv=notrunc,fsync 2>/dev/null; sum=$(md5sum < d/f)
echo 1 > /proc/sys/vm/drop_caches; [ "$(md5sum < d/f)" = "$sum" ] || fail "adler: other data"
tune osc.$osc.checksum_type=crc32c; rc 22 "lctl set_param osc.$osc.checksum_type=md5"
tune osc.*.max_pages_per_rpc=256
tune osc.$osc.rpc_stats=0
run dd if=/dev/zero of=d/f bs=1M count=8 conv=fsync 2>/dev/null
is "get osc.$osc.rpc_stats | awk '/^pages per rpc/ { on = 1 } /^rpcs in flight/ { on = 0 } on && /^512:|^1024:/' | wc -l" 0
tune osc.*.max_pages_per_rpc=1M; rc 34 "lctl set_param osc.$osc.max_pages_per_rpc=64M"; rc 34 "lctl set_param osc.$osc.max_pages_per_rpc=3"
tune osc.*.max_pages_per_rpc=1024
say "what fills an RPC is sent while the file is written"
dirty() { for i in $(seq 50); do [ "$(get osc.$osc.cur_dirty_bytes)" = $1 ] && return; sleep 0.2; done; fail "dirty: $(get osc.$osc.cur_dirty_bytes), expected $1"; }
run lfs setstripe -c 1 -i 0 d/one; run sync; exec 7> d/one
run dd if=/dev/zero bs=1M count=9 >&7 2>/dev/null; dirty $((1 << 20))
run dd if=/dev/zero bs=64K count=47 >&7 2>/dev/null; sleep 0.5; is "get osc.$osc.cur_dirty_bytes" $((1 << 20 | 47 << 16))
run dd if=/dev/zero bs=64K count=1 >&7 2>/dev/null; dirty 0
exec 7>&-
tune osc.*.max_dirty_mb=1
run dd if=/dev/zero of=d/big bs=1M count=20 2>/dev/null
[ "$(get osc.$osc.cur_dirty_bytes)" -le $((1 << 20)) ] || fail "more than max_dirty_mb is dirty"
rc 34 "lctl set_param osc.$osc.max_dirty_mb=0"
tune osc.*.max_dirty_mb=64
is "cat /sys/class/bdi/lustre-*/read_ahead_kb" 32768
tune llite.*.max_read_ahead_mb=1; is "cat /sys/class/bdi/lustre-*/read_ahead_kb" 1024
tune llite.*.max_read_ahead_mb=64; rc 34 "lctl set_param llite.*.max_read_ahead_per_file_mb=65"
run sync; run cat d/big > /dev/null
used() { get llite.*.max_cached_mb | awk '$1 == "used_mb:" { print $2 }'; }
is "get llite.*.max_cached_mb | grep used_read_ahead" "used_read_ahead_mb: 0"
[ $(used) -ge 20 ] || fail "only $(used) MiB are cached"
tune llite.*.max_cached_mb=8
for i in $(seq 50); do [ $(used) -le 8 ] && break; sleep 0.2; done
[ $(used) -le 8 ] || fail "$(used) MiB are cached, 8 allowed"
[ "$(md5sum < d/big)" = "$(head -c 20M /dev/zero | md5sum)" ] || fail "other data"
is "get lov.*.numobd lov.*.activeobd lmv.*.numobd" "2 2 1"
say "sizes and latencies"
is "get llite.*.extents_stats | head -1" disabled
tune llite.*.extents_stats=1
run dd if=/dev/zero of=d/ext bs=4k count=3 status=none; run dd if=d/ext of=/dev/null bs=12k count=1 status=none
run dd if=/dev/zero of=d/ext bs=1M count=1 oflag=direct status=none
is "get llite.*.extents_stats | grep -A1 extents" "extents calls % cum% | calls % cum% 0K - 4K : 0 0 0 | 3 75 75"
is "get llite.*.extents_stats | grep -E ' 8K - |512K - '" "8K - 16K : 1 100 100 | 0 0 75 512K - 1M : 0 0 100 | 1 25 100"
tune llite.*.extents_stats=disable; is "get llite.*.extents_stats | head -1" disabled
rows() { get osc.$osc.io_latency_stats | grep -cE "$1"; }
is "get osc.$osc.io_latency_stats | head -1" "io_latency_by_size:"
[ $(rows '^(rd|wr)_') -ge 2 ] && [ $(rows '^(rd|wr)_') = $(rows '^(rd|wr)_[0-9]+K: \{ ([0-9]+us: [0-9]+, )+\}$') ] || fail "latencies: $(get osc.$osc.io_latency_stats)"
tune osc.$osc.io_latency_stats=0; is "rows '^(rd|wr)_'" 0
say "tunables of the servers"
tune obdfilter.test-OST0001.no_precreate=1; is "get obdfilter.test-OST0001.no_precreate" 1
# the MDT learns of it with the next statfs; a default of two stripes makes do with one OST
for ((i = 0; i < 40; i++)); do run touch d/np$i; [ "$(lfs getstripe -c d/np$i)" != 1 ] || break; sleep 0.5; done; [ $i -lt 40 ] || fail "the MDT takes an OST that is closed"
tune obdfilter.test-OST0001.no_precreate=0
is "get mdd.*.atime_diff" 60
io=ost.OSS.ost_io
min=$(get $io.threads_min); n=$(($(get $io.threads_started) + 3))
tune $io.threads_min=$n
for i in $(seq 50); do [ "$(get $io.threads_started)" = $n ] && break; sleep 0.1; done
is "cat /proc/[0-9]*/comm | grep -c '^ll_ost_io_[0-9]'" $n
rc 34 "lctl set_param $io.threads_max=$((n - 1))"; rc 34 "lctl set_param $io.threads_min=1025"; rc 34 "lctl set_param $io.threads_min=0"
tune $io.threads_max=$n; rc 34 "lctl set_param $io.threads_min=$((n + 1))"
tune $io.threads_min=$min; is "get $io.threads_min $io.threads_max $io.threads_started" "$min $n $n"
tune mdt.*.root_squash=99:98
rc 1 "touch squashed"
tune mdt.*.nosquash_nids="10.0.0.[2-9]@tcp $NID 0@lo"
run touch unsquashed; is "stat -c %u:%g unsquashed" 0:0
run chmod 777 d
tune mdt.*.nosquash_nids=NONE
run touch d/squashed; is "stat -c %u:%g d/squashed" 99:98
is "get mdt.*.root_squash mdt.*.nosquash_nids" "99:98 NONE"
rc 22 "lctl set_param mdt.*.root_squash=99"; rc 22 "lctl set_param mdt.*.nosquash_nids=nothing"
tune mdt.*.root_squash=0:0
say "settings for all nodes"
run lctl set_param -P osc.*.max_rpcs_in_flight=5
for i in $(seq 100); do [ "$(get osc.$osc.max_rpcs_in_flight)" = 5 ] && break; sleep 0.2; done
is "get osc.$osc.max_rpcs_in_flight" 5
run lctl set_param -P -d osc.*.max_rpcs_in_flight
say "a client is evicted by name, and goes on"
run lctl --device test-OST0000 evict_client $(get llite.*.uuid)
for i in $(seq 50); do [ "$(get obdfilter.test-OST0000.eviction_count)" = 1 ] && break; sleep 0.1; done
is "get obdfilter.test-OST0000.eviction_count" 1
rc 2 "lctl --device test-OST0000 evict_client nobody"
for i in $(seq 100); do ls -l /mnt/lustre/d > /dev/null 2>&1 && lfs check osts > /dev/null 2>&1 && break; sleep 0.2; done
say "the end"
cd /
run umount /mnt/lustre
is "ls /sys/fs/lustre/osc /sys/kernel/debug/lustre/llite 2>/dev/null" ""
stop
unload
[ ! -e /sys/fs/lustre ] && [ ! -e /proc/fs/lustre ] && [ ! -e /sys/kernel/debug/lustre ] || fail "parameters are left"
