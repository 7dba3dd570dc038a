// SPDX-License-Identifier: GPL-2.0
/*
 * How long a fixed volume takes over TCP from one network namespace to another.
 *
 *	stream [-p STREAMS] LEFT RIGHT SRC DST BYTES
 *
 * Each stream carries BYTES, from a thread of its own to a thread of its own,
 * after an eighth of it has opened the windows. Prints
 *
 *	NANOSECONDS
 *
 * of the monotonic clock from the first byte sent to the last one received.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "marker.h"

#define PORT		7001
#define CHUNK		(128 << 10)
#define STREAMS_MAX	16

struct stream {
	int tx;
	int rx;
	size_t bytes;
	pthread_t sender;
	pthread_t receiver;
};

static char zeros[CHUNK];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int tcp_socket(const char *space)
{
	char path[128];
	int fd, sk;

	snprintf(path, sizeof(path), "/run/netns/%s", space);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
	sk = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sk < 0)
		die("socket");
	return sk;
}

static struct sockaddr_in address(const char *text, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	if (inet_pton(AF_INET, text, &a.sin_addr) != 1) {
		fprintf(stderr, "stream: %s is no IPv4 address\n", text);
		exit(2);
	}
	return a;
}

static void *send_all(void *arg)
{
	struct stream *s = arg;
	size_t left = s->bytes;
	ssize_t n;

	while (left) {
		n = send(s->tx, zeros, left < CHUNK ? left : CHUNK, MSG_NOSIGNAL);
		if (n <= 0)
			die("send");
		left -= n;
	}
	return NULL;
}

static void *receive_all(void *arg)
{
	struct stream *s = arg;
	size_t left = s->bytes;
	char *buf = malloc(CHUNK);
	ssize_t n;

	while (left) {
		n = recv(s->rx, buf, left < CHUNK ? left : CHUNK, 0);
		if (n <= 0)
			die("recv");
		left -= n;
	}
	free(buf);
	return NULL;
}

static void carry(struct stream *streams, int count, size_t bytes)
{
	int i;

	for (i = 0; i < count; i++) {
		streams[i].bytes = bytes;
		if (pthread_create(&streams[i].receiver, NULL, receive_all, &streams[i]) ||
		    pthread_create(&streams[i].sender, NULL, send_all, &streams[i]))
			die("pthread_create");
	}
	for (i = 0; i < count; i++) {
		pthread_join(streams[i].sender, NULL);
		pthread_join(streams[i].receiver, NULL);
	}
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	struct stream streams[STREAMS_MAX];
	int count = 1, listener, opt, i;
	struct sockaddr_in from, to;
	int64_t start;
	size_t bytes;

	while ((opt = getopt(argc, argv, "p:")) != -1) {
		if (opt != 'p')
			return 2;
		count = atoi(optarg);
	}
	argv += optind;
	if (argc - optind != 5 || count < 1 || count > STREAMS_MAX)
		return 2;
	from = address(argv[2], 0);
	to = address(argv[3], PORT);
	bytes = strtoul(argv[4], NULL, 10);

	listener = tcp_socket(argv[1]);
	opt = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &opt, sizeof(opt));
	if (bind(listener, (struct sockaddr *)&to, sizeof(to)) || listen(listener, count))
		die("listen");
	for (i = 0; i < count; i++) {
		streams[i].tx = tcp_socket(argv[0]);
		if (bind(streams[i].tx, (struct sockaddr *)&from, sizeof(from)) ||
		    connect(streams[i].tx, (struct sockaddr *)&to, sizeof(to)))
			die("connect");
		streams[i].rx = accept(listener, NULL, NULL);
		if (streams[i].rx < 0)
			die("accept");
	}
	carry(streams, count, bytes / 8);
	start = now_ns();
	mark_start();
	carry(streams, count, bytes);
	mark_stop();
	printf("%lld\n", (long long)(now_ns() - start));
	return 0;
}
