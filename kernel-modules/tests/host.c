// SPDX-License-Identifier: GPL-2.0
/*
 * The host's side of the tests of diecast_kvm. Prints what it finds as words of
 * the form key=value; judges nothing.
 *
 *	host info
 *	host set PID NUMERATOR DENOMINATOR
 *	host get PID
 *	host await SOCKET			what it says of itself, once it is up
 *	host ask SOCKET COMMAND			one line of answer from the guest
 *	host rate SOCKET SECONDS		by how much its clock advances
 *	host sleep SOCKET MICROSECONDS		the three kinds of sleep
 *	host change SOCKET PID ROUNDS MILLIS N/D...
 *						T one after the other, a number of
 *						times, while the guest reads its clock
 *	host refusals PID			what the module does not take
 *	host hammer SECONDS PID			garbage, from four processes
 *	host monitor SOCKET COMMAND		QEMU's human monitor
 */
#include "control.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static void info(void)
{
	struct diecast_kvm_info i = {};

	if (ioctl(control(), DIECAST_KVM_INFO, &i))
		fail("DIECAST_KVM_INFO");
	printf("abi=%u features=%#x dilated=%u missed=%u version=%s\n", i.abi, i.features,
	       i.dilated, i.missed, i.version);
}

static void get(const char *pid)
{
	struct diecast_kvm_state s = state_of(control(), pidfd(pid));

	printf("flags=%#x factor=%u/%u effective=%u/%u boot=%u/%u vcpus=%u changes=%u", s.flags,
	       s.numerator, s.denominator, s.effective_numerator, s.effective_denominator,
	       s.boot_numerator, s.boot_denominator, s.vcpus, s.changes);
	printf(" publications=%llu deadlines=%llu lapic_timers=%llu corrections=%llu\n",
	       s.publications, s.deadlines, s.lapic_timers, s.corrections);
}

/* The guest */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(path);
	return fd;
}

static void send_line(int fd, const char *command)
{
	char line[200];
	int n = snprintf(line, sizeof(line), "%s\n", command);

	if (write(fd, line, n) != n)
		fail("write");
}

/* A line without its end, within some time; whether there was one. */
static int read_line(int fd, char *line, size_t size, int millis)
{
	size_t length = 0;

	while (length < size - 1) {
		struct pollfd ready = { fd, POLLIN, 0 };

		if (poll(&ready, 1, millis) != 1 || read(fd, line + length, 1) != 1)
			return 0;
		if (line[length] == '\n')
			break;
		length++;
	}
	line[length] = 0;
	return 1;
}

/* The next line that begins with this letter. */
static void receive(int fd, char letter, char *line, size_t size)
{
	do {
		if (!read_line(fd, line, size, 120000)) {
			errno = ETIMEDOUT;
			fail("the guest does not answer");
		}
	} while (line[0] != letter);
}

/*
 * The guest's TSC runs at this host's rate: nothing scales it. So the host's time
 * between two readings in the guest is known by the TSC that the guest read with
 * each, however long its answer was on its way.
 */
struct reading {
	int64_t clock;
	uint64_t tsc;
};

static struct reading sample(int fd)
{
	struct reading r = {};
	char line[100];

	send_line(fd, "c");
	receive(fd, 'c', line, sizeof(line));
	if (sscanf(line, "c %ld %lu", &r.clock, &r.tsc) != 2) {
		fprintf(stderr, "the guest says %s\n", line);
		exit(1);
	}
	return r;
}

static struct reading here(void)
{
	struct reading r = {};
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 1000; i++) {
		uint64_t begin = __builtin_ia32_rdtsc();
		int64_t t = now();
		uint64_t end = __builtin_ia32_rdtsc();

		if (end - begin >= least)
			continue;
		least = end - begin;
		r = (struct reading){ t, begin + least / 2 };
	}
	return r;
}

static double cycles_per_nano(struct reading from, struct reading to)
{
	return (double)(to.tsc - from.tsc) / (to.clock - from.clock);
}

static void rate(const char *path, int seconds)
{
	struct reading h0 = here(), h1, g0, g1;
	int fd = connect_to(path);

	g0 = sample(fd);
	sleep(seconds);
	g1 = sample(fd);
	h1 = here();
	/* The outer one bounds the inner one: a guest whose TSC ran faster would be seen. */
	printf("guest=%ld host=%.0f outer=%ld\n", g1.clock - g0.clock,
	       (g1.tsc - g0.tsc) / cycles_per_nano(h0, h1), h1.clock - h0.clock);
}

static void sleeps(const char *path, const char *micros)
{
	struct reading h0 = here(), h1;
	int fd = connect_to(path);
	char line[3][100], kind[50];

	snprintf(line[0], sizeof(line[0]), "s %s", micros);
	send_line(fd, line[0]);
	for (int i = 0; i < 3; i++)
		receive(fd, 's', line[i], sizeof(line[i]));
	h1 = here();
	for (int i = 0; i < 3; i++) {
		long guest;
		unsigned long cycles;

		if (sscanf(line[i], "s %49s %ld %lu", kind, &guest, &cycles) == 3)
			printf("%s=%.0f guest_%s=%ld ", kind, cycles / cycles_per_nano(h0, h1), kind,
			       guest);
	}
	printf("\n");
}

/* What is refused, and by which error. */
static void refusals(const char *pid)
{
	int module = control(), process = pidfd(pid), dead = fork();
	struct diecast_kvm_state state = { .pidfd = process, .reserved = { 0, 1 } };
	struct diecast_kvm_set set;
	int number;

	if (!dead)
		exit(0);
	number = syscall(SYS_pidfd_open, dead, 0);
	waitpid(dead, NULL, 0);
#define REFUSED(what, cmd, arg) (errno = 0, ioctl(module, cmd, arg), \
	printf("%s=%s\n", what, strerrorname_np(errno)))
#define SET(what, ...) (set = (struct diecast_kvm_set){ __VA_ARGS__ }, \
	REFUSED(what, DIECAST_KVM_SET, &set))
	REFUSED("unknown", _IO(0xdc, 77), NULL);
	REFUSED("size", _IOW(0xdc, 1, uint64_t), &set);
	REFUSED("null", DIECAST_KVM_SET, NULL);
	REFUSED("null_get", DIECAST_KVM_GET, NULL);
	REFUSED("null_info", DIECAST_KVM_INFO, NULL);
	REFUSED("reserved", DIECAST_KVM_GET, &state);
	SET("flags", process, 1, 2, 1);
	SET("zero", process, 0, 0, 1);
	SET("by_zero", process, 0, 2, 0);
	SET("below_one", process, 0, 1, 2);
	SET("large_term", process, 0, 1000001, 1000001);
	SET("large_factor", process, 0, 10001, 1);
	SET("half_a_wall", process, 0, 2, 1, 1, 0);
	SET("wall", process, 0, 2, 1, 1, 1);
	SET("no_process", module, 0, 2, 1);
	SET("closed", 999, 0, 2, 1);
	SET("negative", -1, 0, 2, 1);
	SET("dead", number, 0, 2, 1);
	SET("undilated", process, 0, 7, 7);
	if (setuid(65534))
		fail("setuid");
	errno = 0;
	number = open("/dev/diecast_kvm", O_RDWR);
	printf("nobody=%s\n", number < 0 ? strerrorname_np(errno) : "0");
}

/*
 * What the guest says of itself, once it is up: before, it hears nothing. Each try
 * is a connection of its own: of one that was there while the guest's serial port
 * was set up, nothing may ever get through.
 */
static void await(const char *path)
{
	int64_t end = now() + 240 * 1000000000LL;
	char line[400];
	int fd;

	for (;;) {
		if (now() > end) {
			errno = ETIMEDOUT;
			fail("the guest does not come up");
		}
		fd = connect_to(path);
		send_line(fd, "i");
		/* A line whose end did not come in time is none, however it begins. */
		while (read_line(fd, line, sizeof(line), 1000)) {
			if (strncmp(line, "i ", 2))
				continue;
			printf("%s\n", line);
			return;
		}
		close(fd);
	}
}

static void ask(const char *path, const char *command)
{
	int fd = connect_to(path);
	char line[400];

	send_line(fd, command);
	receive(fd, command[0], line, sizeof(line));
	printf("%s\n", line);
}

/* worst_rate_ppm: of the rates between just after each change and the next one. */
static void change(int argc, char **argv)
{
	int fd = connect_to(argv[0]), process = pidfd(argv[1]), module = control();
	int rounds = atoi(argv[2]), millis = atoi(argv[3]);
	double worst_rate = 0, slowest = 0;
	struct reading h0 = here(), h1, from, to;
	char line[100];

	sleep(2);
	h1 = here();
	snprintf(line, sizeof(line), "m %.6f", cycles_per_nano(h0, h1) * 1e6);
	send_line(fd, line);
	for (int round = 0; round < rounds; round++) {
		for (int i = 4; i < argc; i++) {
			unsigned int num, den;
			int64_t begin, took;
			double due, rate;

			if (sscanf(argv[i], "%u/%u", &num, &den) != 2)
				exit(2);
			begin = now();
			set_by(module, process, num, den);
			took = now() - begin;
			if (took > slowest)
				slowest = took;
			from = sample(fd);
			usleep(millis * 1000);
			to = sample(fd);
			h1 = here();
			due = (to.tsc - from.tsc) / cycles_per_nano(h0, h1) * den / num;
			rate = __builtin_fabs((to.clock - from.clock) / due - 1);
			if (rate > worst_rate)
				worst_rate = rate;
		}
	}
	send_line(fd, "e");
	receive(fd, 'm', line, sizeof(line));
	printf("%s\nworst_rate_ppm=%.0f slowest_set_us=%.0f\n", line, worst_rate * 1e6, slowest / 1e3);
}

/* Garbage */

static void hammer_once(int module, int process)
{
	static const unsigned long known[] = { DIECAST_KVM_INFO, DIECAST_KVM_SET, DIECAST_KVM_GET };
	static const uint32_t terms[] = { 0, 1, 2, 3, 5, 1000000, 1000001, UINT32_MAX };
	union {
		struct diecast_kvm_set set;
		struct diecast_kvm_state state;
		uint8_t bytes[256];
	} args;
	unsigned long cmd = random() % 8 ? known[random() % 3] : (unsigned long)random();
	void *where = &args;

	if (random() % 2) {
		for (size_t i = 0; i < sizeof(args); i++)
			args.bytes[i] = random();
	} else {
		memset(&args, 0, sizeof(args));
	}
	if (random() % 4)
		args.set.pidfd = random() % 2 ? process : (int)(random() % 20) - 5;
	if (random() % 2) {
		args.set.flags = 0;
		args.set.numerator = terms[random() % 8];
		args.set.denominator = terms[random() % 8];
	}
	if (random() % 16 == 0)
		where = (void *)(random() % 2 ? (uintptr_t)random() << 20 : (uintptr_t)random());
	ioctl(module, cmd, where);
}

static void hammer(int seconds, const char *pid)
{
	int64_t end = now() + seconds * 1000000000LL;
	int process = pidfd(pid);

	for (int i = 0; i < 4; i++) {
		if (fork())
			continue;
		srandom(20261126 + i);
		int module = control();
		long calls = 0;

		for (; now() < end; calls++)
			hammer_once(module, process);
		printf("calls=%ld\n", calls);
		exit(0);
	}
	while (wait(NULL) > 0)
		;
}

/* Up to where it asks for a command. */
/* What comes before it goes to standard output, where that is wanted. */
static void await_prompt(int fd, int print)
{
	static const char prompt[] = "(qemu) ";
	struct pollfd ready = { fd, POLLIN, 0 };
	size_t met = 0;
	char c;

	while (prompt[met]) {
		if (poll(&ready, 1, 120000) != 1 || read(fd, &c, 1) != 1)
			fail("QEMU's monitor does not answer");
		if (print)
			putchar(c);
		met = c == prompt[met] ? met + 1 : c == prompt[0];
	}
}

static void monitor(const char *path, const char *command)
{
	int fd = connect_to(path);

	await_prompt(fd, 0);
	send_line(fd, command);
	await_prompt(fd, 1);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!strcmp(verb, "info") && argc == 2)
		info();
	else if (!strcmp(verb, "set") && argc == 5)
		set_by(control(), pidfd(argv[2]), atoi(argv[3]), atoi(argv[4]));
	else if (!strcmp(verb, "get") && argc == 3)
		get(argv[2]);
	else if (!strcmp(verb, "ask") && argc == 4)
		ask(argv[2], argv[3]);
	else if (!strcmp(verb, "await") && argc == 3)
		await(argv[2]);
	else if (!strcmp(verb, "rate") && argc == 4)
		rate(argv[2], atoi(argv[3]));
	else if (!strcmp(verb, "sleep") && argc == 4)
		sleeps(argv[2], argv[3]);
	else if (!strcmp(verb, "change") && argc > 6)
		change(argc - 2, argv + 2);
	else if (!strcmp(verb, "refusals") && argc == 3)
		refusals(argv[2]);
	else if (!strcmp(verb, "hammer") && argc == 4)
		hammer(atoi(argv[2]), argv[3]);
	else if (!strcmp(verb, "monitor") && argc == 4)
		monitor(argv[2], argv[3]);
	else
		return 2;
	return 0;
}
