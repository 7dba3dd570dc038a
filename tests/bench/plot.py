# SPDX-License-Identifier: GPL-2.0
"""The figures as one SVG picture: groups of bars, drawn by hand."""
from html import escape

WAYS = (("vpntun", "vpntun", "#1b6ca8"), ("xfrm-policy", "xfrm policy", "#8fa3ad"),
        ("xfrm-interface", "xfrm interface", "#c5ced3"), ("wireguard", "WireGuard", "#d9a441"))
WIDTH, HEIGHT, TOP, BOTTOM, LEFT = 400, 300, 72, 40, 56
FONT = "font-family='DejaVu Sans,Helvetica,Arial,sans-serif'"


def step(top):
    """A round distance between grid lines, for about five of them."""
    size = 10 ** (len(str(int(max(top, 1)))) - 1)
    for factor in (0.1, 0.2, 0.5, 1, 2):
        if top / (size * factor) <= 6:
            return size * factor
    return size * 2


class Picture:
    """Panels from left to right."""

    def __init__(self):
        self.parts, self.panels = [], 0

    def text(self, x, y, words, size=11, anchor="middle", color="#333", weight="normal"):
        self.parts.append(f"<text x='{x:.1f}' y='{y:.1f}' font-size='{size}' fill='{color}' "
                          f"font-weight='{weight}' text-anchor='{anchor}'>{escape(words)}</text>")

    def line(self, x1, y1, x2, y2, color, width=1.0, dash=""):
        self.parts.append(f"<line x1='{x1:.1f}' y1='{y1:.1f}' x2='{x2:.1f}' y2='{y2:.1f}' "
                          f"stroke='{color}' stroke-width='{width}' stroke-dasharray='{dash}'/>")

    def panel(self, title, note, groups, show):
        """groups: (label, {way: value}, {what: marked height}); show: a value as words."""
        x0 = self.panels * WIDTH + LEFT
        width = WIDTH - LEFT - 16
        self.panels += 1
        values = [v for _, bars, marks in groups for v in (*bars.values(), *marks.values())
                  if v is not None]
        if not values:
            return
        top = max(values) * 1.12
        scale = (HEIGHT - TOP - BOTTOM) / top
        base = HEIGHT - BOTTOM
        self.text(x0 - LEFT + 16, 22, title, 14, "start", "#111", "bold")
        self.text(x0 - LEFT + 16, 38, note, 10, "start", "#666")
        tick = 0
        while tick <= top:
            y = base - tick * scale
            self.line(x0, y, x0 + width, y, "#e4e7e9" if tick else "#555")
            self.text(x0 - 5, y + 4, show(tick), 10, "end", "#666")
            tick += step(top)
        room = width / len(groups)
        for i, (label, bars, marks) in enumerate(groups):
            self.group(x0 + i * room, room, base, scale, bars, marks, show)
            self.text(x0 + (i + 0.5) * room, base + 16, label, 11)

    def group(self, x, room, base, scale, bars, marks, show):
        bar = room * 0.84 / len(WAYS)
        for j, (way, _, color) in enumerate(WAYS):
            value = bars.get(way)
            if value is None:
                continue
            left, height = x + room * 0.08 + j * bar, max(value * scale, 0)
            self.parts.append(f"<rect x='{left:.1f}' y='{base - height:.1f}' width='{bar - 2:.1f}' "
                              f"height='{height:.1f}' fill='{color}'/>")
            self.text(left + bar / 2 - 1, base - height - 4, show(value), 9, color="#444")
        for what, value in marks.items():
            if value is None:
                continue
            wide = bar if what == "target" else bar * len(WAYS)
            y = base - value * scale
            self.line(x + room * 0.08 - 2, y, x + room * 0.08 + wide, y,
                      "#c0392b" if what == "target" else "#222", 1.6,
                      "" if what == "target" else "4 3")

    def legend(self):
        x = 16
        for _, label, color in WAYS:
            self.parts.append(f"<rect x='{x}' y='{HEIGHT + 6}' width='11' height='11' "
                              f"fill='{color}'/>")
            self.text(x + 16, HEIGHT + 16, label, 11, "start")
            x += 32 + 7 * len(label)
        self.line(x, HEIGHT + 12, x + 18, HEIGHT + 12, "#c0392b", 1.6)
        self.text(x + 24, HEIGHT + 16, "target", 11, "start")
        self.line(x + 84, HEIGHT + 12, x + 108, HEIGHT + 12, "#222", 1.6, "4 3")
        self.text(x + 114, HEIGHT + 16, "the cipher alone", 11, "start")

    def finish(self, foot):
        self.legend()
        self.text(16, HEIGHT + 38, foot, 10, "start", "#666")
        width, height = self.panels * WIDTH, HEIGHT + 50
        return (f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' "
                f"viewBox='0 0 {width} {height}' {FONT}>\n<rect width='100%' height='100%' "
                "fill='white'/>\n" + "\n".join(self.parts) + "\n</svg>\n")


def bars_of(fig, value="value"):
    return {"vpntun": fig[value], **{way: fig.get(way) for way, _, _ in WAYS[1:]}}


def target(fig):
    if not fig["target"] or fig["baseline"] is None:
        return None
    return float(fig["target"].split()[1]) * fig["baseline"]


def thousands(value):
    return f"{value / 1000:.0f} k" if value >= 10000 else f"{value / 1000:.1f} k" if value else "0"


def draw(figs):
    """figs: figures by id. Returns the SVG's text."""
    picture = Picture()
    packets = [figs[f"pkt{size}"] for size in (64, 512, 1300) if f"pkt{size}" in figs]
    if packets:
        unit = "ns" if packets[0]["unit"] == "ns" else "instructions"
        picture.panel("One datagram", f"{unit} above plain veth, sent and received; less is better",
                      [(f"{f['id'][3:]} B", bars_of(f), {"target": target(f), "aead": f["aead"]})
                       for f in packets], thousands)
    streams = [figs[name] for name in ("tcp1", "tcp4") if name in figs]
    if streams:
        picture.panel("TCP", "MB/s of the measuring clock; more is better",
                      [(label, bars_of(f), {"target": target(f)})
                       for f, label in zip(streams, ("one stream", "four streams"))],
                      lambda v: f"{v / 1e6:.0f}")
    if "cores2" in figs:
        f = figs["cores2"]
        one = {"vpntun": f["ratio"], **{way: f.get(f"{way}, ratio") for way, _, _ in WAYS[1:]}}
        four = {way: f.get(f"{way} with four streams, ratio") for way, _, _ in WAYS}
        picture.panel("Two processors against one", "one SA, times the throughput; more is better",
                      [("one stream", one, {"target": float(f["target"].split()[1])}),
                       ("four streams", four, {})], lambda v: f"{v:.2f}")
    if "sas10000" in figs:
        groups = [("1 SA", {"vpntun": figs["sas10000"]["baseline"]}, {})]
        for name in ("sas100", "sas10000"):
            if name in figs:
                groups.append((f"{int(name[3:]):,} SAs", bars_of(figs[name]),
                               {"target": target(figs[name])}))
        picture.panel("Many SAs", "cost of a 64-byte datagram to any of them; less is better",
                      groups, thousands)
    first = next(iter(figs.values()), None)
    foot = f"Linux {first['kernel']}, {first['crypto driver']}; methods are in bench.json" \
        if first else ""
    return picture.finish(foot)
