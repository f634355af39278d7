# SPDX-License-Identifier: GPL-2.0-only
# mkfs.lustre and tunefs.lustre: what they overwrite, features, parameters, exit codes.
say "mkfs.lustre asks before it overwrites"
ost="mkfs.lustre --quiet --fsname=x --ost --index=0 --mgsnode=$NID"
run mkfs.ext4 -qF -L precious $spare
rc 1 "$ost $spare"
is "$ost $spare 2>&1 | grep -c \"holds ext4 (label 'precious')\"" 1
is "blkid -o value -s LABEL $spare" precious
run $ost --reformat $spare
rc 1 "$ost $spare"
run mkswap -q $spare
rc 1 "$ost $spare"
is "mkfs.lustre --fsname=x --ost --index=0 --mgsnode=$NID --reformat $spare 2>/dev/null | grep -c 'Writing inode tables'" 1
features() { dumpe2fs -h $1 2>/dev/null | sed -n 's/^Filesystem features: *//p' | tr ' ' '\n' | grep -xE "$2" | sort | xargs echo; }
is "features $spare 'quota|project|mmp|metadata_csum|64bit'" "project quota"
run $ost --reformat --failnode=10.0.0.9@tcp $spare
is "features $spare 'quota|project|mmp'" "mmp project quota"
run e2fsck -fn $spare
is "tunefs.lustre --print $spare | grep ^Parameters | sort -u" "Parameters: mgsnode=$NID failover.node=10.0.0.9@tcp"
rc 22 "mkfs.lustre --fsname=x --ost --index=0 $spare"
rc 1 "mkfs.lustre --fsname=toolongname --ost --index=0 --mgsnode=$NID $spare"
rc 22 "mkfs.lustre --nope $spare"
rc 0 "mkfs.lustre --version"
