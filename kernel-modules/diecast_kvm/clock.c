// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic of a guest's clock.
 *
 * KVM gives a guest pairs (TSC, nanoseconds) and a rate, and the guest goes on
 * from there by its TSC. A dilated guest is given one pair and one rate for all
 * its vCPUs, which stay the same for as long as T does and KVM's pairs lie on
 * the line through them: so no two vCPUs ever differ, and no new pair of KVM's
 * lets the clock step by what it is rounded to.
 *
 * KVM's pairs leave the line when user space sets the guest's clock, as QEMU
 * does when a paused guest resumes. Then the guest's clock goes on from there.
 */
#include <linux/math64.h>
#include <linux/ktime.h>
#include <asm/pvclock.h>

#include "internal.h"

/* How far KVM may be from the line: its own rounding, and the host's NTP. */
#define TOLERANCE_NS	1000
#define TOLERANCE_SHIFT	20

/* Guest's time to host's. Saturates. */
u64 clock_scale(u64 value, struct factor f)
{
	u64 most = mul_u64_u64_div_u64(U64_MAX, f.den, f.num);

	return value >= most ? U64_MAX : mul_u64_u64_div_u64(value, f.num, f.den);
}

/* Host's time to guest's. */
u64 clock_shrink(u64 value, struct factor f)
{
	return mul_u64_u64_div_u64(value, f.den, f.num);
}

/* KVM's rate divided by T. mul comes out with its highest bit set. */
void clock_rate(u32 mul, s8 shift, struct factor f, struct line *line)
{
	u64 q;
	int bits;

	if (factor_is_one(f)) {
		line->mul = mul;
		line->shift = shift;
		return;
	}
	/* 31 bits more, so that the division loses none that count. */
	q = mul_u64_u64_div_u64((u64)mul << 31, f.den, f.num);
	bits = fls64(q);
	if (bits > 32) {
		q += 1ULL << (bits - 33);
		if (fls64(q) > bits)
			bits++;
		q >>= bits - 32;
	} else {
		q <<= 32 - bits;
	}
	line->mul = q;
	line->shift = shift + bits - 63;
}

/* What the guest reads when its TSC stands there; before the line's beginning too. */
u64 clock_at(const struct line *line, u64 tsc)
{
	if (tsc >= line->tsc)
		return line->virt + pvclock_scale_delta(tsc - line->tsc, line->mul, line->shift);
	return line->virt - pvclock_scale_delta(line->tsc - tsc, line->mul, line->shift);
}

/* What the guest's clock is when KVM's is at ns. */
static u64 clock_of(const struct line *line, u64 ns)
{
	if (ns >= line->kvm_ns)
		return line->virt + clock_shrink(ns - line->kvm_ns, line->f);
	return line->virt - clock_shrink(line->kvm_ns - ns, line->f);
}

static void anchor(struct dilated *d, u64 tsc, u64 ns, u64 virt)
{
	struct line *line = &d->line;

	line->tsc = tsc;
	line->kvm_ns = ns;
	line->virt = virt;
	line->f = d->asked;
	clock_rate(d->raw_mul, d->raw_shift, line->f, line);
	line->set = true;
	d->seen_tsc = tsc;
	d->seen_ns = ns;
}

/* Whether KVM's pair is where its last one leads by the TSC. */
static bool agrees(struct dilated *d, u64 tsc, u64 ns)
{
	bool later = tsc >= d->seen_tsc;
	u64 apart = pvclock_scale_delta(later ? tsc - d->seen_tsc : d->seen_tsc - tsc,
					d->raw_mul, d->raw_shift);
	s64 off = later ? ns - d->seen_ns - apart : ns - d->seen_ns + apart;
	u64 bound = TOLERANCE_NS + (apart >> TOLERANCE_SHIFT);

	if (off > (s64)bound || -off > (s64)bound)
		return false;
	if (off)
		d->corrections++;
	if (later && tsc != d->seen_tsc) {
		d->seen_tsc = tsc;
		d->seen_ns = ns;
		d->before.set = false;
	}
	return true;
}

/* KVM's clock was set. */
static void follow(struct dilated *d, u64 tsc, u64 ns)
{
	/* It was paused before the last change of T, and resumes now. */
	bool paused = d->before.set && (s64)(ns - d->break_ns) < 0;
	struct line from = paused ? d->before : d->line;

	/* By KVM's latest pair, not by the line's own: it is nearer. */
	if (!paused) {
		from.virt = clock_at(&d->line, d->seen_tsc);
		from.kvm_ns = d->seen_ns;
	}
	d->before.set = false;
	anchor(d, tsc, ns, clock_of(&from, ns));
	d->realign = true;
}

/*
 * Puts the guest's clock in the place of KVM's own, which KVM has just made and
 * is about to copy to the guest. With d->lock held.
 */
void clock_publish(struct dilated *d, struct kvm_vcpu_arch *vcpu)
{
	struct pvclock_vcpu_time_info *page = &vcpu->hv_clock;
	u64 tsc = page->tsc_timestamp;
	u64 ns = page->system_time;

	d->raw_mul = page->tsc_to_system_mul;
	d->raw_shift = page->tsc_shift;
	if (!d->line.set)
		anchor(d, tsc, ns, ns);
	if (page->flags & PVCLOCK_TSC_STABLE_BIT) {
		d->flags &= ~DIECAST_KVM_STATE_UNSTABLE_TSC;
		if (!agrees(d, tsc, ns) &&
		    !(d->alternative && agrees(d, tsc, ns + d->alternative)))
			follow(d, tsc, ns);
		page->tsc_timestamp = d->line.tsc;
		page->system_time = d->line.virt;
	} else {
		/* Each vCPU has a pair of its own; the guest sees to it that none goes back. */
		d->flags |= DIECAST_KVM_STATE_UNSTABLE_TSC;
		page->system_time = clock_of(&d->line, ns);
	}
	page->tsc_to_system_mul = d->line.mul;
	page->tsc_shift = d->line.shift;
	/* Not the rate that it is of: so KVM makes its own again next time. */
	vcpu->hw_tsc_khz = 0;
}

/*
 * From now on by d->asked. No vCPU is in the guest, so none has read a later
 * time than this. With d->lock held.
 */
void clock_change(struct dilated *d, struct kvm_vcpu *vcpu)
{
	u64 tsc = kvm_read_l1_tsc(vcpu, rdtsc_ordered());
	struct line old = d->line;
	u64 ns;

	if (d->flags & DIECAST_KVM_STATE_UNSTABLE_TSC) {
		ns = ktime_get_raw_ns() + ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT)) +
		     vcpu->kvm->arch.kvmclock_offset;
		anchor(d, tsc, ns, clock_of(&old, ns));
		return;
	}
	/* Of several changes without a reading between them the first one counts. */
	if (!d->before.set) {
		d->before = old;
		d->before.virt = clock_at(&old, d->seen_tsc);
		d->before.kvm_ns = d->seen_ns;
		d->break_ns = d->seen_ns +
			pvclock_scale_delta(tsc - d->seen_tsc, d->raw_mul, d->raw_shift);
	}
	ns = d->seen_ns + pvclock_scale_delta(tsc - d->seen_tsc, d->raw_mul, d->raw_shift);
	anchor(d, tsc, ns, clock_at(&old, tsc));
}
