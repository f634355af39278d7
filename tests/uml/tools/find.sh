# SPDX-License-Identifier: GPL-2.0-only
# lfs find: predicates.
say "lfs find"
is "lfs find d --stripe-count 2 | sort" "d/f d/f2"
is "lfs find d ! --type f ! -name d" "d/p"
is "lfs find d --ost 1 -c 1" "d/g"
