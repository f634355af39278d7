/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ldiskfs.ko offers to the object store beside the VFS: changes of several inodes under one
 * journal handle, commit callbacks, directory entries by inode, xattrs under a handle, block
 * mapping. Nothing here shows types of ext4.
 *
 * Functions that take a handle_t run inside ldiskfs_hook_start() .. ldiskfs_hook_stop(); those that
 * say "own handles" must not. Callers serialise changes of one directory and of one inode; i_rwsem
 * is taken only by "own handles" functions.
 */
#ifndef _LDISKFS_HOOKS_H
#define _LDISKFS_HOOKS_H

#include <linux/fs.h>
#include <linux/jbd2.h>

/* ---- super block and journal (hooks.c) ---- */

/* After mounting: refuses features the object store cannot live with, adjusts flags. */
int ldiskfs_hook_super(struct super_block *sb);
/* Has an error ended all writing? */
bool ldiskfs_hook_failed(struct super_block *sb);
/* Credits one handle may have. */
int ldiskfs_hook_max_credits(struct super_block *sb);
handle_t *ldiskfs_hook_start(struct super_block *sb, int credits);
int ldiskfs_hook_stop(handle_t *handle);

/* fn(cb, error) once after the commit, in the journal thread; the memory is the caller's. */
struct ldiskfs_hook_cb {
	struct {
		struct list_head list;
		void *func;
	} private;
	void (*fn)(struct ldiskfs_hook_cb *cb, int error);
};

void ldiskfs_hook_commit_cb(handle_t *handle, struct ldiskfs_hook_cb *cb);
int ldiskfs_hook_force_commit(struct super_block *sb);
int ldiskfs_hook_start_commit(struct super_block *sb);

/* ---- inodes (hooks.c) ---- */

struct inode *ldiskfs_hook_iget(struct super_block *sb, unsigned long ino);
/* Next inode in use from *ino on: 0, -ENOENT (no more), -EIO. */
int ldiskfs_hook_next_inode(struct super_block *sb, unsigned long *ino);
/*
 * A new inode with nlink 1 (directory: 2, with "." and ".."), unlocked, mode and owner exactly as
 * given.
 */
int ldiskfs_hook_new_inode(handle_t *handle, struct inode *parent, umode_t mode, dev_t rdev,
			   u32 uid, u32 gid, struct inode **inodep);
/* Write the VFS inode to its buffer. */
int ldiskfs_hook_dirty(handle_t *handle, struct inode *inode);
/*
 * Link count; 0 puts it on the orphan list, from 0 takes it off. A directory with delta -2 goes
 * to 0.
 */
int ldiskfs_hook_nlink(handle_t *handle, struct inode *inode, int delta);

struct ldiskfs_ext_attr {
	u32 flags; /* FS_*_FL that users may see */
	u32 projid;
	u64 version;
	struct timespec64 crtime;
};

#define LDISKFS_EA_FLAGS 1
#define LDISKFS_EA_PROJID 2
#define LDISKFS_EA_VERSION 4
#define LDISKFS_EA_CRTIME 8

void ldiskfs_hook_ext_get(struct inode *inode, struct ldiskfs_ext_attr *ea);
/* In memory only: ldiskfs_hook_dirty() after it. */
int ldiskfs_hook_ext_set(struct inode *inode, const struct ldiskfs_ext_attr *ea,
			 unsigned int valid);
/* Size of an inode without blocks beyond it, in memory only. */
int ldiskfs_hook_size_set(struct inode *inode, u64 size);
/* uid/gid with quota accounting, in memory only. */
int ldiskfs_hook_chown(struct inode *inode, const struct iattr *attr);

/* ---- xattrs by full name ("trusted.lma"); ACLs in xattr form ---- */
ssize_t ldiskfs_hook_xattr_get(struct inode *inode, const char *name, void *buf, size_t size);
int ldiskfs_hook_xattr_set(handle_t *handle, struct inode *inode, const char *name, const void *val,
			   size_t len, int flags);
ssize_t ldiskfs_hook_xattr_list(struct inode *inode, char *buf, size_t size);

/* ---- contents as metadata ---- */
ssize_t ldiskfs_hook_buf_read(struct inode *inode, void *buf, size_t len, u64 pos);
int ldiskfs_hook_buf_write(handle_t *handle, struct inode *inode, const void *buf, size_t len,
			   u64 pos);
int ldiskfs_hook_symlink_set(handle_t *handle, struct inode *inode, const char *target, size_t len);
ssize_t ldiskfs_hook_symlink_get(struct inode *inode, char *buf, size_t size);

/* ---- blocks ---- */
struct ldiskfs_map {
	u32 lblk, len; /* in; len shrinks to what is alike */
	u64 pblk;
	bool mapped; /* has blocks */
	/* blocks without data yet: reads as zeros, needs ldiskfs_hook_convert() after a write */
	bool unwritten;
};

int ldiskfs_hook_map(struct inode *inode, struct ldiskfs_map *map);
/* Own handles: holes become unwritten blocks. */
int ldiskfs_hook_alloc(struct inode *inode, struct ldiskfs_map *map);
/* Own handles: unwritten blocks of the (block aligned) range become written. */
int ldiskfs_hook_convert(struct inode *inode, u64 pos, u64 len);
/* Own handles: the size becomes at least @size. */
int ldiskfs_hook_extend(struct inode *inode, u64 size);
/* Own handles: truncate(2), fallocate(2). The page cache of the inode is empty afterwards. */
int ldiskfs_hook_truncate(struct inode *inode, u64 size);
int ldiskfs_hook_fallocate(struct vfsmount *mnt, struct inode *inode, int mode, u64 start, u64 len);

/* ---- directories (hooks_namei.c, part of gen/namei.c) ---- */
int ldiskfs_hook_dir_find(struct inode *dir, const char *name, size_t len, unsigned long *ino);
int ldiskfs_hook_dir_add(handle_t *handle, struct inode *dir, const char *name, size_t len,
			 struct inode *child);
int ldiskfs_hook_dir_del(handle_t *handle, struct inode *dir, const char *name, size_t len);
/* The entry (".." too) points to another inode. */
int ldiskfs_hook_dir_set(handle_t *handle, struct inode *dir, const char *name, size_t len,
			 struct inode *child);
bool ldiskfs_hook_dir_empty(struct inode *dir);
/*
 * readdir from the 63-bit cookie ctx->pos; ctx->pos is the cookie of each entry inside the actor,
 * and of the next one after.
 */
int ldiskfs_hook_dir_iterate(struct vfsmount *mnt, struct inode *dir, struct dir_context *ctx);

#endif
