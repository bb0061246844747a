"""The documents hold together.

    test_papers.py SWEEP ROOT
    test_papers.py --self-test

* README.md has at most 8000 bytes.
* Every link of a document to a file of the tree finds it, and a heading if it names one.
* Every text in the program, its scripts and its build that names a section of a document
  (`sweeps/README.md, "Data"`) finds it.
* sweeps/README.md lists every parameter, once and in its stage.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

FIRST_PAGE = 8000
LINK = re.compile(r"\]\(([^)\s]+)\)")
SECTION = re.compile(r'([\w/]+\.md), \\?"([^"\\]+)\\?"')
SPEAKING = ["include/**/*.h", "src/**/*.c", "src/**/*.h", "sweeps/*.sh", "meson.build"]


def headings(text):
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.findall(r"^#+ (.+)$", outside, re.MULTILINE)


def anchor(heading):
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def documents(root):
    folders = [root] + [root / name for name in ("include", "plots", "src", "sweeps", "tests")]
    return sorted({path for folder in folders
                   for path in folder.glob("*.md" if folder == root else "**/*.md")})


def link_problem(path, link):
    """What is wrong with a link of the document `path`, or None."""
    name, _, wanted = link.partition("#")
    target = path.parent / name if name else path
    if not target.exists():
        return "no such file"
    if wanted and wanted not in map(anchor, headings(target.read_text())):
        return "no such heading"
    return None


def check_links(root):
    count, problems = 0, []
    for path in documents(root):
        for link in LINK.findall(path.read_text()):
            if re.match(r"[a-z]+:", link):
                continue
            count += 1
            if problem := link_problem(path, link):
                problems.append(f"{path.relative_to(root)}: {link}: {problem}")
    return count, problems


def check_sections(root):
    count, problems = 0, []
    for path in (path for pattern in SPEAKING for path in root.glob(pattern)):
        for name, section in SECTION.findall(path.read_text()):
            count += 1
            target = root / name
            if not target.exists() or section not in headings(target.read_text()):
                problems.append(f"{path.relative_to(root)}: there is no {name}, \"{section}\"")
    return count, problems


def check_parameters(root, printed):
    """`printed`: what 'sweep parameters' prints."""
    text = (root / "sweeps" / "README.md").read_text()
    listed = {(stage, name)
              for stage, names in re.findall(r"^\| `(\w+)` \| ((?:`\w+`(?:, )?)+) \|$", text,
                                             re.MULTILINE)
              for name in re.findall(r"`(\w+)`", names)}
    there = {(words[2], words[0]) for words in map(str.split, printed.splitlines()[1:])}
    return len(there), [f"sweeps/README.md: {what} the {stage} parameter '{name}'"
                        for what, names in (("lacks", there - listed), ("invents", listed - there))
                        for stage, name in sorted(names)]


def check(root, printed):
    """(number of checks, problems)"""
    size = (root / "README.md").stat().st_size
    problems = [f"README.md has {size} bytes, {FIRST_PAGE} are its most"] \
        if size > FIRST_PAGE else []
    counts = [1]
    for count, found in check_links(root), check_sections(root), check_parameters(root, printed):
        if count == 0:
            problems.append("a check had nothing to check")
        counts.append(count)
        problems += found
    return sum(counts), problems


PRINTED = "parameter symbol stage\nwidth n train\nforget k unlearn\n"
TREE = {
    "README.md": "# One\n[a](sweeps/README.md#grids-and-data-2), [b](https://a.b/c)\n",
    "sweeps/README.md": "# Two\n## Grids, and `data` 2\n[c](#two) [d](../README.md)\n\n"
                        "```sh\n# no heading\n```\n"
                        "| `train` | `width` |\n| `unlearn` | `forget` |\n",
    "src/a.c": '"see sweeps/README.md, \\"Two\\""',
}
PLANTED = [
    ("README.md", "# One", "# One" + 8000 * "."),
    ("README.md", "sweeps/README.md", "sweep/README.md"),
    ("README.md", "-data-2", "-data-3"),
    ("sweeps/README.md", "#two", "#no-heading"),
    ("sweeps/README.md", "../README", "README.txt"),
    ("sweeps/README.md", "`width`", "`length`"),
    ("sweeps/README.md", "`unlearn`", "`train`"),
    ("src/a.c", "Two", "Three"),
    ("src/a.c", "Two", "no heading"),
    ("src/a.c", "see", "See"),
]


def self_test():
    """Each planted fault is found; the tree without, and one harmless change, pass."""
    wrong = 0
    for fault in [None] + PLANTED:
        with tempfile.TemporaryDirectory() as scratch:
            root = pathlib.Path(scratch)
            for name, text in TREE.items():
                (root / name).parent.mkdir(exist_ok=True)
                (root / name).write_text(
                    text.replace(fault[1], fault[2]) if fault and fault[0] == name else text)
            found = check(root, PRINTED)[1]
        if bool(found) != (fault not in (None, PLANTED[-1])):
            wrong += 1
            print(f"{fault}: {found}")
    print(f"{len(PLANTED) + 1} trees, {wrong} judged wrong")
    return int(wrong > 0)


def main(words):
    if words == ["--self-test"]:
        return self_test()
    sweep, root = words
    printed = subprocess.run([sweep, "parameters"], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
    count, problems = check(pathlib.Path(root), printed)
    print("\n".join(problems + [f"{count} checks, {len(problems)} problems"]))
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
