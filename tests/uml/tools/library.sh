# SPDX-License-Identifier: GPL-2.0-only
# liblustreapi, as programs use it.
say "the library, as programs use it"
run mkdir ll; run $TOP/build/tools/llapitest /mnt/lustre/ll
