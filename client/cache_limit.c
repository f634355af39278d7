// SPDX-License-Identifier: GPL-2.0-only
/*
 * llite.*.max_cached_mb: how much of the page cache the data of a mount may take (chapter 7.8.6).
 * The page cache is the kernel's, which gives pages up where memory is short. A bound that the
 * administrator has set is kept by a work item: once a second it looks, and drops clean pages that
 * nobody uses where there are too many. Dirty pages are bounded by max_dirty_mb.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "internal.h"
#include "data.h"

/* Pages of all files; with max: files lose clean pages until so many are left. */
static unsigned long ll_cache_walk(struct super_block *sb, unsigned long have, unsigned long max)
{
	struct inode *inode, *last = NULL;
	unsigned long pages = 0;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		unsigned long nr = READ_ONCE(inode->i_mapping->nrpages);

		pages += nr;
		if (have <= max || !nr)
			continue;
		spin_lock(&inode->i_lock);
		if (inode->i_state & (I_FREEING | I_WILL_FREE | I_NEW)) {
			spin_unlock(&inode->i_lock);
			continue;
		}
		__iget(inode);
		spin_unlock(&inode->i_lock);
		spin_unlock(&sb->s_inode_list_lock);
		have -= min(have, invalidate_mapping_pages(inode->i_mapping, 0, -1));
		/* the inode stays in the list while it is referenced */
		iput(last);
		last = inode;
		cond_resched();
		spin_lock(&sb->s_inode_list_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(last);
	return pages;
}

static unsigned long ll_cache_mb(unsigned long pages)
{
	return pages >> (20 - PAGE_SHIFT);
}

static void ll_cache_work(struct work_struct *work)
{
	struct ll_sb_info *sbi = container_of(work, struct ll_sb_info, sbi_cache_work.work);
	unsigned int max = READ_ONCE(sbi->sbi_cache_max_mb);
	unsigned long pages;

	if (!max)
		return;
	pages = ll_cache_walk(sbi->sbi_sb, 0, 0);
	if (ll_cache_mb(pages) >= max)
		ll_cache_walk(sbi->sbi_sb, pages, (unsigned long)max << (20 - PAGE_SHIFT));
	queue_delayed_work(system_unbound_wq, &sbi->sbi_cache_work, HZ);
}

void ll_cache_limit_init(struct ll_sb_info *sbi)
{
	INIT_DELAYED_WORK(&sbi->sbi_cache_work, ll_cache_work);
}

/* Called before inodes are evicted, when the parameter file has been removed. */
void ll_cache_limit_stop(struct ll_sb_info *sbi)
{
	WRITE_ONCE(sbi->sbi_cache_max_mb, 0);
	cancel_delayed_work_sync(&sbi->sbi_cache_work);
}

int ll_cache_show(struct seq_file *m, void *obj)
{
	struct ll_sb_info *sbi = obj;
	unsigned long used = ll_cache_mb(ll_cache_walk(sbi->sbi_sb, 0, 0));
	unsigned long max = READ_ONCE(sbi->sbi_cache_max_mb) ?: ll_cache_mb(totalram_pages());

	seq_printf(m, "users: 1\nmax_cached_mb: %lu\nused_mb: %lu\nunused_mb: %lu\n", max, used,
		   max - min(used, max));
	seq_printf(m, "unevict_mb: 0\nreclaim_count: 0\nmax_read_ahead_mb: %u\nused_read_ahead_mb: %lu\n",
		   sbi->sbi_ra_mb, ll_cache_mb(atomic_long_read(&sbi->sbi_reading)));
	return 0;
}

/* A number, or the line that is shown; as much as the memory: no bound. */
ssize_t ll_cache_store(const char *text, size_t len, void *obj)
{
	static const char label[] = "max_cached_mb:";
	struct ll_sb_info *sbi = obj;
	u64 v;
	int rc;

	if (!strncmp(text, label, sizeof(label) - 1))
		text = skip_spaces(text + sizeof(label) - 1);
	rc = param_parse_u64(text, 4, ll_cache_mb(totalram_pages()), &v);
	if (rc)
		return rc;
	WRITE_ONCE(sbi->sbi_cache_max_mb, v < ll_cache_mb(totalram_pages()) ? v : 0);
	mod_delayed_work(system_unbound_wq, &sbi->sbi_cache_work, 0);
	return len;
}
