"""A headless Chromium, driven by chromedriver over HTTP: the standard library is enough.

    with Browser() as b:
        b.open(path); b.run("return document.title")
"""
import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import urllib.request

OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage"]


class Browser:
    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        # A home of its own: nothing of the user's is read or written.
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.STDOUT, env=os.environ | {"HOME": self.home.name})
        for line in self.driver.stdout:
            if found := re.search(r"started successfully on port (\d+)", line):
                break
        self.address = f"http://127.0.0.1:{found[1]}/session"
        wanted = {"goog:chromeOptions": {"args": OPTIONS + [
                      f"--user-data-dir={self.home.name}/profile"]},
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self.ask("", {"capabilities": {"alwaysMatch": wanted}})
        self.address += "/" + answer["sessionId"]
        self.ask("/url", {"url": "about:blank"})
        self.requests()  # of the page that it began with

    def ask(self, path, what):
        request = urllib.request.Request(self.address + path, json.dumps(what).encode(),
                                         {"Content-Type": "application/json"})
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        return json.load(direct.open(request, timeout=60))["value"]

    def devtools(self, command, **what):
        return self.ask("/goog/cdp/execute", {"cmd": command, "params": what})

    def open(self, path):
        self.ask("/url", {"url": pathlib.Path(path).resolve().as_uri()})

    def run(self, script):
        return self.ask("/execute/sync", {"script": script, "args": []})

    def size(self, width, height=900):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)

    def emulate(self, media="", **features):
        self.devtools("Emulation.setEmulatedMedia", media=media, features=[
            {"name": n.replace("_", "-"), "value": v} for n, v in features.items()])

    def errors(self):
        """What the console was told since the last time: script errors, blocked requests."""
        return [entry["message"] for entry in self.ask("/se/log", {"type": "browser"})]

    def requests(self):
        """Addresses that were asked for since the last time."""
        entries = [json.loads(entry["message"])["message"]
                   for entry in self.ask("/se/log", {"type": "performance"})]
        return [e["params"]["request"]["url"] for e in entries
                if e["method"] == "Network.requestWillBeSent"]

    def picture(self, path):
        """The whole page, as PNG."""
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                urllib.request.Request(self.address, method="DELETE"), timeout=10)
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.home.cleanup()
