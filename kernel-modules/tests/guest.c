// SPDX-License-Identifier: GPL-2.0
/*
 * The only program of a guest under test: its init, statically linked. It takes
 * commands, a line each, on the first serial port, and answers there.
 *
 *	i		i CLOCKSOURCE CPUS STEAL	steal time in ticks
 *	c		c NANOSECONDS TSC		CLOCK_MONOTONIC, and the TSC then
 *	s MICROSECONDS	s KIND NANOSECONDS CYCLES	for each kind of sleep, as it
 *							ends: how long it was here
 *	l MICROSECONDS	l LOOPS NANOSECONDS		how often a loop ran for so long
 *	m KILOHERTZ	(nothing)			all CPUs read the clock; the rate
 *							that the TSC really has
 *	e		m READS BACKWARDS WORST LEAP	and stop; in ns: worst way back,
 *							and most that the clock advanced
 *							more than undilated time
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define MAX_CPUS 16

static int port;
static pthread_mutex_t port_lock = PTHREAD_MUTEX_INITIALIZER;

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static uint64_t tsc(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc; lfence" : "=a"(low), "=d"(high) :: "memory");
	return (uint64_t)high << 32 | low;
}

/* Of many, the reading that took the least time: nothing came between. */
static void read_both(int64_t *clock, uint64_t *cycles)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 200; i++) {
		uint64_t begin = tsc();
		int64_t t = now();
		uint64_t end = tsc();

		if (end - begin >= least)
			continue;
		least = end - begin;
		*clock = t;
		*cycles = begin + least / 2;
	}
}

static void say(const char *line)
{
	pthread_mutex_lock(&port_lock);
	for (size_t left = strlen(line); left;) {
		ssize_t n = write(port, line, left);

		if (n <= 0)
			break;
		line += n;
		left -= n;
	}
	pthread_mutex_unlock(&port_lock);
}

static void read_word(const char *path, char *word, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, word, size - 1);

	word[n > 0 ? n : 0] = 0;
	strtok(word, "\n");
	close(fd);
}

static void identify(void)
{
	char source[64], stat[256], line[400];
	unsigned long steal = 0;

	read_word("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  source, sizeof(source));
	read_word("/proc/stat", stat, sizeof(stat));
	sscanf(stat, "cpu %*u %*u %*u %*u %*u %*u %*u %lu", &steal);
	snprintf(line, sizeof(line), "i %s %ld %lu\n", source, sysconf(_SC_NPROCESSORS_ONLN), steal);
	say(line);
}

/* Sleeps. */

struct nap {
	const char *kind;
	int64_t micros;
};

static void *nap(void *arg)
{
	struct nap *nap = arg;
	struct timespec length = { nap->micros / 1000000, nap->micros % 1000000 * 1000 };
	struct itimerspec timer = { .it_value = length };
	char line[100];
	uint64_t ticks;
	uint64_t begin_tsc = tsc();
	int64_t begin = now();
	int fd;

	if (!strcmp(nap->kind, "nanosleep")) {
		nanosleep(&length, NULL);
	} else if (!strcmp(nap->kind, "clock_nanosleep")) {
		int64_t end = begin + nap->micros * 1000;
		struct timespec at = { end / 1000000000, end % 1000000000 };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
	} else {
		fd = timerfd_create(CLOCK_MONOTONIC, 0);
		timerfd_settime(fd, 0, &timer, NULL);
		if (read(fd, &ticks, sizeof(ticks)) != sizeof(ticks))
			say("error timerfd\n");
		close(fd);
	}
	snprintf(line, sizeof(line), "s %s %lld %llu\n", nap->kind, (long long)(now() - begin),
		 (unsigned long long)(tsc() - begin_tsc));
	say(line);
	free(nap);
	return NULL;
}

static void sleep_all(int64_t micros)
{
	static const char *const kinds[] = { "nanosleep", "timerfd", "clock_nanosleep" };
	pthread_t thread;

	for (int i = 0; i < 3; i++) {
		struct nap *n = malloc(sizeof(*n));

		*n = (struct nap){ kinds[i], micros };
		pthread_create(&thread, NULL, nap, n);
		pthread_detach(thread);
	}
}

/* What a CPU is worth, by the guest's own clock. */

#define LOOPS_AT_A_TIME	100000

static void *loop(void *arg)
{
	int64_t micros = *(int64_t *)arg, begin = now(), t;
	uint64_t x = begin;
	char line[100];
	long loops = 0;

	do {
		for (int i = 0; i < LOOPS_AT_A_TIME; i++) {
			x = x * 6364136223846793005ULL + 1442695040888963407ULL;
			asm volatile("" : "+r"(x));
		}
		loops += LOOPS_AT_A_TIME;
		t = now();
	} while (t - begin < micros * 1000);
	snprintf(line, sizeof(line), "l %ld %lld\n", loops, (long long)(t - begin));
	say(line);
	return NULL;
}

/* In a thread of its own, which is none of real time: those are throttled. */
static void loop_for(int64_t micros)
{
	pthread_t thread;

	pthread_create(&thread, NULL, loop, &micros);
	pthread_join(thread, NULL);
}

/* All CPUs read the clock: none may read what is before a time read already. */

static _Atomic int64_t latest;
static atomic_bool reading;
static pthread_t readers[MAX_CPUS];
static struct tally {
	long reads, backwards;
	int64_t worst, leap;
} tallies[MAX_CPUS];
static int cpus;
static double nanos_per_cycle;

static int64_t now_by_kernel(void)
{
	struct timespec t;

	syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void *reader(void *arg)
{
	struct tally *tally = arg;
	uint64_t former_tsc = tsc();
	int64_t former = now();

	while (atomic_load_explicit(&reading, memory_order_relaxed)) {
		uint64_t begin = tsc();
		int64_t before = atomic_load(&latest);
		/* Seven by the vDSO, from the first vCPU's page, then one from this one's. */
		int64_t t = tally->reads % 8 ? now() : now_by_kernel();

		int64_t leap = t - former - (tsc() - former_tsc) * nanos_per_cycle;

		if (leap > tally->leap)
			tally->leap = leap;
		former = t;
		former_tsc = begin;
		tally->reads++;
		if (t < before) {
			tally->backwards++;
			if (before - t > tally->worst)
				tally->worst = before - t;
			continue;
		}
		while (before < t && !atomic_compare_exchange_weak(&latest, &before, t))
			;
	}
	return NULL;
}

static void start_reading(double kilohertz)
{
	pthread_attr_t attributes;
	cpu_set_t set;

	nanos_per_cycle = 1e6 / kilohertz;
	memset(tallies, 0, sizeof(tallies));
	cpus = sysconf(_SC_NPROCESSORS_ONLN);
	atomic_store(&reading, true);
	for (int i = 0; i < cpus && i < MAX_CPUS; i++) {
		CPU_ZERO(&set);
		CPU_SET(i, &set);
		pthread_attr_init(&attributes);
		pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
		pthread_create(&readers[i], &attributes, reader, &tallies[i]);
	}
}

static void stop_reading(void)
{
	struct tally all = {};
	char line[100];

	atomic_store(&reading, false);
	for (int i = 0; i < cpus && i < MAX_CPUS; i++) {
		pthread_join(readers[i], NULL);
		all.reads += tallies[i].reads;
		all.backwards += tallies[i].backwards;
		if (tallies[i].worst > all.worst)
			all.worst = tallies[i].worst;
		if (tallies[i].leap > all.leap)
			all.leap = tallies[i].leap;
	}
	snprintf(line, sizeof(line), "m %ld %ld %lld %lld\n", all.reads, all.backwards,
		 (long long)all.worst, (long long)all.leap);
	say(line);
}

static void obey(const char *command)
{
	uint64_t cycles = 0;
	int64_t clock = 0;
	char line[100];

	switch (command[0]) {
	case 'i':
		identify();
		break;
	case 'c':
		read_both(&clock, &cycles);
		snprintf(line, sizeof(line), "c %lld %llu\n", (long long)clock,
			 (unsigned long long)cycles);
		say(line);
		break;
	case 's':
		sleep_all(atoll(command + 1));
		break;
	case 'l':
		loop_for(atoll(command + 1));
		break;
	case 'm':
		start_reading(atof(command + 1));
		break;
	case 'e':
		stop_reading();
		break;
	}
}

int main(void)
{
	struct sched_param first = { .sched_priority = 1 };
	struct termios raw;
	char command[100];
	size_t length = 0;

	mkdir("/dev", 0755);
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	port = open("/dev/ttyS0", O_RDWR | O_NOCTTY);
	tcgetattr(port, &raw);
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	tcsetattr(port, TCSANOW, &raw);
	/* It answers while all CPUs read the clock. */
	sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
	say("ready\n");
	for (;;) {
		if (read(port, command + length, 1) != 1)
			continue;
		if (command[length] != '\n') {
			length += length < sizeof(command) - 1;
			continue;
		}
		command[length] = 0;
		length = 0;
		obey(command);
	}
}
