// SPDX-License-Identifier: GPL-2.0
/*
 * First messages of main mode under forged addresses, as fast as asked for:
 *
 *	flood DESTINATION RATE SECONDS PEERS STRANGERS
 *
 * PEERS and STRANGERS are networks (a.b.c.d/len). One in eight pretends to be a
 * host of PEERS, the others of STRANGERS. Each has a cookie, a port and an offer
 * of its own. The last line says how many left, in how many milliseconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64

/* RFC 2408 3.1, 3.4 to 3.6; RFC 2409 appendix A: AES-256, SHA2-256, PSK, ECP256, a lifetime */
static const uint8_t opening[] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	1, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	13, 0, 0, 60, 0, 0, 0, 1, 0, 0, 0, 1,
	0, 0, 0, 48, 1, 1, 0, 1,
	0, 0, 0, 40, 1, 1, 0, 0,
	0x80, 1, 0, 7, 0x80, 14, 0, 128, 0x80, 2, 0, 4, 0x80, 3, 0, 1, 0x80, 4, 0, 19,
	0x80, 11, 0, 1, 0, 12, 0, 4, 0, 0, 0, 0,
	/* vendor ID of dead peer detection, RFC 3706 5.1 */
	0, 0, 0, 20, 0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 1, 0,
};
#define LIFE_AT 84
#define LENGTH_AT 24

struct packet {
	struct iphdr ip;
	struct udphdr udp;
	uint8_t message[sizeof(opening)];
} __attribute__((packed));

static uint64_t state;

/* splitmix64 */
static uint64_t chance(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

struct network {
	uint32_t addr, hosts;
};

static struct network network(char *s)
{
	char *slash = strchr(s, '/');
	struct in_addr in;

	if (!slash)
		exit(2);
	*slash = '\0';
	if (inet_pton(AF_INET, s, &in) != 1)
		exit(2);
	return (struct network){ ntohl(in.s_addr), 1u << (32 - atoi(slash + 1)) };
}

static void fill(struct packet *p, const struct network *from)
{
	uint64_t cookie = chance() | 1, more = chance();
	uint32_t life = htonl(86400 + (uint32_t)(more >> 40));

	p->ip.saddr = htonl(from->addr + 1 + (uint32_t)(chance() % (from->hosts - 2)));
	p->udp.source = htons((uint16_t)(1024 + more % 60000));
	memcpy(p->message, &cookie, sizeof(cookie));
	memcpy(p->message + LIFE_AT, &life, sizeof(life));
}

int main(int argc, char **argv)
{
	static struct packet packets[BATCH];
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct mmsghdr msgs[BATCH];
	struct iovec iov[BATCH];
	struct network peers, strangers;
	uint64_t start, gap, sent = 0, lost = 0, length = sizeof(opening);
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW), size = 1 << 22;

	if (argc != 6 || fd < 0 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1) {
		fprintf(stderr, "usage: flood DESTINATION RATE SECONDS PEERS STRANGERS (as root)\n");
		return 2;
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	peers = network(argv[4]);
	strangers = network(argv[5]);
	state = (uint64_t)time(NULL);
	for (int i = 0; i < BATCH; i++) {
		struct packet *p = &packets[i];

		p->ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
					.tot_len = htons(sizeof(*p)), .daddr = to.sin_addr.s_addr };
		p->udp = (struct udphdr){ .dest = htons(500), .len = htons(sizeof(p->udp) + sizeof(opening)) };
		memcpy(p->message, opening, sizeof(opening));
		p->message[LENGTH_AT + 2] = length >> 8;
		p->message[LENGTH_AT + 3] = length & 0xff;
		iov[i] = (struct iovec){ p, sizeof(*p) };
		msgs[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &iov[i],
						   .msg_iovlen = 1 };
	}
	gap = BATCH * 1000000000ull / strtoull(argv[2], NULL, 10);
	start = now_ns();
	for (uint64_t end = start + strtoull(argv[3], NULL, 10) * 1000000000, next = start; now_ns() < end; next += gap) {
		struct timespec at = { .tv_sec = (time_t)(next / 1000000000), .tv_nsec = (long)(next % 1000000000) };
		int n;

		/* one that was held up does not catch up in one burst */
		if (now_ns() > next + 50 * gap)
			next = now_ns();
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
		for (int i = 0; i < BATCH; i++)
			fill(&packets[i], chance() % 8 ? &strangers : &peers);
		n = sendmmsg(fd, msgs, BATCH, 0);
		sent += n > 0 ? (uint64_t)n : 0;
		lost += n < 0;
	}
	printf("{\"sent\": %llu, \"ms\": %llu, \"errors\": %llu}\n", (unsigned long long)sent,
	       (unsigned long long)(now_ns() - start) / 1000000, (unsigned long long)lost);
	return 0;
}
