# SPDX-License-Identifier: GPL-2.0-only
# Layouts that are none are refused, and the component is named.
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
