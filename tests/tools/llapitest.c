// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of liblustreapi as programs make them: MPI-IO, job scripts, policy engines, copy tools.
 *
 *     llapitest DIRECTORY    on a file system with two OSTs or more, as root
 *
 * Prints what is wrong and exits with 1.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <lustre/lustreapi.h>

static int bad;

#define CHECK(what, ok) do { \
	if (!(ok)) { \
		printf("%s: line %d (errno %d)\n", what, __LINE__, errno); \
		bad = 1; \
	} \
} while (0)

/* OMPIO and IOR: create with a layout, look at it in the old form. */
static void test_classic(void)
{
	struct lov_user_md_v1 *lum = calloc(1, 65536);
	struct stat st;
	int fd;

	CHECK("create", !llapi_file_create("classic", 1 << 20, 1, 2, 0));
	CHECK("create again", llapi_file_create("classic", 1 << 20, 1, 2, 0) == -EEXIST);
	CHECK("stripe size", llapi_file_create("wrong", 1000, -1, 1, 0) == -EINVAL);
	CHECK("not made", stat("wrong", &st) && errno == ENOENT);
	CHECK("pool", llapi_file_create_pool("pooled", 0, -1, 1, 0, "nosuchpool") < 0);
	CHECK("get_stripe", !llapi_file_get_stripe("classic", lum));
	CHECK("magic", lum->lmm_magic == LOV_USER_MAGIC_V1);
	CHECK("count", lum->lmm_stripe_count == 2 && lum->lmm_stripe_size == 1 << 20);
	CHECK("objects", lum->lmm_objects[0].l_ost_idx == 1);
	CHECK("no file", llapi_file_get_stripe("nosuchfile", lum) == -ENOENT);
	CHECK("elsewhere", llapi_file_get_stripe("/proc/self/stat", lum) == -ENOTTY);
	fd = llapi_file_open("opened", O_CREAT | O_RDWR, 0600, 0, -1, -1, 0);
	CHECK("open", fd >= 0 && write(fd, "x", 1) == 1 && !close(fd));
	CHECK("group 0", llapi_group_lock(0, 0) < 0);
	free(lum);
}

static int count_one(struct llapi_layout *l, void *data)
{
	(void)l;
	++*(int *)data;
	return 0;
}

/* Darshan and mpiFileUtils: layouts as objects, from the path and from the xattr. */
static void test_layout(void)
{
	uint64_t v, start, end;
	struct llapi_layout *l = llapi_layout_alloc();
	char buf[4096], pool[16];
	int n = 0, fd;
	ssize_t len;

	CHECK("alloc", l && !llapi_layout_stripe_count_get(l, &v) && v == LLAPI_LAYOUT_DEFAULT);
	CHECK("bad size", llapi_layout_stripe_size_set(l, 1000) == -1 && errno == EINVAL);
	CHECK("bad count", llapi_layout_stripe_count_set(l, 5000) == -1 && errno == EINVAL);
	CHECK("set", !llapi_layout_stripe_count_set(l, 2) &&
	      !llapi_layout_stripe_size_set(l, 1 << 18) && !llapi_layout_ost_index_set(l, 0, 1));
	fd = llapi_layout_file_create("layout", O_WRONLY, 0644, l);
	CHECK("file_create", fd >= 0 && !close(fd));
	CHECK("exists", llapi_layout_file_create("layout", O_WRONLY, 0644, l) < 0 &&
	      errno == EEXIST);
	CHECK("elsewhere", llapi_layout_file_create("/tmp/layout", O_WRONLY, 0644, l) < 0 &&
	      errno == ENOTTY);
	llapi_layout_free(l);
	l = llapi_layout_get_by_path("layout", 0);
	CHECK("by path", l);
	CHECK("count", l && !llapi_layout_stripe_count_get(l, &v) && v == 2);
	CHECK("size", l && !llapi_layout_stripe_size_get(l, &v) && v == 1 << 18);
	CHECK("ost", l && !llapi_layout_ost_index_get(l, 0, &v) && v == 1);
	CHECK("ost beyond", l && llapi_layout_ost_index_get(l, 2, &v) == -1);
	CHECK("pool", l && !llapi_layout_pool_name_get(l, pool, sizeof(pool)) && !*pool);
	CHECK("extent", l && !llapi_layout_comp_extent_get(l, &start, &end) && !start &&
	      end == LUSTRE_EOF);
	CHECK("iterate", l && !llapi_layout_comp_iterate(l, count_one, &n) && n == 1);
	llapi_layout_free(l);
	len = getxattr("layout", "lustre.lov", buf, sizeof(buf));
	l = llapi_layout_get_by_xattr(buf, len, 0);
	CHECK("by xattr", l && !llapi_layout_stripe_count_get(l, &v) && v == 2);
	llapi_layout_free(l);
	CHECK("cut short", !llapi_layout_get_by_xattr(buf, 20, 0) && errno == ERANGE);
	memset(buf, 7, sizeof(buf));
	CHECK("nonsense", !llapi_layout_get_by_xattr(buf, 100, 0) && errno == EOPNOTSUPP);
	CHECK("not Lustre", !llapi_layout_get_by_path("/proc/self/stat", 0) && errno == ENOTTY);
	CHECK("no file", !llapi_layout_get_by_path("nosuchfile", 0) && errno == ENOENT);
	l = llapi_layout_alloc();
	CHECK("no room behind EOF", llapi_layout_comp_add(l) == -1);
	CHECK("two components", !llapi_layout_comp_extent_set(l, 0, 1 << 20) &&
	      !llapi_layout_comp_add(l) && !llapi_layout_comp_extent_get(l, &start, &end) &&
	      start == 1 << 20 && end == LUSTRE_EOF && llapi_layout_is_composite(l));
	CHECK("first, no other before",
	      !llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_FIRST) &&
	      llapi_layout_comp_use(l, LLAPI_LAYOUT_COMP_USE_PREV) == 1);
	llapi_layout_free(l);
}

/* robinhood: FIDs, paths, mounts, targets. */
static void test_names(const char *dir)
{
	char path[4096], fsname[16], instance[64], text[128], real[4096];
	struct lu_fid fid, fid2;
	int link = 0, n, fd;
	struct obd_uuid uuid;
	struct if_quotactl quota = { .qc_cmd = 0x800007 };
	struct obd_statfs st;

	CHECK("parse", !llapi_fid_parse("[0x200000402:0x1:0x0]", &fid, NULL) &&
	      fid.f_seq == 0x200000402 && fid.f_oid == 1);
	CHECK("parse nonsense", llapi_fid_parse("[0x2:1", &fid, NULL) == -EINVAL &&
	      llapi_fid_parse("0x1:0x100000000:0", &fid, NULL) == -ERANGE);
	CHECK("path2fid", !llapi_path2fid("classic", &fid));
	fd = open("classic", O_RDONLY);
	CHECK("fd2fid", fd >= 0 && !llapi_fd2fid(fd, &fid2) && !memcmp(&fid, &fid2, sizeof(fid)));
	CHECK("mdt index", !llapi_file_fget_mdtidx(fd, &n) && n == 0);
	close(fd);
	CHECK("path2fid elsewhere", llapi_path2fid("/proc/self/stat", &fid2) < 0);
	snprintf(text, sizeof(text), DFID, PFID(&fid));
	CHECK("fid2path", !llapi_fid2path(dir, text, path, sizeof(path), NULL, &link));
	CHECK("the name", !strcmp(strrchr(path, '/') ? strrchr(path, '/') + 1 : path, "classic"));
	CHECK("no such FID", llapi_fid2path(dir, "[0x200000402:0xffffff:0x0]", path, sizeof(path),
					    NULL, NULL) == -ENOENT);
	fd = llapi_open_by_fid(dir, &fid, O_RDONLY);
	CHECK("open_by_fid", fd >= 0 && !close(fd));
	CHECK("search_fsname", !llapi_search_fsname(dir, fsname) && !strcmp(fsname, "test"));
	CHECK("not there yet", !llapi_search_fsname("nosuchfile", fsname));
	CHECK("elsewhere", llapi_search_fsname("/proc", fsname) == -ENODEV);
	CHECK("search_mounts", !llapi_search_mounts(NULL, 0, real, fsname) &&
	      llapi_search_mounts(NULL, 99, real, fsname) == -ENOENT);
	CHECK("rootpath", !llapi_search_rootpath(real, "test") &&
	      llapi_search_rootpath(real, "nosuch") == -ENODEV);
	CHECK("instance", !llapi_get_instance(dir, instance, sizeof(instance)) &&
	      strlen(instance) == 16);
	CHECK("short buffer", llapi_get_instance(dir, instance, 4) == -ENAMETOOLONG);
	CHECK("OSTs", !llapi_get_obd_count((char *)dir, &n, 0) && n == 2);
	CHECK("MDTs", !llapi_get_obd_count((char *)dir, &n, 1) && n == 1);
	for (n = 0; !llapi_obd_statfs((char *)dir, LL_STATFS_LOV, n, &st, &uuid); n++)
		;
	CHECK("statfs", n == 2 && llapi_obd_statfs((char *)dir, LL_STATFS_LOV, 2, &st, &uuid) ==
	      -ENODEV);
	CHECK("search_ost", llapi_search_ost("test", NULL, "test-OST0001") == 1 &&
	      llapi_search_ost("test", NULL, "test-OST0007") == 0);
	CHECK("version", !llapi_get_version_string(text, sizeof(text)) && text[0] == '2');
	CHECK("quota", llapi_quotactl((char *)dir, &quota) < 0);
}

static void test_texts(void)
{
	unsigned long long size, unit = 0;
	char a[] = "test-OST0000_UUID", b[] = "test-OST0000", c[] = "line\n";

	CHECK("4M", !llapi_parse_size("4M", &size, &unit, 0) && size == 4 << 20);
	unit = 0;
	CHECK("2b", !llapi_parse_size("2b", &size, &unit, 1) && size == 1024);
	unit = 0;
	CHECK("nonsense", llapi_parse_size("x", &size, &unit, 0) &&
	      llapi_parse_size("4Q", &size, &unit, 0) &&
	      llapi_parse_size("99999999999T", &size, &unit, 0));
	CHECK("uuid", llapi_uuid_match(a, b) == 1 && !llapi_uuid_match(a, "test-OST0001"));
	llapi_chomp_string(c);
	CHECK("chomp", !strcmp(c, "line"));
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1])) {
		fprintf(stderr, "usage: llapitest DIRECTORY\n");
		return 2;
	}
	llapi_msg_set_level(LLAPI_MSG_OFF);
	test_texts();
	test_classic();
	test_layout();
	test_names(argv[1]);
	return bad;
}
