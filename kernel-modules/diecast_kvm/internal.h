/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of diecast_kvm know of each other.
 *
 * main.c	loads and unloads
 * hooks.c	where KVM calls us
 * clock.c	the arithmetic of a guest's clock
 * change.c	a new factor for a guest that runs
 * table.c	the processes that have a factor
 * control.c	/dev/diecast_kvm
 */
#ifndef DIECAST_KVM_INTERNAL_H
#define DIECAST_KVM_INTERNAL_H

#undef pr_fmt
#define pr_fmt(fmt) "diecast_kvm: " fmt

#include <linux/kvm_host.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "diecast_kvm.h"

#define DIECAST_VERSION		"1.0.0"
#define DIECAST_MAX_TERM	1000000U
#define DIECAST_MAX_FACTOR	10000U
#define DIECAST_MAX_PROCESSES	4096U

/* T, in lowest terms. 0/0: none yet. */
struct factor {
	u32 num;
	u32 den;
};

/*
 * The guest's clock: virt nanoseconds when the guest's TSC stood at tsc and
 * KVM's clock of the guest at kvm_ns, and from there by f. mul and shift as in
 * the guest's page.
 */
struct line {
	u64 tsc;
	u64 virt;
	u64 kvm_ns;
	struct factor f;
	u32 mul;
	s8 shift;
	bool set;
};

/* A process that has a factor. */
struct dilated {
	struct hlist_node node;
	/* Held by mmgrab(): the address is no other process's while we know it. */
	struct mm_struct *mm;
	struct work_struct change;

	/*
	 * Of all below. Taken in the hooks, so with interrupts off; nothing that
	 * sleeps or takes another lock happens under it.
	 */
	raw_spinlock_t lock;
	/* Its first VM. No reference: forgotten when KVM destroys it. */
	struct kvm *kvm;
	struct factor asked;
	/* That every vCPU last agreed on. */
	struct factor former;
	/* By which the guest took the rate of its TSC. */
	struct factor boot;
	struct line line;
	/* KVM's own view, where it last agreed with the line. */
	u64 seen_tsc;
	u64 seen_ns;
	u32 raw_mul;
	s8 raw_shift;
	/*
	 * The line before the last change, for a guest that was paused then: how
	 * far it had come is known only when it resumes. Good up to break_ns.
	 */
	struct line before;
	u64 break_ns;
	/* Added to KVM's clock under way: what is read may be without it. */
	u64 alternative;
	bool realign;
	u32 flags;
	u32 changes;
	u64 publications;
	u64 deadlines;
	u64 lapic_timers;
	u64 corrections;
	/* vCPUs whose clock was seen, and of those whose is as asked. */
	DECLARE_BITMAP(seen, KVM_MAX_VCPUS);
	DECLARE_BITMAP(current_, KVM_MAX_VCPUS);
};

static inline bool factor_equal(struct factor a, struct factor b)
{
	return a.num == b.num && a.den == b.den;
}

static inline bool factor_is_one(struct factor f)
{
	return f.num == f.den && f.num;
}

/* clock.c */
u64 clock_scale(u64 value, struct factor f);
u64 clock_shrink(u64 value, struct factor f);
void clock_rate(u32 mul, s8 shift, struct factor f, struct line *line);
u64 clock_at(const struct line *line, u64 tsc);
void clock_publish(struct dilated *d, struct kvm_vcpu_arch *vcpu);
void clock_change(struct dilated *d, struct kvm_vcpu *vcpu);

/* change.c */
void change_work(struct work_struct *work);
bool change_adopt(struct dilated *d, struct kvm *kvm);
void change_close_gate(struct kvm_vcpu *self);

/* table.c */
extern struct mutex table_mutex;
struct dilated *table_find(struct mm_struct *mm);
struct dilated *table_add(struct mm_struct *mm);
void table_remove(struct dilated *d);
bool table_may_forget(const struct dilated *d);
unsigned int table_count(void);
void table_collect(void);
void table_exit(void);

/* hooks.c */
int hooks_register(void);
void hooks_unregister(void);
u32 hooks_features(void);
u32 hooks_missed(void);

/* control.c */
int control_register(void);
void control_unregister(void);

#endif
