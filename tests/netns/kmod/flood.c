// SPDX-License-Identifier: GPL-2.0
/*
 * Sends ESP packets of random length and content to a live SPI, many at once:
 *
 *	flood ADDRESS SPI COUNT SEED
 *
 * Half of them have a sequence number near the window, the others any. Prints how
 * many went out. What fails is tried again: a call also reports errors of packets
 * before it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define BATCH	64
#define LEN_MAX	1400
#define NEAR	256
#define TRIES	100

static uint64_t state;

/* xorshift64*: one seed gives the same packets again. */
static uint64_t draw(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dULL;
}

static size_t make(uint8_t *packet, uint32_t spi)
{
	uint64_t how = draw();
	size_t i, len = 8 + how % (LEN_MAX - 8);
	uint32_t seq = htonl(how & 1ULL << 40 ? (how >> 41) % NEAR : how >> 32);

	for (i = 8; i + 8 <= len; i += 8) {
		uint64_t word = draw();

		memcpy(packet + i, &word, 8);
	}
	spi = htonl(spi);
	memcpy(packet, &spi, 4);
	memcpy(packet + 4, &seq, 4);
	return len;
}

int main(int argc, char **argv)
{
	static uint8_t packet[BATCH][LEN_MAX];
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct mmsghdr msg[BATCH] = { 0 };
	struct iovec iov[BATCH];
	long count, sent = 0;
	int fd, i, n, tries;
	uint32_t spi;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: flood ADDRESS SPI COUNT SEED\n");
		return 2;
	}
	spi = strtoul(argv[2], NULL, 0);
	count = strtol(argv[3], NULL, 0);
	state = strtoull(argv[4], NULL, 0) | 1;
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ESP);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("flood");
		return 1;
	}
	while (sent < count) {
		n = count - sent < BATCH ? count - sent : BATCH;
		for (i = 0; i < n; i++) {
			iov[i].iov_base = packet[i];
			iov[i].iov_len = make(packet[i], spi);
			msg[i].msg_hdr.msg_iov = &iov[i];
			msg[i].msg_hdr.msg_iovlen = 1;
		}
		for (tries = TRIES, i = -1; i < 0 && tries; tries--)
			i = sendmmsg(fd, msg, n, 0);
		if (i < 0) {
			perror("flood: sendmmsg");
			return 1;
		}
		sent += i;
	}
	printf("%ld\n", sent);
	return 0;
}
