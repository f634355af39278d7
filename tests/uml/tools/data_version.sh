# SPDX-License-Identifier: GPL-2.0-only
# lfs data_version: a number that changes with the data, also with those that are not written back yet.
say "lfs data_version"
run sh -c 'echo x > d/v'; v=$(lfs data_version d/v)
[ "$v" -gt 0 ] || fail "version '$v'"
is "lfs data_version d/v" $v
is "lfs data_version -n d/v" $v
run sh -c 'echo y >> d/v'
[ "$(lfs data_version d/v)" != $v ] || fail "the version did not change"
v=$(lfs data_version -w d/v); is "lfs data_version -r d/v" $v
is "cat d/v" "x y"
run truncate -s 1 d/v; [ "$(lfs data_version d/v)" != $v ] || fail "the version did not change with a truncate"
is "lfs setstripe -E 1M -c 1 -E -1 -c 2 d/w && lfs data_version d/w | grep -c '^[0-9]*\$'" 1
rc 25 "lfs data_version d"
rc 2 "lfs data_version d/nope"
rm -f d/v d/w
