/* SPDX-License-Identifier: GPL-2.0-only */
/* Lock messages (chapter 3). */
#ifndef _GLOSS_WIRE_LDLM_H
#define _GLOSS_WIRE_LDLM_H

#include <gloss/wire/fid.h>
#include <gloss/wire/types.h>

enum ldlm_mode {
	LCK_MINMODE = 0,
	LCK_EX = 1,
	LCK_PW = 2,
	LCK_PR = 4,
	LCK_CW = 8,
	LCK_CR = 16,
	LCK_NL = 32,
	LCK_GROUP = 64,
	LCK_COS = 128,
	LCK_TXN = 256,
	LCK_MAXMODE = 512,
};

#define LCK_MODE_NUM	9

enum ldlm_type {
	LDLM_PLAIN = 10,
	LDLM_EXTENT = 11,
	LDLM_FLOCK = 12,
	LDLM_IBITS = 13,
};

#define LDLM_MIN_TYPE	LDLM_PLAIN
#define LDLM_MAX_TYPE	14

#define MDS_INODELOCK_LOOKUP	0x01ULL
#define MDS_INODELOCK_UPDATE	0x02ULL
#define MDS_INODELOCK_OPEN	0x04ULL
#define MDS_INODELOCK_LAYOUT	0x08ULL
#define MDS_INODELOCK_PERM	0x10ULL
#define MDS_INODELOCK_XATTR	0x20ULL
#define MDS_INODELOCK_DOM	0x40ULL
#define MDS_INODELOCK_FULL	0x7fULL
#define MDS_INODELOCK_ELC	0x3fULL

#define OBD_OBJECT_EOF		0xffffffffffffffffULL

/* Flags on the wire (low 32 bits); bits from 32 up are local to the lock manager. */
#define LDLM_FL_LOCK_CHANGED		0x00000001ULL
#define LDLM_FL_BLOCK_GRANTED		0x00000002ULL
#define LDLM_FL_BLOCK_WAIT		0x00000008ULL
#define LDLM_FL_SPECULATIVE		0x00000010ULL
#define LDLM_FL_AST_SENT		0x00000020ULL
#define LDLM_FL_REPLAY			0x00000100ULL
#define LDLM_FL_INTENT_ONLY		0x00000200ULL
#define LDLM_FL_HAS_INTENT		0x00001000ULL
#define LDLM_FL_FLOCK_DEADLOCK		0x00008000ULL
#define LDLM_FL_DISCARD_DATA		0x00010000ULL
#define LDLM_FL_NO_TIMEOUT		0x00020000ULL
#define LDLM_FL_BLOCK_NOWAIT		0x00040000ULL
#define LDLM_FL_TEST_LOCK		0x00080000ULL
#define LDLM_FL_CANCEL_ON_BLOCK		0x00800000ULL
#define LDLM_FL_NO_EXPANSION		0x20000000ULL
#define LDLM_FL_DENY_ON_CONTENTION	0x40000000ULL
#define LDLM_FL_AST_DISCARD_DATA	0x80000000ULL

#define LDLM_FL_ENQ_MASK	0xe08c131aULL	/* allowed in enqueue requests */
#define LDLM_FL_AST_MASK	0x00018020ULL	/* allowed in callbacks */
#define LDLM_FL_INHERIT_MASK	0x208a0000ULL	/* both sides store these in the lock */

/* Positive statuses */
#define ELDLM_OK		0
#define ELDLM_LOCK_CHANGED	300
#define ELDLM_LOCK_ABORTED	301
#define ELDLM_LOCK_REPLACED	302
#define ELDLM_NO_LOCK_DATA	303
#define ELDLM_LOCK_WOULDBLOCK	304
#define LUSTRE_ESTALE		116	/* CANCEL reply, positive */

/* Intent codes */
#define IT_OPEN		0x1
#define IT_CREAT	0x2
#define IT_READDIR	0x4
#define IT_GETATTR	0x8
#define IT_LOOKUP	0x10
#define IT_GETXATTR	0x80
#define IT_LAYOUT	0x400
#define IT_QUOTA_DQACQ	0x800
#define IT_QUOTA_CONN	0x1000
#define IT_GLIMPSE	0x4000
#define IT_BRW		0x8000

/* Dispositions (lock_policy_res1) */
#define DISP_IT_EXECD		0x00000001
#define DISP_LOOKUP_EXECD	0x00000002
#define DISP_LOOKUP_NEG		0x00000004
#define DISP_LOOKUP_POS		0x00000008
#define DISP_OPEN_CREATE	0x00000010
#define DISP_OPEN_OPEN		0x00000020
#define DISP_ENQ_OPEN_REF	0x00800000
#define DISP_ENQ_CREATE_REF	0x01000000
#define DISP_OPEN_LOCK		0x02000000
#define DISP_OPEN_LEASE		0x04000000
#define DISP_OPEN_STRIPE	0x08000000
#define DISP_OPEN_DENY		0x10000000

struct ldlm_intent {
	__le64 opc;
};

WIRE_SIZE(struct ldlm_intent, 8);

struct ldlm_extent {
	__le64 start;
	__le64 end;	/* inclusive */
	__le64 gid;
};

struct ldlm_inodebits {
	__le64 bits;
	union {
		__le64 try_bits;	/* enqueue requests */
		__le64 cancel_bits;	/* blocking callbacks, replies with AST_SENT */
	};
	__le64 li_gid;
	__le32 li_padding;
	__le32 li_initiator_id;
};

struct ldlm_flock_wire {
	__le64 lfw_start;
	__le64 lfw_end;
	__le64 lfw_owner;
	__le32 lfw_padding;
	__le32 lfw_pid;
};

union ldlm_wire_policy_data {
	struct ldlm_extent l_extent;
	struct ldlm_inodebits l_inodebits;
	struct ldlm_flock_wire l_flock;
};

WIRE_SIZE(union ldlm_wire_policy_data, 32);

struct ldlm_resource_desc {
	__le32 lr_type;
	__le32 lr_pad;
	struct ldlm_res_id_le lr_name;
};

WIRE_SIZE(struct ldlm_resource_desc, 40);

struct ldlm_lock_desc {
	struct ldlm_resource_desc l_resource;
	__le32 l_req_mode;
	__le32 l_granted_mode;
	union ldlm_wire_policy_data l_policy_data;
};

WIRE_SIZE(struct ldlm_lock_desc, 80);

struct ldlm_request {
	__le32 lock_flags;
	__le32 lock_count;
	struct ldlm_lock_desc lock_desc;
	struct lustre_handle lock_handle[];
};

WIRE_SIZE(struct ldlm_request, 88);
#define LDLM_LOCKREQ_HANDLES	2	/* least number of handle slots to pack */
#define LDLM_REQ_MIN_SIZE	(88 + 8 * LDLM_LOCKREQ_HANDLES)
#define LDLM_MAXREQSIZE		5120
#define LDLM_MAXREPSIZE		1024

/* Size of a DLM_REQ with count handles in use. */
static inline u32 ldlm_request_bytes(u32 count)
{
	return 88 + 8 * (count > LDLM_LOCKREQ_HANDLES ? count : LDLM_LOCKREQ_HANDLES);
}

struct ldlm_reply {
	__le32 lock_flags;
	__le32 lock_padding;
	struct ldlm_lock_desc lock_desc;
	struct lustre_handle lock_handle;
	__le64 lock_policy_res1;
	__le64 lock_policy_res2;
};

WIRE_SIZE(struct ldlm_reply, 112);
WIRE_OFF(struct ldlm_reply, lock_handle, 88);

struct ost_lvb {
	__le64 lvb_size;
	__le64 lvb_mtime;
	__le64 lvb_atime;
	__le64 lvb_ctime;
	__le64 lvb_blocks;
	__le32 lvb_mtime_ns;
	__le32 lvb_atime_ns;
	__le32 lvb_ctime_ns;
	__le32 lvb_padding;
};

WIRE_SIZE(struct ost_lvb, 56);
#define OST_LVB_V1_SIZE		40
#define OST_LVB_ERR_INIT	0xffbadbad80000000ULL
#define OST_LVB_ERR_MASK	0xffbadbad00000000ULL

/* An errno in place of the attributes: 0 if lvb_blocks is a value. */
static inline int ost_lvb_err(const struct ost_lvb *lvb)
{
	u64 blocks = le64_to_cpu(lvb->lvb_blocks);

	if ((blocks & OST_LVB_ERR_MASK) != OST_LVB_ERR_MASK)
		return 0;
	return (int)(s64)(blocks - OST_LVB_ERR_INIT);
}

static inline void ost_lvb_set_err(struct ost_lvb *lvb, int rc)
{
	lvb->lvb_blocks = cpu_to_le64(OST_LVB_ERR_INIT + (s64)rc);
}

struct lquota_lvb {
	__le64 lvb_flags;
	__le64 lvb_id_may_rel;
	__le64 lvb_id_rel;
	__le64 lvb_id_qunit;
	__le64 lvb_pad1;
};

WIRE_SIZE(struct lquota_lvb, 40);

struct barrier_lvb {
	__le32 lvb_status;
	__le32 lvb_index;
	__le64 lvb_padding;
};

union ldlm_gl_desc {
	struct {
		u8 gl_id[16];
		__le64 gl_flags;
		__le64 gl_ver;
		__le64 gl_hardlimit;
		__le64 gl_softlimit;
		__le64 gl_time;
		__le64 gl_pad2;
	} lquota_desc;
	struct {
		__le32 lgbd_status;
		__le32 lgbd_timeout;
		__le64 lgbd_padding;
	} barrier_desc;
	u8 bytes[64];
};

WIRE_SIZE(union ldlm_gl_desc, 64);

/* name[3] of flock resources */
#define FLOCK_RES_TAG		12ULL

static inline void fid_to_flock_res_id(struct ldlm_res_id *res, const struct lu_fid *fid)
{
	fid_to_res_id(res, fid);
	res->name[3] = FLOCK_RES_TAG;
}

#endif
