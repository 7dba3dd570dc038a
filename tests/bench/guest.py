#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The measuring half of the benchmark, as root in a guest (or on a host, LAB=host).

    guest.py PART...          packets, streams, aead, sas, cores, pinned or profile

The environment names what to use: BENCH_BIN (folder of the programs), MODULE
(vpntun.ko), BENCH_OUT (folder for results), BENCH_COUNT (datagrams of a measure),
BENCH_REPEATS, BENCH_VOLUME (bytes of all streams together), BENCH_WAYS (what cores
measures). Each result is a line of JSON in results: {measure, way, repeat, value},
where value is nanoseconds of the clock a datagram, or bytes a second.
"""
import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys

import ways as W

L = W.L
BIN = os.environ["BENCH_BIN"]
OUT = os.environ["BENCH_OUT"]
COUNT = int(os.environ.get("BENCH_COUNT", "1000"))
REPEATS = int(os.environ.get("BENCH_REPEATS", "2"))
VOLUME = int(os.environ.get("BENCH_VOLUME", str(8 << 20)))
SIZES = (64, 512, 1300)
OTHERS = ("veth", "xfrm-policy", "xfrm-interface", "wireguard")
COUNTS = (1, 100, 10000)
RESULTS = os.path.join(OUT, "results")


def tell(measure, way, repeat, value):
    with open(RESULTS, "a", encoding="ascii") as f:
        f.write(json.dumps({"measure": measure, "way": way, "repeat": repeat,
                            "value": value}) + "\n")
    shown = f"{value / 1e6:,.1f} MB/s" if "tcp" in measure else f"{value:,.0f}"
    print(f"\t{measure:11} {way:18} {shown:>12}", flush=True)


def program(*args, prefix=()):
    """Numbers that a program prints."""
    out = subprocess.run([*prefix, os.path.join(BIN, args[0]), *map(str, args[1:])],
                         stdout=subprocess.PIPE, text=True, check=True)
    return [float(word) for word in out.stdout.split()]


@contextlib.contextmanager
def standing(*made):
    """Take ways down again."""
    try:
        yield
    finally:
        for way in made:
            way.down()


def make(name, many=None):
    way = W.MANY[name](many) if many else W.WAYS[name]()
    if not many and not W.reaches(way):	# many SAs go one way only
        way.down()
        raise RuntimeError(f"nothing passes through {name}")
    return way


def ends(way):
    return (*way.spaces, way.src, way.dst)


def packet(way, size, *options, count=COUNT):
    cost, lost = program("pktcost", "-n", count, *options, *ends(way), size)
    if lost:
        raise RuntimeError(f"{way.name} lost {lost:.0f} of {count} datagrams")
    return cost


def packets_of(way, repeat):
    for size in SIZES:
        tell(f"pkt{size}", way.name, repeat, packet(way, size))


def stream(way, streams, *prefix):
    """Bytes a second."""
    each = VOLUME // streams
    (ns,) = program("stream", "-p", streams, *ends(way), each, prefix=prefix)
    return each * streams / ns * 1e9


def streams_of(way, repeat):
    for streams in (1, 4):
        tell(f"tcp{streams}", way.name, repeat, stream(way, streams))


def interleaved(measure):
    """Each way in turn, and again; vpntun's module is there for vpntun only."""
    others = [make(name) for name in OTHERS]
    module = W.Module(os.environ["MODULE"])
    with standing(*others):
        for repeat in range(REPEATS):
            for way in others:
                measure(way, repeat)
            with module:
                way = make("vpntun")
                with standing(way):
                    measure(way, repeat)
                    driver(way)


def driver(way):
    """The crypto driver of vpntun, and how many operations it completed later."""
    dev = L.Device(way.spaces[0], "t0")
    sa = dev.sas()["out", W.SPIS[1]]
    dev.ctl.close()
    with open(os.path.join(OUT, "driver"), "w", encoding="ascii") as f:
        json.dump({"driver": sa["driver"], "packets": sa["packets"],
                   "async": sa.get("async", 0)}, f)


def packets():
    interleaved(packets_of)
    loaded()


def loaded():
    """What the module costs packets that have nothing to do with it."""
    way = make("veth")
    with standing(way), W.Module(os.environ["MODULE"]):
        tell("pkt64", "veth-loaded", 0, packet(way, 64))


def streams():
    interleaved(streams_of)


def sas():
    """Traffic to every one of many SAs, in a scattered order."""
    module = W.Module(os.environ["MODULE"])
    for count in COUNTS:
        # Installing 10,000 states and policies of xfrm takes a minute of emulation.
        for name in (name for name in W.MANY if count < 10000 or name != "xfrm-policy"):
            with contextlib.ExitStack() as stack:
                if name == "vpntun":
                    stack.enter_context(module)
                way = make(name, count)
                stack.enter_context(standing(way))
                for repeat in range(REPEATS):
                    tell(f"sas{count}", name, repeat,
                         packet(way, 64, "-a", count, count=max(COUNT, count)))


def aead():
    """The cipher alone, at the lengths that ESP gives these datagrams."""
    where = "/sys/module/aeadcost/parameters/"
    for size in SIZES:
        text = (size + 28 + 2 + 3) // 4 * 4	# IPv4 and UDP, trailer, RFC 4303 2.4
        for repeat in range(REPEATS):
            L.sh("insmod", os.path.join(BIN, "aeadcost/aeadcost.ko"), f"text={text}",
                 f"count={COUNT}")
            both = sum(int(open(where + name, encoding="ascii").read())
                       for name in ("encrypt", "decrypt"))
            tell(f"aead{size}", open(where + "driver", encoding="ascii").read().strip(),
                 repeat, float(both))
            L.sh("rmmod", "aeadcost")


def cores():
    """TCP while the emulator keeps the processors in step; it writes the times."""
    module = W.Module(os.environ["MODULE"])
    shutil.copyfile("/proc/kallsyms", os.path.join(OUT, "kallsyms"))
    with open(os.path.join(OUT, "index"), "w", encoding="ascii") as index:
        for name in os.environ.get("BENCH_WAYS", " ".join((*OTHERS, "vpntun"))).split():
            with contextlib.ExitStack() as stack:
                if name == "vpntun":
                    stack.enter_context(module)
                way = make(name)
                stack.enter_context(standing(way))
                for repeat in range(REPEATS):
                    for streams_ in (1, 4):
                        stream(way, streams_)
                        print(f"{name} tcp{streams_} {VOLUME}", file=index, flush=True)
                        print(f"\t{os.cpu_count()} processors, {streams_} streams, {name}",
                              flush=True)


def pinned():
    """On a host, which has no such emulator: threads held to one or two processors."""
    def measure(way, repeat):
        for cpus in ("0", "0,1"):
            for streams_ in (1, 4):
                tell(f"cores{len(cpus) // 2 + 1}-tcp{streams_}", way.name, repeat,
                     stream(way, streams_, "taskset", "-c", cpus))
    interleaved(measure)


def profile():
    """One measure each while the emulator counts by function."""
    module = W.Module(os.environ["MODULE"])
    with open(os.path.join(OUT, "index"), "w", encoding="ascii") as index:
        for name in ("veth", "xfrm-policy", "xfrm-interface", "vpntun"):
            if name == "vpntun":
                module.__enter__()
            way = make(name)
            for size in (64, 1300):
                packet(way, size, count=1000)
                print(f"{name} pkt{size} 1000", file=index)
            stream(way, 1)
            print(f"{name} tcp1 {VOLUME >> 10}", file=index, flush=True)
    shutil.copyfile("/proc/kallsyms", os.path.join(OUT, "kallsyms"))


PARTS = {f.__name__: f for f in (packets, streams, sas, aead, cores, pinned, profile)}


def main():
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "kernel"), "w", encoding="ascii") as f:
        f.write(platform.release())
    W.load_modules()
    for part in sys.argv[1:]:
        PARTS[part]()


main()
