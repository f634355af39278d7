// SPDX-License-Identifier: GPL-2.0-only
/*
 * Permissions on the MDT: the credentials that a request carries (chapter 4, 5.3) against mode,
 * owner and POSIX ACL of an object, and what a new object inherits. Works on values and ACL blobs,
 * takes no locks.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include "mdt_internal.h"

/* The wire form of an ACL (chapter 4, 15.4). */
struct acl_header {
	__le32 a_version;
};

struct acl_entry {
	__le16 e_tag;
	__le16 e_perm;
	__le32 e_id;
};

#define ACL_VERSION	2
#define ACL_E_USER_OBJ	0x01
#define ACL_E_USER	0x02
#define ACL_E_GROUP_OBJ	0x04
#define ACL_E_GROUP	0x08
#define ACL_E_MASK	0x10
#define ACL_E_OTHER	0x20
#define ACL_E_NO_ID	0xffffffffU

static struct acl_entry *mdt_acl_entries(void *blob)
{
	return blob + sizeof(struct acl_header);
}

/* Number of entries, 0 for an empty blob, -EINVAL if it is none. */
static int mdt_acl_count(const void *blob, u32 len)
{
	const struct acl_header *h = blob;

	if (!len)
		return 0;
	if (len < sizeof(*h) || (len - sizeof(*h)) % sizeof(struct acl_entry) ||
	    le32_to_cpu(h->a_version) != ACL_VERSION)
		return -EINVAL;
	return (len - sizeof(*h)) / sizeof(struct acl_entry);
}

/**
 * mdt_acl_check - is this blob a well-formed ACL?
 * @blob: as it came from a client
 * @len: bytes
 *
 * Entries must be in the order user-obj, users, group-obj, groups, mask, other, ids ascending
 * inside users and groups, each base entry once and the mask present when a user or group entry is.
 * Return: the number of entries (0: empty ACL), -EINVAL.
 */
int mdt_acl_check(const void *blob, u32 len)
{
	const struct acl_entry *e = mdt_acl_entries((void *)blob);
	int n = mdt_acl_count(blob, len);
	unsigned int state = ACL_E_USER_OBJ;
	bool need_mask = false;
	int i;

	if (n <= 0)
		return n;
	for (i = 0; i < n; i++, e++) {
		unsigned int tag = le16_to_cpu(e->e_tag);

		if (le16_to_cpu(e->e_perm) & ~7)
			return -EINVAL;
		switch (tag) {
		case ACL_E_USER_OBJ:
			if (state != ACL_E_USER_OBJ)
				return -EINVAL;
			state = ACL_E_USER;
			break;
		case ACL_E_USER:
			if (state != ACL_E_USER || le32_to_cpu(e->e_id) == ACL_E_NO_ID)
				return -EINVAL;
			need_mask = true;
			break;
		case ACL_E_GROUP_OBJ:
			if (state != ACL_E_USER)
				return -EINVAL;
			state = ACL_E_GROUP;
			break;
		case ACL_E_GROUP:
			if (state != ACL_E_GROUP || le32_to_cpu(e->e_id) == ACL_E_NO_ID)
				return -EINVAL;
			need_mask = true;
			break;
		case ACL_E_MASK:
			if (state != ACL_E_GROUP)
				return -EINVAL;
			state = ACL_E_OTHER;
			need_mask = false;
			break;
		case ACL_E_OTHER:
			if (state != ACL_E_OTHER && (state != ACL_E_GROUP || need_mask))
				return -EINVAL;
			state = 0;
			break;
		default:
			return -EINVAL;
		}
	}
	return state ? -EINVAL : n;
}

/**
 * mdt_acl_mode - the mode bits that an access ACL means
 * @blob: checked ACL
 * @len: bytes
 * @mode: mode whose 0777 bits are replaced
 *
 * Return: 0 when the ACL says no more than the mode (it need not be stored), 1 otherwise.
 */
int mdt_acl_mode(const void *blob, u32 len, u32 *mode)
{
	const struct acl_entry *e = mdt_acl_entries((void *)blob);
	int n = mdt_acl_count(blob, len);
	u32 bits = 0, group = 0, mask = 0;
	bool has_mask = false;
	int i, more = 0;

	if (n <= 0)
		return 0;
	for (i = 0; i < n; i++, e++) {
		u32 perm = le16_to_cpu(e->e_perm);

		switch (le16_to_cpu(e->e_tag)) {
		case ACL_E_USER_OBJ:
			bits |= perm << 6;
			break;
		case ACL_E_GROUP_OBJ:
			group = perm;
			break;
		case ACL_E_OTHER:
			bits |= perm;
			break;
		case ACL_E_MASK:
			mask = perm;
			has_mask = true;
			more = 1;
			break;
		default:
			more = 1;
		}
	}
	bits |= (has_mask ? mask : group) << 3;
	*mode = (*mode & ~0777) | bits;
	return more;
}

/**
 * mdt_acl_chmod - carry new mode bits into an access ACL
 * @blob: checked ACL, changed in place
 * @len: bytes
 * @mode: the new mode
 */
void mdt_acl_chmod(void *blob, u32 len, u32 mode)
{
	struct acl_entry *e = mdt_acl_entries(blob), *group = NULL, *mask = NULL;
	int n = mdt_acl_count(blob, len);
	int i;

	for (i = 0; i < n; i++, e++) {
		switch (le16_to_cpu(e->e_tag)) {
		case ACL_E_USER_OBJ:
			e->e_perm = cpu_to_le16((mode >> 6) & 7);
			break;
		case ACL_E_GROUP_OBJ:
			group = e;
			break;
		case ACL_E_MASK:
			mask = e;
			break;
		case ACL_E_OTHER:
			e->e_perm = cpu_to_le16(mode & 7);
			break;
		}
	}
	if (mask)
		mask->e_perm = cpu_to_le16((mode >> 3) & 7);
	else if (group)
		group->e_perm = cpu_to_le16((mode >> 3) & 7);
}

/**
 * mdt_acl_create - make the access ACL of a new object from its parent's default ACL
 * @blob: copy of the default ACL, changed in place
 * @len: bytes
 * @mode: mode asked by the client (without its umask applied), changed to the resulting one
 *
 * Return: 1 when the ACL must be stored, 0 when the mode says it all.
 */
int mdt_acl_create(void *blob, u32 len, u32 *mode)
{
	struct acl_entry *e = mdt_acl_entries(blob), *group = NULL, *mask = NULL;
	int n = mdt_acl_count(blob, len);
	u32 perm = *mode & 0777;
	int i, more = 0;

	for (i = 0; i < n; i++, e++) {
		u16 p = le16_to_cpu(e->e_perm);

		switch (le16_to_cpu(e->e_tag)) {
		case ACL_E_USER_OBJ:
			p &= (perm >> 6) | ~7;
			e->e_perm = cpu_to_le16(p);
			perm &= (p << 6) | ~0700;
			break;
		case ACL_E_OTHER:
			p &= perm | ~7;
			e->e_perm = cpu_to_le16(p);
			perm &= p | ~7;
			break;
		case ACL_E_GROUP_OBJ:
			group = e;
			break;
		case ACL_E_MASK:
			mask = e;
			more = 1;
			break;
		default:
			more = 1;
		}
	}
	if (!mask)
		mask = group;
	if (mask) {
		u16 p = le16_to_cpu(mask->e_perm) & ((perm >> 3) | ~7);

		mask->e_perm = cpu_to_le16(p);
		perm &= (p << 3) | ~070;
	}
	*mode = (*mode & ~0777) | (perm & 0777);
	return more;
}

/**
 * mdt_in_group - is the caller in this group, as far as the request shows?
 * @cred: of the request
 * @gid: the group
 */
bool mdt_in_group(const struct mdt_cred *cred, u32 gid)
{
	return cred->mc_gid == gid || cred->mc_suppgid[0] == gid || cred->mc_suppgid[1] == gid;
}

/* 0 or -EACCES by an ACL of n entries. */
static int mdt_acl_permission(const struct mdt_cred *cred, u32 uid, u32 gid,
			      const struct acl_entry *e, int n, u32 want)
{
	u32 mask = 7, granted = 0;
	bool group_found = false;
	int i, found = -1;

	for (i = 0; i < n; i++)
		if (le16_to_cpu(e[i].e_tag) == ACL_E_MASK)
			mask = le16_to_cpu(e[i].e_perm);

	for (i = 0; i < n && found < 0; i++) {
		u32 perm = le16_to_cpu(e[i].e_perm), id = le32_to_cpu(e[i].e_id);

		switch (le16_to_cpu(e[i].e_tag)) {
		case ACL_E_USER_OBJ:
			if (cred->mc_uid == uid) {
				granted = perm;
				found = i;
			}
			break;
		case ACL_E_USER:
			if (cred->mc_uid == id) {
				granted = perm & mask;
				found = i;
			}
			break;
		case ACL_E_GROUP_OBJ:
			id = gid;
			fallthrough;
		case ACL_E_GROUP:
			if (mdt_in_group(cred, id)) {
				group_found = true;
				if ((perm & want) == want) {
					granted = perm & mask;
					found = i;
				}
			}
			break;
		case ACL_E_OTHER:
			if (!group_found)
				granted = perm;
			found = i;
			break;
		}
	}
	return (granted & want) == want ? 0 : -EACCES;
}

static u32 mdt_mode_bits(const struct mdt_cred *cred, const struct osd_attr *la)
{
	if (cred->mc_uid == la->uid)
		return la->mode >> 6;
	if (mdt_in_group(cred, la->gid))
		return la->mode >> 3;
	return la->mode;
}

/**
 * mdt_capable - has the caller this capability?
 * @cred: of the request
 * @cap: CAP_*, below 32
 */
bool mdt_capable(const struct mdt_cred *cred, int cap)
{
	return cred->mc_cap & (1U << cap);
}

/**
 * mdt_permission - may the caller use an object in this way?
 * @cred: of the request
 * @obj: the object
 * @la: its attributes, read a moment ago
 * @want: MAY_READ, MAY_WRITE, MAY_EXEC
 *
 * Return: 0, -EACCES, -EPERM (write to an immutable object), -EIO and others of reading the ACL.
 */
int mdt_permission(const struct mdt_cred *cred, struct mdt_object *obj, const struct osd_attr *la,
		   u32 want)
{
	u32 bits = want & (MAY_READ | MAY_WRITE | MAY_EXEC);
	void *acl = NULL;
	int rc, len;

	if ((want & MAY_WRITE) && (la->flags & LUSTRE_IMMUTABLE_FL))
		return -EPERM;
	if (!bits)
		return 0;

	if (cred->mc_uid != la->uid && (la->mode & 0070)) {
		len = mdt_xattr_get_alloc(obj, XATTR_NAME_ACL_ACCESS, &acl);
		if (len < 0 && len != -ENODATA && len != -EOPNOTSUPP)
			return len;
	} else {
		len = 0;
	}
	if (len > 0 && mdt_acl_count(acl, len) > 0)
		rc = mdt_acl_permission(cred, la->uid, la->gid, mdt_acl_entries(acl),
					mdt_acl_count(acl, len), bits);
	else
		rc = (mdt_mode_bits(cred, la) & bits) == bits ? 0 : -EACCES;
	kvfree(acl);
	if (!rc)
		return 0;

	/* Capabilities override: execution of a file only if somebody may execute it. */
	if (S_ISDIR(la->mode)) {
		if (mdt_capable(cred, CAP_DAC_OVERRIDE))
			return 0;
		if (!(bits & MAY_WRITE) && mdt_capable(cred, CAP_DAC_READ_SEARCH))
			return 0;
		return rc;
	}
	if (mdt_capable(cred, CAP_DAC_OVERRIDE) && (!(bits & MAY_EXEC) || (la->mode & 0111)))
		return 0;
	if (bits == MAY_READ && mdt_capable(cred, CAP_DAC_READ_SEARCH))
		return 0;
	return rc;
}

/**
 * mdt_may_create - may the caller add a name to a directory?
 * @cred: of the request
 * @dir: the directory
 * @la: its attributes
 *
 * Return: 0, -ENOENT (removed directory), -ENOTDIR, -EACCES, -EPERM.
 */
int mdt_may_create(const struct mdt_cred *cred, struct mdt_object *dir, const struct osd_attr *la)
{
	if (!S_ISDIR(la->mode))
		return -ENOTDIR;
	if (dir->mo_dead)
		return -ENOENT;
	return mdt_permission(cred, dir, la, MAY_WRITE | MAY_EXEC);
}

/**
 * mdt_may_delete - may the caller take the name of a child out of a directory?
 * @cred: of the request
 * @dir: the directory, @dla its attributes
 * @dla: see @dir
 * @cla: attributes of the child
 * @isdir: rmdir, or a directory is renamed over it
 *
 * Return: 0, -ENOENT, -EACCES, -EPERM (sticky, immutable, append-only), -ENOTDIR, -EISDIR.
 */
int mdt_may_delete(const struct mdt_cred *cred, struct mdt_object *dir, const struct osd_attr *dla,
		   const struct osd_attr *cla, bool isdir)
{
	int rc = mdt_may_create(cred, dir, dla);

	if (rc)
		return rc;
	if (dla->flags & LUSTRE_APPEND_FL)
		return -EPERM;
	if ((dla->mode & S_ISVTX) && cred->mc_uid != cla->uid && cred->mc_uid != dla->uid &&
	    !mdt_capable(cred, CAP_FOWNER))
		return -EPERM;
	if (cla->flags & (LUSTRE_IMMUTABLE_FL | LUSTRE_APPEND_FL))
		return -EPERM;
	if (isdir)
		return S_ISDIR(cla->mode) ? 0 : -ENOTDIR;
	return S_ISDIR(cla->mode) ? -EISDIR : 0;
}

/*
 * An absent supplementary group is -1 on the wire and must not match an object of gid -1.
 * Capabilities count for root only: a client sends those that a task has in its own user namespace,
 * and anybody can have all of them there.
 */
static void mdt_cred_fix(struct mdt_cred *cred)
{
	int i;

	if (cred->mc_uid)
		cred->mc_cap = 0;
	for (i = 0; i < 2; i++)
		if (cred->mc_suppgid[i] == ~0U)
			cred->mc_suppgid[i] = cred->mc_gid;
}

/**
 * mdt_cred_body - the caller of a request with an mdt_body
 * @cred: out
 * @req: the request
 * @b: the body
 */
void mdt_cred_body(struct mdt_cred *cred, struct svc_req *req, const struct mdt_body *b)
{
	cred->mc_uid = le32_to_cpu(b->mbo_fsuid);
	cred->mc_gid = le32_to_cpu(b->mbo_fsgid);
	cred->mc_cap = le32_to_cpu(b->mbo_capability);
	cred->mc_suppgid[0] = le32_to_cpu(b->mbo_suppgid);
	cred->mc_suppgid[1] = ~0U;
	cred->mc_umask = 0;
	mdt_cred_fix(cred);
	mdt_squash(req, cred);
}

/**
 * mdt_cred_rec - the caller of a request with a reint record
 * @cred: out; mc_umask is 0
 * @req: the request
 * @rr: the record
 */
void mdt_cred_rec(struct mdt_cred *cred, struct svc_req *req, const struct mdt_rec_reint *rr)
{
	cred->mc_uid = le32_to_cpu(rr->rr_fsuid);
	cred->mc_gid = le32_to_cpu(rr->rr_fsgid);
	cred->mc_cap = le32_to_cpu(rr->rr_cap);
	cred->mc_suppgid[0] = le32_to_cpu(rr->rr_suppgid1);
	cred->mc_suppgid[1] = le32_to_cpu(rr->rr_suppgid2);
	cred->mc_umask = 0;
	mdt_cred_fix(cred);
	mdt_squash(req, cred);
}
