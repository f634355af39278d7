// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDS_READPAGE (chapter 4, 14): entries of a directory as lu_dirpages. A page is closed when the
 * next entry does not fit; its ldp_hash_end is the hash of that entry. Entries with equal hashes
 * that would be torn apart are kept together by moving all of them to the next page when they did
 * not begin the page.
 */
#define pr_fmt(fmt) "mdt: " fmt

#include <linux/slab.h>
#include "mdt_internal.h"

/* Pages of entries in the making. */
struct mdt_dir_pack {
	struct mdt_object	*dir;
	void			**pages;	/* of 4096 bytes */
	struct bio_vec		*bvec;		/* the same pages */
	unsigned int		nr, max;
	u32			attrs;
	bool			hash32;
	/* the page being filled */
	struct lu_dirpage	*dp;
	u32			used;
	struct lu_dirent	*last;
	struct lu_dirent *chain; /* first of the entries with the hash of the last one */
	u64			end;		/* ldp_hash_end when the pages are full */
	bool			full;
};

/* Hashes of ldiskfs are 63 bits; without OBD_CONNECT_64BITHASH only the upper half is shown. */
static u64 mdt_dir_shown_hash(const struct mdt_dir_pack *p, u64 hash)
{
	return p->hash32 ? hash >> 32 : hash;
}

static void mdt_dir_page_start(struct mdt_dir_pack *p, u64 hash)
{
	p->dp = p->pages[p->nr++];
	memset(p->dp, 0, LU_PAGE_SIZE);
	p->dp->ldp_hash_start = cpu_to_le64(hash);
	p->used = sizeof(*p->dp);
	p->last = NULL;
	p->chain = NULL;
}

static void mdt_dir_page_end(struct mdt_dir_pack *p, u64 hash)
{
	p->dp->ldp_hash_end = cpu_to_le64(hash);
	if (p->last) {
		p->last->lde_reclen = 0;
		if (hash != MDS_DIR_END_OFF && le64_to_cpu(p->last->lde_hash) == hash)
			p->dp->ldp_flags |= cpu_to_le32(LDF_COLLIDE);
	} else {
		p->dp->ldp_flags |= cpu_to_le32(LDF_EMPTY);
	}
}

static u16 mdt_dir_type_mode(u32 type)
{
	return type << 12;	/* DT_x is S_IFx >> 12 */
}

static int mdt_dir_pack_entry(void *ctx, const struct osd_dirent *de)
{
	struct mdt_dir_pack *p = ctx;
	u32 attrs = p->attrs, namelen = de->namelen, size;
	struct lu_fid fid = de->fid;
	u64 hash = mdt_dir_shown_hash(p, de->hash);
	struct lu_dirent *ent;

	if (fid_is_root(&p->dir->mo_fid) && namelen == 2 && de->name[0] == '.' &&
	    de->name[1] == '.')
		fid = p->dir->mo_fid;
	/* What has no FID is no object of the namespace (lost+found). */
	if (fid_is_zero(&fid))
		return 0;
	if (!de->type)
		attrs &= ~LUDA_TYPE;
	size = lu_dirent_calc_size(namelen, attrs);
	if (p->used + size > LU_PAGE_SIZE) {
		u64 next = hash;

		if (p->last && le64_to_cpu(p->last->lde_hash) == hash &&
		    p->chain != (void *)(p->dp + 1)) {
			/* Give the whole chain to the next page: it starts at its first entry. */
			p->full = true;
			p->used = (void *)p->chain - (void *)p->dp;
			ent = (void *)(p->dp + 1);
			p->last = NULL;
			while (ent != p->chain) {
				p->last = ent;
				ent = (void *)ent + le16_to_cpu(ent->lde_reclen);
			}
			mdt_dir_page_end(p, next);
			p->end = next;
			return 1;
		}
		mdt_dir_page_end(p, next);
		if (p->nr == p->max) {
			p->full = true;
			p->end = next;
			return 1;
		}
		mdt_dir_page_start(p, next);
	}
	ent = (void *)p->dp + p->used;
	fid_to_le(&ent->lde_fid, &fid);
	ent->lde_hash = cpu_to_le64(hash);
	ent->lde_reclen = cpu_to_le16(size);
	ent->lde_namelen = cpu_to_le16(namelen);
	ent->lde_attrs = cpu_to_le32(attrs);
	memcpy(ent->lde_name, de->name, namelen);
	if (attrs & LUDA_TYPE)
		*(__le16 *)((void *)ent + lu_dirent_type_off(namelen)) =
			cpu_to_le16(mdt_dir_type_mode(de->type));
	if (!p->last || p->last->lde_hash != ent->lde_hash)
		p->chain = ent;
	p->last = ent;
	p->used += size;
	return 0;
}

static int mdt_dir_fill(struct mdt_dir_pack *p, u64 start)
{
	u64 hash = p->hash32 ? start << 32 : start;
	int rc;

	mdt_dir_page_start(p, start);
	if (start >= (p->hash32 ? 0x7fffffffULL : OSD_DIR_END) || p->dir->mo_dead) {
		mdt_dir_page_end(p, MDS_DIR_END_OFF);
		return 0;
	}
	down_read(&p->dir->mo_dir_sem);
	rc = osd_dir_iterate(p->dir->mo_osd, hash, mdt_dir_pack_entry, p);
	up_read(&p->dir->mo_dir_sem);
	if (rc < 0)
		return rc;
	if (!p->full)
		mdt_dir_page_end(p, MDS_DIR_END_OFF);
	/* An EMPTY page may only stand alone. */
	if (p->nr > 1 && !p->last) {
		p->nr--;
		((struct lu_dirpage *)p->pages[p->nr - 1])->ldp_hash_end = p->dp->ldp_hash_end;
	}
	return 0;
}

static void mdt_dir_pages_free(struct mdt_dir_pack *p)
{
	unsigned int i;

	for (i = 0; p->pages && i < p->max && p->pages[i]; i++)
		free_page((unsigned long)p->pages[i]);
	kvfree(p->pages);
	kvfree(p->bvec);
}

/* Room for up to @max pages. Most directories are small: less is fine when memory is scarce. */
static int mdt_dir_pages_alloc(struct mdt_dir_pack *p, unsigned int max)
{
	unsigned int i;

	p->max = max;
	p->pages = kvcalloc(max, sizeof(*p->pages), GFP_NOFS);
	p->bvec = kvcalloc(max, sizeof(*p->bvec), GFP_NOFS);
	if (!p->pages || !p->bvec)
		return -ENOMEM;
	for (i = 0; i < max; i++) {
		gfp_t gfp = i ? GFP_NOFS | __GFP_NORETRY | __GFP_NOWARN : GFP_NOFS;
		struct page *page = alloc_page(gfp);

		if (!page)
			break;
		p->pages[i] = page_address(page);
		bvec_set_page(&p->bvec[i], page, LU_PAGE_SIZE, 0);
	}
	p->max = i;
	return i ? 0 : -ENOMEM;
}

static int mdt_dir_send(struct svc_req *req, const struct mdt_body *b, struct mdt_dir_pack *p)
{
	u32 bytes = min(le32_to_cpu(b->mbo_nlink), MDT_BRW_SIZE);
	int rc;

	p->attrs = (le32_to_cpu(b->mbo_mode) & LUDA_TYPE) | LUDA_FID;
	p->hash32 = !(mdt_export(req->sr_exp)->me_flags & OBD_CONNECT_64BITHASH);
	if (!p->hash32)
		p->attrs |= LUDA_64BITHASH;
	rc = mdt_dir_pages_alloc(p, bytes / LU_PAGE_SIZE);
	if (!rc)
		rc = mdt_dir_fill(p, le64_to_cpu(b->mbo_size));
	if (!rc)
		rc = svc_rep_pack(req);
	if (!rc)
		rc = svc_bulk_put(req, MDS_BULK_PORTAL, p->bvec, p->nr, p->nr * LU_PAGE_SIZE, 1);
	mdt_dir_pages_free(p);
	return rc;
}

/**
 * mdt_readpage - MDS_READPAGE
 * @req: the request
 *
 * Return: 0 with the pages sent, -ENOTDIR, -EACCES (squashed), -EINVAL, -EIO ... without.
 */
int mdt_readpage(struct svc_req *req)
{
	const struct mdt_body *b = svc_req_buf(req, WF_MDT_BODY);
	struct mdt_dir_pack p = {};
	struct mdt_cred cred;
	struct osd_attr la;
	int rc;

	if (!b)
		return -EPROTO;
	if (!b->mbo_nlink || le32_to_cpu(b->mbo_nlink) % LU_PAGE_SIZE)
		return -EINVAL;
	mdt_cred_body(&cred, req, b);
	p.dir = mdt_object_find_le(mdt_dev(req), &b->mbo_fid1);
	if (IS_ERR(p.dir))
		return PTR_ERR(p.dir);
	osd_attr_get(p.dir->mo_osd, &la);
	rc = S_ISDIR(la.mode) ? 0 : -ENOTDIR;
	/*
	 * The open has asked who may read: this request does not tell the groups of the caller, and
	 * the mode may have changed since. But the root is read without an open, so the permission
	 * that the client found does not count where its root is squashed.
	 */
	if (!rc && cred.mc_uid != le32_to_cpu(b->mbo_fsuid))
		rc = mdt_permission(&cred, p.dir, &la, MAY_READ);
	if (!rc)
		rc = mdt_dir_send(req, b, &p);
	mdt_object_put(p.dir);
	return rc;
}
