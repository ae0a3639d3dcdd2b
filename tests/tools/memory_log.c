/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Has memory of which it knows what is in every page, writes to a part of it again and again, and says what it finds
 * when it is asked; meanwhile it watches that no clock steps back. For checkpoints whose memory goes its own way.
 *
 *     usage: memory_log MIB
 *
 *     filled                        each page has its first generation
 *     tick N                        16 more pages of the first quarter have the generation N
 *     memory right N                after SIGUSR1: all pages are as they should be at tick N
 *     memory wrong PAGE HAS N       one is not; how often that is is not told
 *     back CLOCK NS                 a clock was behind what was read before
 */
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096
#define WORDS (PAGE / sizeof(uint64_t))
#define AT_ONCE 16
#define TICK_NS 50000000
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t *memory, *generations;
static size_t pages;
static volatile sig_atomic_t asked;

static const struct {
	clockid_t id;
	const char *name;
} clocks[] = { { CLOCK_MONOTONIC, "monotonic" }, { CLOCK_BOOTTIME, "boottime" } };

static void ask(int signal)
{
	(void)signal;
	asked = 1;
}

static uint64_t word(size_t page, size_t index, uint64_t generation)
{
	return (page * WORDS + index) * UINT64_C(0x9e3779b97f4a7c15) + generation;
}

static void write_page(size_t page, uint64_t generation)
{
	for (size_t i = 0; i < WORDS; i++)
		memory[page * WORDS + i] = word(page, i, generation);
	generations[page] = generation;
}

static void check_memory(uint64_t tick)
{
	for (size_t page = 0; page < pages; page++)
		for (size_t i = 0; i < WORDS; i++) {
			uint64_t found = memory[page * WORDS + i];

			if (found == word(page, i, generations[page]))
				continue;
			printf("memory wrong %zu %" PRIu64 " %" PRIu64 "\n", page,
				found - word(page, i, 0), generations[page]);
			return;
		}
	printf("memory right %" PRIu64 "\n", tick);
}

static void check_clocks(void)
{
	static int64_t last[LENGTH(clocks)];

	for (size_t i = 0; i < LENGTH(clocks); i++) {
		struct timespec time;
		int64_t now;

		clock_gettime(clocks[i].id, &time);
		now = time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
		if (now < last[i])
			printf("back %s %" PRId64 "\n", clocks[i].name, last[i] - now);
		last[i] = now;
	}
}

static void *get_memory(size_t length)
{
	void *got = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (got == MAP_FAILED)
		abort();
	return got;
}

int main(int argc, char **argv)
{
	const struct timespec pause = { 0, TICK_NS };
	const struct sigaction action = { .sa_handler = ask };
	size_t next = 0;

	if (argc != 2 || atoi(argv[1]) <= 0)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	pages = (size_t)atoi(argv[1]) * (1024 * 1024 / PAGE);
	memory = get_memory(pages * PAGE);
	generations = get_memory(pages * sizeof(*generations));
	for (size_t page = 0; page < pages; page++)
		write_page(page, 0);
	sigaction(SIGUSR1, &action, NULL);
	puts("filled");
	for (uint64_t tick = 1;; tick++) {
		for (int i = 0; i < AT_ONCE; i++, next = (next + 1) % (pages / 4))
			write_page(next, tick);
		check_clocks();
		printf("tick %" PRIu64 "\n", tick);
		if (asked) {
			asked = 0;
			check_memory(tick);
		}
		nanosleep(&pause, NULL);
	}
}
