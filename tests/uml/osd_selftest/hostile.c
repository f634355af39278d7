// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk whose contents are wrong: each fault is an error on that object. The test "victims" makes
 * the objects, run damages them with debugfs, the test "hostile" looks at them.
 */
#include "selftest.h"

/* Those with a name in ROOT, and the error that osd_find() and a lookup of the name give. */
static const struct {
	const char *name;
	int find, lookup;
} victims[] = {
	{ "good", 0, 0 },
	{ "alias", -ESTALE, 0 }, /* trusted.lma has the FID of "good" */
	{ "short", -EIO, -EIO }, /* trusted.lma of 3 bytes */
	{ "nolma", -EIO, -EIO }, /* none */
	{ "remote", -EOPNOTSUPP, -EOPNOTSUPP }, /* a placeholder of an object of another MDT */
	{ "encrypted", -EUCLEAN, -EUCLEAN }, /* a flag that the superblock does not have */
	{ "inline", -EUCLEAN, -EUCLEAN },
	{ "isize", -EUCLEAN, -EUCLEAN }, /* i_extra_isize beyond the inode */
	{ "xattrs", -EIO, -EIO }, /* i_extra_isize inside of the xattrs */
};

/* OST objects 300...: read, write, truncate, fallocate. */
static const struct {
	int read, change;
} data_victims[] = {
	{ 0, 0 },
	{ 0, -EIO }, /* journalled data */
	{ -EISDIR, -EISDIR }, /* a directory */
	{ -EINVAL, -EINVAL }, /* a symbolic link */
};

int make_victims(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	struct osd_trans *th;
	int i;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	for (i = 0; i < ARRAY_SIZE(victims); i++) {
		th = osd_trans_start(osd, CR);
		CHECK_RC(PTR_ERR_OR_ZERO(th), 0);
		obj = make(th, root, victims[i].name, 200 + i, S_IFREG | 0644);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
		CHECK_RC(osd_trans_stop(th), 0);
		osd_object_put(obj);
	}
	osd_object_put(root);
	CHECK_RC(osd_seq_create(osd, 0), 0);
	for (i = 0; i < 2; i++) {
		obj = ost_object(300 + i);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
		CHECK_RC(wr(obj, 0, 10000, 1, 0), 0);
		osd_object_put(obj);
	}
	return 0;
}

static int hostile_names(void)
{
	struct osd_object *root = osd_root(osd), *obj;
	struct lu_fid fid;
	int i;

	CHECK_RC(PTR_ERR_OR_ZERO(root), 0);
	for (i = 0; i < ARRAY_SIZE(victims); i++) {
		pr_info("%s\n", victims[i].name);
		CHECK_RC(osd_dir_lookup(root, victims[i].name, strlen(victims[i].name), &fid),
			 victims[i].lookup);
		fid = mfid(200 + i);
		obj = osd_find(osd, &fid);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), victims[i].find);
		osd_object_put(obj);
	}
	/* Names of inodes that no name may have: the journal, a free one. */
	CHECK_RC(osd_dir_lookup(root, "journal", 7, &fid), -EUCLEAN);
	CHECK_RC(osd_dir_lookup(root, "free", 4, &fid), -ENOENT);
	osd_object_put(root);
	return 0;
}

static int hostile_data(void)
{
	struct osd_object *obj;
	int i;

	CHECK_RC(osd_seq_create(osd, 0), 0);
	for (i = 0; i < ARRAY_SIZE(data_victims); i++) {
		struct lu_fid fid = ofid(300 + i);
		int want = data_victims[i].change;

		pr_info("object %d\n", 300 + i);
		obj = osd_find(osd, &fid);
		CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
		CHECK_RC(rd(obj, 0, 100, 0, 100, 1, 0, 100), data_victims[i].read);
		CHECK_RC(wr(obj, 50000, 100, 1, 0), want);
		CHECK_RC(osd_punch(obj, 5000, OSD_EOF), want);
		CHECK_RC(osd_fallocate(obj, 0, 0, 100000), want);
		osd_object_put(obj);
	}
	return 0;
}

static int hostile_local(void)
{
	struct lu_fid fid = { 0x2000004ffULL, 1, 0 };
	struct osd_object *obj = osd_local_open(osd, "CONFIGS/dir", false);
	char buf[8];

	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK_RC(osd_buf_read(obj, buf, sizeof(buf), 0), -EISDIR);
	osd_object_put(obj);
	/* The FID of "good" is no name for a local file. */
	fid = mfid(200);
	obj = osd_find(osd, &fid);
	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	CHECK(osd_local_open(osd, "CONFIGS/stolen", false) == ERR_PTR(-ESTALE));
	osd_object_put(obj);
	/* The index of this sequence is a directory. */
	fid = (struct lu_fid){ 0x2000004ffULL, 1, 0 };
	CHECK(osd_find(osd, &fid) == ERR_PTR(-EISDIR));
	return 0;
}

/* One object, one name: neither f_ver nor the index of the OST in an IDIF are ignored. */
static int hostile_fids(void)
{
	struct lu_fid fid = mfid(200);
	struct osd_object *obj = osd_find(osd, &fid);

	CHECK_RC(PTR_ERR_OR_ZERO(obj), 0);
	fid.f_ver = 1;
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ESTALE));
	osd_object_put(obj);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ESTALE));
	idif_to_fid(&fid, 300, 4);
	CHECK(osd_find(osd, &fid) == ERR_PTR(-ESTALE));
	return 0;
}

int test_hostile(void)
{
	int rc = hostile_fids();

	if (!rc)
		rc = hostile_names();
	if (!rc)
		rc = hostile_data();
	return rc ?: hostile_local();
}
