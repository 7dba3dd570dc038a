# SPDX-License-Identifier: GPL-2.0
"""Two gateways in network namespaces, each with an ikod of its own.

    a (10.77.0.1, fd77::1) ──── veth o0 ──── b (10.77.0.2, fd77::2)
    192.168.1.1 on lo                        192.168.3.1 on lo
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

TOP = pathlib.Path(__file__).resolve().parents[3]
NOKERNEL = TOP / "build/host/ikod-nokernel"
REAL = TOP / "build/ikod/ikod"
OUTER = {"a": "10.77.0.1", "b": "10.77.0.2"}
OUTER6 = {"a": "fd77::1", "b": "fd77::2"}
INNER = {"a": ["192.168.1.0/24", "192.168.2.0/24"], "b": ["192.168.3.0/24", "192.168.4.0/24"]}
OWN = {"a": "192.168.1.1", "b": "192.168.3.1"}
PATIENCE = 20


def sh(*words, check=True):
    return subprocess.run(words, check=check, capture_output=True, text=True).stdout


def wait_for(what, condition, seconds=PATIENCE):
    """Poll until condition() is true; its value, or AssertionError naming what."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s for: {what}")
        time.sleep(0.02)


def netns_exec(space, *words):
    return ["ip", "netns", "exec", space, *map(str, words)]


class Gateway:
    """One side. options go into its [connection site], an option of None is left out."""

    def __init__(self, lab, name, **options):
        self.lab, self.name, self.space = lab, name, f"{lab.prefix}-{name}"
        self.dir = lab.dir / name
        self.dir.mkdir()
        self.process = None
        self.runs = 0
        other = "b" if name == "a" else "a"
        self.options = {
            "local": OUTER[name], "remote": OUTER[other], "local-subnets": ",".join(INNER[name]),
            "remote-subnets": ",".join(INNER[other]), "psk-file": "psk", "ike": "aes128-sha256-ecp256",
            "pfs": "ecp256", "start": "auto" if name == "a" else "passive",
        }
        self.set_psk("a good secret")
        self.write(**options)

    # ---- configuration ----

    def set_psk(self, psk):
        path = self.dir / "psk"
        path.touch(mode=0o600)
        path.write_text(psk + "\n")

    def write(self, **options):
        """Change options and write the file."""
        self.options.update({k.replace("_", "-"): v for k, v in options.items()})
        lines = ["[global]", f"control-socket = {self.socket}", "log-level = debug"]
        if self.options.get("remote"):
            lines += ["[connection site]"] + [f"{k} = {v}" for k, v in self.options.items() if v is not None]
        (self.dir / "ikod.conf").write_text("\n".join(lines) + "\n")

    @property
    def socket(self):
        return self.dir / "run" / "sock"

    # ---- process ----

    def spawn(self, binary=NOKERNEL):
        self.runs += 1
        env = dict(os.environ, IKOD_STUB_LOG=str(self.sas_file), ASAN_OPTIONS="detect_leaks=0")
        with open(self.dir / f"log.{self.runs}", "w", encoding="utf-8") as log:
            return subprocess.Popen(netns_exec(self.space, binary, "-f", "-c", self.dir / "ikod.conf"),
                                    stderr=log, stdout=log, env=env)

    def start(self, binary=NOKERNEL):
        self.process = self.spawn(binary)
        wait_for(f"ikod {self.name} to answer", self.answers)
        return self

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"ikod {self.name} ended: {self.process.returncode}: {self.log()}")
        try:
            return self.ask(cmd="status")["ok"]
        except OSError:
            return False

    def log(self):
        return (self.dir / f"log.{self.runs}").read_text(encoding="utf-8")

    def stop(self, sig=signal.SIGTERM):
        """End it, its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(sig)
        status = self.process.wait(timeout=PATIENCE)
        self.process = None
        return status

    # ---- what it says and did ----

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(str(self.socket))
        return s, s.makefile("r", encoding="utf-8")

    def ask(self, **request):
        s, lines = self.connect()
        with s:
            s.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(lines.readline())

    def conn(self):
        return self.ask(cmd="status", conn="site")["connections"][0]

    def counter(self, name):
        return self.ask(cmd="status")["counters"][name]

    def wait_up(self, n):
        return wait_for(f"{n} children up at {self.name}", lambda: self.conn()["children_up"] == n and self.conn())

    @property
    def sas_file(self):
        return self.dir / "kernel.jsonl"

    def did(self, what=None):
        """What the kernel module would have been told, oldest first."""
        if not self.sas_file.exists():
            return []
        all_of_it = [json.loads(line) for line in self.sas_file.read_text().splitlines()]
        return [d for d in all_of_it if what in (None, d["do"])]

    # ---- the machine around it ----

    def ip(self, *words):
        return sh("ip", "-n", self.space, *words)

    def routes(self):
        return json.loads(self.ip("-j", "route") or "[]")

    def route(self, dst):
        return [r for r in self.routes() if r["dst"] == dst]

    def link(self, name="vpn0"):
        return subprocess.run(["ip", "-n", self.space, "link", "show", name], capture_output=True).returncode == 0

    def throw(self, data, to, port, source_port=0):
        """A datagram from this namespace."""
        code = ("import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
                f"s.bind(('',{source_port}));"
                f"s.sendto(bytes.fromhex(sys.argv[1]),('{to}',{port}))")
        sh(*netns_exec(self.space, "python3", "-c", code, data.hex()))


class Lab:
    """Namespaces and a scratch folder; a context manager."""

    def __init__(self):
        self.prefix = f"ikod{os.getpid()}"
        self.tmp = tempfile.TemporaryDirectory(prefix="ikod-host-")
        self.dir = pathlib.Path(self.tmp.name)
        self.gateways = {}

    def __enter__(self):
        spaces = [f"{self.prefix}-{n}" for n in "ab"]
        for space in spaces:
            sh("ip", "netns", "add", space)
            sh("ip", "-n", space, "link", "set", "lo", "up")
        sh("ip", "link", "add", "o0", "netns", spaces[0], "type", "veth", "peer", "name", "o0", "netns", spaces[1])
        for name, space in zip("ab", spaces):
            sh("ip", "-n", space, "addr", "add", OUTER[name] + "/24", "dev", "o0")
            sh("ip", "-n", space, "addr", "add", OUTER6[name] + "/64", "dev", "o0", "nodad")
            sh("ip", "-n", space, "addr", "add", OWN[name] + "/24", "dev", "lo")
            sh("ip", "-n", space, "link", "set", "o0", "up")
        return self

    def gateway(self, name, **options):
        self.gateways[name] = Gateway(self, name, **options)
        return self.gateways[name]

    def pair(self, **options):
        """Both sides with the same options, running."""
        a, b = self.gateway("a", **options), self.gateway("b", **options)
        b.start()
        a.start()
        return a, b

    def __exit__(self, *exc):
        for g in self.gateways.values():
            if g.process is not None:
                g.stop(signal.SIGKILL)
        for name in "ab":
            sh("ip", "netns", "del", f"{self.prefix}-{name}", check=False)
        self.tmp.cleanup()


# ---- the runner ----

def report(name, lab, what):
    """A failure, and the end of what each daemon wrote."""
    print(f"not ok {name}: {what}", flush=True)
    for g in lab.gateways.values():
        for log in sorted(g.dir.glob("log.*")):
            print(f"    {g.name} {log.name}:")
            print("".join(f"    | {line}\n" for line in log.read_text().splitlines()[-25:]), end="")


def run_test(name, test):
    start = time.monotonic()
    with Lab() as lab:
        try:
            test(lab)
            for g in lab.gateways.values():
                assert g.process is None or g.process.poll() is None, f"ikod {g.name} ended: {g.process.returncode}"
        except Exception as e:  # pylint: disable=broad-except # whatever it is, the test failed
            last = traceback.extract_tb(e.__traceback__)
            where = next((f for f in last if f.name.startswith("test_")), last[-1])
            report(name, lab, f"line {where.lineno}: {where.line}: {type(e).__name__} {e}")
            return False
    print(f"ok {name} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def run_tests(module):
    """Every test_*(lab) of @module whose name holds the first argument; the exit status."""
    pattern = sys.argv[1] if len(sys.argv) > 1 else ""
    tests = {n[5:].replace("_", "-"): f for n, f in module.items() if n.startswith("test_")}
    results = [run_test(n, f) for n, f in tests.items() if pattern in n]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1
