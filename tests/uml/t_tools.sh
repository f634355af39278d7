#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What lfs and lctl print and return where scripts rely on it (chapter 7, 6 and 7).
# disks: 200,300,300
# limit: 240
. $TOP/tests/uml/lib.sh
# is WHAT EXPECTED: the words of a command's output
is() { local got; got=$(eval "$1" 2>&1 | xargs echo); [ "$got" = "$2" ] || fail "$1: '$got', expected '$2'"; }
rc() { eval "$2" >/dev/null 2>&1; local r=$?; [ $r = "$1" ] || fail "$2: status $r, expected $1"; }
say "lctl network, ping"
echo "options lnet networks=tcp(nope0)" > /etc/modprobe.d/lnet.conf
run modprobe lnet
lctl network up 2>/dev/null && fail "network up with an interface that is not there"
dmesg | grep -q "interface nope0 not found" || fail "the interface is not named"
run lustre_rmmod
lnet_up
format
start
client
run lctl ping $NID
setpriv --reuid 1000 --clear-groups lctl ping $NID 2>/dev/null && fail "any user may make the node connect to others"
cd /mnt/lustre
run mkdir d; run lfs setstripe -c 2 -S 128k d; run touch d/f; run lfs setstripe -c 1 -i 1 d/g; run ln d/f d/f2; run mkfifo d/p
inst=$(lfs getname -i .)
osc=test-OST0000-osc-$inst
say "lfs getstripe"
is "lfs getstripe -d d" "d stripe_count: 2 stripe_size: 131072 pattern: raid0 stripe_offset: -1"
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
run lctl --device $osc deactivate
is "lctl dl | grep -c ' IN osc $osc '" 1
is "lfs df -v | grep -c 'OST0000_UUID *: inactive device'" 1
run lctl --device $osc activate
is "lctl list_nids" 127.0.0.1@tcp
rc 17 "mount -t lustre 127.0.0.1@tcp:/test /mnt/lustre"
rc 2 "mount -t lustre 127.0.0.1@tcp:/nope /mnt"
say "a server calls locks back when clients have too many"
(cd d; seq -f l%g 400 | xargs touch)
locks() { cat /proc/fs/lustre/ldlm/namespaces/mdt-*/lock_count; }
run ls -l d > /dev/null
[ $(locks) -gt 400 ] || fail "only $(locks) locks to begin with"
echo 200 > /sys/module/ptlrpc/parameters/ldlm_locks_max
touch d/l; for i in $(seq 50); do [ $(locks) -lt 250 ] && break; sleep 0.2; done
[ $(locks) -lt 250 ] || fail "$(locks) locks are left"
run ls -l d > /dev/null
dmesg | grep -q evict && fail "a client was evicted"
echo 0 > /sys/module/ptlrpc/parameters/ldlm_locks_max
say "no MGS there: a signal ends the mount, otherwise it fails in time and the log says what was tried"
t=$SECONDS; timeout -s INT 3 mount -t lustre 10.99.99.99@tcp:/test /mnt; [ $((SECONDS - t)) -le 8 ] || fail "mount after ^C: $((SECONDS - t)) s"
t=$SECONDS; rc 5 "mount -t lustre 10.99.99.99@tcp:/test /mnt"; [ $((SECONDS - t)) -le 30 ] || fail "mount without an MGS: $((SECONDS - t)) s"
dmesg | grep -q "no connection to the MGS.*10.99.99.99@tcp" || fail "the NID is not named"
cd /; run umount /mnt/lustre
stop
unload
