// SPDX-License-Identifier: GPL-2.0-only
/*
 * The contents of the config logs of a file system: the sections of chapter 6.7.2, record by
 * record. It must not know about files, RPCs or the order of registrations.
 */
#include "mgs_sections.h"

#define MGS_VERSION	0x02110000	/* cm_vers */
#define NAME_MAX_LEN	64		/* "testfs-OST0000-osc-MDT0000_UUID" and shorter */

static void mgs_section_marker(struct mgs_writer *w, u32 flag)
{
	struct cfg_marker m;
	struct lcfg_args a;

	memset(&m, 0, sizeof(m));
	m.cm_step = cpu_to_le32(*w->step);
	m.cm_flags = cpu_to_le32(flag);
	m.cm_vers = cpu_to_le32(MGS_VERSION);
	m.cm_createtime = cpu_to_le64(w->now);
	snprintf(m.cm_tgtname, sizeof(m.cm_tgtname), "%s", w->tgtname);
	snprintf(m.cm_comment, sizeof(m.cm_comment), "%s", w->comment);
	lcfg_args_init(&a, LCFG_MARKER);
	lcfg_arg_buf(&a, 1, &m, sizeof(m));
	mgs_section_add(w, &a);
}

/* The texts must live until mgs_section_end(). */
void mgs_section_begin(struct mgs_writer *w, const char *tgtname, const char *comment)
{
	w->rc = 0;
	w->before = llog_last_index(w->log->hdr);
	w->tgtname = tgtname;
	w->comment = comment;
	++*w->step;
	mgs_section_marker(w, CM_START);
}

void mgs_section_add(struct mgs_writer *w, const struct lcfg_args *a)
{
	u32 size = lcfg_size(a);
	int rc;

	if (w->rc)
		return;
	if (size + sizeof(struct llog_rec_hdr) + sizeof(struct llog_rec_tail) > LLOG_CHUNK_SIZE) {
		w->rc = -E2BIG;
		return;
	}
	lcfg_pack(a, w->body);
	rc = llog_append(w->log, OBD_CFG_REC, w->body, size);
	if (rc < 0)
		w->rc = rc;
}

int mgs_section_end(struct mgs_writer *w)
{
	int rc;

	mgs_section_marker(w, CM_END);
	if (w->rc)
		llog_undo(w->log, w->before);
	rc = llog_commit(w->log);
	return w->rc ?: rc;
}

/* A record of texts; NULL = absent. */
static void mgs_section_texts(struct mgs_writer *w, u32 cmd, const char *dev, const char *a1,
			      const char *a2, const char *a3, const char *a4)
{
	struct lcfg_args a;

	lcfg_args_init(&a, cmd);
	lcfg_arg_str(&a, 0, dev);
	lcfg_arg_str(&a, 1, a1);
	lcfg_arg_str(&a, 2, a2);
	lcfg_arg_str(&a, 3, a3);
	lcfg_arg_str(&a, 4, a4);
	mgs_section_add(w, &a);
}

static void mgs_section_node(struct mgs_writer *w, const struct mgs_node *node)
{
	struct lcfg_args a;
	u32 i;

	for (i = 0; i < node->nr; i++) {
		lcfg_args_init(&a, LCFG_ADD_UUID);
		a.nid = node->nid[i];
		lcfg_arg_str(&a, 1, node->uuid);
		mgs_section_add(w, &a);
	}
}

static void mgs_section_failnodes(struct mgs_writer *w, const struct mgs_tdesc *t, const char *dev)
{
	u32 i;

	for (i = 1; i < t->nr_nodes; i++) {
		mgs_section_node(w, &t->node[i]);
		mgs_section_texts(w, LCFG_ADD_CONN, dev, t->node[i].uuid, NULL, NULL, NULL);
	}
}

/* attach and setup of a lov or lmv with its descriptor */
static int mgs_write_setup(struct mgs_writer *w, const char *dev, const char *type,
			   const char *uuid, const char *comment, const void *desc, u32 len)
{
	struct lcfg_args a;

	mgs_section_begin(w, dev, comment);
	mgs_section_texts(w, LCFG_ATTACH, dev, type, uuid, NULL, NULL);
	lcfg_args_init(&a, LCFG_SETUP);
	lcfg_arg_str(&a, 0, dev);
	lcfg_arg_buf(&a, 1, desc, len);
	mgs_section_add(w, &a);
	return mgs_section_end(w);
}

/* client `clilov` or `mdtlov` of an MDT */
static int mgs_write_lov(struct mgs_writer *w, const char *lov)
{
	char uuid[UUID_MAX];
	struct lov_desc desc;

	memset(&desc, 0, sizeof(desc));
	snprintf(uuid, sizeof(uuid), "%s_UUID", lov);
	desc.ld_active_tgt_count = cpu_to_le32(LOV_DESC_MAGIC);
	desc.ld_default_stripe_count = cpu_to_le32(1);
	desc.ld_pattern = cpu_to_le32(1);
	desc.ld_default_stripe_size = cpu_to_le64(4 << 20);
	desc.ld_default_stripe_offset = cpu_to_le64(~0ull);
	desc.ld_qos_maxage = cpu_to_le32(5);
	memcpy(&desc.ld_uuid, uuid, strlen(uuid));
	return mgs_write_setup(w, lov, "lov", uuid, "lov setup", &desc, sizeof(desc));
}

static int mgs_write_lmv(struct mgs_writer *w, const char *lmv)
{
	char uuid[UUID_MAX];
	struct lmv_desc desc;

	memset(&desc, 0, sizeof(desc));
	snprintf(uuid, sizeof(uuid), "%s_UUID", lmv);
	memcpy(&desc.ld_uuid, uuid, strlen(uuid));
	return mgs_write_setup(w, lmv, "lmv", uuid, "lmv setup", &desc, sizeof(desc));
}

/* The first three sections of a client log. */
int mgs_write_client_head(struct mgs_writer *w, const char *fsname)
{
	char lov[NAME_MAX_LEN], lmv[NAME_MAX_LEN], profile[NAME_MAX_LEN];
	int rc;

	snprintf(lov, sizeof(lov), "%s-clilov", fsname);
	snprintf(lmv, sizeof(lmv), "%s-clilmv", fsname);
	snprintf(profile, sizeof(profile), "%s-client", fsname);
	rc = mgs_write_lov(w, lov) ?: mgs_write_lmv(w, lmv);
	if (rc)
		return rc;
	mgs_section_begin(w, profile, "mount opts");
	mgs_section_texts(w, LCFG_MOUNTOPT, NULL, profile, lov, lmv, NULL);
	return mgs_section_end(w);
}

static void mgs_desc_names(const struct mgs_tdesc *t, char *name, char *uuid, char *index)
{
	snprintf(name, NAME_MAX_LEN, "%s-%s%04x", t->fsname, t->mdt ? "MDT" : "OST", t->index);
	snprintf(uuid, NAME_MAX_LEN, "%s-%s%04x_UUID", t->fsname, t->mdt ? "MDT" : "OST", t->index);
	snprintf(index, 12, "%u", t->index);
}

/*
 * The records by which a reader gets a connection to the target: device @dev in the set @parent (a
 * lov or lmv).
 */
static int mgs_write_target(struct mgs_writer *w, const struct mgs_tdesc *t, const char *comment,
			    const char *dev, const char *type, const char *parent, bool mdc_uuid)
{
	char name[NAME_MAX_LEN], uuid[NAME_MAX_LEN], index[12];
	char puuid[NAME_MAX_LEN], duuid[NAME_MAX_LEN];

	if (!t->nr_nodes)
		return -EINVAL;
	mgs_desc_names(t, name, uuid, index);
	snprintf(puuid, sizeof(puuid), "%s_UUID", parent);
	snprintf(duuid, sizeof(duuid), "%s_UUID", dev);
	mgs_section_begin(w, name, comment);
	mgs_section_node(w, &t->node[0]);
	mgs_section_texts(w, LCFG_ATTACH, dev, type, puuid, NULL, NULL);
	mgs_section_texts(w, LCFG_SETUP, dev, uuid, t->node[0].uuid, NULL, NULL);
	mgs_section_failnodes(w, t, dev);
	mgs_section_texts(w, t->mdt ? LCFG_ADD_MDC : LCFG_LOV_ADD_OBD, parent, uuid, index, "1",
			  mdc_uuid ? duuid : NULL);
	return mgs_section_end(w);
}

/* Name of the device by which clients (mdt < 0) or an MDT reach the target. */
static void mgs_conn_name(const struct mgs_tdesc *t, int mdt, char *dev)
{
	const char *kind = t->mdt ? "MDT" : "OST";

	if (mdt < 0)
		snprintf(dev, NAME_MAX_LEN, "%s-%s%04x-%s", t->fsname, kind, t->index,
			 t->mdt ? "mdc" : "osc");
	else
		snprintf(dev, NAME_MAX_LEN, "%s-%s%04x-%s-MDT%04x", t->fsname, kind, t->index,
			 t->mdt ? "osp" : "osc", mdt);
}

/* `add mdc` or `add osc` in the client log */
int mgs_write_client_target(struct mgs_writer *w, const struct mgs_tdesc *t)
{
	char dev[NAME_MAX_LEN], parent[NAME_MAX_LEN];

	mgs_conn_name(t, -1, dev);
	snprintf(parent, sizeof(parent), "%s-%s", t->fsname, t->mdt ? "clilmv" : "clilov");
	return mgs_write_target(w, t, t->mdt ? "add mdc" : "add osc", dev, t->mdt ? "mdc" : "osc",
				parent, t->mdt);
}

/* `add osc` or `add osp` in the log of an MDT */
int mgs_write_mdt_target(struct mgs_writer *w, const struct mgs_tdesc *t, u32 mdt)
{
	char dev[NAME_MAX_LEN], parent[NAME_MAX_LEN];

	mgs_conn_name(t, mdt, dev);
	snprintf(parent, sizeof(parent), "%s-MDT%04x-mdtlov", t->fsname, mdt);
	return mgs_write_target(w, t, t->mdt ? "add osp" : "add osc", dev, t->mdt ? "osp" : "osc",
				parent, false);
}

/* The head of an MDT's own log */
int mgs_write_mdt_own(struct mgs_writer *w, const struct mgs_tdesc *t)
{
	char name[NAME_MAX_LEN], uuid[NAME_MAX_LEN], index[12], lov[NAME_MAX_LEN];
	int rc;

	mgs_desc_names(t, name, uuid, index);
	snprintf(lov, sizeof(lov), "%s-MDT%04x-mdtlov", t->fsname, t->index);
	rc = mgs_write_lov(w, lov);
	if (rc)
		return rc;
	mgs_section_begin(w, name, "add mdt");
	mgs_section_texts(w, LCFG_ATTACH, name, "mdt", uuid, NULL, NULL);
	mgs_section_texts(w, LCFG_MOUNTOPT, NULL, name, lov, NULL, NULL);
	mgs_section_texts(w, LCFG_SETUP, name, uuid, index, lov, t->failout ? "n" : "f");
	return mgs_section_end(w);
}

/* An OST's own log */
int mgs_write_ost_own(struct mgs_writer *w, const struct mgs_tdesc *t)
{
	char name[NAME_MAX_LEN], uuid[NAME_MAX_LEN], index[12];

	mgs_desc_names(t, name, uuid, index);
	mgs_section_begin(w, name, "add ost");
	mgs_section_texts(w, LCFG_ATTACH, name, "obdfilter", uuid, NULL, NULL);
	mgs_section_texts(w, LCFG_SETUP, name, "dev", "type", t->failout ? "n" : "f", NULL);
	return mgs_section_end(w);
}
