# SPDX-License-Identifier: GPL-2.0-only
# ext4 -> ldiskfs: symbols, slab caches, /proc and /sys folders, trace system, file system type. Not the on-disk format.
s/CONFIG_EXT4_USE_FOR_EXT2/LDISKFS_NEVER/g
s/CONFIG_EXT4/CONFIG_@@/g
s/EXT4_SUPER_MAGIC/@@_SUPER_MAGIC/g
s/ext4/ldiskfs/g
s/EXT4/LDISKFS/g
s/@@/EXT4/g
# It does not offer itself for ext2 and ext3.
/^MODULE_ALIAS.*"ext[23]"/d
/^	\(un\)\{0,1\}register_as_ext[23]();/d
# i_version holds what the object store puts there (the transno of the last change) and does not count by itself.
s/^\(	*\)inode_inc_iversion(.*);/\1{ }/
# Names that a macro of ext4.h pastes together.
s/LDISKFS_FEATURE_\(COMPAT\|RO_COMPAT\|INCOMPAT\)_SUPP/EXT4_FEATURE_\1_SUPP/g
s/has_unknown_ldiskfs_/has_unknown_ext4_/g
