// SPDX-License-Identifier: GPL-2.0-only
/*
 * Credentials of the calling task in requests to MDTs (chapter 4, 5.3): ids, capabilities, and the
 * one or two supplementary groups that a request has room for.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/posix_acl.h>
#include <linux/user_namespace.h>
#include "internal.h"

/*
 * The low 32 capabilities. Everybody can have all of them in a user namespace of his own; the MDT
 * takes them for those of the whole machine, so only they are sent.
 */
static u32 mdc_cred_caps(void)
{
	u32 low = 0;
	int i;

	if (current_user_ns() != &init_user_ns)
		return 0;
	for (i = 0; i < 32; i++)
		if (cap_raised(current_cap(), i))
			low |= 1U << i;
	return low;
}

/* Has the caller this group, but not as the one that is sent as fsgid? */
static bool mdc_cred_has_group(kgid_t gid)
{
	return gid_valid(gid) && !gid_eq(gid, current_fsgid()) && in_group_p(gid);
}

/**
 * mdc_cred_group - the supplementary group by which the caller may use an object
 * @gid: group of the object
 * @mode: its mode
 * @acl: its access ACL, or NULL
 * @want: MAY_READ, MAY_WRITE, MAY_EXEC that are asked for
 *
 * The caller may be in several groups that the object knows; the request has room for one of them.
 * It is the first that grants what is asked for, else the owning group, else any.
 * Return: the group, MDC_NO_GROUP when the caller is in none of them.
 */
u32 mdc_cred_group(kgid_t gid, umode_t mode, const struct posix_acl *acl, int want)
{
	const struct posix_acl_entry *e, *end;
	unsigned int mask = 7, perm = mode >> 3 & 7;
	bool owning = mdc_cred_has_group(gid);
	u32 any = owning ? from_kgid(&init_user_ns, gid) : MDC_NO_GROUP;

	if (!acl)
		return any;
	FOREACH_ACL_ENTRY(e, acl, end) {
		if (e->e_tag == ACL_MASK)
			mask = e->e_perm;
		else if (e->e_tag == ACL_GROUP_OBJ)
			perm = e->e_perm;
	}
	if (owning && !(want & ~(perm & mask)))
		return any;
	FOREACH_ACL_ENTRY(e, acl, end) {
		if (e->e_tag != ACL_GROUP || !mdc_cred_has_group(e->e_gid))
			continue;
		if (!(want & ~(e->e_perm & mask)))
			return from_kgid(&init_user_ns, e->e_gid);
		if (any == MDC_NO_GROUP)
			any = from_kgid(&init_user_ns, e->e_gid);
	}
	return any;
}

/**
 * mdc_cred_group_of - mdc_cred_group() for a cached inode
 * @inode: what the client knows of it may be old or nothing yet; NULL is fine
 * @want: MAY_*
 */
u32 mdc_cred_group_of(const struct inode *inode, int want)
{
	struct posix_acl *acl;
	umode_t mode;
	kgid_t gid;
	u32 group;

	if (!inode)
		return MDC_NO_GROUP;
	spin_lock(&ll_i(inode)->lli_lock);
	acl = posix_acl_dup(ll_i(inode)->lli_acl);
	gid = inode->i_gid;
	mode = inode->i_mode;
	spin_unlock(&ll_i(inode)->lli_lock);
	group = mdc_cred_group(gid, mode, acl, want);
	posix_acl_release(acl);
	return group;
}

/**
 * mdc_pack_body - credentials, object and wanted attributes of a request without change
 * @body: zeroed buffer of the request
 * @fid: the object, or NULL
 * @valid: OBD_MD_*
 * @group_of: object that the caller searches or reads; NULL: groups do not matter
 */
void mdc_pack_body(struct mdt_body *body, const struct lu_fid *fid, u64 valid,
		   const struct inode *group_of)
{
	int want = group_of && S_ISDIR(group_of->i_mode) ? MAY_EXEC : MAY_READ;

	if (fid)
		fid_to_le(&body->mbo_fid1, fid);
	body->mbo_valid = cpu_to_le64(valid);
	body->mbo_fsuid = cpu_to_le32(from_kuid(&init_user_ns, current_fsuid()));
	body->mbo_fsgid = cpu_to_le32(from_kgid(&init_user_ns, current_fsgid()));
	body->mbo_uid = cpu_to_le32(from_kuid(&init_user_ns, current_uid()));
	body->mbo_gid = cpu_to_le32(from_kgid(&init_user_ns, current_gid()));
	body->mbo_capability = cpu_to_le32(mdc_cred_caps());
	body->mbo_suppgid = cpu_to_le32(mdc_cred_group_of(group_of, want));
}

/* What a request that changes an object does with it: names of directories, contents of others. */
static int mdc_rec_want(const struct inode *inode)
{
	return inode && S_ISDIR(inode->i_mode) ? MAY_WRITE | MAY_EXEC : MAY_WRITE;
}

/**
 * mdc_pack_rec - credentials of a request that changes something
 * @p: zeroed record, any variant of mdt_rec_reint
 * @opcode: REINT_*
 * @group1: object whose groups matter, or NULL
 * @group2: a second one, or NULL
 */
void mdc_pack_rec(void *p, u32 opcode, const struct inode *group1, const struct inode *group2)
{
	struct mdt_rec_reint *rec = p;

	rec->rr_opcode = cpu_to_le32(opcode);
	rec->rr_cap = cpu_to_le32(mdc_cred_caps());
	rec->rr_fsuid = cpu_to_le32(from_kuid(&init_user_ns, current_fsuid()));
	rec->rr_fsgid = cpu_to_le32(from_kgid(&init_user_ns, current_fsgid()));
	rec->rr_suppgid1 = cpu_to_le32(mdc_cred_group_of(group1, mdc_rec_want(group1)));
	rec->rr_suppgid2 = cpu_to_le32(mdc_cred_group_of(group2, mdc_rec_want(group2)));
}
