// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters of the client of an OST: osc.NAME.* (chapter 7.8.5).
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/log2.h>
#include <linux/mm.h>
#include "internal.h"
#include "data.h"

/**
 * ll_osc_max_dirty_default - bytes of dirty pages of one OST: an eighth of the memory at most
 *
 * Return: bytes, whole MiB.
 */
u64 ll_osc_max_dirty_default(void)
{
	return clamp_t(u64, (u64)totalram_pages() << PAGE_SHIFT >> 23, 1, 2000) << 20;
}

static int osc_uuid_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%s\n", ((struct ll_osc *)obj)->oc_uuid);
	return 0;
}

static int osc_active_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ((struct ll_osc *)obj)->oc_active);
	return 0;
}

static ssize_t osc_active_store(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	ll_osc_set_active(obj, on);
	return len;
}

static int osc_grant_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct ll_osc *)obj)->oc_avail));
	return 0;
}

static int osc_dirty_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct ll_osc *)obj)->oc_dirty));
	return 0;
}

/* What written pages hold until the OST has committed them. */
static int osc_unstable_show(struct seq_file *m, void *obj)
{
	long pages = atomic_long_read(&((struct ll_osc *)obj)->oc_imp->imp_kept_pages);

	seq_printf(m, "unstable_pages: %20ld\n", pages);
	seq_printf(m, "unstable_mb:    %20ld\n", pages >> (20 - PAGE_SHIFT));
	return 0;
}

static int osc_lost_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct ll_osc *)obj)->oc_lost));
	return 0;
}

static int osc_in_flight_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_osc *)obj)->oc_max_in_flight);
	return 0;
}

static ssize_t osc_in_flight_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;
	u64 v;
	int rc = param_parse_u64(text, 1, 256, &v);

	if (rc)
		return rc;
	WRITE_ONCE(osc->oc_max_in_flight, v);
	ll_brw_send_queued(osc);
	return len;
}

static int osc_pages_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%lu\n", READ_ONCE(((struct ll_osc *)obj)->oc_brw_size) / PAGE_SIZE);
	return 0;
}

/* Pages, or bytes where the number is too great for pages: a power of two, what the OST allows. */
static ssize_t osc_pages_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;
	u64 v;
	int rc = param_parse_u64(text, 1, U32_MAX, &v);

	if (rc)
		return rc;
	if (v < ONE_MB_BRW_SIZE)
		v *= PAGE_SIZE;
	if (!is_power_of_2(v) || v < ONE_MB_BRW_SIZE || v > LL_OSC_BRW_MAX)
		return -ERANGE;
	spin_lock(&osc->oc_lock);
	rc = v > osc->oc_brw_granted ? -ERANGE : 0;
	if (!rc) {
		osc->oc_brw_wanted = v;
		ll_osc_tune(osc);
	}
	spin_unlock(&osc->oc_lock);
	return rc ?: (ssize_t)len;
}

static int osc_max_dirty_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%llu\n", READ_ONCE(((struct ll_osc *)obj)->oc_max_dirty) >> 20);
	return 0;
}

static ssize_t osc_max_dirty_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;
	u64 v;
	int rc = param_parse_u64(text, 1, 2048, &v);

	if (rc)
		return rc;
	spin_lock(&osc->oc_lock);
	osc->oc_max_dirty = v << 20;
	spin_unlock(&osc->oc_lock);
	wake_up_all(&osc->oc_waitq);
	return len;
}

static int osc_checksums_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", READ_ONCE(((struct ll_osc *)obj)->oc_cksum_on));
	return 0;
}

void ll_osc_set_checksums(struct ll_osc *osc, bool on)
{
	spin_lock(&osc->oc_lock);
	osc->oc_cksum_on = on;
	ll_osc_tune(osc);
	spin_unlock(&osc->oc_lock);
}

static ssize_t osc_checksums_store(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	ll_osc_set_checksums(obj, on);
	return len;
}

static const struct {
	const char *name;
	u32 type;
} osc_cksum_names[] = {
	{ "adler", OBD_CKSUM_ADLER },
	{ "crc32c", OBD_CKSUM_CRC32C },
};

/* The kinds that the OST knows; the one that is used, or would be, in brackets. */
static int osc_cksum_type_show(struct seq_file *m, void *obj)
{
	struct ll_osc *osc = obj;
	u32 granted, used;
	unsigned int i;

	spin_lock(&osc->oc_lock);
	granted = osc->oc_cksum_granted;
	used = granted & osc->oc_cksum_wanted ?: granted;
	spin_unlock(&osc->oc_lock);
	used = used & OBD_CKSUM_CRC32C ?: used;
	for (i = 0; i < ARRAY_SIZE(osc_cksum_names); i++)
		if (granted & osc_cksum_names[i].type)
			seq_printf(m, used == osc_cksum_names[i].type ? "[%s] " : "%s ",
				   osc_cksum_names[i].name);
	seq_putc(m, '\n');
	return 0;
}

static ssize_t osc_cksum_type_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;
	unsigned int i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(osc_cksum_names); i++)
		if (!strcmp(text, osc_cksum_names[i].name))
			break;
	if (i == ARRAY_SIZE(osc_cksum_names))
		return -EINVAL;
	spin_lock(&osc->oc_lock);
	if (osc->oc_cksum_granted & osc_cksum_names[i].type) {
		osc->oc_cksum_wanted = osc_cksum_names[i].type;
		ll_osc_tune(osc);
	} else {
		rc = -EINVAL;
	}
	spin_unlock(&osc->oc_lock);
	return rc ?: (ssize_t)len;
}

static int osc_short_io_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%u\n", ((struct ll_osc *)obj)->oc_short_io_max);
	return 0;
}

static ssize_t osc_short_io_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;
	u64 v;
	int rc = param_parse_u64(text, 0, OBD_MAX_SHORT_IO_BYTES, &v);

	if (rc)
		return rc;
	if (v && v < 64)
		return -ERANGE;
	WRITE_ONCE(osc->oc_short_io_max, v);
	return len;
}

static int osc_conn_show(struct seq_file *m, void *obj)
{
	return import_conn_show(m, ((struct ll_osc *)obj)->oc_imp);
}

/* ---- rpc_stats ---- */

const struct lu_hist_def ll_osc_rpc_hist[LL_RPC_HIST_NR] = {
	[LL_RPC_PAGES]		= { "pages per rpc", "rpcs", true },
	[LL_RPC_IN_FLIGHT]	= { "rpcs in flight", "rpcs", false },
	[LL_RPC_OFFSET]		= { "offset", "rpcs", true },
	[LL_RPC_LATENCY]	= { "RPC latency (us)", "count", true },
};

static int osc_rpc_stats_show(struct seq_file *m, void *obj)
{
	struct ll_osc *osc = obj;

	if (!osc->oc_rpc_hist)
		return -ENOMEM;
	lu_hist_show_start(m, osc->oc_rpc_hist);
	seq_printf(m, "read RPCs in flight:  %u\nwrite RPCs in flight: %u\nDIO RPCs in flight: %u\n",
		   READ_ONCE(osc->oc_in_flight[0]), READ_ONCE(osc->oc_in_flight[1]),
		   READ_ONCE(osc->oc_lane[1].in_flight));
	seq_printf(m, "pending write pages:  %llu\npending read pages:   0\n",
		   READ_ONCE(osc->oc_dirty) >> PAGE_SHIFT);
	lu_hist_show_tables(m, osc->oc_rpc_hist, LU_HIST_RPC);
	seq_putc(m, '\n');
	return 0;
}

static ssize_t osc_rpc_stats_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;

	return osc->oc_rpc_hist ? lu_hist_store(text, len, osc->oc_rpc_hist) : -ENOMEM;
}

/* ---- io_latency_stats ---- */

const struct lu_hist_def ll_osc_latency_hist[LL_LATENCY_SIZES] = {
	{ "4K", "us", true }, { "8K", "us", true }, { "16K", "us", true }, { "32K", "us", true },
	{ "64K", "us", true }, { "128K", "us", true }, { "256K", "us", true },
	{ "512K", "us", true }, { "1024K", "us", true }, { "2048K", "us", true },
	{ "4096K", "us", true }, { "8192K", "us", true }, { "16384K", "us", true },
	{ "32768K", "us", true }, { "65536K", "us", true },
};

/**
 * ll_osc_count_latency - a bulk RPC has ended
 * @osc: the OSC
 * @write: or a read
 * @bytes: of data
 * @us: from its send to its end
 */
void ll_osc_count_latency(struct ll_osc *osc, bool write, u32 bytes, u64 us)
{
	unsigned int size = clamp(lu_hist_bucket(bytes), 12U, 12U + LL_LATENCY_SIZES - 1) - 12;

	lu_hist_add(osc->oc_rpc_hist, LL_RPC_LATENCY, write, us);
	lu_hist_add(osc->oc_latency_hist, size, write, us);
}

static int osc_latency_show(struct seq_file *m, void *obj)
{
	struct ll_osc *osc = obj;

	if (!osc->oc_latency_hist)
		return -ENOMEM;
	seq_puts(m, "io_latency_by_size:\n");
	lu_hist_show_cells(m, osc->oc_latency_hist);
	return 0;
}

static ssize_t osc_latency_store(const char *text, size_t len, void *obj)
{
	struct ll_osc *osc = obj;

	return osc->oc_latency_hist ? lu_hist_store(text, len, osc->oc_latency_hist) : -ENOMEM;
}

static const struct param_def osc_params[] = {
	{ "ost_server_uuid", 0444, osc_uuid_show, NULL, PARAM_DEBUGFS },
	{ "active", 0644, osc_active_show, osc_active_store },
	{ "cur_grant_bytes", 0444, osc_grant_show },
	{ "cur_dirty_bytes", 0444, osc_dirty_show },
	{ "cur_lost_grant_bytes", 0444, osc_lost_show },
	{ "unstable_stats", 0444, osc_unstable_show, NULL, PARAM_DEBUGFS },
	{ "max_rpcs_in_flight", 0644, osc_in_flight_show, osc_in_flight_store },
	{ "max_pages_per_rpc", 0644, osc_pages_show, osc_pages_store },
	{ "max_dirty_mb", 0644, osc_max_dirty_show, osc_max_dirty_store },
	{ "checksums", 0644, osc_checksums_show, osc_checksums_store },
	{ "checksum_type", 0644, osc_cksum_type_show, osc_cksum_type_store },
	{ "short_io_bytes", 0644, osc_short_io_show, osc_short_io_store },
	{ "ost_conn_uuid", 0444, osc_conn_show },
	{ "rpc_stats", 0644, osc_rpc_stats_show, osc_rpc_stats_store, PARAM_DEBUGFS },
	{ "io_latency_stats", 0644, osc_latency_show, osc_latency_store, PARAM_DEBUGFS },
};

void ll_osc_params_add(struct ll_osc *osc)
{
	char path[100];

	snprintf(path, sizeof(path), "osc/%s", osc->oc_name);
	osc->oc_param = param_dir_add(NULL, path);
	param_add(osc->oc_param, osc_params, ARRAY_SIZE(osc_params), osc);
	import_params_add(osc->oc_param, osc->oc_imp);
}
