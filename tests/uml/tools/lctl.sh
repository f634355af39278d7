# SPDX-License-Identifier: GPL-2.0-only
# lctl: parameters, devices, the debug log, NIDs, config logs.
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
