/* SPDX-License-Identifier: GPL-2.0 */
/* What the programs that try diecast_kvm from the host's side share. Errors end them. */
#ifndef DIECAST_KVM_TESTS_CONTROL_H
#define DIECAST_KVM_TESTS_CONTROL_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../diecast_kvm/diecast_kvm.h"

static inline void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static inline int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline int control(void)
{
	int fd = open("/dev/diecast_kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("/dev/diecast_kvm");
	return fd;
}

static inline int pidfd_of(pid_t pid)
{
	int fd = syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		fail("pidfd_open");
	return fd;
}

static inline int pidfd(const char *pid)
{
	return pidfd_of(atoi(pid));
}

static inline void set_by(int module, int process, unsigned int num, unsigned int den)
{
	struct diecast_kvm_set s = { .pidfd = process, .numerator = num, .denominator = den };

	if (ioctl(module, DIECAST_KVM_SET, &s))
		fail("DIECAST_KVM_SET");
}

static inline struct diecast_kvm_state state_of(int module, int process)
{
	struct diecast_kvm_state s = { .pidfd = process };

	if (ioctl(module, DIECAST_KVM_GET, &s))
		fail("DIECAST_KVM_GET");
	return s;
}

#endif
