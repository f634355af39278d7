// SPDX-License-Identifier: GPL-2.0-only
/*
 * Statahead: a process that looks at the attributes of one file of a directory after the other (ls
 * -l, find, du, a benchmark that counts up) gets them asked for before it wants them, many at a
 * time.
 *
 * Such a process is a reader of the directory (struct ll_sa). Its next names are known in two ways:
 * by the cached pages of the directory, when it follows the order of readdir(3), or by counting,
 * when the names differ in a number that grows by the same step. After two names in a row that were
 * foreseen, GETATTR intents are sent for those that follow; what nobody has asked for yet is bound
 * by the window, which grows with the hits.
 *
 * An answer is worked off when it comes: the inode is made or updated, and the lock goes into the
 * cache of locks without a user, as after a lookup. The reader keeps the name, the FID and the
 * cookie of the lock; neither inode nor lock is held, so memory pressure and lock callbacks are not
 * in the way of anybody. A lookup of the name takes it from there if that very lock is still
 * granted: as long as it is, the name and what it protects cannot have changed. Else the lookup
 * asks as if nothing had been done ahead.
 *
 * Nothing is sent but in the thread that calls stat(2), so a process that ends, or does something
 * else, needs no attention; what is left of its reader is freed after statahead_timeout seconds.
 * umount ends all requests that are on their way.
 */
#define pr_fmt(fmt) "lustre: " fmt

#include <linux/ctype.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "internal.h"

#define SA_RUN		2	/* names in a row that were foreseen, before anything is asked */
#define SA_AHEAD	32	/* entries of the directory that the process may leave out */
#define SA_MISSES	8	/* names in a row that were not foreseen: it does something else */
#define SA_BATCH	8	/* requests are sent so many at a time */
#define SA_FLIGHT	64	/* requests of a mount on their way */
#define SA_KNOWN	256	/* names that are cached, passed over at a time */
#define SA_FETCH	512	/* hits between two pages that are asked for */
#define SA_MAX		1024	/* highest statahead_max */

enum ll_sa_mode {
	SA_NONE,
	SA_LIST,	/* order of the directory */
	SA_COUNT,	/* numbers in the names */
};

/* A name with a number in it. */
struct ll_sa_name {
	unsigned int	at, digits;	/* 0 digits: it has none */
	u64		value;
	unsigned int	len;
	char		name[NAME_MAX];
};

/* A process that looks at the files of a directory. */
struct ll_sa {
	struct list_head	link;		/* ll_statahead.readers */
	refcount_t		ref;
	struct ll_sb_info	*sbi;
	pid_t			tgid;
	struct lu_fid		dir;
	wait_queue_head_t	waitq;		/* an entry is done */
	/* under ll_statahead.lock */
	unsigned long		used;		/* jiffies */
	bool			ended;
	bool			asked;		/* a lookup came since the last stat(2) ... */
	bool			hit;		/* ... and its name had been asked for */
	bool			busy;		/* a thread uses what is below */
	bool			over;		/* a name that was counted to is not there */
	struct list_head	entries;
	unsigned int		nr;
	unsigned int		window;
	/* of the thread that is busy */
	enum ll_sa_mode		mode;
	unsigned int		list_run, count_run, misses, hits;
	bool			end;		/* there are no more names */
	bool			dots;		/* it looks at names that begin with a dot */
	bool			agl;		/* it looks at sizes */
	unsigned int		since_fetch;	/* hits since a page was asked for */
	u64			seq;
	struct ll_dir_pos	pos;		/* list: behind the last name that was asked for */
	struct ll_sa_name	last;		/* that it looked at */
	s64			last_step;
	struct ll_sa_name	base;		/* count: what the names look like */
	u64			next;
	s64			step;
};

/* A name that was asked for. Freed when it is neither wanted nor in flight. */
struct ll_sa_entry {
	struct list_head	link;		/* ll_sa.entries */
	struct ll_sa		*sa;		/* referenced */
	u64			seq;
	bool			wanted;		/* in the list, or a lookup waits for it */
	bool			done;
	struct lu_fid		fid;
	u64			cookie;		/* of its lock; 0: no answer that can be used */
	struct ll_ahead		ah;
	struct mdc_ahead	ma;
	unsigned int		len;
	char			name[];
};

/* ---- requests that nobody waits for ---- */

/**
 * ll_ahead_begin - a request is about to be sent that nobody waits for
 * @sbi: the mount
 * @ah: out: until ll_ahead_end()
 * @req: packed
 * @max: not if so many are on their way
 *
 * It fails when the server is not connected, or asks to come again, and is not sent a second time:
 * who needs the answer asks for himself then.
 *
 * Return: 0; -EBUSY; -ESHUTDOWN: the umount has begun.
 */
int ll_ahead_begin(struct ll_sb_info *sbi, struct ll_ahead *ah, struct ptlrpc_request *req,
		   unsigned int max)
{
	struct ll_statahead *s = &sbi->sbi_statahead;
	int rc = 0;

	req->rq_no_delay = true;
	req->rq_no_resend = true;
	req->rq_no_einprogress = true;
	spin_lock(&s->lock);
	if (s->stopped) {
		rc = -ESHUTDOWN;
	} else if (s->nr_flight >= max) {
		rc = -EBUSY;
	} else {
		ah->req = req;
		list_add_tail(&ah->link, &s->flight);
		s->nr_flight++;
	}
	spin_unlock(&s->lock);
	return rc;
}

/**
 * ll_ahead_answered - the request is complete, and will be put
 * @sbi: the mount
 * @ah: of ll_ahead_begin()
 */
void ll_ahead_answered(struct ll_sb_info *sbi, struct ll_ahead *ah)
{
	spin_lock(&sbi->sbi_statahead.lock);
	ah->req = NULL;
	spin_unlock(&sbi->sbi_statahead.lock);
}

static void ll_ahead_end_locked(struct ll_statahead *s, struct ll_ahead *ah)
{
	list_del(&ah->link);
	if (!--s->nr_flight)
		wake_up_all(&s->waitq);
}

/**
 * ll_ahead_end - all is done that came with the answer; nothing of the mount is used after this
 * @sbi: the mount
 * @ah: of ll_ahead_begin()
 */
void ll_ahead_end(struct ll_sb_info *sbi, struct ll_ahead *ah)
{
	struct ll_statahead *s = &sbi->sbi_statahead;

	spin_lock(&s->lock);
	ll_ahead_end_locked(s, ah);
	spin_unlock(&s->lock);
}

/* ---- readers and what was asked for them ---- */

static void ll_sa_put(struct ll_sa *sa)
{
	if (refcount_dec_and_test(&sa->ref))
		kfree(sa);
}

static void ll_sa_entry_free(struct ll_sa_entry *e)
{
	ll_sa_put(e->sa);
	kfree(e);
}

/* Nobody wants the entry any more. ll_statahead.lock is held. */
static void ll_sa_unwant(struct ll_sa_entry *e)
{
	e->wanted = false;
	if (e->done)
		ll_sa_entry_free(e);
}

static void ll_sa_drop_entry(struct ll_sa *sa, struct ll_sa_entry *e)
{
	list_del_init(&e->link);
	sa->nr--;
	atomic_long_inc(&sa->sbi->sbi_statahead.misses);
	ll_sa_unwant(e);
}

/* ll_statahead.lock and a reference to the reader are held. */
static void ll_sa_drop_entries(struct ll_sa *sa)
{
	struct ll_sa_entry *e, *next;

	list_for_each_entry_safe(e, next, &sa->entries, link)
		ll_sa_drop_entry(sa, e);
}

/* The reader leaves the mount. ll_statahead.lock is held. */
static void ll_sa_end(struct ll_sa *sa)
{
	sa->ended = true;
	list_del_init(&sa->link);
	sa->sbi->sbi_statahead.nr_readers--;
	ll_sa_drop_entries(sa);
	ll_sa_put(sa);
}

static struct ll_sa *ll_sa_find(struct ll_statahead *s, const struct inode *dir)
{
	struct ll_sa *sa;

	list_for_each_entry(sa, &s->readers, link)
		if (sa->tgid == current->tgid && fid_eq(&sa->dir, ll_fid(dir)))
			return sa;
	return NULL;
}

/*
 * Is there room for another reader? One that did nothing for a second makes room. Those that are at
 * it do not: where there are too many, they would end each other with every name, and nothing would
 * be asked ahead for any of them. ll_statahead.lock is held.
 */
static bool ll_sa_make_room(struct ll_statahead *s)
{
	struct ll_sa *oldest;

	while (s->nr_readers >= READ_ONCE(s->running_max)) {
		oldest = list_first_entry(&s->readers, struct ll_sa, link);
		if (time_before(jiffies, oldest->used + HZ))
			return false;
		ll_sa_end(oldest);
	}
	return true;
}

/* A lookup has to ask the MDT: perhaps a stat(2) follows, and others like it. */
static void ll_sa_add(struct ll_sb_info *sbi, const struct inode *dir)
{
	struct ll_statahead *s = &sbi->sbi_statahead;
	struct ll_sa *sa = kzalloc(sizeof(*sa), GFP_NOFS);

	if (!sa)
		return;
	refcount_set(&sa->ref, 1);
	sa->sbi = sbi;
	sa->tgid = current->tgid;
	sa->dir = *ll_fid(dir);
	init_waitqueue_head(&sa->waitq);
	INIT_LIST_HEAD(&sa->entries);
	sa->window = min(s->min, s->max);
	sa->used = jiffies;
	sa->asked = true;
	spin_lock(&s->lock);
	if (s->stopped || ll_sa_find(s, dir) || !ll_sa_make_room(s)) {
		spin_unlock(&s->lock);
		kfree(sa);
		return;
	}
	list_add_tail(&sa->link, &s->readers);
	if (!s->nr_readers++)
		schedule_delayed_work(&s->sweep, HZ * s->timeout);
	spin_unlock(&s->lock);
}

static void ll_sa_sweep(struct work_struct *work)
{
	struct ll_statahead *s =
		container_of(to_delayed_work(work), struct ll_statahead, sweep);
	struct ll_sa *sa, *next;

	spin_lock(&s->lock);
	list_for_each_entry_safe(sa, next, &s->readers, link)
		if (time_after_eq(jiffies, sa->used + HZ * s->timeout))
			ll_sa_end(sa);
	if (s->nr_readers)
		schedule_delayed_work(&s->sweep, HZ * max(s->timeout / 2, 1U));
	spin_unlock(&s->lock);
}

/* ---- asking ---- */

static void ll_sa_done(struct ptlrpc_request *req)
{
	struct ll_sa_entry *e = req->done_data;
	struct ll_sb_info *sbi = e->sa->sbi;
	struct ll_statahead *s = &sbi->sbi_statahead;
	unsigned int nofs = memalloc_nofs_save();
	struct inode *inode = NULL;
	int rc;

	ll_ahead_answered(sbi, &e->ah);
	rc = mdc_getattr_ahead_end(&e->ma, req->rq_status);
	if (!rc)
		inode = ll_iget(sbi->sbi_sb, &e->ma.a);
	if (!IS_ERR_OR_NULL(inode)) {
		e->fid = e->ma.a.fid;
		e->cookie = e->ma.a.lock->l_handle.cookie;
		if (S_ISREG(inode->i_mode) && READ_ONCE(e->sa->agl))
			ll_glimpse_ahead(inode);
	}
	ll_answer_put(&e->ma.a);
	if (!IS_ERR_OR_NULL(inode))
		iput(inode);
	spin_lock(&s->lock);
	ll_ahead_end_locked(s, &e->ah);
	if (rc == -ENOENT)
		e->sa->over = true;
	/* Release: fid and cookie are there before it. */
	smp_store_release(&e->done, true);
	wake_up_all(&e->sa->waitq);
	if (!e->wanted)
		ll_sa_entry_free(e);
	spin_unlock(&s->lock);
	memalloc_nofs_restore(nofs);
}

/* An entry with its request; NULL: no memory, or the mount ends. */
static struct ll_sa_entry *ll_sa_entry_new(struct ll_sa *sa, struct inode *dir,
					   const struct qstr *name)
{
	struct ll_sa_entry *e = kzalloc(struct_size(e, name, name->len), GFP_NOFS);

	if (!e)
		return NULL;
	e->len = name->len;
	memcpy(e->name, name->name, name->len);
	e->seq = sa->seq++;
	e->sa = sa;
	e->wanted = true;
	if (mdc_getattr_ahead(dir, name, &e->ma)) {
		ll_answer_put(&e->ma.a);
		kfree(e);
		return NULL;
	}
	e->ma.a.req->done = ll_sa_done;
	e->ma.a.req->done_data = e;
	return e;
}

/* Ask for a name. False: no more can be asked for now. */
static bool ll_sa_ask(struct ll_sa *sa, struct inode *dir, const struct qstr *name)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;
	struct ll_sa_entry *e = ll_sa_entry_new(sa, dir, name);
	struct ptlrpc_request *req;
	int rc;

	if (!e)
		return false;
	req = ptlrpc_req_get(e->ma.a.req);
	rc = ll_ahead_begin(sa->sbi, &e->ah, req, SA_FLIGHT);
	if (rc) {
		mdc_getattr_ahead_end(&e->ma, rc);
		ll_answer_put(&e->ma.a);
		kfree(e);
		ptlrpc_req_put(req);
		return false;
	}
	spin_lock(&s->lock);
	refcount_inc(&sa->ref);
	if (sa->ended) {
		e->wanted = false;
	} else {
		list_add_tail(&e->link, &sa->entries);
		sa->nr++;
	}
	spin_unlock(&s->lock);
	/* done() puts the request of the answer, perhaps before this returns. */
	ptlrpc_send_async(req);
	ptlrpc_req_put(req);
	return true;
}

/* ---- the names that follow ---- */

/* Its number is the last run of digits. */
static void ll_sa_parse(struct ll_sa_name *n, const struct qstr *name)
{
	unsigned int end = name->len, i;

	n->len = name->len;
	memcpy(n->name, name->name, name->len);
	while (end && !isdigit(n->name[end - 1]))
		end--;
	n->at = end;
	n->digits = 0;
	while (n->at && isdigit(n->name[n->at - 1]) && n->digits < 18) {
		n->at--;
		n->digits++;
	}
	n->value = 0;
	for (i = n->at; i < end; i++)
		n->value = n->value * 10 + (n->name[i] - '0');
}

/* Do two names differ in their numbers only? */
static bool ll_sa_alike(const struct ll_sa_name *a, const struct ll_sa_name *b)
{
	unsigned int a_tail = a->at + a->digits, b_tail = b->at + b->digits;

	return a->digits && b->digits && a->at == b->at && a->len - a_tail == b->len - b_tail &&
	       !memcmp(a->name, b->name, a->at) &&
	       !memcmp(a->name + a_tail, b->name + b_tail, a->len - a_tail);
}

/* A name was looked at: does it follow the last one by the same step as that followed another? */
static bool ll_sa_counts(struct ll_sa *sa, const struct qstr *name)
{
	struct ll_sa_name old = sa->last;
	s64 step;

	ll_sa_parse(&sa->last, name);
	step = sa->last.value - old.value;
	if (!step || !ll_sa_alike(&sa->last, &old))
		sa->count_run = 0;
	else
		sa->count_run = step == sa->last_step ? sa->count_run + 1 : 1;
	sa->last_step = step;
	return sa->count_run >= SA_RUN;
}

/* Is a name among the cached entries that follow a position? Then that is behind it. */
struct ll_sa_search {
	const struct qstr	*name;
	unsigned int		left;
	bool			found;
};

static bool ll_sa_compare(void *arg, const struct lu_dirent *ent)
{
	struct ll_sa_search *search = arg;

	if (search->found || !search->left--)
		return false;
	search->found = le16_to_cpu(ent->lde_namelen) == search->name->len &&
			!memcmp(ent->lde_name, search->name->name, search->name->len);
	return true;
}

static bool ll_sa_follows(struct ll_sa *sa, struct inode *dir, const struct qstr *name)
{
	struct ll_sa_search search = { .name = name, .left = SA_AHEAD };
	struct ll_dir_pos pos = sa->pos;

	ll_dir_walk(dir, &pos, false, ll_sa_compare, &search);
	if (!search.found && sa->pos.hash) {
		/* It may read the directory once more. */
		search.left = SA_AHEAD;
		memset(&pos, 0, sizeof(pos));
		ll_dir_walk(dir, &pos, false, ll_sa_compare, &search);
	}
	sa->list_run = search.found ? sa->list_run + 1 : 0;
	if (search.found) {
		sa->pos = pos;
		sa->end = false;
	}
	return sa->list_run >= SA_RUN;
}

/* ---- as many as the window has room for ---- */

struct ll_sa_fill {
	struct ll_sa	*sa;
	struct dentry	*parent;
	unsigned int	known;		/* names passed over */
};

static bool ll_sa_room(struct ll_sa *sa, unsigned int nr)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;
	bool room;

	spin_lock(&s->lock);
	room = !sa->ended && sa->nr + nr <= sa->window && s->nr_flight < SA_FLIGHT;
	spin_unlock(&s->lock);
	return room;
}

/* False: stop, and begin with this name the next time. */
static bool ll_sa_fill_name(struct ll_sa_fill *fill, struct qstr *name)
{
	if (!ll_sa_room(fill->sa, 1))
		return false;
	if (ll_dentry_known(fill->parent, name))
		return fill->known++ < SA_KNOWN;
	return ll_sa_ask(fill->sa, d_inode(fill->parent), name);
}

static bool ll_sa_fill_entry(void *arg, const struct lu_dirent *ent)
{
	struct qstr name = QSTR_INIT(ent->lde_name, le16_to_cpu(ent->lde_namelen));
	struct ll_sa_fill *fill = arg;

	if (name.name[0] == '.' &&
	    (!fill->sa->dots || name.len == 1 || (name.len == 2 && name.name[1] == '.')))
		return true;
	return ll_sa_fill_name(fill, &name);
}

static void ll_sa_fill_list(struct ll_sa_fill *fill)
{
	struct ll_sa *sa = fill->sa;
	struct inode *dir = d_inode(fill->parent);
	/*
	 * Where others change the directory all the time, its pages are lost all the time. With the
	 * MDT away a stat(2) that needs nothing of it shall not wait.
	 */
	bool fetch = sa->since_fetch >= SA_FETCH && imp_is_full(mdc_of(dir)->lmc_imp);
	int rc;

	rc = ll_dir_walk(dir, &sa->pos, fetch, ll_sa_fill_entry, fill);
	if (fetch && rc != -EAGAIN)
		sa->since_fetch = 0;
	if (rc == 1)
		sa->end = true;
}

static void ll_sa_fill_count(struct ll_sa_fill *fill)
{
	struct ll_sa *sa = fill->sa;
	const struct ll_sa_name *base = &sa->base;
	unsigned int tail = base->at + base->digits;
	char buf[NAME_MAX + 24];
	struct qstr name = { .name = buf };

	memcpy(buf, base->name, base->at);
	/* Not below zero, or longer than the numbers that ll_sa_parse() reads. */
	while (!READ_ONCE(sa->over) && sa->next < 1000000000000000000ULL) {
		name.len = base->at + sprintf(buf + base->at, "%0*llu", base->digits, sa->next);
		memcpy(buf + name.len, base->name + tail, base->len - tail);
		name.len += base->len - tail;
		if (name.len > sa->sbi->sbi_namelen || !ll_sa_fill_name(fill, &name))
			break;
		sa->next += sa->step;
	}
}

static void ll_sa_fill(struct ll_sa *sa, struct dentry *parent)
{
	struct ll_sa_fill fill = { .sa = sa, .parent = parent };

	if (sa->end || !ll_sa_room(sa, min_t(unsigned int, SA_BATCH, sa->window / 2)))
		return;
	if (sa->mode == SA_LIST)
		ll_sa_fill_list(&fill);
	else
		ll_sa_fill_count(&fill);
}

/* ---- what the process does ---- */

/* Its name had been asked for: more of them. */
static void ll_sa_hit(struct ll_sa *sa)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;

	sa->misses = 0;
	sa->since_fetch++;
	if (++sa->hits < sa->window / 2)
		return;
	sa->hits = 0;
	spin_lock(&s->lock);
	sa->window = min(sa->window * 2, READ_ONCE(s->max));
	spin_unlock(&s->lock);
}

/* A name was not foreseen: fewer are asked for, and with @drop those that were are forgotten. */
static void ll_sa_shrink(struct ll_sa *sa, bool drop)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;

	sa->hits = 0;
	spin_lock(&s->lock);
	sa->window = min(max(sa->window / 2, READ_ONCE(s->min)), READ_ONCE(s->max));
	if (drop)
		ll_sa_drop_entries(sa);
	spin_unlock(&s->lock);
}

/* It does something else: what was asked for is of no use. */
static void ll_sa_give_up(struct ll_sa *sa)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;

	atomic_long_inc(&s->wrong);
	sa->mode = SA_NONE;
	sa->list_run = 0;
	sa->count_run = 0;
	sa->window = 0;
	ll_sa_shrink(sa, true);
}

/* Its name had not been asked for. Is it foreseen now? */
static void ll_sa_miss(struct ll_sa *sa, struct inode *dir, const struct qstr *name, bool counts)
{
	struct ll_statahead *s = &sa->sbi->sbi_statahead;
	enum ll_sa_mode mode = SA_NONE;

	if (ll_sa_follows(sa, dir, name))
		mode = SA_LIST;
	else if (counts && !sa->list_run)
		mode = SA_COUNT;
	if (mode == SA_NONE) {
		if (sa->mode == SA_NONE)
			return;
		ll_sa_shrink(sa, false);
		if (++sa->misses > SA_MISSES)
			ll_sa_give_up(sa);
		return;
	}
	/* What was asked for elsewhere is not waited for any more. */
	ll_sa_shrink(sa, true);
	if (sa->mode == SA_NONE) {
		atomic_long_inc(&s->total);
		atomic_long_inc(mode == SA_LIST ? &s->by_list : &s->by_name);
		/* The first page that the process has not read itself. */
		sa->since_fetch = SA_FETCH;
	}
	if (mode == SA_COUNT) {
		sa->base = sa->last;
		sa->step = sa->last_step;
		sa->next = sa->base.value + sa->step;
	}
	sa->mode = mode;
	sa->misses = 0;
	sa->end = false;
	WRITE_ONCE(sa->over, false);
}

static void ll_sa_step(struct ll_sa *sa, struct dentry *parent, const struct qstr *name, bool hit,
		       bool size)
{
	bool counts = ll_sa_counts(sa, name);

	if (name->name[0] == '.')
		sa->dots = true;
	WRITE_ONCE(sa->agl, size && READ_ONCE(sa->sbi->sbi_statahead.agl));
	if (hit)
		ll_sa_hit(sa);
	else
		ll_sa_miss(sa, d_inode(parent), name, counts);
	if (sa->mode != SA_NONE)
		ll_sa_fill(sa, parent);
}

/**
 * ll_statahead_stated - stat(2) of a name: it may be one of many
 * @dentry: the name
 * @size: its size is asked for, too
 *
 * Asks for names that are expected to follow. Context: killable; may wait for one page of the
 * directory.
 */
void ll_statahead_stated(struct dentry *dentry, bool size)
{
	struct ll_sb_info *sbi = ll_sbi(dentry->d_sb);
	struct ll_statahead *s = &sbi->sbi_statahead;
	struct name_snapshot name;
	struct dentry *parent;
	struct ll_sa *sa;
	bool hit = false;

	if (IS_ROOT(dentry) || list_empty_careful(&s->readers))
		return;
	parent = dget_parent(dentry);
	spin_lock(&s->lock);
	sa = ll_sa_find(s, d_inode(parent));
	if (sa && (!sa->asked || sa->busy || !s->max))
		sa = NULL;
	if (sa) {
		refcount_inc(&sa->ref);
		hit = sa->hit;
		sa->asked = false;
		sa->busy = true;
	}
	spin_unlock(&s->lock);
	if (sa) {
		take_dentry_name_snapshot(&name, dentry);
		ll_sa_step(sa, parent, &name.name, hit, size);
		release_dentry_name_snapshot(&name);
		spin_lock(&s->lock);
		sa->busy = false;
		spin_unlock(&s->lock);
		ll_sa_put(sa);
	}
	dput(parent);
}

/*
 * A name that was asked for, out of the list; NULL. What the process has left out long ago is
 * dropped. ll_statahead.lock is held.
 */
static struct ll_sa_entry *ll_sa_take_entry(struct ll_sa *sa, const struct qstr *name)
{
	struct ll_sa_entry *e, *first;

	list_for_each_entry(e, &sa->entries, link)
		if (e->len == name->len && !memcmp(e->name, name->name, e->len))
			goto found;
	return NULL;
found:
	list_del_init(&e->link);
	sa->nr--;
	while (!list_empty(&sa->entries)) {
		first = list_first_entry(&sa->entries, struct ll_sa_entry, link);
		if (first->seq + SA_AHEAD >= e->seq)
			break;
		ll_sa_drop_entry(sa, first);
	}
	return e;
}

/* The inode of an entry whose lock is still the one of its answer. 1, or 0: ask again. */
static int ll_sa_use(struct inode *dir, const struct ll_sa_entry *e, struct ll_answer *a,
		     struct inode **inode)
{
	struct ldlm_lock *lock = ldlm_lock_use(mdc_of(dir)->lmc_ns, e->cookie);

	memset(a, 0, sizeof(*a));
	if (!lock)
		return 0;
	a->lock = lock;
	a->mode = lock->l_granted_mode;
	a->bits = lock->l_policy.ibits.bits;
	*inode = a->bits & MDS_INODELOCK_LOOKUP ? ll_ilookup(dir->i_sb, &e->fid) : NULL;
	if (!*inode) {
		ll_answer_put(a);
		return 0;
	}
	/* It may have left the cache meanwhile, and come back without this lock. */
	mdc_lock_bind(lock, *inode);
	return 1;
}

/**
 * ll_statahead_take - a lookup: was the name asked for ahead?
 * @dir: its directory
 * @name: the name
 * @a: out: an answer with nothing but the lock, to be put
 * @inode: out: referenced
 *
 * Context: waits, killable, for an answer that is on its way.
 *
 * Return: 1: it was, and @a->lock is a LOOKUP lock; 0: the caller has to ask; -EINTR.
 */
int ll_statahead_take(struct inode *dir, const struct qstr *name, struct ll_answer *a,
		      struct inode **inode)
{
	struct ll_statahead *s = &ll_sbi(dir->i_sb)->sbi_statahead;
	struct ll_sa_entry *e = NULL;
	struct ll_sa *sa;
	int rc;

	if (!READ_ONCE(s->max))
		return 0;
	spin_lock(&s->lock);
	sa = ll_sa_find(s, dir);
	if (sa) {
		e = ll_sa_take_entry(sa, name);
		sa->used = jiffies;
		sa->asked = true;
		sa->hit = e;
		list_move_tail(&sa->link, &s->readers);
	}
	spin_unlock(&s->lock);
	if (!sa)
		ll_sa_add(ll_sbi(dir->i_sb), dir);
	if (!e)
		return 0;
	/* Acquire, against the release in ll_sa_done(): the entry is read after this. */
	rc = wait_event_killable(e->sa->waitq, smp_load_acquire(&e->done));
	if (rc)
		rc = -EINTR;
	else
		rc = ll_sa_use(dir, e, a, inode);
	atomic_long_inc(rc > 0 ? &s->hits : &s->misses);
	spin_lock(&s->lock);
	ll_sa_unwant(e);
	spin_unlock(&s->lock);
	return rc;
}

/* ---- parameters ---- */

PARAM_DEFINE_UINT(ll_sa_max, ((struct ll_sb_info *)obj)->sbi_statahead.max, 0, SA_MAX)
PARAM_DEFINE_UINT(ll_sa_min, ((struct ll_sb_info *)obj)->sbi_statahead.min, 2, SA_MAX)
PARAM_DEFINE_UINT(ll_sa_running, ((struct ll_sb_info *)obj)->sbi_statahead.running_max, 1, 256)
PARAM_DEFINE_UINT(ll_sa_timeout, ((struct ll_sb_info *)obj)->sbi_statahead.timeout, 1, 3600)

static int ll_sa_agl_show(struct seq_file *m, void *obj)
{
	seq_printf(m, "%d\n", ((struct ll_sb_info *)obj)->sbi_statahead.agl);
	return 0;
}

static ssize_t ll_sa_agl_store(const char *text, size_t len, void *obj)
{
	bool on;
	int rc = param_parse_bool(text, &on);

	if (rc)
		return rc;
	WRITE_ONCE(((struct ll_sb_info *)obj)->sbi_statahead.agl, on);
	return len;
}

static int ll_sa_stats_show(struct seq_file *m, void *obj)
{
	struct ll_statahead *s = &((struct ll_sb_info *)obj)->sbi_statahead;

	seq_printf(m, "statahead total: %ld\n", atomic_long_read(&s->total));
	seq_printf(m, "statahead wrong: %ld\n", atomic_long_read(&s->wrong));
	seq_printf(m, "agl total: %ld\n", atomic_long_read(&s->agl_total));
	seq_printf(m, "list_total: %ld\n", atomic_long_read(&s->by_list));
	seq_printf(m, "fname_total: %ld\n", atomic_long_read(&s->by_name));
	seq_printf(m, "hit_total: %ld\n", atomic_long_read(&s->hits));
	seq_printf(m, "miss_total: %ld\n", atomic_long_read(&s->misses));
	return 0;
}

static const struct param_def ll_sa_params[] = {
	{ "statahead_max", 0644, ll_sa_max_show, ll_sa_max_store },
	{ "statahead_min", 0644, ll_sa_min_show, ll_sa_min_store },
	{ "statahead_running_max", 0644, ll_sa_running_show, ll_sa_running_store },
	{ "statahead_timeout", 0644, ll_sa_timeout_show, ll_sa_timeout_store },
	{ "statahead_agl", 0644, ll_sa_agl_show, ll_sa_agl_store },
	{ "statahead_stats", 0444, ll_sa_stats_show, NULL, PARAM_DEBUGFS },
};

/**
 * ll_statahead_params - parameters of a mount, in its directory
 * @sbi: the mount
 */
void ll_statahead_params(struct ll_sb_info *sbi)
{
	param_add(sbi->sbi_param_dir, ll_sa_params, ARRAY_SIZE(ll_sa_params), sbi);
}

/* ---- of a mount ---- */

/**
 * ll_statahead_init - nothing is asked ahead yet
 * @sbi: the mount
 */
void ll_statahead_init(struct ll_sb_info *sbi)
{
	struct ll_statahead *s = &sbi->sbi_statahead;

	spin_lock_init(&s->lock);
	INIT_LIST_HEAD(&s->readers);
	INIT_LIST_HEAD(&s->flight);
	init_waitqueue_head(&s->waitq);
	INIT_DELAYED_WORK(&s->sweep, ll_sa_sweep);
	s->max = 128;
	s->min = 8;
	s->running_max = 16;
	s->timeout = 30;
	s->agl = true;
}

/**
 * ll_statahead_stop - umount: no file is open any more
 * @sbi: the mount
 *
 * Context: waits for the end of what is on its way, not for any server.
 */
void ll_statahead_stop(struct ll_sb_info *sbi)
{
	struct ll_statahead *s = &sbi->sbi_statahead;
	struct ll_ahead *ah;

	spin_lock(&s->lock);
	s->stopped = true;
	while (!list_empty(&s->readers))
		ll_sa_end(list_first_entry(&s->readers, struct ll_sa, link));
	list_for_each_entry(ah, &s->flight, link)
		if (ah->req)
			ptlrpc_req_abort(ah->req, -EINTR);
	spin_unlock(&s->lock);
	cancel_delayed_work_sync(&s->sweep);
	wait_event(s->waitq, list_empty_careful(&s->flight));
	/* The last one has let go of the lock. */
	spin_lock(&s->lock);
	spin_unlock(&s->lock);
}
