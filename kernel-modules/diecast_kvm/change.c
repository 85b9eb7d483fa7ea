// SPDX-License-Identifier: GPL-2.0
/*
 * A new factor, or a clock that user space has set, for a guest that runs.
 *
 * A vCPU may read the clock from another's page (Linux's vDSO reads the first
 * one's). So no vCPU may be in the guest from the moment that one of the pages
 * changes until the last one has: a gate, a request bit that KVM does not know
 * and hence never clears, keeps them outside. A vCPU that is inside KVM writes
 * its page itself; those of a guest whose vCPUs are in user space (it is paused)
 * are written here.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>
#include <asm/pvclock-abi.h>

#include "internal.h"

/* KVM's own are numbered from 0; the highest of the 64 is not used by it. */
#define GATE		63
/* A vCPU under a hard cap of its CPU time may not run for that long. */
#define PATIENCE_US	500000
#define PAUSE_US	50

static bool clock_is_on(const struct kvm_vcpu *vcpu)
{
	return READ_ONCE(vcpu->arch.time) & 1;
}

void change_close_gate(struct kvm_vcpu *self)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, self->kvm) {
		kvm_make_request(GATE, vcpu);
		if (vcpu != self)
			kvm_vcpu_kick(vcpu);
	}
}

static void open_gate(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm)
		kvm_clear_request(GATE, vcpu);
}

/*
 * The page of a vCPU that KVM made before we knew of the guest is where its clock
 * begins for us. With d->lock held, and the vCPU's thread not at it.
 */
static void adopt_page(struct dilated *d, const struct kvm_vcpu *vcpu)
{
	const struct pvclock_vcpu_time_info *page = &vcpu->arch.hv_clock;

	if (!page->version)
		return;
	d->line = (struct line){
		.tsc = page->tsc_timestamp,
		.virt = page->system_time,
		.kvm_ns = page->system_time,
		.f = { 1, 1 },
		.mul = page->tsc_to_system_mul,
		.shift = page->tsc_shift,
		.set = true,
	};
	d->raw_mul = page->tsc_to_system_mul;
	d->raw_shift = page->tsc_shift;
	d->seen_tsc = page->tsc_timestamp;
	d->seen_ns = page->system_time;
	if (!(page->flags & PVCLOCK_TSC_STABLE_BIT))
		d->flags |= DIECAST_KVM_STATE_UNSTABLE_TSC;
}

/* Where its page is for this thread, which uses kvm->mm, if it is. With kvm->srcu held. */
static void __user *page_of(struct kvm *kvm, const struct kvm_vcpu *vcpu)
{
	gpa_t gpa = READ_ONCE(vcpu->arch.time) & ~1ULL;
	unsigned long hva = gfn_to_hva(kvm, gpa_to_gfn(gpa));

	return kvm_is_error_hva(hva) ? NULL : (void __user *)(hva + offset_in_page(gpa));
}

/* The guest's clock, where it has one for all vCPUs. */
static bool line_of(struct dilated *d, struct line *line)
{
	bool common;

	raw_spin_lock_irq(&d->lock);
	*line = d->line;
	/* Else each page has a pair of its own, which its vCPU makes. */
	common = d->line.set && !(d->flags & DIECAST_KVM_STATE_UNSTABLE_TSC);
	raw_spin_unlock_irq(&d->lock);
	return common;
}

/*
 * Still: the vCPU's thread is not at its page, which is certain with its mutex
 * held.
 */
static void write_page(struct dilated *d, struct kvm *kvm, struct kvm_vcpu *vcpu, bool still)
{
	struct pvclock_vcpu_time_info page;
	void __user *where;
	struct line line;
	int srcu;

	raw_spin_lock_irq(&d->lock);
	if (!d->line.set && still && factor_is_one(d->asked))
		adopt_page(d, vcpu);
	raw_spin_unlock_irq(&d->lock);
	if (!line_of(d, &line))
		return;
	srcu = srcu_read_lock(&kvm->srcu);
	where = page_of(kvm, vcpu);
	if (where && !copy_from_user(&page, where, sizeof(page)) && page.version) {
		page.version = (page.version + 2) & ~1U;
		page.tsc_timestamp = line.tsc;
		page.system_time = line.virt;
		page.tsc_to_system_mul = line.mul;
		page.tsc_shift = line.shift;
		/* Nothing to do where it fails: the vCPU will write it. */
		if (copy_to_user(where, &page, sizeof(page)))
			pr_debug("page of vCPU %d is not there\n", vcpu->vcpu_id);
	}
	srcu_read_unlock(&kvm->srcu, srcu);
}

/*
 * Whether what its vCPU was told to write has got there: the vCPU may lose its CPU
 * between the two for as long as the host pleases.
 */
static bool is_written(struct dilated *d, struct kvm *kvm, const struct kvm_vcpu *vcpu)
{
	struct pvclock_vcpu_time_info page;
	void __user *where;
	struct line line;
	bool written;
	int srcu;

	if (!line_of(d, &line))
		return true;
	srcu = srcu_read_lock(&kvm->srcu);
	where = page_of(kvm, vcpu);
	written = !where || copy_from_user(&page, where, sizeof(page)) ||
		  (!(page.version & 1) && page.tsc_timestamp == line.tsc &&
		   page.system_time == line.virt && page.tsc_to_system_mul == line.mul &&
		   page.tsc_shift == line.shift);
	srcu_read_unlock(&kvm->srcu, srcu);
	return written;
}

/* Whether its page is as asked. */
static bool is_done(struct dilated *d, struct kvm *kvm, struct kvm_vcpu *vcpu)
{
	if (!clock_is_on(vcpu))
		return true;
	if (test_bit(vcpu->vcpu_idx, d->current_))
		return is_written(d, kvm, vcpu);
	/* Held while it is inside KVM. */
	if (!mutex_trylock(&vcpu->mutex))
		return false;
	write_page(d, kvm, vcpu, true);
	mutex_unlock(&vcpu->mutex);
	return true;
}

/* With kvm->mm in use. */
static void update_pages(struct dilated *d, struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i, waited;
	bool done;

	kvm_for_each_vcpu(i, vcpu, kvm) {
		/* One that idles would not look: as if another had kicked it. */
		if (clock_is_on(vcpu) && READ_ONCE(vcpu->arch.mp_state) == KVM_MP_STATE_HALTED)
			WRITE_ONCE(vcpu->arch.pv.pv_unhalted, true);
	}
	kvm_make_all_cpus_request(kvm, KVM_REQ_CLOCK_UPDATE);
	for (waited = 0; waited < PATIENCE_US; waited += PAUSE_US) {
		done = true;
		kvm_for_each_vcpu(i, vcpu, kvm)
			done &= is_done(d, kvm, vcpu);
		/* Or user space has set the clock: all begins anew. */
		if (done || READ_ONCE(d->realign))
			return;
		usleep_range(PAUSE_US, 2 * PAUSE_US);
	}
	kvm_for_each_vcpu(i, vcpu, kvm)
		if (clock_is_on(vcpu) && !is_written(d, kvm, vcpu))
			write_page(d, kvm, vcpu, false);
}

/*
 * Undilated again: what the guest's clock lags behind KVM's becomes KVM's own
 * offset, as if user space had set it. Then KVM needs us no more.
 */
static void give_back(struct dilated *d, struct kvm *kvm)
{
	struct kvm_arch *arch = &kvm->arch;
	u64 lag;

	raw_spin_lock_irq(&arch->tsc_write_lock);
	write_seqcount_begin(&arch->pvclock_sc);
	raw_spin_lock(&d->lock);
	if (d->line.set && factor_is_one(d->line.f)) {
		lag = d->line.virt - d->line.kvm_ns;
		arch->kvmclock_offset += lag;
		d->alternative = lag;
		d->line.kvm_ns += lag;
		d->seen_ns += lag;
	}
	raw_spin_unlock(&d->lock);
	write_seqcount_end(&arch->pvclock_sc);
	raw_spin_unlock_irq(&arch->tsc_write_lock);
}

static struct kvm_vcpu *any_seen(struct dilated *d, struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm)
		if (clock_is_on(vcpu))
			return vcpu;
	return NULL;
}

static void change(struct dilated *d, struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	bool give;

	/* On return none is in the guest, and none gets there. */
	kvm_make_all_cpus_request(kvm, GATE | KVM_REQUEST_WAIT);
	vcpu = any_seen(d, kvm);
	raw_spin_lock_irq(&d->lock);
	d->realign = false;
	d->alternative = 0;
	if (d->line.set && vcpu && !factor_equal(d->line.f, d->asked))
		clock_change(d, vcpu);
	bitmap_zero(d->current_, KVM_MAX_VCPUS);
	give = factor_is_one(d->asked) && table_may_forget(d);
	raw_spin_unlock_irq(&d->lock);
	if (give)
		give_back(d, kvm);
	update_pages(d, kvm);
	open_gate(kvm);
}

void change_work(struct work_struct *work)
{
	struct dilated *d = container_of(work, struct dilated, change);
	struct kvm *kvm;
	int rounds = 0;

	if (!mmget_not_zero(d->mm))
		return;
	raw_spin_lock_irq(&d->lock);
	kvm = d->kvm;
	if (kvm && !kvm_get_kvm_safe(kvm))
		kvm = NULL;
	raw_spin_unlock_irq(&d->lock);
	if (kvm) {
		kthread_use_mm(d->mm);
		/* User space may set the clock meanwhile, but not for ever. */
		do {
			change(d, kvm);
		} while (READ_ONCE(d->realign) && ++rounds < 10);
		kthread_unuse_mm(d->mm);
		kvm_put_kvm(kvm);
	}
	mmput(d->mm);
}

/*
 * A VM that was there before its factor goes on from where it is. Its vCPUs say
 * where that is: asked for a factor of 1 they publish their clocks. Whether there
 * is anything to ask for.
 */
bool change_adopt(struct dilated *d, struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	bool must = false;
	unsigned long i;

	raw_spin_lock_irq(&d->lock);
	/* A hook may have come before us. */
	if (!d->kvm)
		d->kvm = kvm;
	if (d->kvm != kvm || d->line.set || !factor_is_one(d->asked))
		goto out;
	kvm_for_each_vcpu(i, vcpu, kvm) {
		if (!clock_is_on(vcpu))
			continue;
		set_bit(vcpu->vcpu_idx, d->seen);
		must = true;
	}
	if (must && !d->boot.num)
		d->boot = (struct factor){ 1, 1 };
out:
	raw_spin_unlock_irq(&d->lock);
	return must;
}
