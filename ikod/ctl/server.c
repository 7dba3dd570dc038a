// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <utlist.h>

#include "ctl/server.h"
#include "os/log.h"
#include "os/process.h"

/* A client whose replies pile up beyond this is not listened to until it has read them. */
#define REPLY_QUEUE_MAX (1024 * 1024)

struct client {
	struct ctl *ctl;
	struct bufferevent *bev;
	bool events;		/* asked for them */
	bool closing;		/* goes once its queue is empty */
	struct client *prev, *next;
};

struct ctl {
	struct event_base *base;
	struct ctl_ops ops;
	struct evconnlistener *listener;
	struct client *clients;
	unsigned int n;
	uint64_t born;
	char path[CFG_SOCKET_MAX];
	bool made_dir;
};

static void drop(struct client *cl)
{
	DL_DELETE(cl->ctl->clients, cl);
	cl->ctl->n--;
	bufferevent_free(cl->bev);
	free(cl);
}

static size_t queued(const struct client *cl)
{
	return evbuffer_get_length(bufferevent_get_output(cl->bev));
}

/* say - one line to @cl; the reference to @j is taken */
static void say(struct client *cl, json_t *j)
{
	char *line = json_dumps(j, JSON_COMPACT);

	json_decref(j);
	if (!line)
		abort();
	bufferevent_write(cl->bev, line, strlen(line));
	bufferevent_write(cl->bev, "\n", 1);
	free(line);
}

static json_t *refusal(const char *text)
{
	json_t *j = json_pack("{sb ss}", "ok", 0, "error", text);

	return j ? j : json_pack("{sb ss}", "ok", 0, "error", "refused");
}

/* ---- commands ---- */

static json_t *do_status(struct client *cl, const char *conn)
{
	struct ctl *c = cl->ctl;
	char err[160];
	json_t *j;

	c->ops.refresh(c->ops.ctx);
	j = status_json(&c->ops.source, conn, c->ops.version, (now_ms() - c->born) / 1000);
	if (j)
		return j;
	snprintf(err, sizeof(err), "there is no connection named '%.*s'", CONN_NAME_MAX, conn);
	return refusal(err);
}

static json_t *do_cmd(struct client *cl, enum ike_cmd_type cmd, const char *conn)
{
	char err[256] = "refused";

	if (!conn)
		return refusal("\"conn\" is missing: the name of a connection");
	if (cl->ctl->ops.cmd(cl->ctl->ops.ctx, cmd, conn, err, sizeof(err)))
		return json_pack("{sb}", "ok", 1);
	return refusal(err);
}

static json_t *do_up(struct client *cl, const char *conn)
{
	return do_cmd(cl, CMD_UP, conn);
}

static json_t *do_down(struct client *cl, const char *conn)
{
	return do_cmd(cl, CMD_DOWN, conn);
}

static json_t *findings(const struct cfg_errors *errs, enum cfg_severity which)
{
	json_t *list = json_array();
	unsigned int i;

	for (i = 0; i < errs->n; i++)
		if (errs->v[i].severity == which)
			json_array_append_new(list, json_string(errs->v[i].text));
	return list;
}

static json_t *do_reload(struct client *cl, const char *conn)
{
	struct cfg_errors errs = { 0 };
	char err[512] = "";
	bool ok = cl->ctl->ops.reload(cl->ctl->ops.ctx, &errs, err, sizeof(err));
	json_t *j;

	(void)conn;
	if (ok)
		j = json_pack("{sb so}", "ok", 1, "warnings", findings(&errs, CFG_WARNING));
	else
		j = json_pack("{sb ss so}", "ok", 0, "error", err[0] ? err : "the configuration has errors; "
			      "the one that runs was kept", "errors", findings(&errs, CFG_ERROR));
	cfg_errors_free(&errs);
	return j ? j : refusal("reload failed");
}

static json_t *do_events(struct client *cl, const char *conn)
{
	(void)conn;
	cl->events = true;
	return json_pack("{sb}", "ok", 1);
}

static const struct {
	const char *name;
	json_t *(*run)(struct client *cl, const char *conn);
} commands[] = {
	{ "status", do_status }, { "up", do_up }, { "down", do_down },
	{ "reload", do_reload }, { "events", do_events },
};

static json_t *answer(struct client *cl, const char *line, size_t len)
{
	json_error_t where;
	json_t *req = json_loadb(line, len, JSON_REJECT_DUPLICATES, &where), *reply;
	json_t *conn = json_object_get(req, "conn");
	const char *cmd = json_string_value(json_object_get(req, "cmd"));
	unsigned int i;

	reply = NULL;
	if (!json_is_object(req))
		reply = refusal("a request is one JSON object on one line");
	else if (conn && !json_is_null(conn) && !json_is_string(conn))
		reply = refusal("\"conn\" must be a string or null");
	for (i = 0; !reply && cmd && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(cmd, commands[i].name))
			reply = commands[i].run(cl, json_string_value(conn));
	if (!reply)
		reply = refusal("unknown command: \"cmd\" is one of status, up, down, reload, events");
	json_decref(req);
	return reply;
}

/* ---- clients ---- */

static void refuse_and_close(struct client *cl, const char *why)
{
	bufferevent_disable(cl->bev, EV_READ);
	cl->closing = true;
	say(cl, refusal(why));
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct client *cl = arg;
	char *line;
	size_t len;

	while (queued(cl) <= REPLY_QUEUE_MAX && (line = evbuffer_readln(in, &len, EVBUFFER_EOL_LF))) {
		if (len > CTL_LINE_MAX) {
			free(line);
			refuse_and_close(cl, "the line is too long");
			return;
		}
		say(cl, answer(cl, line, len));
		free(line);
	}
	if (queued(cl) > REPLY_QUEUE_MAX)
		bufferevent_disable(bev, EV_READ);
	else if (evbuffer_get_length(in) > CTL_LINE_MAX)
		refuse_and_close(cl, "the line is too long");
}

/* The queue is empty. */
static void on_written(struct bufferevent *bev, void *arg)
{
	struct client *cl = arg;

	if (cl->closing) {
		drop(cl);
		return;
	}
	if (!(bufferevent_get_enabled(bev) & EV_READ)) {
		bufferevent_enable(bev, EV_READ);
		on_read(bev, cl);
	}
}

static void on_gone(struct bufferevent *bev, short what, void *arg)
{
	struct client *cl = arg;

	(void)bev;
	/* It may have sent its last request and closed its half: let the answer out. */
	if ((what & BEV_EVENT_EOF) && !(what & BEV_EVENT_ERROR) && queued(cl) && !cl->events)
		cl->closing = true;
	else
		drop(cl);
}

static bool may_talk(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) && (who.uid == 0 || who.uid == geteuid());
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int len,
		      void *arg)
{
	struct ctl *c = arg;
	struct client *cl;

	(void)listener;
	(void)from;
	(void)len;
	if (c->n >= CTL_CLIENTS_MAX || !may_talk(fd)) {
		close(fd);
		return;
	}
	cl = calloc(1, sizeof(*cl));
	if (!cl)
		abort();
	cl->ctl = c;
	cl->bev = bufferevent_socket_new(c->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!cl->bev)
		abort();
	DL_APPEND(c->clients, cl);
	c->n++;
	bufferevent_setcb(cl->bev, on_read, on_written, on_gone, cl);
	/* Stop reading from the kernel at one line's length and a bit. */
	bufferevent_setwatermark(cl->bev, EV_READ, 0, CTL_LINE_MAX + 2);
	bufferevent_enable(cl->bev, EV_READ | EV_WRITE);
}

void ctl_event(struct ctl *c, const struct ike_action *a)
{
	struct client *cl;
	char when[32];

	now_rfc3339(when, sizeof(when));
	DL_FOREACH(c->clients, cl) {
		json_t *j;

		if (!cl->events || cl->closing)
			continue;
		if (queued(cl) > CTL_QUEUE_MAX) {
			log_limited(LOG_L_WARN, NULL,
				    "control socket: a reader of events was too slow and is cut off");
			/* Not dropped here: it may be this client's own command that made the event. */
			cl->closing = true;
			bufferevent_trigger_event(cl->bev, BEV_EVENT_ERROR, BEV_TRIG_DEFER_CALLBACKS);
			continue;
		}
		j = json_pack("{ss ss ss ss}", "event", a->event.what, "connection", a->event.conn,
			      "detail", a->event.detail, "time", when);
		if (j)
			say(cl, j);
	}
}

/* ---- socket ---- */

/* make_dir - the last folder of @path, if it is missing */
static bool make_dir(struct ctl *c)
{
	char copy[CFG_SOCKET_MAX];

	snprintf(copy, sizeof(copy), "%s", c->path);
	c->made_dir = !mkdir(dirname(copy), 0755);
	return c->made_dir || errno == EEXIST;
}

/* answers - somebody listens at @sun; clears away a socket file of nobody */
static bool answers(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st;
	int error = 0;

	if (fd < 0 || connect(fd, (const struct sockaddr *)sun, sizeof(*sun)))
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == ECONNREFUSED && !lstat(sun->sun_path, &st) && S_ISSOCK(st.st_mode))
		unlink(sun->sun_path);
	return !error;
}

static int listen_at(struct ctl *c, char *err, size_t errlen)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd;

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", c->path);
	if (!make_dir(c)) {
		snprintf(err, errlen, "control socket %s: cannot make its folder: %s", c->path,
			 strerror(errno));
		return -1;
	}
	if (answers(&sun)) {
		snprintf(err, errlen, "another ikod runs already: it answers at the control socket %s",
			 c->path);
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The umask alone would do; fchmod() before bind() holds whatever it is. */
	if (fd < 0 || fchmod(fd, 0600) || bind(fd, (struct sockaddr *)&sun, sizeof(sun)) || listen(fd, 16)) {
		snprintf(err, errlen, "control socket %s: %s", c->path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

struct ctl *ctl_open(struct event_base *base, const char *path, const struct ctl_ops *ops, char *err,
		     size_t errlen)
{
	struct ctl *c = calloc(1, sizeof(*c));
	int fd;

	if (!c)
		abort();
	c->base = base;
	c->ops = *ops;
	c->born = now_ms();
	snprintf(c->path, sizeof(c->path), "%s", path);
	fd = listen_at(c, err, errlen);
	if (fd < 0) {
		free(c);
		return NULL;
	}
	c->listener =
		evconnlistener_new(base, on_accept, c, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!c->listener)
		abort();
	return c;
}

void ctl_close(struct ctl *c)
{
	struct client *cl, *tmp;
	char copy[CFG_SOCKET_MAX];

	if (!c)
		return;
	DL_FOREACH_SAFE(c->clients, cl, tmp) {
		evbuffer_write(bufferevent_get_output(cl->bev), bufferevent_getfd(cl->bev));
		drop(cl);
	}
	evconnlistener_free(c->listener);
	unlink(c->path);
	if (c->made_dir) {
		snprintf(copy, sizeof(copy), "%s", c->path);
		rmdir(dirname(copy));
	}
	free(c);
}
