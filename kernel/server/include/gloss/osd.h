/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The object store (osd_ldiskfs.ko): objects by FID on one ldiskfs device, directories, xattrs,
 * transactions with commit callbacks, object data, local files. It knows nothing of clients, RPCs
 * or locks of the network.
 *
 * An object is an inode. Its FID is in its xattr trusted.lma; no other FID finds it. MDT objects
 * are found through the object index (OI/<seq>, an array of inode numbers by f_oid). Objects of an
 * OST are found by their path O/<seq>/d<id mod 32>/<id>: those with an IDIF always, those of other
 * data sequences once osd_ost_setup() was called.
 *
 * Lock order, outer first:
 *   osd_object_lock() (for the user of the object) > data semaphore of the object (I/O, punch:
 *   inside osd) > transaction (osd_trans_start .. osd_trans_stop) > internal locks of directories,
 *   index and xattrs.
 * So take osd_object_lock() before osd_trans_start(). Between start and stop never call
 * osd_read_pages(), osd_write_pages(), osd_punch(), osd_fallocate() or osd_sync(), and do not wait
 * for other threads. osd_object_put() is allowed anywhere. All functions may sleep unless they say
 * otherwise, and all may return -ENOMEM, -EIO (the device) and -EUCLEAN (the disk holds nonsense).
 */
#ifndef _GLOSS_OSD_H
#define _GLOSS_OSD_H

#include <linux/types.h>
#include <linux/fs.h>
#include <linux/bvec.h>
#include <linux/rwsem.h>
#include <linux/rhashtable.h>
#include <linux/statfs.h>
#include <linux/fiemap.h>
#include <gloss/wire/fid.h>

struct osd_device;
struct osd_trans;

/* One object in use. All users of a FID share one osd_object. */
struct osd_object {
	struct lu_fid oo_fid;
	struct osd_device *oo_dev;
	struct inode *oo_inode; /* osd only; use the functions */
	struct rw_semaphore oo_lock; /* osd_object_lock() */
	umode_t oo_type; /* S_IFMT bits */

	/* osd only */
	struct rhash_head oo_hash;
	refcount_t oo_ref;
	struct rw_semaphore oo_dir_sem; /* directory blocks */
	struct rw_semaphore oo_data_sem; /* read/write shared, punch exclusive */
	struct mutex oo_edge_mutex; /* read-modify-write of partial blocks */
	bool oo_hashed;
	struct rcu_head oo_rcu;
};

/* ---- device ---- */
/**
 * osd_mount - mount a device as object store, without a visible mount point
 * @bdev: path of the block device
 * @opts: ldiskfs mount options ("" or NULL for none)
 * @devp: the device
 *
 * Return: 0, -EBUSY (mounted already), -EINVAL (not a file system that can be used), -errno.
 */
int osd_mount(const char *bdev, const char *opts, struct osd_device **devp);
struct param_dir;
void osd_params_start(struct osd_device *dev, const char *name);
struct param_dir *osd_params_dir(struct osd_device *dev);
/**
 * osd_umount - end of the device
 * @dev: all its objects are put, all its transactions stopped
 *
 * Waits for deletions in the background and for the journal.
 */
void osd_umount(struct osd_device *dev);
/**
 * osd_sync - commit the journal, flush the cache of the device, and wait for both
 * @dev: the device
 *
 * Commit callbacks of what was done before have run when it returns.
 * Return: 0, -errno of the journal or the device.
 */
int osd_sync(struct osd_device *dev);
/* Start the commit of the running transaction, do not wait. */
int osd_commit_async(struct osd_device *dev);
/* f_bfree etc. are in units of f_bsize (4096); f_bavail is what may still be allocated. */
int osd_statfs(struct osd_device *dev, struct kstatfs *st);
/**
 * osd_ost_setup - the device holds OST objects
 * @dev: the device
 * @index: of the OST, for the IDIFs in trusted.lma
 *
 * FIDs of every normal sequence live under O/ from now on.
 */
int osd_ost_setup(struct osd_device *dev, u32 index);
/* "sda1" */
const char *osd_dev_name(struct osd_device *dev);
bool osd_is_rdonly(struct osd_device *dev);
/* Another make formatted it: before anything else, osd_take_over(). */
bool osd_is_foreign(struct osd_device *dev);
int osd_take_over(struct osd_device *dev, bool mdt);
/* An error of the device or of its file system has ended all writing. Does not sleep. */
bool osd_has_failed(struct osd_device *dev);
u32 osd_blocksize(struct osd_device *dev);
/* Largest size of an object in bytes; largest value of one xattr. */
u64 osd_maxbytes(struct osd_device *dev);
u32 osd_max_xattr(struct osd_device *dev);
/* Most credits one transaction gets: split work that asks for more. */
int osd_max_credits(struct osd_device *dev);

/* ---- transactions: all or nothing after a crash, bound to the current task, never nested ---- */
/* Credits: add those of all the operations between start and stop. */
#define OSD_CR_CREATE 80 /* osd_create: inode, trusted.lma, index (O/ entry or OI) */
#define OSD_CR_DIR_INSERT 40 /* osd_dir_insert, one name */
#define OSD_CR_DIR_DELETE 8 /* osd_dir_delete, osd_dir_set_parent */
#define OSD_CR_ATTR_SET 8 /* osd_attr_set */
#define OSD_CR_NLINK 8 /* osd_nlink_add: with the orphan list */
#define OSD_CR_XATTR_SET 24 /* osd_xattr_set, osd_xattr_del, osd_symlink_set: value up to 4 KiB */
#define OSD_CR_DESTROY 24 /* osd_destroy: index, orphan list (blocks are freed later, outside) */
#define OSD_CR_BUF_WRITE 12 /* osd_buf_write: each 4 KiB block touched */
#define OSD_CR_LOCAL_CREATE 100 /* osd_local_create_th */
#define OSD_CR_XATTR_LEN(len) (OSD_CR_XATTR_SET + (len) / 1024 * 2)

typedef void (*osd_commit_fn)(void *data, int error);

/**
 * osd_trans_start - begin a transaction (one journal handle)
 * @dev: the device
 * @credits: sum of the OSD_CR_* of what will be done; capped at what the journal can hold
 *
 * Waits while more deleted objects wait to be freed than the device can work off.
 * Return: the transaction, ERR_PTR(-EROFS, -EIO, -EDEADLK: inside of another one, -EINTR: killed).
 */
struct osd_trans *osd_trans_start(struct osd_device *dev, int credits);
/**
 * osd_trans_commit_cb - be told of the commit
 * @th: the transaction
 * @fn: called once after the commit (error 0) or its failure, in the journal thread: it must be
 *	short, not touch the object store and not wait
 * @data: for @fn
 *
 * Callbacks of one device are called in the order of their commits.
 */
void osd_trans_commit_cb(struct osd_trans *th, osd_commit_fn fn, void *data);
/* osd_trans_stop() of this one waits for the commit. */
void osd_trans_set_sync(struct osd_trans *th);
/* Ends the transaction and frees @th, also when it returns an error (aborted journal). */
int osd_trans_stop(struct osd_trans *th);

/* ---- objects ---- */
/**
 * osd_find - object by FID
 * @dev: the device
 * @fid: the whole FID counts, f_ver too
 *
 * Return: the object, referenced; ERR_PTR(-ENOENT), ERR_PTR(-ESTALE: the index leads to an object
 * of another FID), ERR_PTR(-EIO: trusted.lma cannot be used), ERR_PTR(-EOPNOTSUPP: trusted.lma asks
 * for what is not supported), ERR_PTR(-EINPROGRESS: the index of a disk that was taken over is not
 * complete yet).
 */
struct osd_object *osd_find(struct osd_device *dev, const struct lu_fid *fid);
void osd_object_get(struct osd_object *obj);
void osd_object_put(struct osd_object *obj); /* NULL and ERR_PTR are ignored */

/**
 * osd_create - create an object
 * @th: with OSD_CR_CREATE
 * @dev: the device
 * @parent: the directory of its first name; NULL for objects of an OST, which get their name under
 *	O/ here
 * @fid: of the new object
 * @mode: with S_IFMT, exactly as it shall be
 * @rdev: of a device file
 * @uid: owner
 * @gid: group
 *
 * The inode has nlink 1 (a directory 2, with "." and ".." that leads to @parent) and, unless it is
 * on an OST, no name yet: give it one with osd_dir_insert() in the same transaction, or take the
 * links away with osd_nlink_add(-1) (directory -2) for an object without a name. The times are now.
 *
 * Return: the object, referenced; ERR_PTR(-EEXIST: there is an object of this FID, -ENOSPC,
 * -EDQUOT, -EINVAL: no FID for an object, -EBUSY: an object of this FID is just going).
 */
struct osd_object *osd_create(struct osd_trans *th, struct osd_device *dev,
			      struct osd_object *parent, const struct lu_fid *fid, umode_t mode,
			      dev_t rdev, u32 uid, u32 gid);
/**
 * osd_destroy - remove an object
 * @th: with OSD_CR_DESTROY
 * @obj: its names in directories were deleted before; that under O/ is deleted here
 *
 * osd_find() does not find the FID any more. Inode and blocks are freed when the last reference is
 * put, or by the next mount after a crash.
 * Return: 0, -ENOENT (destroyed already).
 */
int osd_destroy(struct osd_trans *th, struct osd_object *obj);

/*
 * A lock for the users of the object (MDT: lookup and insert; OST: attributes), taken before
 * osd_trans_start(). Single calls do not need it.
 */
static inline void osd_object_lock(struct osd_object *obj)
{
	down_write(&obj->oo_lock);
}

static inline void osd_object_unlock(struct osd_object *obj)
{
	up_write(&obj->oo_lock);
}

/* ---- attributes ---- */
#define OSD_A_MODE 0x0001 /* permission bits (07777); the type does not change */
#define OSD_A_UID 0x0002
#define OSD_A_GID 0x0004
/* Only of objects without blocks of data (MDT: size hint), else -EINVAL; others use osd_punch(). */
#define OSD_A_SIZE 0x0008
#define OSD_A_ATIME 0x0010
#define OSD_A_MTIME 0x0020
#define OSD_A_CTIME 0x0040
#define OSD_A_FLAGS 0x0080 /* FS_*_FL (chattr) bits */
#define OSD_A_PROJID 0x0100
#define OSD_A_VERSION 0x0200
#define OSD_A_CRTIME 0x0400

struct osd_attr {
	u32 mode; /* with S_IFMT when got */
	u32 uid, gid, projid;
	u32 nlink;
	u32 flags; /* FS_*_FL */
	u32 blksize;
	dev_t rdev;
	u64 size;
	u64 blocks; /* 512 bytes each */
	u64 version; /* i_version: whatever was set last (transno); never changes by itself */
	u64 ino; /* local inode number, for messages only */
	u32 generation;
	struct timespec64 atime, mtime, ctime, crtime;
};

void osd_attr_get(struct osd_object *obj, struct osd_attr *attr);
/**
 * osd_attr_set - set attributes
 * @th: with OSD_CR_ATTR_SET
 * @obj: the object
 * @attr: values; times are clamped to what the inode holds (1901 to 2446)
 * @valid: OSD_A_*
 *
 * Return: 0, -EOPNOTSUPP (project id without the feature), -EDQUOT, -EINVAL (owner; size below
 * data).
 */
int osd_attr_set(struct osd_trans *th, struct osd_object *obj, const struct osd_attr *attr,
		 u32 valid);
/*
 * Change the link count. At 0 the inode is put on the orphan list, from 0 (link of an open
 * unlinked file) taken off.
 */
int osd_nlink_add(struct osd_trans *th, struct osd_object *obj, int delta);

/* ---- xattrs by full name: "trusted.lov", "user.x", "security.x"; ACLs in xattr form v2 ---- */
/*
 * Length (size 0 asks for that only); -ENODATA, -ERANGE (buffer too small), -EOPNOTSUPP (prefix).
 */
ssize_t osd_xattr_get(struct osd_object *obj, const char *name, void *buf, size_t size);
/* flags: XATTR_CREATE, XATTR_REPLACE. -ENOSPC, -E2BIG: too large. */
int osd_xattr_set(struct osd_trans *th, struct osd_object *obj, const char *name, const void *val,
		  size_t len, int flags);
int osd_xattr_del(struct osd_trans *th, struct osd_object *obj, const char *name);
/* NUL-separated full names, as listxattr(2) but with trusted.*; size 0 asks the length only. */
ssize_t osd_xattr_list(struct osd_object *obj, char *buf, size_t size);

/* ---- symbolic links ---- */
/* @len without NUL, 1 to one block less one. */
int osd_symlink_set(struct osd_trans *th, struct osd_object *obj, const char *target, size_t len);
/* Length without NUL; the result has a NUL at the end when it fits. */
ssize_t osd_symlink_get(struct osd_object *obj, char *buf, size_t size);

/* ---- directories ---- */
/* The root of the MDT namespace (ROOT/, [0x200000007:1:0]), made when it is missing; referenced. */
struct osd_object *osd_root(struct osd_device *dev);
/* -ENOENT, -ENOTDIR; -EIO: entry to an inode without a FID. "." and ".." work too. */
int osd_dir_lookup(struct osd_object *dir, const char *name, size_t len, struct lu_fid *fid);
/*
 * Does not change link counts: use osd_nlink_add() (parent of a directory +1, second name of a
 * file +1). -EEXIST, -ENOSPC, -EMLINK never.
 */
int osd_dir_insert(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		   struct osd_object *child);
int osd_dir_delete(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len);
/* Replace the target of an existing name (rename over); the type may differ. */
int osd_dir_replace(struct osd_trans *th, struct osd_object *dir, const char *name, size_t len,
		    struct osd_object *child);
/* Set ".." of a directory that was moved. */
int osd_dir_set_parent(struct osd_trans *th, struct osd_object *dir, struct osd_object *parent);
int osd_dir_empty(struct osd_object *dir); /* 1 empty, 0 not, -errno */

struct osd_dirent {
	const char *name; /* not NUL-terminated */
	u32 namelen;
	u32 type; /* DT_* */
	u64 hash; /* 63-bit cookie, never decreasing; "." and ".." come first (hash 0 and 2^32) */
	struct lu_fid fid; /* of the entry; zero when it cannot be read */
};

/*
 * 0: go on; 1: stop, the entry was not taken; negative: stop with this error. No locks of the
 * directory are held.
 */
typedef int (*osd_dir_actor)(void *ctx, const struct osd_dirent *de);
#define OSD_DIR_END 0x7fffffffffffffffULL /* hash after the last entry */
/**
 * osd_dir_iterate - entries in the order of their hash
 * @dir: the directory
 * @hash: the first one has this hash, or the next higher one
 * @actor: called for each
 * @ctx: for @actor
 *
 * Entries added or removed meanwhile may or may not be seen; others are seen once.
 * Return: 1 when the actor stopped, 0 at the end of the directory, -ENOTDIR, -errno.
 */
int osd_dir_iterate(struct osd_object *dir, u64 hash, osd_dir_actor actor, void *ctx);

/* ---- data, not inside a transaction. All return -EISDIR or -EINVAL for what is no file ---- */
/**
 * osd_read_pages - read
 * @obj: the object
 * @pos: first byte, of any alignment
 * @bvec: memory, of any alignment; holes and what is after the end of the object are zeroed
 * @nr: number of @bvec
 * @bytes: if not NULL, gets the number of bytes before the end of the object
 *
 * Return: 0, -EIO.
 */
int osd_read_pages(struct osd_object *obj, u64 pos, struct bio_vec *bvec, unsigned int nr,
		   u64 *bytes);
/**
 * osd_write_pages - write
 * @obj: the object
 * @pos: first byte, of any alignment
 * @bvec: memory, of any alignment
 * @nr: number of @bvec
 *
 * On return the data are on the device, and the transaction that makes them reachable (with the new
 * size) is running or committed: a transaction started later commits not before it. Times, owner
 * and mode do not change.
 * Return: 0, -ENOSPC, -EDQUOT, -EFBIG, -EROFS, -EIO.
 */
int osd_write_pages(struct osd_object *obj, u64 pos, struct bio_vec *bvec, unsigned int nr);
#define OSD_EOF 0xffffffffffffffffULL
/**
 * osd_punch - zero a range, or truncate
 * @obj: the object
 * @start: first byte
 * @end: byte after the last one; OSD_EOF, or not less than the size: the size becomes @start, also
 *	when that is more than before
 *
 * Return: 0, -EINVAL (empty range), -EFBIG, -EROFS, -ENOSPC.
 */
int osd_punch(struct osd_object *obj, u64 start, u64 end);
/**
 * osd_fallocate - as fallocate(2)
 * @obj: the object
 * @mode: 0, FALLOC_FL_KEEP_SIZE, PUNCH_HOLE with KEEP_SIZE, ZERO_RANGE with or without it
 * @start: first byte
 * @len: number of bytes
 *
 * Return: 0, -EOPNOTSUPP (other modes), -EINVAL (length 0), -EFBIG, -EROFS, -ENOSPC, -EDQUOT.
 */
int osd_fallocate(struct osd_object *obj, int mode, u64 start, u64 len);
/* SEEK_DATA / SEEK_HOLE as lseek(2); -ENXIO. */
s64 osd_seek(struct osd_object *obj, u64 pos, int whence);
/*
 * Extents of [@start, @start + @len): the number written to @ext (at most @max; 0: count only). The
 * last one of the object has FIEMAP_EXTENT_LAST; fe_physical is in bytes.
 */
int osd_fiemap(struct osd_object *obj, u64 start, u64 len, struct fiemap_extent *ext,
	       unsigned int max);

/* ---- OST sequences ---- */
/* Directories O/<seq>/d0..d31 and LAST_ID, made when missing: call it outside of a transaction. */
int osd_seq_create(struct osd_device *dev, u64 seq);
/*
 * The LAST_ID file of a sequence (0: group 0 and all IDIFs): 8 bytes little-endian, for
 * osd_buf_read() and osd_buf_write(). -ENOENT: no such sequence.
 */
struct osd_object *osd_seq_last_id(struct osd_device *dev, u64 seq);
/* Calls @fn for each sequence under O/. */
int osd_seq_iterate(struct osd_device *dev, int (*fn)(void *ctx, u64 seq), void *ctx);

/* ---- local files by path ("last_rcvd", "CONFIGS/testfs-OST0000"), without FID ---- */
/* With @create in transactions of its own, the directories too. ERR_PTR(-ENOENT). */
struct osd_object *osd_local_open(struct osd_device *dev, const char *path, bool create);
/* A file in a format of our own, made when missing: apart from those of another make. */
struct osd_object *osd_own_open(struct osd_device *dev, const char *name);
int osd_local_unlink(struct osd_device *dev, const char *path);
/* Within one directory (else -EXDEV); replaces @to. */
int osd_local_rename(struct osd_device *dev, const char *from, const char *to);
/* Names in a local directory. */
int osd_local_readdir(struct osd_device *dev, const char *path,
		      int (*fn)(void *ctx, const char *name, size_t len), void *ctx);
/*
 * Contents as metadata, through the buffer cache: only of local files, never mixed with
 * osd_*_pages(). Bytes read (short at the end), -EISDIR, -EINVAL (no file).
 */
ssize_t osd_buf_read(struct osd_object *obj, void *buf, size_t len, u64 pos);
/* Journalled, extends the size. Credits: OSD_CR_BUF_WRITE for each block touched. */
int osd_buf_write(struct osd_trans *th, struct osd_object *obj, const void *buf, size_t len,
		  u64 pos);
u64 osd_size(struct osd_object *obj);

#endif
