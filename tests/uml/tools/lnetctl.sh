# SPDX-License-Identifier: GPL-2.0-only
# lnetctl: options, output and exit codes; who may ping.
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
run lctl ping $NID
setpriv --reuid 1000 --clear-groups lctl ping $NID 2>/dev/null && fail "any user may make the node connect to others"
