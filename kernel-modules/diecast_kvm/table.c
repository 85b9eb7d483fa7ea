// SPDX-License-Identifier: GPL-2.0
/*
 * The processes that have a factor, by their address space.
 *
 * Looked up in the hooks under RCU (they run with preemption off); changed with
 * table_mutex held. Each holds a reference to this module, so that it cannot be
 * unloaded while a guest relies on it, and one to the mm_struct, which keeps its
 * address from being used again but none of its memory.
 */
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

#include "internal.h"

#define COLLECT_EVERY	HZ

/* Of the table and of how many are in it; taken before the lock of any of them. */
DEFINE_MUTEX(table_mutex);
static DEFINE_HASHTABLE(table, 8);
static unsigned int count;

static void collect_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(collector, collect_work);

struct dilated *table_find(struct mm_struct *mm)
{
	struct dilated *d;

	/* All that it costs the guests of a host where none is dilated. */
	if (!READ_ONCE(count))
		return NULL;
	hash_for_each_possible_rcu(table, d, node, (unsigned long)mm,
				   lockdep_is_held(&table_mutex))
		if (d->mm == mm)
			return d;
	return NULL;
}

unsigned int table_count(void)
{
	return READ_ONCE(count);
}

/* NULL without memory. */
struct dilated *table_add(struct mm_struct *mm)
{
	struct dilated *d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);

	if (!d)
		return NULL;
	__module_get(THIS_MODULE);
	mmgrab(mm);
	d->mm = mm;
	d->asked = (struct factor){ 1, 1 };
	d->former = d->asked;
	raw_spin_lock_init(&d->lock);
	INIT_WORK(&d->change, change_work);
	hash_add_rcu(table, &d->node, (unsigned long)mm);
	WRITE_ONCE(count, count + 1);
	schedule_delayed_work(&collector, COLLECT_EVERY);
	return d;
}

void table_remove(struct dilated *d)
{
	hash_del_rcu(&d->node);
	WRITE_ONCE(count, count - 1);
	synchronize_rcu();
	/* Not cancelled: it may have a gate to open. */
	flush_work(&d->change);
	mmdrop(d->mm);
	kfree(d);
	module_put(THIS_MODULE);
}

/* A guest that booted under another factor has its timers rescaled for life. */
bool table_may_forget(const struct dilated *d)
{
	return factor_is_one(d->asked) && (!d->boot.num || factor_is_one(d->boot));
}

static bool is_over(struct dilated *d)
{
	bool over;

	/* Nobody can run a vCPU of a process that has ended. */
	if (!atomic_read(&d->mm->mm_users))
		return true;
	raw_spin_lock_irq(&d->lock);
	over = table_may_forget(d) && !d->realign &&
	       (!d->kvm || bitmap_subset(d->seen, d->current_, KVM_MAX_VCPUS));
	raw_spin_unlock_irq(&d->lock);
	return over && !work_busy(&d->change);
}

/* With table_mutex held. */
void table_collect(void)
{
	struct hlist_node *next;
	struct dilated *d;
	int i;

	hash_for_each_safe(table, i, next, d, node)
		if (is_over(d))
			table_remove(d);
}

static void collect_work(struct work_struct *work)
{
	mutex_lock(&table_mutex);
	table_collect();
	if (count)
		schedule_delayed_work(&collector, COLLECT_EVERY);
	mutex_unlock(&table_mutex);
}

void table_exit(void)
{
	cancel_delayed_work_sync(&collector);
}
