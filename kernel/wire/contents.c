// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks and walks of contents that index further data: llog chunks and config records
 * (chapter 6.5, 6.6), directory pages (4.14), ACL and linkEA (4.15), names. Pure, no locks.
 */
#include "impl.h"

/**
 * wire_llog_hdr_check - check the header of a log
 * @buf: header
 * @len: its length
 *
 * Return: 0 or -EIO.
 */
int wire_llog_hdr_check(const void *buf, u32 len)
{
	const struct llog_log_hdr *h = buf;
	u32 flags;

	if (len < sizeof(*h) || le32_to_cpu(h->llh_hdr.lrh_len) != LLOG_CHUNK_SIZE ||
	    le32_to_cpu(h->llh_hdr.lrh_type) != LLOG_HDR_MAGIC || h->llh_hdr.lrh_index ||
	    le32_to_cpu(h->llh_tail.lrt_len) != LLOG_CHUNK_SIZE ||
	    le32_to_cpu(h->llh_tail.lrt_index) > LLOG_MAX_INDEX ||
	    le32_to_cpu(h->llh_bitmap_offset) != LLOG_HEADER_SIZE)
		return -EIO;
	flags = le32_to_cpu(h->llh_flags);
	return flags & (LLOG_F_IS_PLAIN | LLOG_F_IS_CAT) ? 0 : -EIO;
}
EXPORT_SYMBOL_GPL(wire_llog_hdr_check);

/**
 * wire_llog_next - walk the records of a chunk
 * @chunk: bytes of a log from the start of a chunk
 * @len: how many are there
 * @off: position, 0 at first
 * @rc: 0 at the end, -EIO when the rest of the chunk is damaged
 *
 * Return: next record (header and tail checked, wholly inside), or NULL.
 */
const struct llog_rec_hdr *wire_llog_next(const void *chunk, u32 len, u32 *off, int *rc)
{
	const struct llog_rec_hdr *rec;
	const struct llog_rec_tail *tail;
	u32 rlen;

	*rc = 0;
	if (*off > len || len - *off < LLOG_MIN_REC_SIZE)
		return NULL;
	rec = (const void *)((const char *)chunk + *off);
	rlen = le32_to_cpu(rec->lrh_len);
	if (!rlen && !rec->lrh_type)
		return NULL;
	*rc = -EIO;
	if ((le32_to_cpu(rec->lrh_type) & LLOG_OP_MASK) != LLOG_OP_MAGIC ||
	    rlen < LLOG_MIN_REC_SIZE || rlen % 8 || rlen > len - *off ||
	    le32_to_cpu(rec->lrh_index) > LLOG_MAX_INDEX)
		return NULL;
	tail = (const void *)((const char *)rec + rlen - sizeof(*tail));
	if (le32_to_cpu(tail->lrt_len) != rlen || tail->lrt_index != rec->lrh_index)
		return NULL;
	*off += rlen;
	*rc = 0;
	return rec;
}
EXPORT_SYMBOL_GPL(wire_llog_next);

/**
 * wire_lcfg_check - check a struct lustre_cfg
 * @buf: body of the record
 * @len: its length
 *
 * Return: 0 or -EINVAL.
 */
int wire_lcfg_check(const void *buf, u32 len)
{
	const struct lustre_cfg *cfg = buf;
	u32 n, i;
	u64 total;

	if (len < sizeof(*cfg) || le32_to_cpu(cfg->lcfg_version) != LUSTRE_CFG_VERSION)
		return -EINVAL;
	n = le32_to_cpu(cfg->lcfg_bufcount);
	if (n >= LUSTRE_CFG_MAX_BUFCOUNT)
		return -EINVAL;
	total = wire_align8(sizeof(*cfg) + 4 * n);
	if (total > len)
		return -EINVAL;
	for (i = 0; i < n; i++)
		total += wire_align8(le32_to_cpu(cfg->lcfg_buflens[i]));
	return total > len ? -EINVAL : 0;
}
EXPORT_SYMBOL_GPL(wire_lcfg_check);

/* Bytes that an entry needs at least. */
static u32 wire_dirent_need(const struct lu_dirent *ent)
{
	u32 namelen = le16_to_cpu(ent->lde_namelen);

	if (le32_to_cpu(ent->lde_attrs) & LUDA_TYPE)
		return lu_dirent_type_off(namelen) + 2;
	return 32 + namelen;
}

/**
 * wire_dirpage_check - check one directory page
 * @page: 4096 bytes
 * @len: bytes that are there
 *
 * Return: 0 or -EPROTO. Afterwards wire_dirpage_next() stays inside. Who goes on at the end of the
 * page has to check that this is behind where it began.
 */
int wire_dirpage_check(const void *page, u32 len)
{
	const struct lu_dirpage *dp = page;
	const struct lu_dirent *ent;
	u32 off = sizeof(*dp), reclen, need;
	u64 prev = 0, hash, end;

	if (len < LU_PAGE_SIZE)
		return -EPROTO;
	end = le64_to_cpu(dp->ldp_hash_end);
	if (le32_to_cpu(dp->ldp_flags) & LDF_EMPTY)
		return end > le64_to_cpu(dp->ldp_hash_start) ? 0 : -EPROTO;
	for (;;) {
		if (LU_PAGE_SIZE - off < sizeof(*ent))
			return -EPROTO;
		ent = (const void *)((const char *)page + off);
		reclen = le16_to_cpu(ent->lde_reclen);
		need = wire_dirent_need(ent);
		if (need > (reclen ?: LU_PAGE_SIZE - off) || le16_to_cpu(ent->lde_namelen) > 255)
			return -EPROTO;
		hash = le64_to_cpu(ent->lde_hash);
		if (hash < prev || hash > end)
			return -EPROTO;
		prev = hash;
		if (!reclen)
			return 0;
		if (reclen % 8 || reclen > LU_PAGE_SIZE - off)
			return -EPROTO;
		off += reclen;
	}
}
EXPORT_SYMBOL_GPL(wire_dirpage_check);

/**
 * wire_dirpage_next - walk a checked directory page
 * @page: the page
 * @prev: entry that came before, NULL to begin
 *
 * Return: next entry (its name may be empty: skip it), NULL at the end.
 */
const struct lu_dirent *wire_dirpage_next(const void *page, const struct lu_dirent *prev)
{
	const struct lu_dirpage *dp = page;

	if (!prev)
		return le32_to_cpu(dp->ldp_flags) & LDF_EMPTY ? NULL : (const void *)(dp + 1);
	if (!prev->lde_reclen)
		return NULL;
	return (const void *)((const char *)prev + le16_to_cpu(prev->lde_reclen));
}
EXPORT_SYMBOL_GPL(wire_dirpage_next);

/**
 * wire_dirpage_seek - where to go on in a checked directory page
 * @page: the page
 * @hash: the position; all entries of lower hashes were given out
 * @last: FID of the entry of this hash that was given out last, or NULL
 *
 * Several entries may have one hash. Those up to @last are passed over, unless it is not in this
 * page: then it was removed, or the page begins behind it.
 * Return: the first entry to give out, NULL when there is none in this page.
 */
const struct lu_dirent *wire_dirpage_seek(const void *page, u64 hash, const struct lu_fid *last)
{
	const struct lu_dirent *ent = NULL, *first = NULL;
	struct lu_fid fid;
	u64 h;

	while ((ent = wire_dirpage_next(page, ent))) {
		h = le64_to_cpu(ent->lde_hash);
		if (h < hash)
			continue;
		if (!first)
			first = ent;
		if (!last || h > hash)
			break;
		fid_from_le(&fid, &ent->lde_fid);
		if (fid_eq(&fid, last))
			return wire_dirpage_next(page, ent);
	}
	return first;
}
EXPORT_SYMBOL_GPL(wire_dirpage_seek);

/**
 * wire_dirent_type - file type of an entry
 * @ent: entry of a checked page
 *
 * Return: S_IFMT bits, 0 when unknown.
 */
umode_t wire_dirent_type(const struct lu_dirent *ent)
{
	const __le16 *type;

	if (!(le32_to_cpu(ent->lde_attrs) & LUDA_TYPE))
		return 0;
	type = (const void *)((const char *)ent +
			      lu_dirent_type_off(le16_to_cpu(ent->lde_namelen)));
	return le16_to_cpu(*type) & S_IFMT;
}
EXPORT_SYMBOL_GPL(wire_dirent_type);

/**
 * wire_acl_check - check an ACL blob
 * @buf: header and entries
 * @len: length
 *
 * Return: 0 or -EINVAL.
 */
int wire_acl_check(const void *buf, u32 len)
{
	const struct acl_xattr_header_le *h = buf;
	u32 i;

	if (len < sizeof(*h) || (len - sizeof(*h)) % sizeof(h->a_entries[0]) ||
	    le32_to_cpu(h->a_version) != POSIX_ACL_XATTR_VERSION_WIRE)
		return -EINVAL;
	for (i = 0; i < wire_acl_count(len); i++) {
		switch (le16_to_cpu(h->a_entries[i].e_tag)) {
		case 0x01:
		case 0x02:
		case 0x04:
		case 0x08:
		case 0x10:
		case 0x20:
			break;
		default:
			return -EINVAL;
		}
		if (le16_to_cpu(h->a_entries[i].e_perm) & ~7)
			return -EINVAL;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(wire_acl_check);

/**
 * wire_linkea_check - check a linkEA
 * @buf: header and entries
 * @len: length
 *
 * Return: 0 or -EINVAL.
 */
int wire_linkea_check(const void *buf, u32 len)
{
	const struct link_ea_header *h = buf;
	const struct link_ea_entry *e = NULL;
	u32 n = 0;

	if (len < sizeof(*h) || le32_to_cpu(h->leh_magic) != LINK_EA_MAGIC ||
	    le64_to_cpu(h->leh_len) < sizeof(*h) || le64_to_cpu(h->leh_len) > len)
		return -EINVAL;
	while ((e = wire_linkea_next(buf, len, e)))
		n++;
	return n == le32_to_cpu(h->leh_reccount) ? 0 : -EINVAL;
}
EXPORT_SYMBOL_GPL(wire_linkea_check);

/**
 * wire_linkea_next - walk a linkEA
 * @buf: header and entries (checked)
 * @len: length
 * @prev: entry that came before, NULL to begin
 *
 * Return: next entry, NULL at the end.
 */
const struct link_ea_entry *wire_linkea_next(const void *buf, u32 len,
					     const struct link_ea_entry *prev)
{
	const struct link_ea_header *h = buf;
	const struct link_ea_entry *e;
	u32 end = (u32)le64_to_cpu(h->leh_len), off = sizeof(*h), reclen;

	if (prev)
		off = (const char *)prev - (const char *)buf + be16_to_cpu(prev->lee_reclen);
	if (end > len || off > end || end - off < sizeof(*e))
		return NULL;
	e = (const void *)((const char *)buf + off);
	reclen = be16_to_cpu(e->lee_reclen);
	return reclen <= sizeof(*e) || reclen > end - off ? NULL : e;
}
EXPORT_SYMBOL_GPL(wire_linkea_next);

/**
 * wire_name_ok - may this be one component of a path?
 * @name: text with its NUL
 * @len: length with the NUL
 */
bool wire_name_ok(const char *name, u32 len)
{
	if (!name || len < 2 || len > 256 || name[len - 1])
		return false;
	return !memchr(name, 0, len - 1) && !memchr(name, '/', len - 1);
}
EXPORT_SYMBOL_GPL(wire_name_ok);

/**
 * wire_nidtbl_check - check an entry of the table of started targets (chapter 6.9.2)
 * @p: the entry, at any address: those with large NIDs are not aligned
 * @room: bytes that are left, the entry may cover all of them
 * @e: out: the entry without its NIDs, which follow it at @p, all of them present
 *
 * Return: bytes to the next entry, or -EINVAL.
 */
int wire_nidtbl_check(const void *p, u32 room, struct mgs_nidtbl_entry *e)
{
	u32 len;

	if (room < sizeof(*e))
		return -EINVAL;
	memcpy(e, p, sizeof(*e));
	len = le32_to_cpu(e->mne_length);
	if (!e->mne_nid_count || e->mne_nid_type > 1 || len > room ||
	    e->mne_nid_size != (e->mne_nid_type ? 20 : sizeof(__le64)) ||
	    len < sizeof(*e) + e->mne_nid_count * e->mne_nid_size ||
	    (e->mne_type != MNE_TYPE_MDT && e->mne_type != MNE_TYPE_OST) ||
	    le32_to_cpu(e->mne_index) > 0xffff)
		return -EINVAL;
	return len;
}
EXPORT_SYMBOL_GPL(wire_nidtbl_check);
