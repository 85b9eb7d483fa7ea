/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Control interface of diecast_kvm: the factor by which the time of a KVM
 * guest is dilated.
 *
 * /dev/diecast_kvm, a character device of mode 0600, takes three ioctls and
 * nothing else. Opening it needs CAP_SYS_ADMIN.
 *
 * A virtual machine is named by a pidfd of the process that runs it (of QEMU;
 * the process, not one of its threads). The module keeps the address space of
 * that process, so what it knows can never be taken for another process of the
 * same number. It forgets the process when that ends.
 *
 * Factor T = numerator / denominator: one second of the guest takes T seconds
 * of the host. 1 <= T <= max_factor of DIECAST_KVM_INFO. The module brings it
 * to lowest terms; DIECAST_KVM_GET answers in lowest terms.
 *
 * All structures are of fixed size, in the host's byte order and without
 * implicit padding. What is called reserved must be zero on the way in, else
 * EINVAL, and is zero on the way out.
 *
 * The numbers of the ioctls in full, for who cannot include this file:
 *
 *	DIECAST_KVM_INFO  0x8040dc00	struct diecast_kvm_info   64 bytes
 *	DIECAST_KVM_SET   0x4020dc01	struct diecast_kvm_set    32 bytes
 *	DIECAST_KVM_GET   0xc060dc02	struct diecast_kvm_state  96 bytes
 *
 * Errors of all of them:
 *	ENOTTY		no such ioctl (a wrong size is another ioctl)
 *	EFAULT		the argument is no readable and writable memory
 *	EINTR		a signal came before anything was done
 * and of open(2): EPERM without CAP_SYS_ADMIN.
 */
#ifndef _UAPI_DIECAST_KVM_H
#define _UAPI_DIECAST_KVM_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Rises when a caller of the former interface would be served wrongly. */
#define DIECAST_KVM_ABI			1

/* Guests that read kvm-clock are dilated. Always set. */
#define DIECAST_KVM_FEATURE_KVMCLOCK		(1U << 0)
/* Timers by the TSC deadline follow every change of T. */
#define DIECAST_KVM_FEATURE_TSC_DEADLINE	(1U << 1)
/* T may change while the guest runs, paused or not: no clock goes back. */
#define DIECAST_KVM_FEATURE_RUNTIME_CHANGE	(1U << 2)
/*
 * One-shot and periodic timers of the local APIC are never late after a change
 * of T, though they may be early; without this bit they may be late.
 */
#define DIECAST_KVM_FEATURE_LAPIC_TIMER		(1U << 3)
/* A dilated guest is told of no steal time, rather than of T times too much. */
#define DIECAST_KVM_FEATURE_STEAL_TIME		(1U << 4)
/* wall_host_ns and wall_model_ns of DIECAST_KVM_SET are heeded. */
#define DIECAST_KVM_FEATURE_WALL_CLOCK		(1U << 5)

/*
 * DIECAST_KVM_INFO: what the module is and can.
 *
 * @abi:		DIECAST_KVM_ABI of the module
 * @features:		DIECAST_KVM_FEATURE_*
 * @max_numerator:	greatest numerator that SET takes, before reduction
 * @max_denominator:	greatest denominator that SET takes, before reduction
 * @max_factor:		greatest T that SET takes
 * @dilated:		processes that the module holds a factor for: those with
 *			T > 1, and those with T = 1 whose guest has not taken
 *			over all of it yet. While it is not 0, the module cannot
 *			be unloaded (EBUSY).
 * @max_processes:	greatest @dilated
 * @missed:		calls of KVM's that went past the module's hooks since it
 *			was loaded. Not 0: somebody switched kernel probes off,
 *			and no dilated guest's clock can be relied on.
 * @version:		the module's version, for people; ends with a NUL
 */
struct diecast_kvm_info {
	__u32 abi;
	__u32 features;
	__u32 max_numerator;
	__u32 max_denominator;
	__u32 max_factor;
	__u32 dilated;
	__u32 max_processes;
	__u32 missed;
	char version[32];
};

/*
 * DIECAST_KVM_SET: the factor of a virtual machine from now on.
 *
 * It may be set before the process has created its virtual machine; then it
 * holds from the guest's first instruction. Set later, the guest's clock goes
 * on from where it is, at the new rate, on all vCPUs at once; the guest need
 * not be paused. On return nothing of the guest runs by the former factor, but
 * see DIECAST_KVM_STATE_CHANGE_PENDING. T = 1 gives the guest back to KVM: it
 * goes on undilated from the time that it has reached.
 *
 * @pidfd:		of the process; pidfd_open(2)
 * @flags:		0
 * @numerator:		1 to max_numerator
 * @denominator:	1 to max_denominator
 * @wall_host_ns:	together with @wall_model_ns, both in nanoseconds since
 * @wall_model_ns:	the epoch: what the guest's wall clock shall show
 *			(model) when the host's shows (host). It runs by T from
 *			there. It is what the guest gets when it asks KVM for the
 *			time of day, as it does while it boots; a guest that is
 *			up keeps its own. 0 and 0: the host's wall clock, as KVM
 *			gives it.
 *
 * Errors:
 *	EINVAL		flags or reserved are not 0, a numerator or denominator
 *			is 0 or above its maximum, T is below 1 or above
 *			max_factor, one of the wall clocks is 0 and the other is
 *			not, or pidfd is no descriptor of a process
 *	EBADF		pidfd is not open
 *	ESRCH		the process has ended, or is a kernel thread
 *	ENOSPC		max_processes are held already
 *	ENOMEM		no memory for another
 *	EAGAIN		where the guest's clock is could not be learnt: some of
 *			its vCPUs had no CPU for half a second; nothing changed
 *	EOPNOTSUPP	the process has more than one virtual machine, or a wall
 *			clock was given and the feature is missing
 */
struct diecast_kvm_set {
	__s32 pidfd;
	__u32 flags;
	__u32 numerator;
	__u32 denominator;
	__u64 wall_host_ns;
	__u64 wall_model_ns;
};

/* The process has a virtual machine, and the module has seen its clock. */
#define DIECAST_KVM_STATE_SEEN			(1U << 0)
/*
 * A vCPU has not been inside KVM since the last change: it is paused, or about
 * to enter. It will see the new clock before its next instruction.
 */
#define DIECAST_KVM_STATE_CHANGE_PENDING	(1U << 1)
/* The guest programs its local APIC's timer in one-shot or periodic mode. */
#define DIECAST_KVM_STATE_LAPIC_TIMER_SEEN	(1U << 2)
/* The guest programs TSC deadlines. */
#define DIECAST_KVM_STATE_TSC_DEADLINE_SEEN	(1U << 3)
/* The guest has asked for its steal time. */
#define DIECAST_KVM_STATE_STEAL_TIME_SEEN	(1U << 4)
/* The guest uses Hyper-V's clocks as well, which are not dilated by design. */
#define DIECAST_KVM_STATE_HYPERV_CLOCK_SEEN	(1U << 5)
/*
 * KVM does not keep this guest's clock by a synchronised TSC (the host's clock
 * source is another, or the vCPUs' TSCs differ). The guest is dilated all the
 * same; it is told, and keeps its clock from going back by itself, as without
 * this module, at some cost per reading.
 */
#define DIECAST_KVM_STATE_UNSTABLE_TSC		(1U << 6)
/* A second virtual machine of the process was seen; it is not dilated. */
#define DIECAST_KVM_STATE_SECOND_VM		(1U << 7)

/*
 * DIECAST_KVM_GET: what is in effect for a virtual machine.
 *
 * A process that no factor was ever set for, or whose factor is 1 again, is
 * answered with 1/1 and zeros, not by an error.
 *
 * @pidfd:		in: of the process
 * @flags:		in: 0; out: DIECAST_KVM_STATE_*
 * @numerator:		the factor last set ...
 * @denominator:
 * @effective_numerator:	the factor that every vCPU's clock runs by; while
 * @effective_denominator:	CHANGE_PENDING is set, the former one
 * @boot_numerator:	the factor by which the guest found out the rate of its
 * @boot_denominator:	TSC, 0/0 before it did
 * @vcpus:		vCPUs whose clock was seen
 * @changes:		times that SET changed the factor
 * @publications:	times that a vCPU's dilated clock was handed to the guest
 * @deadlines:		TSC deadlines that were rescaled, as T is not the factor
 *			by which the guest booted
 * @lapic_timers:	one-shot and periodic timers that the guest programmed
 * @corrections:	times that KVM's clock stood not where the guest's had
 *			gone to by the TSC, and was put there; each less than a
 *			millionth of the time that had passed
 * @reserved:		0
 *
 * What else stands in the structure on the way in is ignored.
 *
 * Errors: EINVAL (flags or reserved is not 0, or pidfd is no descriptor of a
 * process), EBADF, ESRCH as for DIECAST_KVM_SET.
 */
struct diecast_kvm_state {
	__s32 pidfd;
	__u32 flags;
	__u32 numerator;
	__u32 denominator;
	__u32 effective_numerator;
	__u32 effective_denominator;
	__u32 boot_numerator;
	__u32 boot_denominator;
	__u32 vcpus;
	__u32 changes;
	__u64 publications;
	__u64 deadlines;
	__u64 lapic_timers;
	__u64 corrections;
	__u64 reserved[3];
};

#define DIECAST_KVM_INFO	_IOR(0xdc, 0x00, struct diecast_kvm_info)
#define DIECAST_KVM_SET		_IOW(0xdc, 0x01, struct diecast_kvm_set)
#define DIECAST_KVM_GET		_IOWR(0xdc, 0x02, struct diecast_kvm_state)

#endif /* _UAPI_DIECAST_KVM_H */
