// SPDX-License-Identifier: GPL-2.0
/*
 * Security associations: installation, slots, lifetimes, end.
 */
#include <linux/jiffies.h>
#include <linux/slab.h>

#include "trace.h"
#include "vpntun.h"

/* This end draws inbound SPIs at random: there is nothing to protect against. */
static u32 spi_hash(const void *key, u32 len, u32 seed)
{
	return esp_fmt_spi_hash(be32_to_cpu(*(const __be32 *)key), seed);
}

const struct rhashtable_params vpntun_spi_params = {
	.hashfn			= spi_hash,
	.head_offset		= offsetof(struct vpntun_sa, node),
	.key_offset		= offsetof(struct vpntun_sa, spi),
	.key_len		= sizeof_field(struct vpntun_sa, spi),
	.automatic_shrinking	= true,
};

static struct vpntun_dev *sa_dev(const struct vpntun_sa *sa)
{
	return sa->child->peer->vt;
}

static void sa_assert_locked(const struct vpntun_sa *sa)
{
	lockdep_assert_held(&sa_dev(sa)->lock);
}

static void sa_expire(struct vpntun_sa *sa, u32 type, u32 reason)
{
	struct vpntun_event event = {
		.type = type,
		.peer = sa->child->peer,
		.child = sa->child,
		.sa = sa,
		.reason = reason,
	};

	rcu_read_lock();
	vpntun_event_send(&event);
	rcu_read_unlock();
}

/**
 * vpntun_sa_stop() - an SA carries nothing more
 * @sa: the SA; stays installed until the daemon deletes it
 * @reason: enum vpntun_expire_reason, for the notification
 *
 * Context: any.
 */
void vpntun_sa_stop(struct vpntun_sa *sa, u32 reason)
{
	if (!test_and_set_bit(VPNTUN_SA_STOPPED, &sa->flags))
		sa_expire(sa, VPNTUN_EVENT_TYPE_HARD_EXPIRE, reason);
}

static void sa_soft(struct vpntun_sa *sa, u32 reason)
{
	if (!test_and_set_bit(VPNTUN_SA_SOFT_TOLD, &sa->flags))
		sa_expire(sa, VPNTUN_EVENT_TYPE_SOFT_EXPIRE, reason);
}

/**
 * vpntun_sa_spend() - the part of vpntun_sa_account() for SAs with a meter
 * @sa: the SA
 * @packets: number of packets about to be carried
 * @bytes: their inner bytes
 *
 * Context: softirqs off.
 * Return: false if the packets must be dropped
 */
bool vpntun_sa_spend(struct vpntun_sa *sa, u32 packets, u64 bytes)
{
	struct vpntun_meter_result res = vpntun_meter_take(sa->meter, packets, bytes);

	if (unlikely(res.soft))
		sa_soft(sa, res.soft);
	if (unlikely(res.hard))
		vpntun_sa_stop(sa, res.hard);
	return res.ok;
}

/**
 * vpntun_sa_read() - sum what an SA carried
 * @sa: the SA
 * @sum: where to put it; its time is now if nothing was carried yet
 */
void vpntun_sa_read(const struct vpntun_sa *sa, struct vpntun_sa_stats *sum)
{
	unsigned long now = jiffies, last;
	int cpu;

	memset(sum, 0, sizeof(*sum));
	sum->last = now;
	for_each_possible_cpu(cpu) {
		const struct vpntun_sa_stats *stats = per_cpu_ptr(sa->stats, cpu);

		if (!READ_ONCE(stats->packets))
			continue;
		last = READ_ONCE(stats->last);
		if (!sum->packets || time_after(last, sum->last))
			sum->last = last;
		sum->packets += READ_ONCE(stats->packets);
		sum->bytes += READ_ONCE(stats->bytes);
	}
}

static unsigned long seconds_to_jiffies(u64 seconds)
{
	return min_t(u64, seconds, MAX_JIFFY_OFFSET / HZ) * HZ;
}

/* First run at the soft limit, second at the hard one. */
static void sa_life(struct work_struct *work)
{
	struct vpntun_sa *sa = container_of(to_delayed_work(work), struct vpntun_sa, life);
	u64 hard = sa->installed + seconds_to_jiffies(sa->hard.seconds);
	u64 now = get_jiffies_64();

	if (sa->hard.seconds && time_after_eq64(now, hard)) {
		vpntun_sa_stop(sa, VPNTUN_EXPIRE_REASON_TIME);
		return;
	}
	sa_soft(sa, VPNTUN_EXPIRE_REASON_TIME);
	if (sa->hard.seconds)
		queue_delayed_work(vpntun_wq, &sa->life, hard - now);
}

static void sa_start_life(struct vpntun_sa *sa)
{
	u64 seconds = sa->soft.seconds ?: sa->hard.seconds;

	if (sa->hard.seconds)
		seconds = min(seconds, sa->hard.seconds);
	if (seconds)
		queue_delayed_work(vpntun_wq, &sa->life, seconds_to_jiffies(seconds));
}

static void sa_destroy(struct vpntun_sa *sa)
{
	vpntun_meter_free(sa->meter);
	free_percpu(sa->stats);
	vpntun_aead_free(sa);
	kfree(sa->replay);
	if (sa->child)
		vpntun_child_put(sa->child);
	kfree(sa);
}

static void sa_free_work(struct work_struct *work)
{
	sa_destroy(container_of(to_rcu_work(work), struct vpntun_sa, free));
}

/**
 * vpntun_sa_put() - drop a reference
 * @sa: the SA; freed after a grace period, in process context, with the last one
 *
 * Context: any.
 */
void vpntun_sa_put(struct vpntun_sa *sa)
{
	if (refcount_dec_and_test(&sa->ref))
		queue_rcu_work(vpntun_wq, &sa->free);
}

static int sa_alloc_replay(struct vpntun_sa *sa, const struct vpntun_sa_config *cfg,
			   struct netlink_ext_ack *extack)
{
	if (cfg->window < REPLAY_WINDOW_MIN || cfg->window > REPLAY_WINDOW_MAX) {
		NL_SET_ERR_MSG(extack, "replay window must be 64 to 8192 packets");
		return -EINVAL;
	}
	sa->replay = kzalloc(struct_size(sa->replay, bits, replay_words(cfg->window)),
			     GFP_KERNEL);
	if (!sa->replay)
		return -ENOMEM;
	replay_init(sa->replay, cfg->window, cfg->seq, cfg->esn);
	return 0;
}

static int sa_alloc_counters(struct vpntun_sa *sa)
{
	struct vpntun_meter *meter;

	sa->stats = alloc_percpu(struct vpntun_sa_stats);
	if (!sa->stats)
		return -ENOMEM;
	meter = vpntun_meter_alloc(&sa->soft, &sa->hard);
	if (IS_ERR(meter))
		return PTR_ERR(meter);
	sa->meter = meter;
	return 0;
}

/**
 * vpntun_sa_alloc() - make an SA that is not installed yet
 * @cfg: what the daemon asks for; its keys are copied into the cipher
 * @extack: for messages
 *
 * Context: process; may load crypto modules, so no lock should be held.
 * Return: the SA, with the one reference vpntun_sa_install() takes over; or an
 * error pointer
 */
struct vpntun_sa *vpntun_sa_alloc(const struct vpntun_sa_config *cfg,
				  struct netlink_ext_ack *extack)
{
	struct vpntun_sa *sa = kzalloc(sizeof(*sa), GFP_KERNEL);
	int err;

	if (!sa)
		return ERR_PTR(-ENOMEM);
	refcount_set(&sa->ref, 1);
	INIT_LIST_HEAD(&sa->list);
	INIT_DELAYED_WORK(&sa->life, sa_life);
	INIT_RCU_WORK(&sa->free, sa_free_work);
	spin_lock_init(&sa->replay_lock);
	sa->spi = cfg->spi;
	sa->dir = cfg->dir;
	sa->slot = cfg->slot;
	sa->enc = cfg->enc;
	sa->auth = cfg->auth;
	sa->soft = cfg->soft;
	sa->hard = cfg->hard;
	sa->seq = cfg->seq;
	sa->seq_max = cfg->esn ? U64_MAX : U32_MAX;
	sa->tfc = cfg->tfc;
	err = sa_alloc_counters(sa);
	if (!err && cfg->dir == VPNTUN_DIR_IN)
		err = sa_alloc_replay(sa, cfg, extack);
	if (!err)
		err = vpntun_aead_init(sa, cfg, extack);
	if (err) {
		sa_destroy(sa);
		return ERR_PTR(err);
	}
	return sa;
}

/* Make an outbound SA the sending one; the one before becomes previous. */
static void sa_make_current(struct vpntun_sa *sa)
{
	struct vpntun_child *child = sa->child;
	struct vpntun_sa *old;

	old = rcu_dereference_protected(child->out, lockdep_is_held(&sa_dev(sa)->lock));
	if (old == sa)
		return;
	if (old)
		old->slot = VPNTUN_SLOT_PREVIOUS;
	sa->slot = VPNTUN_SLOT_CURRENT;
	rcu_assign_pointer(child->out, sa);
	trace_vpntun_sa_promoted(sa, VPNTUN_EXPIRE_REASON_NONE);
	vpntun_hold_release(child);
}

/**
 * vpntun_sa_promote() - move sending to this SA
 * @sa: an outbound SA
 *
 * Context: the device's lock is held.
 */
void vpntun_sa_promote(struct vpntun_sa *sa)
{
	sa_assert_locked(sa);
	sa_make_current(sa);
}

/**
 * vpntun_sa_install() - put an SA to work
 * @sa: from vpntun_sa_alloc(); its reference is taken over on success
 * @child: whose it is
 * @extack: for messages
 *
 * Context: the device's lock is held, and the device has an outer namespace.
 * Return: 0, or -EEXIST if the SPI is taken
 */
int vpntun_sa_install(struct vpntun_sa *sa, struct vpntun_child *child,
		      struct netlink_ext_ack *extack)
{
	struct vpntun_dev *vt = child->peer->vt;
	struct net *net = rcu_dereference_protected(vt->outer, lockdep_is_held(&vt->lock));
	int err = 0;

	kref_get(&child->ref);
	sa->child = child;
	sa->installed = get_jiffies_64();
	if (sa->dir == VPNTUN_DIR_IN)
		err = rhashtable_lookup_insert_fast(&vpntun_net(net)->spis, &sa->node,
						    vpntun_spi_params);
	else if (vpntun_sa_find_out(child->peer, sa->spi))
		err = -EEXIST;
	if (err == -EEXIST)
		NL_SET_ERR_MSG(extack, "SPI is in use");
	if (err) {
		sa->child = NULL;
		vpntun_child_put(child);
		return err;
	}
	list_add_tail_rcu(&sa->list, &child->sas);
	trace_vpntun_sa_installed(sa, VPNTUN_EXPIRE_REASON_NONE);
	if (sa->dir == VPNTUN_DIR_OUT && sa->slot == VPNTUN_SLOT_CURRENT)
		sa_make_current(sa);
	sa_start_life(sa);
	return 0;
}

static void sa_put_removed(struct rcu_head *rcu)
{
	vpntun_sa_put(container_of(rcu, struct vpntun_sa, removed));
}

/**
 * vpntun_sa_remove() - take an SA out of use and drop the lists' reference
 * @sa: an installed SA
 *
 * The reference goes after a grace period: who finds an SA can always get one.
 *
 * Context: process; the device's lock is held.
 */
void vpntun_sa_remove(struct vpntun_sa *sa)
{
	struct vpntun_dev *vt = sa_dev(sa);
	struct net *net = rcu_dereference_protected(vt->outer, lockdep_is_held(&vt->lock));

	if (sa->dir == VPNTUN_DIR_IN)
		rhashtable_remove_fast(&vpntun_net(net)->spis, &sa->node, vpntun_spi_params);
	else if (rcu_access_pointer(sa->child->out) == sa)
		RCU_INIT_POINTER(sa->child->out, NULL);
	/*
	 * Nobody finds it any more. Packets that did, in a lane or in the cipher,
	 * came while it was valid: they may go on, so that a rekey loses nothing.
	 */
	list_del_rcu(&sa->list);
	trace_vpntun_sa_removed(sa, VPNTUN_EXPIRE_REASON_NONE);
	cancel_delayed_work_sync(&sa->life);
	call_rcu(&sa->removed, sa_put_removed);
}

/**
 * vpntun_sa_find_rcu() - find an inbound SA for a packet
 * @net: outer namespace
 * @spi: SPI of the packet
 *
 * Context: RCU read lock, under which the SA lives.
 * Return: the SA, or NULL
 */
struct vpntun_sa *vpntun_sa_find_rcu(struct net *net, __be32 spi)
{
	return rhashtable_lookup(&vpntun_net(net)->spis, &spi, vpntun_spi_params);
}

/**
 * vpntun_sa_find_in() - find an inbound SA for configuration
 * @vt: the device
 * @spi: its SPI
 *
 * Context: the device's lock is held.
 * Return: the SA, or NULL if this device has none
 */
struct vpntun_sa *vpntun_sa_find_in(struct vpntun_dev *vt, __be32 spi)
{
	struct net *net = rcu_dereference_protected(vt->outer, lockdep_is_held(&vt->lock));
	struct vpntun_sa *sa;

	rcu_read_lock();	/* another device's SA may go away meanwhile */
	sa = rhashtable_lookup(&vpntun_net(net)->spis, &spi, vpntun_spi_params);
	if (sa && sa_dev(sa) != vt)
		sa = NULL;
	rcu_read_unlock();
	return sa;
}

/**
 * vpntun_sa_find_out() - find an outbound SA for configuration
 * @peer: its peer
 * @spi: its SPI, chosen by the peer
 *
 * Context: the device's lock is held.
 * Return: the SA, or NULL
 */
struct vpntun_sa *vpntun_sa_find_out(struct vpntun_peer *peer, __be32 spi)
{
	struct vpntun_child *child;
	struct vpntun_sa *sa;
	unsigned long id;

	xa_for_each(&peer->children, id, child)
		list_for_each_entry(sa, &child->sas, list)
			if (sa->dir == VPNTUN_DIR_OUT && sa->spi == spi)
				return sa;
	return NULL;
}
