// SPDX-License-Identifier: GPL-2.0
/*
 * A virtual machine of one vCPU without QEMU, to ask KVM and to time it.
 *
 *	bare khz		the rate of its TSC, as KVM has it
 *	bare cost BATCHES	what the module's hooks cost KVM
 *
 * "cost" writes the register of TSC deadlines from outside, by KVM_SET_MSRS, over
 * and over: each write passes two hooks (kvm_set_msr_common and
 * kvm_set_lapic_tscdeadline_msr) and does next to nothing else, as no timer is in
 * that mode. It prints the median nanoseconds of a write:
 *
 *	absent		the module is not loaded; then nothing else is printed
 *	empty		it knows no process
 *	other		it knows another process than this one
 *	own		it knows this one, which runs by the factor it booted by
 *	rescaled	by another factor: deadlines are converted
 */
#include "control.h"

#include <linux/kvm.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define MEMORY		0x4000
#define CODE		0x1000
#define TSC_DEADLINE	0x6e0
/* As many as KVM_SET_MSRS takes with some room. */
#define WRITES		128
#define MOST_BATCHES	10000
/* Half a minute or so: never due while this runs. */
#define FAR		(1ULL << 36)

struct bare {
	int vcpu;
	struct kvm_run *run;
};

/* Real mode: switches kvm-clock on, at 0x2000, and says so; between the two KVM writes its page. */
static const uint8_t code[] = {
	0x66, 0xb9, 0x01, 0x4d, 0x56, 0x4b,	/* mov $MSR_KVM_SYSTEM_TIME_NEW, %ecx */
	0x66, 0xb8, 0x01, 0x20, 0x00, 0x00,	/* mov $0x2001, %eax */
	0x66, 0x31, 0xd2,			/* xor %edx, %edx */
	0x0f, 0x30,				/* wrmsr */
	0xe6, 0x10,				/* out %al, $0x10 */
};

static int checked(int result, const char *what)
{
	if (result < 0)
		fail(what);
	return result;
}

static struct bare create(void)
{
	int kvm = checked(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	int vm = checked(ioctl(kvm, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	struct kvm_userspace_memory_region region = { .memory_size = MEMORY };
	struct bare bare;
	void *memory;

	memory = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap");
	memcpy((uint8_t *)memory + CODE, code, sizeof(code));
	region.userspace_addr = (uintptr_t)memory;
	checked(ioctl(vm, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	checked(ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region), "KVM_SET_USER_MEMORY_REGION");
	bare.vcpu = checked(ioctl(vm, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	bare.run = mmap(NULL, checked(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), "size"),
			PROT_READ | PROT_WRITE, MAP_SHARED, bare.vcpu, 0);
	if (bare.run == MAP_FAILED)
		fail("mmap of the vCPU");
	return bare;
}

static void switch_clock_on(struct bare bare)
{
	struct kvm_regs regs = { .rip = CODE, .rflags = 2 };
	struct kvm_sregs sregs;

	checked(ioctl(bare.vcpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	checked(ioctl(bare.vcpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS");
	checked(ioctl(bare.vcpu, KVM_SET_REGS, &regs), "KVM_SET_REGS");
	checked(ioctl(bare.vcpu, KVM_RUN, 0), "KVM_RUN");
	if (bare.run->exit_reason != KVM_EXIT_IO) {
		fprintf(stderr, "the vCPU ended by %u\n", bare.run->exit_reason);
		exit(1);
	}
}

static int compare(const void *a, const void *b)
{
	double difference = *(const double *)a - *(const double *)b;

	return (difference > 0) - (difference < 0);
}

/* Median nanoseconds of a write. */
static double measure(struct bare bare, int batches)
{
	static struct {
		struct kvm_msrs head;
		struct kvm_msr_entry writes[WRITES];
	} msrs;
	static double took[MOST_BATCHES];

	msrs.head.nmsrs = WRITES;
	for (int i = 0; i < WRITES; i++)
		msrs.writes[i] = (struct kvm_msr_entry){ .index = TSC_DEADLINE,
							 .data = __builtin_ia32_rdtsc() + FAR };
	for (int i = 0; i < batches; i++) {
		int64_t begin = now();

		if (ioctl(bare.vcpu, KVM_SET_MSRS, &msrs) != WRITES)
			fail("KVM_SET_MSRS");
		took[i] = (double)(now() - begin) / WRITES;
	}
	qsort(took, batches, sizeof(took[0]), compare);
	return took[batches / 2];
}

static void cost_loaded(struct bare bare, int batches)
{
	int module = control(), self = pidfd_of(getpid());
	uint64_t before;
	pid_t other;

	printf("empty=%.1f", measure(bare, batches));
	fflush(stdout);
	other = fork();
	if (!other)
		for (;;)
			pause();
	set_by(module, pidfd_of(other), 2, 1);
	printf(" other=%.1f", measure(bare, batches));
	set_by(module, self, 3, 1);
	printf(" own=%.1f", measure(bare, batches));
	set_by(module, self, 1, 1);
	switch_clock_on(bare);
	set_by(module, self, 3, 1);
	before = state_of(module, self).deadlines;
	printf(" rescaled=%.1f", measure(bare, batches));
	printf(" deadlines=%llu\n",
	       (unsigned long long)(state_of(module, self).deadlines - before) / batches);
	set_by(module, self, 1, 1);
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";
	int batches = argc > 2 ? atoi(argv[2]) : 0;

	if (!strcmp(verb, "khz") && argc == 2) {
		printf("khz=%d\n", checked(ioctl(create().vcpu, KVM_GET_TSC_KHZ, 0),
					   "KVM_GET_TSC_KHZ"));
	} else if (!strcmp(verb, "cost") && batches > 0 && batches <= MOST_BATCHES) {
		if (access("/dev/diecast_kvm", F_OK))
			printf("absent=%.1f\n", measure(create(), batches));
		else
			cost_loaded(create(), batches);
	} else {
		return 2;
	}
	return 0;
}
