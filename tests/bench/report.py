# SPDX-License-Identifier: GPL-2.0
"""From what the guests measured to figures, a table, JSON and a plot."""
import json
import statistics

import plot

WORDS = "words"		# the boot with a processor that has no byte strings
WAYS = ("xfrm-policy", "xfrm-interface", "wireguard")
SIZES = (64, 512, 1300)
TARGETS = {	# id: what the ratio should be
    "pkt64": ("<=", 0.7), "pkt1300": ("<=", 0.8), "tcp1": (">=", 1.5), "cores2": (">=", 1.6),
    "sas10000": ("<=", 1.05),
}
ICOUNT = ("guest clock of an emulated guest that executes one instruction a nanosecond on one "
          "processor (qemu -icount shift=0,sleep=off)")
HOST = "monotonic clock of this machine"
METHODS = {
    "pkt": "one thread sends a batch of UDP datagrams from one namespace and receives it in "
           "another; veth alone subtracted at equal repeat index; all ways interleaved; ",
    "tcp": "a fixed volume over TCP from one namespace to another, after an eighth of it; ",
    "sas": "as pkt64, with each datagram to another SA in a scattered order; ",
    "aead": "encryption and decryption by the kernel's AEAD alone, softirqs off, over what a "
            "1300-byte datagram costs above veth; ",
}
LOCKSTEP = ("one TCP stream in one SA; time is the longest of the processors' instruction counts "
            "while the emulator keeps them within 10,000 instructions of each other (lockstep.c)")
PINNED = "one TCP stream in one SA, its two threads pinned to one or two processors; " + HOST


class Data:
    """measure -> way -> {(boot, repeat): value}"""

    def __init__(self, folders):
        self.values = {}
        self.kernel, self.driver = "", {}
        for boot, folder in enumerate(folders):
            self.read(boot, folder)

    def read(self, boot, folder):
        self.kernel = (folder / "kernel").read_text(encoding="ascii")
        if (folder / "driver").exists():
            self.driver = json.loads((folder / "driver").read_text(encoding="ascii"))
        if (folder / "results").exists():
            for line in (folder / "results").read_text(encoding="ascii").splitlines():
                r = json.loads(line)
                boots = f"{WORDS}-" if folder.name == WORDS else ""
                self.put(boots + r["measure"], r["way"], (boot, r["repeat"]), r["value"])
        if (folder / "step.0").exists():
            self.read_steps(folder, int(folder.name.split("-")[1]))

    def read_steps(self, folder, cpus):
        lines = (folder / "index").read_text(encoding="ascii").splitlines()
        for i, line in enumerate(lines):
            way, what, volume = line.split()
            words = (folder / f"step.{i}").read_text(encoding="ascii").split()
            # The boots differ in the number of processors; repeats are compared.
            self.put(f"cores{cpus}-{what}", way, (0, i), int(volume) / int(words[1]) * 1e9)

    def put(self, measure, way, key, value):
        self.values.setdefault(measure, {}).setdefault(way, {})[key] = value

    def get(self, measure, way):
        return self.values.get(measure, {}).get(way, {})

    def above(self, measure, way):
        """What a way costs above veth, at equal boot and repeat."""
        veth = self.get(measure, "veth")
        return {k: v - veth[k] for k, v in self.get(measure, way).items() if k in veth}


def median(series):
    return statistics.median(series.values()) if series else None


def spread(series):
    """Distance of the extremes over the median."""
    if not series or not median(series):
        return None
    return (max(series.values()) - min(series.values())) / abs(median(series))


def ratio(ours, base):
    """Median of the ratios at equal index, or of the medians where there is none."""
    both = {k: v / base[k] for k, v in ours.items() if base.get(k)}
    if both:
        return median(both)
    return median(ours) / median(base) if ours and base else None


def met(name, value):
    if name not in TARGETS or value is None:
        return None
    way, bound = TARGETS[name]
    return value <= bound if way == "<=" else value >= bound


def figure(data, name, unit, ours, base, base_name, method, **more):
    r = ratio(ours, base)
    fig = {
        "id": name, "value": median(ours), "unit": unit, "baseline": median(base),
        "baseline of": base_name, "ratio": r, "spread": spread(ours),
        "target": " ".join(map(str, TARGETS[name])) if name in TARGETS else None,
        "met": met(name, r), "method": method, "kernel": data.kernel,
        "crypto driver": data.driver.get("driver"),
        "asynchronous": data.driver.get("async"),
        "measurements": len(ours),
    }
    fig.update(more)
    return fig


def packet_figures(data, unit, clock):
    for size in SIZES:
        name = f"pkt{size}"
        ours = data.above(name, "vpntun")
        if ours:
            yield figure(data, name, unit, ours, data.above(name, "xfrm-policy"), "xfrm-policy",
                         METHODS["pkt"] + clock,
                         veth=median(data.get(name, "veth")),
                         words=ratio(data.above(f"{WORDS}-{name}", "vpntun"),
                                     data.above(f"{WORDS}-{name}", "xfrm-policy")),
                         aead=median(aead_of(data, size)),
                         **{"veth with the module loaded": median(data.get(name, "veth-loaded"))},
                         **{way: median(data.above(name, way)) for way in WAYS})


def stream_figures(data, clock):
    for streams in (1, 4):
        name = f"tcp{streams}"
        ours = data.get(name, "vpntun")
        if ours:
            yield figure(data, name, "bytes/s", ours, data.get(name, "xfrm-interface"),
                         "xfrm-interface", METHODS["tcp"] + clock,
                         words=ratio(data.get(f"{WORDS}-{name}", "vpntun"),
                                     data.get(f"{WORDS}-{name}", "xfrm-interface")),
                         **{way: median(data.get(name, way)) for way in ("veth", *WAYS)})


def core_figures(data, lab):
    ours = data.get("cores2-tcp1", "vpntun")
    if not ours:
        return
    more = {}
    for way in ("vpntun", "veth", *WAYS):
        for what in ("tcp1", "tcp4"):
            r = ratio(data.get(f"cores2-{what}", way), data.get(f"cores1-{what}", way))
            if what == "tcp4":
                more[f"{way} with four streams, ratio"] = r
            elif way != "vpntun":
                more[f"{way}, ratio"] = r
                more[way] = median(data.get(f"cores2-{what}", way))
    yield figure(data, "cores2", "bytes/s", ours, data.get("cores1-tcp1", "vpntun"),
                 "one processor", PINNED if lab == "host" else LOCKSTEP, **more)


def sa_figures(data, unit, clock):
    base = data.above("sas1", "vpntun")
    for count in (100, 10000):
        ours = data.above(f"sas{count}", "vpntun")
        if ours:
            xfrm = data.above(f"sas{count}", "xfrm-policy")
            yield figure(data, f"sas{count}", unit, ours, base, "one SA",
                         METHODS["sas"] + clock,
                         **{"xfrm-policy": median(xfrm),
                            "xfrm-policy, ratio": ratio(xfrm, data.above("sas1", "xfrm-policy")),
                            "xfrm-interface": None, "wireguard": None})


def aead_of(data, size):
    ways = data.values.get(f"aead{size}", {})
    return next(iter(ways.values())) if ways else {}


def aead_figures(data, clock):
    def share(size, way):
        above, alone = data.above(f"pkt{size}", way), median(aead_of(data, size))
        return {k: alone / v for k, v in above.items()} if alone else {}
    ours = share(1300, "vpntun")
    if ours:
        yield figure(data, "aead-share", "share", ours, share(1300, "xfrm-policy"),
                     "xfrm-policy", METHODS["aead"] + clock,
                     **{f"at {size} B": median(share(size, "vpntun")) for size in SIZES},
                     **{way: median(share(1300, way)) for way in WAYS[:2]}, wireguard=None)


def figures(folders, lab):
    """All that the folders of the boots give, as the list that bench.json holds."""
    data = Data(folders)
    clock = HOST if lab == "host" else ICOUNT
    unit = "ns" if lab == "host" else "instructions"
    return [*packet_figures(data, unit, clock), *stream_figures(data, clock),
            *core_figures(data, lab), *sa_figures(data, unit, clock), *aead_figures(data, clock)]


def number(value, unit):
    if value is None:
        return "-"
    if unit == "bytes/s":
        return f"{value / 1e6:,.1f} MB/s"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}"


def table(figs):
    if not figs:
        print("bench: nothing was measured")
        return
    first = figs[0]
    print(f"Linux {first['kernel']}, {first['crypto driver']}, "
          f"{first['asynchronous']} operations completed later\n")
    head = ("", "vpntun", "baseline", "ratio", "target", "", "spread", "words", *WAYS)
    print("{:10} {:>13} {:>13} {:>6} {:>8} {:6} {:>6} {:>6}  {:>14} {:>14} {:>13}".format(*head))
    for f in figs:
        verdict = {True: "met", False: "missed", None: ""}[f["met"]]
        print(f"{f['id']:10} {number(f['value'], f['unit']):>13} "
              f"{number(f['baseline'], f['unit']):>13} {f['ratio'] or 0:6.3f} "
              f"{f['target'] or '':>8} {verdict:6} {f['spread'] or 0:6.1%} "
              f"{f.get('words') and format(f['words'], '.3f') or '-':>6}  "
              f"{number(f['xfrm-policy'], f['unit']):>14} "
              f"{number(f['xfrm-interface'], f['unit']):>14} "
              f"{number(f['wireguard'], f['unit']):>13}")
    unit = "nanoseconds" if first["unit"] == "ns" else "instructions"
    print(f"\npkt, sas: {unit} a datagram above veth (baseline xfrm policy; one SA)."
          "\ntcp: one and four streams (baseline xfrm interface). cores2: one SA on two"
          " processors (baseline on one).\naead-share: the bare cipher's part of pkt1300."
          " words: the ratio on a\nprocessor that copies and clears words, not bytes, with"
          " one instruction. Each method is in build/bench.json and tests/bench/README.md.")


def write(figs, folder):
    with open(folder / "bench.json", "w", encoding="utf-8") as f:
        json.dump(figs, f, indent=1)
        f.write("\n")
    with open(folder / "bench.svg", "w", encoding="utf-8") as f:
        f.write(plot.draw({fig["id"]: fig for fig in figs}))
    print(f"\n{folder.name}/bench.json and {folder.name}/bench.svg are written")
