# SPDX-License-Identifier: GPL-2.0-only
# Paths to FIDs and back.
say "FIDs"
fid=$(lfs path2fid d/f)
is "lfs path2fid d/f d/f2" "d/f: $fid d/f2: $fid"
is "lfs fid2path /mnt/lustre '$fid' | sort" "/mnt/lustre/d/f /mnt/lustre/d/f2"
is "lfs fid2path test '$fid' | sort" "d/f d/f2"
