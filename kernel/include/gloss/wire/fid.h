/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FIDs, OST object ids, lock resource names and the conversions between them (chapter 4.2, 3.6).
 * struct lu_fid and struct ldlm_res_id are the CPU forms; struct lu_fid_le, struct ldlm_res_id_le
 * and struct ost_id are the wire forms.
 */
#ifndef _GLOSS_WIRE_FID_H
#define _GLOSS_WIRE_FID_H

#include <gloss/wire/types.h>

/* CPU form, 16 bytes without holes: may be a hash key. */
#ifndef _GLOSS_HAVE_LU_FID
#define _GLOSS_HAVE_LU_FID
struct lu_fid {
	u64 f_seq;
	u32 f_oid;
	u32 f_ver;
};
#endif
WIRE_SIZE(struct lu_fid, 16);

struct lu_fid_le {
	__le64 f_seq;
	__le32 f_oid;
	__le32 f_ver;
};

WIRE_SIZE(struct lu_fid_le, 16);

/* Big-endian form inside linkEA entries. */
struct lu_fid_be {
	__be64 f_seq;
	__be32 f_oid;
	__be32 f_ver;
} __packed;

WIRE_SIZE(struct lu_fid_be, 16);

/* Sequence map. */
#define FID_SEQ_OST_MDT0	0ULL
#define FID_SEQ_LLOG		1ULL
#define FID_SEQ_ECHO		2ULL
#define FID_SEQ_LLOG_NAME	10ULL
#define FID_SEQ_RSVD		11ULL
#define FID_SEQ_IGIF		12ULL
#define FID_SEQ_IGIF_MAX	0x0ffffffffULL
#define FID_SEQ_IDIF		0x100000000ULL
#define FID_SEQ_IDIF_MAX	0x1ffffffffULL
#define FID_SEQ_START		0x200000000ULL
#define FID_SEQ_LOCAL_FILE	0x200000001ULL
#define FID_SEQ_DOT_LUSTRE	0x200000002ULL
#define FID_SEQ_LOCAL_NAME	0x200000003ULL
#define FID_SEQ_SPECIAL		0x200000004ULL
#define FID_SEQ_QUOTA		0x200000005ULL
#define FID_SEQ_QUOTA_GLB	0x200000006ULL
#define FID_SEQ_ROOT		0x200000007ULL
#define FID_SEQ_LAYOUT_RBTREE	0x200000008ULL
#define FID_SEQ_UPDATE_LOG	0x200000009ULL
#define FID_SEQ_UPDATE_LOG_DIR	0x20000000aULL
#define FID_SEQ_NORMAL		0x200000400ULL
#define FID_SEQ_LOV_DEFAULT	0xffffffffffffffffULL

#define FID_OID_ROOT		1U
#define FID_OID_ECHO_ROOT	2U
#define FID_OID_DOT_LUSTRE	1U
#define FID_OID_DOT_LUSTRE_OBF	2U
#define FID_OID_DOT_LUSTRE_LPF	3U
#define FID_OID_SPECIAL_BFL	1U	/* the lock of cross-MDT renames */

#define LUSTRE_FID_INIT_OID	1U
#define LUSTRE_METADATA_SEQ_MAX_WIDTH	0x20000U
#define LUSTRE_DATA_SEQ_MAX_WIDTH	0x1ffffffU
#define LUSTRE_SEQ_SUPER_WIDTH		0x40000000ULL	/* sequences in a SEQ_ALLOC_SUPER answer */
#define IDIF_MAX_OID		((1ULL << 48) - 1)

/* "[0x200000401:0x1:0x0]" */
#define FID_LEN		48
#define DFID_NOBRACE	"0x%llx:0x%x:0x%x"
#define DFID		"[" DFID_NOBRACE "]"
#define PFID(fid)	(unsigned long long)(fid)->f_seq, (fid)->f_oid, (fid)->f_ver
#define PFID_LE(fid)	(unsigned long long)le64_to_cpu((fid)->f_seq), \
			le32_to_cpu((fid)->f_oid), le32_to_cpu((fid)->f_ver)
#define SFID		"0x%llx:0x%x:0x%x"
#define RFID(fid)	&(fid)->f_seq, &(fid)->f_oid, &(fid)->f_ver

static inline void fid_to_le(struct lu_fid_le *to, const struct lu_fid *from)
{
	to->f_seq = cpu_to_le64(from->f_seq);
	to->f_oid = cpu_to_le32(from->f_oid);
	to->f_ver = cpu_to_le32(from->f_ver);
}

static inline void fid_from_le(struct lu_fid *to, const struct lu_fid_le *from)
{
	to->f_seq = le64_to_cpu(from->f_seq);
	to->f_oid = le32_to_cpu(from->f_oid);
	to->f_ver = le32_to_cpu(from->f_ver);
}

static inline void fid_to_be(struct lu_fid_be *to, const struct lu_fid *from)
{
	to->f_seq = cpu_to_be64(from->f_seq);
	to->f_oid = cpu_to_be32(from->f_oid);
	to->f_ver = cpu_to_be32(from->f_ver);
}

static inline void fid_from_be(struct lu_fid *to, const struct lu_fid_be *from)
{
	to->f_seq = be64_to_cpu(from->f_seq);
	to->f_oid = be32_to_cpu(from->f_oid);
	to->f_ver = be32_to_cpu(from->f_ver);
}

static inline bool fid_eq(const struct lu_fid *a, const struct lu_fid *b)
{
	return a->f_seq == b->f_seq && a->f_oid == b->f_oid && a->f_ver == b->f_ver;
}

static inline bool fid_is_zero(const struct lu_fid *fid)
{
	return !fid->f_seq && !fid->f_oid;
}

static inline int fid_cmp(const struct lu_fid *a, const struct lu_fid *b)
{
	if (a->f_seq != b->f_seq)
		return a->f_seq < b->f_seq ? -1 : 1;
	if (a->f_oid != b->f_oid)
		return a->f_oid < b->f_oid ? -1 : 1;
	if (a->f_ver != b->f_ver)
		return a->f_ver < b->f_ver ? -1 : 1;
	return 0;
}

static inline bool fid_seq_is_igif(u64 seq)
{
	return seq >= FID_SEQ_IGIF && seq <= FID_SEQ_IGIF_MAX;
}

static inline bool fid_seq_is_idif(u64 seq)
{
	return seq >= FID_SEQ_IDIF && seq <= FID_SEQ_IDIF_MAX;
}

static inline bool fid_seq_is_norm(u64 seq)
{
	return seq >= FID_SEQ_NORMAL && seq != FID_SEQ_LOV_DEFAULT;
}

static inline bool fid_is_igif(const struct lu_fid *fid)
{
	return fid_seq_is_igif(fid->f_seq);
}

static inline bool fid_is_idif(const struct lu_fid *fid)
{
	return fid_seq_is_idif(fid->f_seq);
}

static inline bool fid_is_norm(const struct lu_fid *fid)
{
	return fid_seq_is_norm(fid->f_seq);
}

static inline bool fid_is_root(const struct lu_fid *fid)
{
	return fid->f_seq == FID_SEQ_ROOT && fid->f_oid == FID_OID_ROOT;
}

static inline bool fid_is_dot_lustre(const struct lu_fid *fid)
{
	return fid->f_seq == FID_SEQ_DOT_LUSTRE && fid->f_oid == FID_OID_DOT_LUSTRE;
}

static inline bool fid_is_obf(const struct lu_fid *fid)
{
	return fid->f_seq == FID_SEQ_DOT_LUSTRE && fid->f_oid == FID_OID_DOT_LUSTRE_OBF;
}

/* May a FID from a peer name an object at all? (chapter 4.2.2) */
static inline bool fid_is_sane(const struct lu_fid *fid)
{
	if (fid->f_seq >= FID_SEQ_START)
		return !fid->f_ver && fid->f_seq != FID_SEQ_LOV_DEFAULT;
	return fid_is_igif(fid) || fid_is_idif(fid) || (fid->f_seq && fid->f_seq <= FID_SEQ_RSVD);
}

static inline void fid_root(struct lu_fid *fid)
{
	fid->f_seq = FID_SEQ_ROOT;
	fid->f_oid = FID_OID_ROOT;
	fid->f_ver = 0;
}

/* The 64-bit inode number a client shows. */
static inline u64 fid_flatten(const struct lu_fid *fid)
{
	u64 ino;

	if (fid_is_igif(fid))
		return fid->f_seq;
	ino = (fid->f_seq << 24) + ((fid->f_seq >> 24) & 0xffffff0000ULL) + fid->f_oid;
	return ino ?: fid->f_oid;
}

static inline u32 fid_flatten32(const struct lu_fid *fid)
{
	u64 ino = fid_flatten(fid);
	u32 folded;

	if (fid_is_igif(fid))
		return (u32)ino;
	folded = (u32)(ino ^ (ino >> 32));
	return folded ?: fid->f_oid;
}

/* IDIF: FIDs of OST objects with legacy 48-bit ids (group 0). */
static inline u64 idif_id(const struct lu_fid *fid)
{
	return ((u64)(fid->f_seq & 0xffff) << 32) | fid->f_oid;
}

/* Sequence and id of an OST object, as OST_CREATE counts them: IDIFs are those of sequence 0. */
static inline u64 ost_fid_seq(const struct lu_fid *fid)
{
	return fid_is_idif(fid) ? 0 : fid->f_seq;
}

static inline u64 ost_fid_id(const struct lu_fid *fid)
{
	return fid_is_idif(fid) ? idif_id(fid) : fid->f_oid;
}

static inline u32 idif_ost_idx(const struct lu_fid *fid)
{
	return (fid->f_seq >> 16) & 0xffff;
}

static inline int idif_to_fid(struct lu_fid *fid, u64 id, u32 ost_idx)
{
	if (ost_idx > 0xffff || id > IDIF_MAX_OID)
		return -EBADF;
	fid->f_seq = FID_SEQ_IDIF | (u64)ost_idx << 16 | (id >> 32);
	fid->f_oid = (u32)id;
	fid->f_ver = 0;
	return 0;
}

/* Object address on the wire: legacy {id, seq 0} or a FID. The u64 at offset 8 tells which. */
struct ost_id {
	union {
		struct {
			__le64 oi_id;
			__le64 oi_seq;
		};
		struct lu_fid_le oi_fid;
	};
};

WIRE_SIZE(struct ost_id, 16);

static inline bool ostid_is_legacy(const struct ost_id *oi)
{
	return !oi->oi_seq;
}

/*
 * 0, or -EBADF when it cannot be an object of that OST. A legacy id becomes the IDIF of its index,
 * and an IDIF must have that index: each object has one FID only.
 */
static inline int ostid_to_fid(struct lu_fid *fid, const struct ost_id *oi, u32 ost_idx)
{
	if (ostid_is_legacy(oi))
		return idif_to_fid(fid, le64_to_cpu(oi->oi_id), ost_idx);
	fid_from_le(fid, &oi->oi_fid);
	if (fid->f_seq == FID_SEQ_LOV_DEFAULT || fid->f_ver ||
	    (fid_is_idif(fid) && idif_ost_idx(fid) != ost_idx) ||
	    (!fid_is_idif(fid) && !fid_is_norm(fid) && fid->f_seq != FID_SEQ_ECHO &&
	     fid->f_seq < FID_SEQ_START))
		return -EBADF;
	return 0;
}

/* An IDIF FID becomes the legacy form, anything else is copied. */
static inline void fid_to_ostid(struct ost_id *oi, const struct lu_fid *fid)
{
	if (fid_is_idif(fid)) {
		oi->oi_id = cpu_to_le64(idif_id(fid));
		oi->oi_seq = 0;
	} else {
		fid_to_le(&oi->oi_fid, fid);
	}
}

/* lmm_oi of a LOV EA: not the union, but oi_id = f_oid and oi_seq = f_seq of the MDT file. */
static inline void lmm_oi_set(struct ost_id *oi, const struct lu_fid *fid)
{
	oi->oi_id = cpu_to_le64(fid->f_oid);
	oi->oi_seq = cpu_to_le64(fid->f_seq);
}

static inline void lmm_oi_to_fid(struct lu_fid *fid, const struct ost_id *oi)
{
	fid->f_seq = le64_to_cpu(oi->oi_seq);
	fid->f_oid = (u32)le64_to_cpu(oi->oi_id);
	fid->f_ver = 0;
}

/* Lock resource names; the CPU form has no holes and may be a hash key. */
struct ldlm_res_id {
	u64 name[4];
};

struct ldlm_res_id_le {
	__le64 name[4];
};

WIRE_SIZE(struct ldlm_res_id, 32);
WIRE_SIZE(struct ldlm_res_id_le, 32);

#define DLDLMRES	"[0x%llx:0x%llx:0x%llx].0x%llx"
#define PLDLMRES(r)	(unsigned long long)(r)->name[0], (unsigned long long)(r)->name[1], \
			(unsigned long long)(r)->name[2], (unsigned long long)(r)->name[3]

static inline void res_id_to_le(struct ldlm_res_id_le *to, const struct ldlm_res_id *from)
{
	int i;

	for (i = 0; i < 4; i++)
		to->name[i] = cpu_to_le64(from->name[i]);
}

static inline void res_id_from_le(struct ldlm_res_id *to, const struct ldlm_res_id_le *from)
{
	int i;

	for (i = 0; i < 4; i++)
		to->name[i] = le64_to_cpu(from->name[i]);
}

static inline bool res_id_eq(const struct ldlm_res_id *a, const struct ldlm_res_id *b)
{
	return a->name[0] == b->name[0] && a->name[1] == b->name[1] &&
	       a->name[2] == b->name[2] && a->name[3] == b->name[3];
}

/* MDT objects (and OST objects outside IDIF). */
static inline void fid_to_res_id(struct ldlm_res_id *res, const struct lu_fid *fid)
{
	res->name[0] = fid->f_seq;
	res->name[1] = (u64)fid->f_ver << 32 | fid->f_oid;
	res->name[2] = 0;
	res->name[3] = 0;
}

static inline void fid_from_res_id(struct lu_fid *fid, const struct ldlm_res_id *res)
{
	fid->f_seq = res->name[0];
	fid->f_oid = (u32)res->name[1];
	fid->f_ver = (u32)(res->name[1] >> 32);
}

/* OST objects: IDIF is {id, 0}. */
static inline void ost_fid_to_res_id(struct ldlm_res_id *res, const struct lu_fid *fid)
{
	if (!fid_is_idif(fid)) {
		fid_to_res_id(res, fid);
		return;
	}
	res->name[0] = idif_id(fid);
	res->name[1] = 0;
	res->name[2] = 0;
	res->name[3] = 0;
}

/*
 * The way back needs the index of the OST for group-0 objects. 0, or -EBADF: not the name of an
 * object, each of which has one name only.
 */
static inline int ost_fid_from_res_id(struct lu_fid *fid, const struct ldlm_res_id *res,
				      u32 ost_idx)
{
	if (res->name[2] || res->name[3])
		return -EBADF;
	if (!res->name[1])
		return idif_to_fid(fid, res->name[0], ost_idx);
	fid_from_res_id(fid, res);
	return fid_is_norm(fid) && !fid->f_ver ? 0 : -EBADF;
}

static inline bool fid_res_id_eq(const struct lu_fid *fid, const struct ldlm_res_id *res)
{
	return res->name[0] == fid->f_seq && res->name[1] == ((u64)fid->f_ver << 32 | fid->f_oid);
}

/* Ranges of sequences: SEQ_QUERY, FLD_QUERY, FLD_READ. End is exclusive. */
struct lu_seq_range {
	__le64 lsr_start;
	__le64 lsr_end;
	__le32 lsr_index;
	__le32 lsr_flags;
};

WIRE_SIZE(struct lu_seq_range, 24);

#define LU_SEQ_RANGE_MDT	0
#define LU_SEQ_RANGE_OST	1
#define LU_SEQ_RANGE_ANY	3

struct lu_seq_range_array {
	__le32 lsra_count;
	__le32 lsra_padding;
	struct lu_seq_range lsra_lsr[];
};

#define SEQ_ALLOC_SUPER		0
#define SEQ_ALLOC_META		1
#define FLD_LOOKUP		2

#endif
