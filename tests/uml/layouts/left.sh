# SPDX-License-Identifier: GPL-2.0-only
# Every object up to the last one used is that of a file (the targets are unmounted).
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
