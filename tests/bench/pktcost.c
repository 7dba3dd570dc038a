// SPDX-License-Identifier: GPL-2.0
/*
 * What one UDP datagram costs from a socket in one network namespace to a socket
 * in another: one thread sends a batch, then receives it, so that with one
 * processor nothing else runs and nothing waits.
 *
 *	pktcost [-a ADDRESSES] [-b BATCH] [-n COUNT] LEFT RIGHT SRC DST SIZE
 *
 * LEFT and RIGHT are names of namespaces. Without -a the sending socket is
 * connected; with it every datagram goes from SRC + k to DST + k, where k runs
 * through 0..ADDRESSES-1 in a scattered order. Prints
 *
 *	NANOSECONDS-PER-DATAGRAM LOST
 *
 * of the monotonic clock; in a guest whose clock counts instructions these are
 * instructions.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "marker.h"

#define PORT	7000
#define ROOM	(8 << 20)

struct run {
	int tx;
	int rx;
	uint32_t src;
	uint32_t dst;
	size_t size;
	long count;
	long batch;
	uint32_t addresses;
	uint32_t at;
	long lost;
};

static char payload[65536];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int udp_socket(const char *space)
{
	struct timeval wait = { .tv_sec = 1 };
	int room = ROOM, fd, sk;
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s", space);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
	sk = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sk < 0 || setsockopt(sk, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(sk, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(sk, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		die("socket");
	return sk;
}

static struct sockaddr_in address(uint32_t addr, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(addr),
		.sin_port = htons(port),
	};
}

static void open_sockets(struct run *run, const char *left, const char *right)
{
	struct sockaddr_in to = address(run->dst, PORT), from = address(run->src, 0);
	struct sockaddr_in any = address(INADDR_ANY, PORT);

	run->tx = udp_socket(left);
	run->rx = udp_socket(right);
	if (bind(run->rx, (struct sockaddr *)&any, sizeof(any)))
		die("bind");
	if (run->addresses)
		return;
	if (bind(run->tx, (struct sockaddr *)&from, sizeof(from)) ||
	    connect(run->tx, (struct sockaddr *)&to, sizeof(to)))
		die("connect");
}

/* The next of several pairs of addresses; a prime step scatters them. */
static ssize_t send_scattered(struct run *run)
{
	struct sockaddr_in to = address(run->dst + run->at, PORT);
	struct in_pktinfo info = { .ipi_spec_dst.s_addr = htonl(run->src + run->at) };
	struct iovec iov = { .iov_base = payload, .iov_len = run->size };
	char control[CMSG_SPACE(sizeof(info))] = { 0 };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
	run->at = (run->at + 7919) % run->addresses;
	return sendmsg(run->tx, &msg, 0);
}

static void one_batch(struct run *run)
{
	ssize_t sent;
	long i;

	for (i = 0; i < run->batch; i++) {
		sent = run->addresses ? send_scattered(run) :
					    send(run->tx, payload, run->size, 0);
		if (sent < 0)
			run->lost++;
	}
	for (i = 0; i < run->batch; i++) {
		if (recv(run->rx, payload, sizeof(payload), 0) < 0) {
			run->lost += run->batch - i;
			return;
		}
	}
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void measure(struct run *run)
{
	long warm = 4 * run->batch + run->addresses, done;
	int64_t start;

	for (done = 0; done < warm; done += run->batch)
		one_batch(run);
	run->lost = 0;
	start = now_ns();
	mark_start();
	for (done = 0; done < run->count; done += run->batch)
		one_batch(run);
	mark_stop();
	printf("%.1f %ld\n", (double)(now_ns() - start) / done, run->lost);
}

static uint32_t parse_address(const char *text)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1) {
		fprintf(stderr, "pktcost: %s is no IPv4 address\n", text);
		exit(2);
	}
	return ntohl(addr.s_addr);
}

int main(int argc, char **argv)
{
	struct run run = { .count = 2000, .batch = 20 };
	int opt;

	while ((opt = getopt(argc, argv, "a:b:n:")) != -1) {
		if (opt == 'a')
			run.addresses = strtoul(optarg, NULL, 10);
		else if (opt == 'b')
			run.batch = strtol(optarg, NULL, 10);
		else if (opt == 'n')
			run.count = strtol(optarg, NULL, 10);
		else
			return 2;
	}
	argv += optind;
	if (argc - optind != 5 || run.batch <= 0)
		return 2;
	run.src = parse_address(argv[2]);
	run.dst = parse_address(argv[3]);
	run.size = strtoul(argv[4], NULL, 10);
	if (run.size > sizeof(payload))
		return 2;
	open_sockets(&run, argv[0], argv[1]);
	measure(&run);
	return 0;
}
