# SPDX-License-Identifier: GPL-2.0-only
# Tools on a node without modules.
say "nothing loaded"
rc 19 "lctl dl"
rc 19 "lfs df"
rc 19 "lfs check all"
rc 2 "lctl get_param health_check"
rc 0 "lnetctl net show"
rc 0 "lnetctl net show --net tcp -v 4"
