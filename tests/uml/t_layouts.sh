#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Composite (progressive) layouts: components get objects when they are written, by two clients at once, too; defaults are inherited;
# components are added, removed, flagged; bad layouts are refused; with an OST away or full nothing hangs.
#   t_layouts.sh PART,PART...: files of the folder layouts; restart, exercise and left run only when they are named
# disks: 200,200,200,60
# limit: 1000
. $TOP/tests/uml/lib.sh
X=$TOP/build/tools/exercise
ONLY=${1:-reached,operations,last_end,unit_middle,defaults,edit,removal_fails,bad,race,over,away}
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
for p in ${ONLY//,/ }; do [ $p = left ] || part layouts $p; done
rm -f here?
[[ $ONLY != *left* ]] || { sync; sleep 12; sync; }
cd /; run umount /mnt/a; run umount /mnt/b; stop
[[ $ONLY != *left* ]] || part layouts left
check_disks; unload
