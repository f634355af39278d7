// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects for the tests.
 */
#include "selftest.h"

struct lu_fid mfid(u32 oid)
{
	return (struct lu_fid){ .f_seq = MSEQ, .f_oid = oid };
}

struct lu_fid ofid(u32 oid)
{
	struct lu_fid fid;

	idif_to_fid(&fid, oid, 3);
	return fid;
}

struct osd_object *make(struct osd_trans *th, struct osd_object *dir, const char *name,
			u32 oid, umode_t mode)
{
	struct lu_fid fid = mfid(oid);
	struct osd_object *obj = osd_create(th, osd, dir, &fid, mode, 0, 1000, 1001);

	if (!IS_ERR(obj) && name) {
		int rc = osd_dir_insert(th, dir, name, strlen(name), obj);

		if (!rc && S_ISDIR(mode))
			rc = osd_nlink_add(th, dir, 1);
		if (rc) {
			osd_object_put(obj);
			return ERR_PTR(rc);
		}
	}
	return obj;
}

struct osd_object *ost_object(u32 oid)
{
	struct lu_fid fid = ofid(oid);
	struct osd_object *obj = osd_find(osd, &fid);
	struct osd_trans *th;

	if (obj != ERR_PTR(-ENOENT))
		return obj;
	th = osd_trans_start(osd, OSD_CR_CREATE);
	if (IS_ERR(th))
		return ERR_CAST(th);
	obj = osd_create(th, osd, NULL, &fid, S_IFREG | 07666, 0, 0, 0);
	osd_trans_stop(th);
	return obj;
}
