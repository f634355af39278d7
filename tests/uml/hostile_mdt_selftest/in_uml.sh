#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Inside the debug kernel: in_uml.sh MODULE [PART...]
. $TOP/tests/uml/lib.sh
ABI=$(dirname "$0")/../../../build/tools/clientabi
L=/mnt/lustre
is() { local got; got=$(eval "$1" 2>&1 | xargs echo); [ "$got" = "$2" ] || fail "$1: '$got', expected '$2'"; }
sym() { sed -n "s/^\([0-9a-f]*\) [tT] \(ptlrpc_\)\?$1\t\[ptlrpc\]$/0x\1/p" /proc/kallsyms | head -1; }
mode() { echo -n "$1" > /sys/module/hostile_mdt/parameters/mode; }
fresh() { run umount $L; mode "$1"; client; }

# An MDT of 2.16+: the root has a default LMV.
default_lmv() {
	fresh default_lmv
	is "ls $L" "d f size striped"
	is "$ABI dmv $L" "1 -1 0 3 ok"
	is "$ABI dmv $L/d" "1 -1 0 2 ok"
	is "lfs getdirstripe -D $L" "lmv_stripe_count: 1 lmv_stripe_offset: -1 lmv_hash_type: none lmv_max_inherit: -1 lmv_max_inherit_rr: 3"
	is "lfs getdirstripe $L/d" "lmv_stripe_count: 0 lmv_stripe_offset: 0 lmv_hash_type: none"
}
# A striped directory is refused by its name, not shown empty.
striped() {
	fresh striped
	is "ls $L/striped" "ls: cannot access $L/striped: Operation not supported"
	dmesg | grep -q "striped directory '/striped'" || fail "the log does not name the directory"
	is "cat $L/f" data
}
# A size that no file can have.
size() {
	fresh size
	is "$ABI size $L/size" EPROTO
	is "$ABI size $L/f" "5 ok"
}
# A layout longer than any buffer, and one that lies about itself.
layout() {
	fresh long_layout
	is "$ABI getstripe $L f" EPROTO
	mode bad_layout
	is "$ABI getstripe $L f" EPROTO
}
# Lists of xattrs: never enough room, and sizes beyond sense.
xattr() {
	local t out
	fresh erange
	t=$SECONDS; out=$(timeout 10 getfattr -d $L/f 2>&1)
	[[ $out == *"Argument list too long"* && $((SECONDS - t)) -lt 5 ]] || fail "listxattr against -ERANGE: $out"
	fresh xattr_size
	out=$(getfattr -d $L/f 2>&1)
	[[ $out == *"Protocol error"* ]] || fail "an xattr list of 4 GB: $out"
}
# An answer that comes late does not bring old attributes back.
late() {
	local p
	fresh none
	exec 5< $L/d
	run lctl set_param -n 'ldlm.namespaces.*mdc*.lru_size=clear' >/dev/null
	mode late
	stat $L/d/nothing >/dev/null 2>&1 & p=$!
	sleep 0.7
	run mkdir /proc/self/fd/5/sub
	is "stat -L -c %h /proc/self/fd/5" 3
	wait $p
	is "stat -L -c %h /proc/self/fd/5" 3
	exec 5<&-
}

module=$1; shift
lnet_up; format; start; client
mkdir $L/striped $L/d; echo data > $L/size; echo data > $L/f
run insmod "$module" get=$(sym target_get) put=$(sym target_put)
for part in ${*:-default_lmv striped size layout xattr late}; do
	say "$part"
	$part
done
mode none
run umount $L; run rmmod hostile_mdt; stop; check_disks; unload
