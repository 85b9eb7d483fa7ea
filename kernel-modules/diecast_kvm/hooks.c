// SPDX-License-Identifier: GPL-2.0
/*
 * Where KVM calls us: kernel probes at the first instruction of functions of
 * its, by ftrace where the kernel has it. They run in the vCPU's thread with
 * preemption off, on the way from or to the guest.
 */
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <asm/apicdef.h>
#include <asm/kvm_para.h>

#include "internal.h"

/* Beyond, KVM's own conversion to nanoseconds overflows (1.8 hours at 2.6 GHz). */
#define MOST_CYCLES	BIT_ULL(44)

/* A process has one virtual machine; another one is left alone. With d->lock held. */
static bool is_its_vm(struct dilated *d, struct kvm *kvm)
{
	if (!d->kvm)
		d->kvm = kvm;
	if (d->kvm != kvm)
		d->flags |= DIECAST_KVM_STATE_SECOND_VM;
	return d->kvm == kvm;
}

/* By how much its timers must be longer than the guest makes them: T / T at boot. */
static u64 rescale(const struct dilated *d, u64 value)
{
	return clock_shrink(clock_scale(value, d->line.f), d->boot);
}

static bool must_rescale(const struct dilated *d)
{
	return d->boot.num && d->line.set && !factor_equal(d->line.f, d->boot);
}

/*
 * Deadlines that were set before a change of T may be late now. Too early is
 * right by definition: the guest finds nothing due and sets another. Nested in
 * a probe, so that on_deadline() does not see it.
 */
static void bring_deadline_forward(struct kvm_vcpu *vcpu)
{
	struct msr_data msr = { .index = MSR_IA32_TSC_DEADLINE, .host_initiated = true };
	u64 now = kvm_read_l1_tsc(vcpu, rdtsc());

	if (kvm_get_msr_common(vcpu, &msr) || msr.data <= now)
		return;
	msr.data = now;
	kvm_set_msr_common(vcpu, &msr);
}

/* It has told KVM that it knows Hyper-V's interface. */
static bool uses_hyperv(const struct kvm *kvm)
{
#if !defined(HYPERV_IS_OPTIONAL) || IS_ENABLED(CONFIG_KVM_HYPERV)
	return kvm->arch.hyperv.hv_guest_os_id;
#else
	return false;
#endif
}

/* kvm_setup_guest_pvclock(vcpu, ...): KVM is about to write the guest's clock. */
static int on_publication(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)regs->di;
	bool was, realign = false, changed = false;
	unsigned long flags;
	struct dilated *d;

	/* Done for another page of the same vCPU's (Xen's): see clock_publish(). */
	if (!vcpu->arch.hw_tsc_khz)
		return 0;
	d = table_find(vcpu->kvm->mm);
	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (!is_its_vm(d, vcpu->kvm))
		goto out;
	was = d->realign;
	clock_publish(d, &vcpu->arch);
	realign = d->realign && !was;
	changed = test_bit(vcpu->vcpu_idx, d->seen) && !test_bit(vcpu->vcpu_idx, d->current_);
	set_bit(vcpu->vcpu_idx, d->seen);
	if (factor_equal(d->line.f, d->asked))
		set_bit(vcpu->vcpu_idx, d->current_);
	d->publications++;
	if (uses_hyperv(vcpu->kvm))
		d->flags |= DIECAST_KVM_STATE_HYPERV_CLOCK_SEEN;
out:
	raw_spin_unlock_irqrestore(&d->lock, flags);
	if (changed)
		bring_deadline_forward(vcpu);
	if (realign) {
		change_close_gate(vcpu);
		queue_work(system_unbound_wq, &d->change);
	}
	return 0;
}

/* kvm_set_lapic_tscdeadline_msr(vcpu, deadline) */
static int on_deadline(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)regs->di;
	u64 deadline = regs->si, now;
	unsigned long flags;
	struct dilated *d;

	if (!deadline)
		return 0;
	d = table_find(vcpu->kvm->mm);
	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (!is_its_vm(d, vcpu->kvm))
		goto out;
	d->flags |= DIECAST_KVM_STATE_TSC_DEADLINE_SEEN;
	if (must_rescale(d)) {
		now = kvm_read_l1_tsc(vcpu, rdtsc());
		if (deadline > now) {
			regs->si = now + min(rescale(d, deadline - now), MOST_CYCLES);
			d->deadlines++;
		}
	}
out:
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

/* kvm_lapic_reg_write(apic, register, value) */
static int on_lapic_write(struct kprobe *probe, struct pt_regs *regs)
{
	u32 value = regs->dx;
	struct kvm_vcpu *vcpu;
	unsigned long flags;
	struct dilated *d;

	if ((u32)regs->si != APIC_TMICT || !value)
		return 0;
	vcpu = kvm_get_running_vcpu();
	if (!vcpu)
		return 0;
	d = table_find(vcpu->kvm->mm);
	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (!is_its_vm(d, vcpu->kvm))
		goto out;
	d->flags |= DIECAST_KVM_STATE_LAPIC_TIMER_SEEN;
	d->lapic_timers++;
	/*
	 * Whether the guest measured this timer by its dilated clock or by another
	 * is not known, but it can be late only where T has become less.
	 */
	if (must_rescale(d) && rescale(d, value) < value)
		regs->dx = max_t(u32, rescale(d, value), 1);
out:
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

/*
 * What a vCPU's thread waited for a CPU is steal time to KVM, in the host's time,
 * and by design where its share is capped: the guest would find more stolen than
 * has passed. So it is told of none.
 */
static void hide_steal(struct dilated *d, struct kvm_vcpu *vcpu)
{
#ifdef CONFIG_SCHED_INFO
	if (factor_is_one(d->line.set ? d->line.f : d->asked) || current->mm != d->mm)
		return;
	vcpu->arch.st.last_steal = current->sched_info.run_delay;
#endif
}

/* kvm_set_msr_common(vcpu, msr): the guest switches on its clock, or its steal time. */
static int on_msr(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)regs->di;
	struct msr_data *msr = (struct msr_data *)regs->si;
	unsigned long flags;
	struct dilated *d;

	if (msr->index != MSR_KVM_SYSTEM_TIME && msr->index != MSR_KVM_SYSTEM_TIME_NEW &&
	    msr->index != MSR_KVM_STEAL_TIME)
		return 0;
	if (msr->host_initiated || !(msr->data & 1))
		return 0;
	d = table_find(vcpu->kvm->mm);
	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (!is_its_vm(d, vcpu->kvm))
		goto out;
	if (msr->index == MSR_KVM_STEAL_TIME)
		hide_steal(d, vcpu);
	else if (!vcpu->vcpu_id)
		/* The guest asks this clock for the rate of its TSC next, once for all. */
		d->boot = d->line.set ? d->line.f : d->asked;
out:
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

/* kvm_arch_vcpu_load(vcpu, cpu): the vCPU's thread is on a CPU. */
static int on_load(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm_vcpu *vcpu = (struct kvm_vcpu *)regs->di;
	unsigned long flags;
	struct dilated *d;

	if (!(vcpu->arch.st.msr_val & KVM_MSR_ENABLED))
		return 0;
	d = table_find(vcpu->kvm->mm);
	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (!is_its_vm(d, vcpu->kvm))
		goto out;
	d->flags |= DIECAST_KVM_STATE_STEAL_TIME_SEEN;
	hide_steal(d, vcpu);
out:
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

/* kvm_arch_destroy_vm(kvm): nothing of it may be touched from here on. */
static int on_destroy(struct kprobe *probe, struct pt_regs *regs)
{
	struct kvm *kvm = (struct kvm *)regs->di;
	struct dilated *d = table_find(kvm->mm);
	unsigned long flags;

	if (!d)
		return 0;
	raw_spin_lock_irqsave(&d->lock, flags);
	if (d->kvm == kvm) {
		d->kvm = NULL;
		d->line.set = false;
		d->before.set = false;
		d->alternative = 0;
		d->realign = false;
		d->boot = (struct factor){};
		d->flags = 0;
		bitmap_zero(d->seen, KVM_MAX_VCPUS);
		bitmap_zero(d->current_, KVM_MAX_VCPUS);
	}
	raw_spin_unlock_irqrestore(&d->lock, flags);
	return 0;
}

struct hook {
	struct kprobe probe;
	/* Without it the module is of no use. */
	bool needed;
	u32 features;
};

#define HOOK(name, handler, need, offers)				\
	{								\
		.probe = { .symbol_name = (name), .pre_handler = (handler) }, \
		.needed = (need),					\
		.features = (offers),					\
	}

static struct hook hooks[] = {
	/* First: those that others rely on. */
	HOOK("kvm_arch_destroy_vm", on_destroy, true, 0),
	HOOK("kvm_set_msr_common", on_msr, true, 0),
	HOOK("kvm_setup_guest_pvclock", on_publication, true, DIECAST_KVM_FEATURE_KVMCLOCK),
	HOOK("kvm_set_lapic_tscdeadline_msr", on_deadline, true,
	     DIECAST_KVM_FEATURE_TSC_DEADLINE | DIECAST_KVM_FEATURE_RUNTIME_CHANGE),
	HOOK("kvm_lapic_reg_write", on_lapic_write, false, DIECAST_KVM_FEATURE_LAPIC_TIMER),
	HOOK("kvm_arch_vcpu_load", on_load, false,
	     IS_ENABLED(CONFIG_SCHED_INFO) ? DIECAST_KVM_FEATURE_STEAL_TIME : 0),
};

static bool registered[ARRAY_SIZE(hooks)];

u32 hooks_features(void)
{
	u32 features = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (registered[i])
			features |= hooks[i].features;
	return features;
}

/* Of what makes the guest's clock. Those nested in a probe are meant to be missed. */
u32 hooks_missed(void)
{
	return hooks[0].probe.nmissed + hooks[2].probe.nmissed;
}

void hooks_unregister(void)
{
	int i;

	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--) {
		if (registered[i])
			unregister_kprobe(&hooks[i].probe);
		registered[i] = false;
	}
}

int hooks_register(void)
{
	int i, err, failed = 0;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = register_kprobe(&hooks[i].probe);
		registered[i] = !err;
		if (!err)
			continue;
		pr_err("this kernel's KVM has no %s to hook (error %d)%s\n",
		       hooks[i].probe.symbol_name, -err,
		       hooks[i].needed ? "" : "; going on without");
		if (hooks[i].needed)
			failed = -ENODEV;
	}
	if (failed)
		hooks_unregister();
	return failed;
}
