#!/usr/bin/env python3
"""test_report.py SWEEP: the page of a results folder, in a headless Chromium.

It opens without an error and without a request, columns sort, nothing is wider than the
screen, texts of strangers stay texts. The oracle of its numbers is `sweep table`.
"""
import csv, os, pathlib, re, shutil, signal, sqlite3, subprocess, sys, tempfile, time
from html.parser import HTMLParser

from browser import Browser
from harness import check, finish

sweep = str(pathlib.Path(sys.argv[1]).resolve())
# By its real name, as the browser reports it.
work = pathlib.Path(tempfile.mkdtemp()).resolve()
os.chdir(work)

TAG = "<img src=http://127.0.0.1:9/%s onerror=hacked=1>"
NOTE = "</title></pre><script>hacked=1</script> & 'mine' " + TAG % "note"
GRID = f"""name: page
note: "{NOTE}"
seed: 5
replicates: 2
grid:
  model: [relu, leaky_relu]
  leak: 0.2
  dimension: [30, 100]
  samples: 6
  width: [2, 6]
  max_steps: 60
  step_scale: [0, 0.5, 1, 1.5]
where: "model <> '{TAG % "where"}'"
results:
  relative: restored_eps / norm
success: {{eps: 0.5}}
table: {{columns: [relative, exact_tau, unique]}}
"""
RESULTS = ["relative", "exact_tau", "unique"]


def run(*words, code=0, **more):
    done = subprocess.run([sweep, *words], capture_output=True, text=True, **more)
    check(f"{words}: {done.returncode}, {done.stderr}", done.returncode == code)
    return done


class Reader(HTMLParser):
    """Elements and rows as they stand in the file, before any script."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.ids, self.rows, self.cell, self.text = [], [], [], None, ""
        self.feed(pathlib.Path(path).read_text())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.ids += [v for k, v in attributes if k == "id"]
        if tag == "tr":
            self.rows.append([])
        elif tag == "td" and self.rows:
            self.rows[-1].append(dict(attributes).get("data-v"))

    def handle_data(self, data):
        self.text += data

    def count(self, tag):
        return sum(t == tag for t, _ in self.tags)

    def results(self):
        """Rows of the table of results: numbers have data-v."""
        return [row for row in self.rows if any(v is not None for v in row)]


def table(folder):
    return list(csv.DictReader(run("table", folder, "--format", "csv").stdout.splitlines()))


def check_file(page, folder):
    rows, shown = table(folder), page.results()
    check("a row for each", len(shown) == len(rows) == 32)
    keys = ["dimension", "width", "step_scale"]
    for row, cells in zip(rows, shown):
        expected = [row[k] for k in [*keys, "failed"]]
        check("coordinates", [float(v) for v in cells[1:5]] == [float(v) for v in expected])
        want = [float(row[f"{r}_mean"]) for r in RESULTS]
        have = [float(v or "nan") for v in cells[-3:]]
        check(f"all digits {want} {have}", str(want) == str(have))
    check("figures", page.count("figure") == 3 and page.count("svg") >= 4)
    check("no name twice", len(set(page.ids)) == len(page.ids) > 40)
    check("one script", page.count("script") == 1)
    check("nothing is loaded", not [t for t, a in page.tags if t in ("img", "link", "iframe")
                                    or {"src", "srcset", "data"} & a.keys()])
    check("it is at rest", "refresh" not in [a.get("http-equiv") for _, a in page.tags])
    for text in NOTE, TAG % "where", TAG % "log", TAG % "platform", "seed: 5", "dead_point", \
            "try model: leaky_relu", "by sweep", "32 cells, replicates: 2, seed 5":
        check(f"it says {text}", text in page.text)


ROWS = """return [...document.querySelectorAll('.results tbody tr')].map(row =>
    [...row.cells].map(cell => [cell.dataset.v, cell.textContent]))"""
CLICK = "document.querySelectorAll('.results .heads th')[%d].click()"


def check_sorting(b):
    """Against Python's sorted: stable, and what is undefined stands below."""
    head = b.run("return [...document.querySelectorAll('.heads th')].map(h => h.innerText)")
    for name in "exact_tau", "dimension", "model":
        k = head.index(name)

        def key(row):
            shown, text = row[k]
            return text if shown is None else float(shown)

        for order in "ascending", "descending":
            before = b.run(ROWS)
            defined = [row for row in before if row[k][0] != ""]
            rest = [row for row in before if row[k][0] == ""]
            check("some are undefined", (len(rest) > 0) == (name == "exact_tau"))
            b.run(CLICK % k)
            check(f"{name} {order}", b.run(ROWS) == sorted(
                defined, key=key, reverse=order == "descending") + rest)
            check("which", b.run("return [...document.querySelectorAll('[aria-sort]')]"
                                 ".map(h => h.textContent + h.ariaSort)") == [name + order])


def check_policy(b):
    """Were a text to become markup after all: nothing would come of it."""
    b.run("""window.refused = [];
        document.addEventListener('securitypolicyviolation',
                                  e => refused.push(e.effectiveDirective));
        const image = new Image(); image.src = 'http://127.0.0.1:9/image';
        const script = document.createElement('script'); script.text = 'hacked = 2';
        document.body.append(image, script);
        document.body.insertAdjacentHTML('beforeend', '<p onclick="hacked = 3" id="p">');
        document.getElementById('p').click()""")
    deadline = time.time() + 20
    while len(refused := b.run("return refused")) < 3 and time.time() < deadline:
        time.sleep(0.05)
    check(f"refused: {refused}", sorted(refused) == ["img-src", "script-src-attr",
                                                     "script-src-elem"])
    check("it did not run", b.run("return window.hacked === undefined"))


LUMINANCE = """const colour = (selector, name) => {
        const c = getComputedStyle(document.querySelector(selector))[name];
        const [r, g, b] = c.match(/[\\d.]+/g).map(v => v / 255).map(
            v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b };
    const paper = colour('body', 'backgroundColor');
    return [paper, ...['body', '.state', 'a', '.failed', 'summary', '.done'].map(s => {
        const ink = colour(s, 'color');
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) })]"""
WIDER = """const wide = document.documentElement.clientWidth;
    return [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll')
        && e.getBoundingClientRect().right > wide + 0.5).map(e => e.outerHTML.slice(0, 90))"""


def check_looks(b):
    for width in 400, 1400:
        b.size(width)
        check(f"no wider than {width}", b.run(WIDER) == [] and b.run(
            "return document.documentElement.scrollWidth") <= width)
        sizes = b.run("return [...document.querySelectorAll('figure svg')].map(s => {"
                      "const r = s.getBoundingClientRect(); return [r.width, r.height]})")
        check(f"figures {sizes}", all(w > min(width * 0.85, 500) and h > w / 4 for w, h in sizes))
    for scheme, dark in ("light", False), ("dark", True):
        b.emulate(prefers_color_scheme=scheme)
        paper, *contrast = b.run(LUMINANCE)
        check(f"{scheme}: {paper}", (paper < 0.1) == dark)
        check(f"it can be read: {contrast}", min(contrast) > 4.5)
    b.emulate("print")
    check("nothing is cut off on paper", b.run(
        "return getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible")
    b.emulate()


def check_browser(path):
    with Browser() as b:
        b.open(path)
        asked = b.requests()
        check(f"one request: {asked}", asked == [path.as_uri()])
        check("the title", b.run("return document.title") == "page - sweep")
        check("no script of theirs", b.run("return window.hacked === undefined"))
        check_sorting(b)
        check_looks(b)
        errors = b.errors()
        check(f"no errors: {errors}", errors == [])
        check_policy(b)


BADGE = """const badge = document.querySelector('.badge');
    return [badge.className, badge.textContent, document.getElementById('written').innerText]"""


def check_age(path):
    """A page that nobody has written for long says so; one from just now does not."""
    old = pathlib.Path("old.html")
    old.write_text(re.sub(r'data-at="(\d+)"',
                          lambda m: f'data-at="{int(m[1]) - 1800}"', path.read_text()))
    with Browser() as b:
        for page, badge, end in (path, "running", "up to date."), \
                (old, "was running", "Nobody has, for 30 minutes."):
            b.open(page)
            kind, text, written = b.run(BADGE)
            check(f"badge {text}", text == badge and kind == "badge " + (
                "stopped" if page == old else "running"))
            check(written, re.match(r"Written \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC; .*"
                                    + re.escape(end) + "$", written))
        check("no errors", b.errors() == [])


def check_running():
    pathlib.Path("long.yaml").write_text("name: long\nseed: 1\nreplicates: 100000\ngrid:\n"
                                         "  dimension: 100\n  samples: 10\n  width: 50\n")
    child = subprocess.Popen([sweep, "run", "-q", "-j1", "long.yaml", "-o", "long"])
    try:
        while not pathlib.Path("long/run.log").exists() and child.poll() is None:
            time.sleep(0.05)
        run("report", "long", "-o", "during.html")
        page = Reader("during.html")
        check("it loads itself again", ("meta", {"http-equiv": "refresh", "content": "10"})
              in page.tags)
        check("it says so", ("span", {"class": "badge running"}) in page.tags)
        check("who writes it", "; 'sweep report --watch' would keep it up to date." in page.text)
        check_age(pathlib.Path("during.html"))
    finally:
        child.terminate()
        child.wait()
    run("report", "long")
    page = Reader("long/report.html")
    check("at rest", "refresh" not in pathlib.Path("long/report.html").read_text())
    check("stopped", ("span", {"class": "badge stopped"}) in page.tags)
    check("trials are missing", "trials missing" in page.text)
    check("no axis, no figure", "No figure: the grid has no axis" in page.text)
    # Somebody of another machine, who may still work.
    pathlib.Path("long/sweep.lock").write_text("far 7 1 its-boot 2026-01-01T00:00:00Z 1 0\n")
    pathlib.Path("long/report.html").unlink()
    child = subprocess.Popen([sweep, "report", "long", "--watch"], stderr=subprocess.DEVNULL)
    try:
        while not pathlib.Path("long/report.html").exists() and child.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)
        check("it watches on", child.poll() is None)
        page = Reader("long/report.html")
        check("its page", ("span", {"class": "badge running"}) in page.tags)
        check("who writes it", "; 'sweep report --watch' keeps it up to date." in page.text)
        child.terminate()
        check("it ends", child.wait(60) == -signal.SIGTERM)
    finally:
        child.kill()
        child.wait()
    page = Reader("long/report.html")
    check("written at the end", ("span", {"class": "badge stopped"}) in page.tags)
    check("it says so", "was running" in page.text and "'sweep report --watch' has ended" in page.text)
    check("at rest again", "refresh" not in pathlib.Path("long/report.html").read_text())


def check_bounds():
    pathlib.Path("many.yaml").write_text(
        "name: many\nseed: 1\nreplicates: 1\ngrid:\n  model: linear\n  dimension: 20\n"
        "  samples: 4\n  max_steps: 5\n  test_samples: 1\n"
        "  step_scale: {linspace: [0, 1, 1201]}\n")
    run("run", "-q", "many.yaml", "-o", "many")
    empty = work / "empty"
    empty.mkdir()
    run("report", "many", env={"PATH": str(empty)})
    page = Reader("many/report.html")
    check("the first rows", len(page.results()) == 1000)
    check("it says so", "The first 1000 of 1201 rows" in page.text)
    check("without gnuplot", page.count("figure") == 0 and
          "No figure: gnuplot is not installed: install it" in page.text)


def check_ownership():
    """It is the program's own, and nothing else is replaced."""
    run("run", "-q", "grid.yaml", "-o", "out", "--fresh", "--max-failures", "100%", code=3)
    old, = pathlib.Path("out").glob("old-*")
    check("set aside", (old / "report.html").exists())
    check("gone", not pathlib.Path("out/report.html").exists())
    pathlib.Path("victim").write_text("mine")
    pathlib.Path("out/report.html").symlink_to("../victim")
    said = run("report", "out", code=1).stderr
    check(said, "cannot write 'out/report.html'" in said)
    check("a link is not followed", pathlib.Path("victim").read_text() == "mine")
    run("run", "-q", "grid.yaml", "-o", "out", "--report", code=1)
    pathlib.Path("out/report.html").unlink()
    said = run("run", "grid.yaml", "-o", "out", "--report", code=3).stderr
    check(said, said.endswith("\nreport: out/report.html\n"))
    check("nothing is left", sorted(os.listdir("out")) == sorted(
        [old.name, "grid.yaml", "report.html", "run.log", "sweep.db", "table.tsv"]))
    pathlib.Path("out/data").mkdir()
    for name in "sweep.db", "grid.yaml", "run.log", "sweep.lock", "data/a.csv":
        for command in "report", "table":
            said = run(command, "out", "-o", f"out/{name}", code=2).stderr
            check(said, said == f"sweep {command}: 'out/{name}' is part of the results in "
                  "that folder and would be replaced; choose another name with -o\n")
    run("table", ".", "-o", "sweep.db", cwd="out", code=2)
    run("table", "out", "-o", "out/table.tsv")
    run("table", "out", "-o", "run.log")
    pathlib.Path("out/data").rmdir()
    run("run", "-q", "grid.yaml", "-o", "parts", "--shard", "1/2", code=3)
    said = run("report", "parts", code=2).stderr
    check(said, "'parts' holds shards only; unite them first" in said)
    run("report", "nowhere", code=1)


pathlib.Path("grid.yaml").write_text(GRID)
run("run", "-q", "grid.yaml", "-o", "out", "--max-failures", "100%", code=3)
with open("out/run.log", "a") as file:
    file.write(f"</pre>{TAG % 'log'}\n")
with sqlite3.connect("out/sweep.db") as db:
    db.execute("UPDATE meta SET value = ? WHERE name = 'platform'", (TAG % "platform",))
db.close()
said = run("report", "out").stderr
check(said, said == "report: out/report.html\n")
size = pathlib.Path("out/report.html").stat().st_size
check(f"its size: {size}", 50_000 < size < 1_000_000)
check_file(Reader("out/report.html"), "out")
check_browser(work / "out/report.html")
check_ownership()
check_running()
check_bounds()
shutil.rmtree(work)
finish(180)
