"""A headless Chromium, driven by its DevTools protocol over a pipe: the standard library is
enough, and no port is opened.

    with Browser() as b:
        b.open(path); b.run("return document.title")
"""
import fcntl
import json
import os
import pathlib
import select
import subprocess
import tempfile

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage",
           "--remote-debugging-pipe"]
SECONDS = 60  # without an answer


def high(descriptor):
    """The same above those that Chromium takes, 3 and 4."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return copy


class Browser:
    def __init__(self):
        # A home of its own: nothing of the user's is read or written.
        self.home = tempfile.TemporaryDirectory()
        (come, self.out), (self.answers, go) = [map(high, os.pipe()) for _ in range(2)]

        def connect():
            os.dup2(come, 3)
            os.dup2(go, 4)

        self.process = subprocess.Popen(
            ["chromium", *OPTIONS, f"--user-data-dir={self.home.name}/profile", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(3, 4), preexec_fn=connect, env=os.environ | {"HOME": self.home.name})
        os.close(come)
        os.close(go)
        self.read, self.number, self.events, self.session = b"", 0, [], None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target,
                                flatten=True)["sessionId"]
        for part in "Page", "Runtime", "Log", "Network":
            self.ask(part + ".enable")

    def message(self):
        """The next one, an answer or an event."""
        while b"\0" not in self.read:
            if not select.select([self.answers], [], [], SECONDS)[0]:
                raise TimeoutError("Chromium does not answer")
            more = os.read(self.answers, 1 << 20)
            if not more:
                raise EOFError("Chromium has ended")
            self.read += more
        one, self.read = self.read.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, **what):
        self.number += 1
        question = {"id": self.number, "method": method, "params": what}
        if self.session:
            question["sessionId"] = self.session
        os.write(self.out, json.dumps(question).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def take(self, *methods):
        """What was told since the last time."""
        taken = [e for e in self.events if e["method"] in methods]
        self.events = [e for e in self.events if e["method"] not in methods]
        return [e["params"] for e in taken]

    def open(self, path):
        self.ask("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        while not self.take("Page.loadEventFired"):
            self.events.append(self.message())

    def run(self, script):
        answer = self.ask("Runtime.evaluate", expression="(() => {" + script + "})()",
                          returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def size(self, width, height=900):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)

    def emulate(self, media="", **features):
        self.ask("Emulation.setEmulatedMedia", media=media, features=[
            {"name": n.replace("_", "-"), "value": v} for n, v in features.items()])

    def errors(self):
        """Script errors and what was refused."""
        return ([e["exceptionDetails"]["text"] for e in self.take("Runtime.exceptionThrown")]
                + [e["entry"]["text"] for e in self.take("Log.entryAdded")
                   if e["entry"]["level"] in ("error", "warning")])

    def requests(self):
        """Addresses that were asked for."""
        return [e["request"]["url"] for e in self.take("Network.requestWillBeSent")]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.out)  # at which it ends
        self.process.wait()
        os.close(self.answers)
        self.home.cleanup()
