# SPDX-License-Identifier: GPL-2.0-only
# Parameters by expression and from files; tables of rates; devices switched off and on.
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
