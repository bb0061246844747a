"""The #include lines of the program against the order of its layers and modules.

    test_layers.py ROOT LAYER=MODULE,MODULE... ...
    test_layers.py --self-test

Layers and modules are given from the ground up.

A file may include headers of layers below its own and of modules before its own in the
same layer. `trial_train` is a part of `trial`: parts of one module may include each
other. A private header without a module (`cli.h`) belongs to its folder and stands
below all modules there. Some library headers and functions have one place.

No circle, neither of headers nor of modules, a module being the files of one name and
including what its headers include (a part may include the header of its whole). So
that the #include lines show who calls whom, what a private header of a module declares
is defined in that module.
"""

import pathlib
import re
import sys
import tempfile

# Library header (or its folder): the modules that may include it.
LIBRARIES = {
    "yaml.h": {"document"},
    "sqlite3.h": {"store", "expression"},
    "omp.h": {"runner"},
    "zlib.h": {"gunzip"},
    "Random123": {"rng"},
    "flint": {"proof"},
    "arb.h": {"proof"},
    "arb_mat.h": {"proof"},
}
# What the code may say only in these modules; a name of a layer stands for all in it.
PRINTING = r"printf\s*\(|puts\s*\(|putchar\s*\(|perror\s*\(|stdout|stderr"
WORDS = {
    r"strtod": {"parse"},
    r"gsl_rng_set": set(),
    PRINTING: {"cli"},
    r"exit\s*\(|_exit\s*\(|abort\s*\(": {"cli"},
}

# Fewer #include lines than this: the program was not found.
LEAST_LINES = 300

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')


PROTOTYPE = re.compile(r"^[A-Za-z_][\w \t*]*?\b(\w+)\s*\([^;{]*\)[^;{]*;", re.MULTILINE)
DEFINITION = re.compile(r"^[A-Za-z_][\w \t*]*?\b(\w+)\s*\([^;{]*\)\s*\{", re.MULTILINE)


class Order:
    """Where each module stands: (layer, position of the module it is a part of)."""

    def __init__(self, layers):
        self.layers = [name for name, _ in layers]
        self.place = {}
        self.whole = {}
        for rank, (_, modules) in enumerate(layers):
            for position, module in enumerate(modules):
                self.place[module] = (rank, position)
            for module in modules:
                self.whole[module] = self.whole_of(module, rank)

    def whole_of(self, name, rank):
        """The shortest module of the layer that `name` is, or is a part of; or None."""
        words = name.split("_")
        for count in range(1, len(words) + 1):
            module = "_".join(words[:count])
            if module in self.place and self.place[module][0] == rank:
                return module
        return None

    def of_private(self, name, layer):
        rank = self.layers.index(layer)
        whole = self.whole_of(name, rank)
        return whole, self.place[whole] if whole else (rank, -1)

    def of_public(self, name):
        if name not in self.whole:
            return None, None
        whole = self.whole[name]
        return whole, self.place[whole]


def files_of(root, order):
    """(path, module, place) of every source and header; place None: of no module."""
    for path in sorted((root / "include" / "sweep").glob("*.h")):
        yield path, *order.of_public(path.stem)
    for layer in order.layers:
        for path in sorted((root / "src" / layer).glob("*.[ch]")):
            if path.suffix == ".c" and path.stem not in order.place:
                yield path, None, None
            else:
                yield path, *order.of_private(path.stem, layer)


def include_problem(order, module, place, quote, header):
    """What is wrong with one #include of a file of `module`; None if nothing is."""
    if quote == "<":
        allowed = LIBRARIES.get(header) or LIBRARIES.get(header.split("/")[0])
        if allowed and module not in allowed:
            return f"only {' and '.join(sorted(allowed))} may include it"
        return None
    if header.startswith("sweep/"):
        other, there = order.of_public(header[len("sweep/") : -len(".h")])
        if there is None:
            return "it belongs to no module of src/meson.build"
    elif "/" in header:
        return "it is private to another folder"
    else:
        other, there = order.of_private(header[: -len(".h")], order.layers[place[0]])
    if there[0] > place[0]:
        return f"'{order.layers[there[0]]}' is above '{order.layers[place[0]]}'"
    if there > place:
        return f"'{other}' comes after '{module}' in src/meson.build"
    return None


def word_problems(order, module, place, code):
    own = {module, order.layers[place[0]]}
    for number, line in enumerate(code.split("\n"), 1):
        for words, allowed in WORDS.items():
            found = re.search(rf"\b(?:{words})", line)
            if found and not own & allowed:
                where = " and ".join(sorted(allowed)) or "nothing"
                yield number, f"'{found[0].rstrip('( ')}' is for {where} alone"


def circle_of(edges):
    """A path of names from one back to itself, or None. edges: name -> set of names."""
    done = set()

    def visit(name, path):
        if name in path:
            return path[path.index(name) :] + [name]
        if name in done:
            return None
        for other in sorted(edges.get(name, ())):
            found = visit(other, path + [name])
            if found:
                return found
        done.add(name)
        return None

    return next(filter(None, (visit(name, []) for name in sorted(edges))), None)


def reached(headers, start):
    """All headers that those of `start` lead to, themselves among them."""
    seen, waiting = set(), list(start)
    while waiting:
        header = waiting.pop()
        if header not in seen:
            seen.add(header)
            waiting.extend(headers.get(header, ()))
    return seen


def circle_problems(included):
    """included: (file, the whole that it is of, header as written) of every line."""
    headers, sources, wholes = {}, {}, {}
    for path, whole, header in included:
        there = f"include/{header}" if "/" in header else str(path.parent / header)
        edges = headers if path.suffix == ".h" else sources
        edges.setdefault(str(path), set()).add(there)
        wholes[path.stem] = whole
    modules = {}
    for source, start in sources.items():
        name = pathlib.PurePath(source).stem
        modules[name] = {pathlib.PurePath(header).stem
                         for header in reached(headers, start)} - {name, wholes[name]}
    for kind, edges in (("headers", headers), ("modules", modules)):
        circle = circle_of(edges)
        if circle:
            yield f"a circle of {kind}: {' -> '.join(circle)}"


def declaration_problems(name, code, own_source):
    """Functions that a private header declares and its own source does not define."""
    defined = set(DEFINITION.findall(own_source))
    code = re.sub(r"^[ \t]*#.*(?:\\\n.*)*", "", code, flags=re.MULTILINE)
    bodies = 1
    while bodies:
        code, bodies = re.subn(r"\{[^{}]*\}", "", code)
    for function in PROTOTYPE.findall(code):
        if function not in defined:
            yield f"{name}: declares {function}, which another module defines"


def blank(match):
    """Spaces for what was matched: line numbers stay."""
    return re.sub(r"[^\n]", " ", match.group())


def check(root, layers):
    """(problems, number of #include lines read)"""
    order = Order(layers)
    problems, lines, included = [], 0, []
    for path, module, place in files_of(root, order):
        name = path.relative_to(root)
        if place is None:
            problems.append(f"{name}: belongs to no module of src/meson.build")
            continue
        text = COMMENT.sub(blank, path.read_text(encoding="utf-8"))
        for found in INCLUDE.finditer(text):
            lines += 1
            if found[1] == '"':
                included.append((name, module, found[2]))
            problem = include_problem(order, module, place, *found.groups())
            if problem:
                number = text.count("\n", 0, found.start()) + 1
                problems.append(f"{name}:{number}: includes {found[2]}: {problem}")
        code = STRING.sub(blank, INCLUDE.sub("", text))
        for number, problem in word_problems(order, module, place, code):
            problems.append(f"{name}:{number}: {problem}")
        source = path.with_suffix(".c")
        if path.suffix == ".h" and source.exists():
            own = COMMENT.sub(blank, source.read_text(encoding="utf-8"))
            problems.extend(declaration_problems(name, text, own))
    problems.extend(circle_problems(included))
    return problems, lines


# Graphs and the circle that is found in each.
SELF_TEST_CIRCLES = [
    ({}, None),
    ({"a": {"b", "c"}, "b": {"c"}, "c": {"d"}}, None),
    ({"a": {"a"}}, ["a", "a"]),
    ({"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": {"b"}}, ["b", "c", "d", "b"]),
]
SELF_TEST_LAYERS = [
    ("base", ["parse", "rng"]),
    ("run", ["store", "store_rows", "store_trials", "plan", "plan_a", "plan_b"]),
    ("cli", ["main"]),
]
# File, its text, what is said about it ("" for nothing).
SELF_TEST_FILES = [
    ("include/sweep/parse.h", "", ""),
    ("include/sweep/rng.h", '#include "sweep/parse.h"\n', ""),
    ("include/sweep/store.h", '/* #include "sweep/plan.h" */\n', ""),
    ("include/sweep/plan.h", '#include "sweep/store.h"\n', ""),
    ("include/sweep/stray.h", "", "include/sweep/stray.h: belongs to no module"),
    ("src/base/parse.c", '#include "sweep/rng.h"\nstrtod();\n',
     "src/base/parse.c:1: includes sweep/rng.h: 'rng' comes after 'parse'"),
    ("src/base/rng.c", "#include <Random123/philox.h>\n\nstrtod(); // stdout\n",
     "src/base/rng.c:3: 'strtod' is for parse alone"),
    ("src/run/store.c", '#include "store_rows.h"\n#include <sqlite3.h>\n', ""),
    ("src/run/store_rows.h", '#include "sweep/store.h"\n#include <sqlite3.h>\n', ""),
    ("src/run/store_rows.c",
     '#include "run.h"\nx = "stdout"; fprintf(f, "printf()");\n', ""),
    ("src/run/plan.c", "#include <sqlite3.h>\n",
     "src/run/plan.c:1: includes sqlite3.h: only expression and store may"),
    ("src/run/plan_a.h",
     '#include "plan_b.h"\nint plan_a(void);\nint plan_other(int a,\n    int b);\n'
     "struct s { int (*f)(void); };\n",
     "src/run/plan_a.h: declares plan_other, which another module defines\n"
     "a circle of headers: src/run/plan_a.h -> src/run/plan_b.h -> src/run/plan_a.h\n"
     "a circle of modules: plan_a -> plan_b -> plan_a"),
    ("src/run/plan_a.c",
     '#include "plan_a.h"\n#include "sweep/plan.h"\nint plan_a(void)\n{\n}\n', ""),
    ("src/run/plan_b.h", '#include "plan_a.h"\n', ""),
    ("src/run/plan_b.c", '#include "plan_b.h"\n', ""),
    ("src/run/run.h", '#include "sweep/plan.h"\n',
     "src/run/run.h:1: includes sweep/plan.h: 'plan' comes after"),
    ("src/run/store_trials.c", '#include "../base/up.h"\n',
     "src/run/store_trials.c:1: includes ../base/up.h: it is private"),
    ("src/run/stray.c", "", "src/run/stray.c: belongs to no module"),
    ("src/cli/main.c", '#include "sweep/gone.h"\nprintf("gsl_rng_set");\n',
     "src/cli/main.c:1: includes sweep/gone.h: it belongs to no module"),
    ("src/base/up.h", '#include "sweep/store.h"\n\ngsl_rng_set(r, 1);\n'
     "fputs(x, stderr);\nexit (1);\nfputs(x, f); format(printf, 1, 2);\nprintf(x);\n",
     "src/base/up.h:1: includes sweep/store.h: 'run' is above 'base'\n"
     "src/base/up.h:3: 'gsl_rng_set' is for nothing alone\n"
     "src/base/up.h:4: 'stderr' is for cli alone\n"
     "src/base/up.h:5: 'exit' is for cli alone\n"
     "src/base/up.h:7: 'printf' is for cli alone"),
]


def self_test():
    wrong = [edges for edges, circle in SELF_TEST_CIRCLES if circle_of(edges) != circle]
    for edges in wrong:
        print(f"circle of {edges}: {circle_of(edges)}")
    expected = [line for _, _, said in SELF_TEST_FILES for line in said.splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text, _ in SELF_TEST_FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        problems, lines = check(root, SELF_TEST_LAYERS)
    missed = [e for e in expected if not any(p.startswith(e) for p in problems)]
    surplus = [p for p in problems if not any(p.startswith(e) for e in expected)]
    for text in missed:
        print(f"not found: {text}")
    for text in surplus:
        print(f"found without reason: {text}")
    read = sum(text.count("#include") for _, text, _ in SELF_TEST_FILES) - 1
    if lines != read:
        print(f"{lines} #include lines read, not {read}")
    return 1 if wrong or missed or surplus or lines != read else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    layers = [(name, modules.split(","))
              for name, modules in (argument.split("=") for argument in arguments[1:])]
    problems, lines = check(pathlib.Path(arguments[0]), layers)
    for problem in problems:
        print(problem)
    print(f"{lines} #include lines read, {len(problems)} problems")
    return 1 if problems or lines < LEAST_LINES else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
