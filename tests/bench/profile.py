#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Where the instructions go: what insncount.c counted, by function.

    profile.py FOLDER [-n LINES] [-t MINIMUM] [--what pkt64]

FOLDER holds `kallsyms`, `index` (lines: way, measure, units) and `count.N`. For
each measure it prints the functions of vpntun beside those of xfrm and veth,
then the calls below vpntun's entry points with all that they cause.
"""
import argparse
import bisect
import collections
import os

AES = ("gcmaes_crypt_by_sg", "helper_rfc4106_encrypt", "helper_rfc4106_decrypt")
ENTRIES = ("vpntun_xmit", "vpntun_rx", "rxq_poll", "xfrm_output", "xfrm_input", "gro_cell_poll")


class Symbols:
    """Names of addresses."""

    def __init__(self, path):
        rows = []
        with open(path, encoding="ascii") as f:
            for line in f:
                words = line.split()
                if words[1] in "tTwW":
                    rows.append((int(words[0], 16), " ".join(words[2:])))
        rows.sort()
        self.addrs = [row[0] for row in rows]
        self.names = [row[1] for row in rows]
        self.seen = {}

    def name(self, addr):
        if addr not in self.seen:
            self.seen[addr] = self.find(addr)
        return self.seen[addr]

    def find(self, addr):
        if addr < 1 << 63:
            return "(user)"
        name = self.names[bisect.bisect(self.addrs, addr) - 1]
        # Assembler is full of labels.
        if name.endswith("[aesni_intel]") and name.split()[0] not in AES:
            return "AES-GCM assembler"
        return name


class Counts:
    """One measurement."""

    def __init__(self, path, units, symbols):
        self.flat = collections.Counter()
        self.tree = {0: Node("(root)")}
        selves = []
        with open(path, encoding="ascii") as f:
            lines = [line.split() for line in f]
        for words in lines:
            if words[0] == "block":
                self.flat[symbols.name(int(words[1], 16))] += \
                    sum(int(n) for n in words[2:]) / units
            elif words[0] == "call":
                self.tree[int(words[1])] = Node(symbols.name(int(words[3], 16)), int(words[2]))
            else:
                selves.append((int(words[1]), symbols.name(int(words[2], 16)),
                               int(words[3]) / units))
        self.total = sum(self.flat.values())
        for number, name, count in selves:
            node = self.tree[number]
            # What was jumped to, not called, is shown below the one that jumped.
            node.own[name] += count
        for number, node in self.tree.items():
            if number:
                self.tree[node.parent].children.append(node)


class Node:
    """A function as called along one path."""

    def __init__(self, name, parent=None):
        self.name, self.parent = name, parent
        self.children = []
        self.own = collections.Counter()

    def sum(self):
        return sum(self.own.values()) + sum(c.sum() for c in self.children)


class Merged:
    """Calls of the same name along the same names, together."""

    def __init__(self, name):
        self.name, self.own, self.children = name, 0, {}

    def add(self, node):
        for name, count in node.own.items():
            if name == node.name:
                self.own += count
            else:
                self.child(name).own += count
        for c in node.children:
            self.child(c.name).add(c)

    def child(self, name):
        if name not in self.children:
            self.children[name] = Merged(name)
        return self.children[name]

    def sum(self):
        return self.own + sum(c.sum() for c in self.children.values())

    def show(self, minimum, depth=0):
        total = self.sum()
        print(f"{total:9.0f} {self.own:8.0f}  {'  ' * depth}{self.name}")
        rest = 0
        for c in sorted(self.children.values(), key=lambda c: -c.sum()):
            if c.sum() >= minimum:
                c.show(minimum, depth + 1)
            else:
                rest += c.sum()
        if rest >= minimum:
            print(f"{rest:9.0f} {'':8}  {'  ' * (depth + 1)}(others)")


def entries(counts):
    """The outermost calls of the entry points, merged."""
    found = {}

    def walk(node):
        name = node.name.split()[0]
        if name in ENTRIES:
            found.setdefault(name, Merged(node.name)).add(node)
            return
        for c in node.children:
            walk(c)
    walk(counts.tree[0])
    return found


def flat(what, counts, lines):
    unit = "KiB of payload" if what.startswith("tcp") else "datagram, sent and received"
    veth = counts.get("veth", None)
    base = veth.flat if veth else collections.Counter()
    print(f"\n== {what}: instructions for a {unit}")
    for way, c in counts.items():
        print(f"   {way:15} {c.total:9.0f}" + (f"   {c.total - veth.total:+9.0f} against veth"
                                              if veth and c is not veth else ""))
    ways = list(counts)
    first = counts[ways[-1]].flat
    names = sorted({n for c in counts.values() for n in c.flat},
                   key=lambda n: base[n] - first[n])
    print("  ".join(f"{way[:9]:>9}" for way in ways) + "  function")
    for name in names[:lines]:
        print("  ".join(f"{counts[way].flat[name]:9.0f}" for way in ways) + f"  {name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("-n", "--lines", type=int, default=50)
    parser.add_argument("-t", "--minimum", type=float, default=40)
    parser.add_argument("--what")
    args = parser.parse_args()
    symbols = Symbols(os.path.join(args.folder, "kallsyms"))
    measures = {}
    with open(os.path.join(args.folder, "index"), encoding="ascii") as f:
        for i, line in enumerate(f):
            way, what, units = line.split()
            if args.what in (None, what):
                measures.setdefault(what, {})[way] = \
                    Counts(os.path.join(args.folder, f"count.{i}"), int(units), symbols)
    for what, counts in measures.items():
        flat(what, counts, args.lines)
        for way, c in counts.items():
            for top in entries(c).values():
                if top.sum() < args.minimum:
                    continue
                print(f"\n-- {what}, {way}: with all that it causes, and by itself")
                top.show(args.minimum)


main()
