# SPDX-License-Identifier: Apache-2.0
"""The rules of the house. Each takes a Tree and yields findings as text; no finding means that the rule holds."""
import re

INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def read_layers(text):
    """[(room, [rooms below])] in the order of the file, topmost first."""
    rows = []
    for line in text.splitlines():
        line = line.split("#", 1)[0].strip()
        if line:
            room, _, below = line.partition(":")
            rows.append((room.strip(), below.split()))
    return rows


def room_of(path, rooms):
    """The room that a path below src/ stands in: its folder, or for a room in a room ("dialects/mpd") both."""
    parts = path.split("/")
    inner = "/".join(parts[:2])
    return inner if len(parts) > 2 and (inner in rooms or parts[0] not in rooms) else parts[0]


def layers(tree):
    """Includes between rooms follow the arrows of tools/layers.txt, and arrows go down only."""
    rows = read_layers(tree.files["tools/layers.txt"])
    height = {room: len(rows) - index for index, (room, _) in enumerate(rows)}
    allowed = {room: set(below) for room, below in rows}
    for room, below in rows:
        for other in below:
            if other not in height:
                yield f"tools/layers.txt: {room} names {other}, which has no line"
            elif height[other] >= height[room]:
                yield f"tools/layers.txt: the arrow {room} -> {other} goes up"
    present = {room_of(name[4:], height) for name, _ in tree.sources() if name.count("/") >= 2}
    for room in sorted(present - set(height)):
        yield f"src/{room}: the room has no line in tools/layers.txt"
    used = {room: set() for room in height}
    for name, text in tree.sources():
        if name.count("/") < 2:
            yield f"{name}: stands in no room"
            continue
        room = room_of(name[4:], height)
        for quoted, angled in INCLUDE.findall(text):
            path = quoted or angled
            other = room_of(path, height)
            if quoted and "/" not in quoted:
                yield f'{name}: includes "{quoted}"; write "room/file.hpp"'
            if other not in height or other == room or f"src/{path}" not in tree.files:
                continue
            used.setdefault(room, set()).add(other)
            if other not in allowed.get(room, set()):
                yield f"{name}: includes {path}, but tools/layers.txt has no arrow {room} -> {other}"
    for room in sorted(present & set(height)):
        for other in sorted((allowed[room] & present) - used[room]):
            yield f"tools/layers.txt: the arrow {room} -> {other} is listed, but no file includes along it"


def tests_follow_rooms(tree):
    """A unit test includes only what its room may include."""
    allowed = {room: {room, *below} for room, below in read_layers(tree.files["tools/layers.txt"])}
    by_folder = {room.split("/")[-1]: room for room in allowed}
    for name, text in tree.under(("tests/unit/",), (".cpp", ".hpp")):
        room = by_folder.get(name.split("/")[2])
        for quoted, _ in INCLUDE.findall(text):
            other = room_of(quoted, allowed)
            if other in allowed and f"src/{quoted}" in tree.files and other not in allowed.get(room, set()):
                yield f"{name}: a test of {room} includes {quoted}, which {room} may not use"


def sizes(tree):
    """No file over 600 lines."""
    for name, text in tree.under(("src/", "tests/", "bench/", "ui/src/", "tools/", "clients/"),
                                 (".cpp", ".hpp", ".py", ".ts", ".tsx", ".js", ".mjs", ".css")):
        lines = text.count("\n")
        if lines > 600 and not name.endswith(".gen.ts"):
            yield f"{name}: {lines} lines; 600 is the limit, past 400 a split is due"


def large_files(tree):
    """Files over 400 lines: shown, not refused."""
    for name, text in tree.code():
        if text.count("\n") > 400:
            yield f"{name}: {text.count(chr(10))} lines; a split is due"


WHERE = [  # what, header pattern, the only places for it
    ("Asio", re.compile(r"boost/asio"), re.compile(r"src/io/[^/]+\.cpp|tests/.*|bench/.*")),
    ("Beast", re.compile(r"boost/beast"), re.compile(r"src/web/[^/]+\.cpp|tests/.*|bench/.*")),
    ("FFmpeg", re.compile(r"lib(av|sw)\w+/"), re.compile(r"src/audio/[^/]+\.(cpp|hpp)|tests/.*|bench/.*")),
    ("spdlog", re.compile(r"spdlog/"), re.compile(r"src/base/log\.cpp")),
    ("TagLib", re.compile(r"taglib/"), re.compile(r"src/library/[^/]+\.(cpp|hpp)|tests/.*|bench/.*")),
    ("SOCI", re.compile(r"soci/"), re.compile(r"src/(store|library|schedule|access|app)/.*|tests/.*|bench/.*")),
    ("CLI11", re.compile(r"CLI/"), re.compile(r"src/app/[^/]+\.cpp")),
    ("toml++", re.compile(r"toml\+\+/"), re.compile(r"src/app/[^/]+\.cpp")),
]


def outside_libraries(tree):
    """Each outside library is included only where the design lets it in."""
    beast = set()
    for name, text in tree.code():
        for quoted, angled in INCLUDE.findall(text):
            path = quoted or angled
            if path == "boost/asio/buffer.hpp" and "boost/beast/http/parser.hpp" in text:
                continue  # the shape in which Beast's parser takes its bytes
            for what, pattern, places in WHERE:
                if pattern.match(path) and not places.fullmatch(name):
                    yield f"{name}: includes {path}; {what} stays in {places.pattern}"
            if "boost/beast" in path and name.startswith("src/"):
                beast.add(name)
    if len(beast) > 1:
        yield f"Beast's parser belongs in one file, and is in {', '.join(sorted(beast))}"
    for name, text in tree.under(("src/",), (".hpp",)):
        for quoted, angled in INCLUDE.findall(text):
            if re.match(r"lib(av|sw)\w+/", quoted or angled):
                yield f"{name}: FFmpeg in a header; forward-declare"


def license_lines(tree):
    """Every file of ours starts with the SPDX line."""
    for name, text in tree.under(("src/", "tests/", "bench/", "ui/src/", "tools/", "clients/", ".ci/"),
                                 (".cpp", ".hpp", ".py", ".ts", ".tsx", ".mjs")):
        if "SPDX-License-Identifier: Apache-2.0" not in "\n".join(text.splitlines()[:3]):
            yield f"{name}: no SPDX line at the top"


def names(tree):
    """No file or folder named util, manager, helper, common or misc; snake_case files in src."""
    for name in sorted(tree.files):
        if not name.startswith(("src/", "tests/", "bench/", "ui/src/", "tools/", "clients/")):
            continue
        for part in name.split("/"):
            if re.search(r"(^|[_.-])(util|utils|manager|helper|helpers|common|misc)([_.-]|$)", part):
                yield f"{name}: says nothing; name it by what it is"
                break
        if name.startswith("src/") and not re.fullmatch(r"src/([a-z0-9_]+/)*[a-z0-9_]+\.(cpp|hpp)", name) \
                and not name.endswith("CMakeLists.txt"):
            yield f"{name}: file names are snake_case"


def without_strings_and_comments(text):
    text = re.sub(r'R"(\w*)\((?:.|\n)*?\)\1"', '""', text)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    text = re.sub(r"/\*(?:.|\n)*?\*/", "", text)
    return re.sub(r"//[^\n]*", "", text)


FORBIDDEN = [
    (re.compile(r"\bco_(await|return|yield)\b"), ("src/",), "no coroutines", None),
    (re.compile(r"\bstd::chrono::(system|steady|high_resolution)_clock::now\b|\b(gettimeofday|clock_gettime|time\(nullptr\))"),
     ("src/",), "take a Clock", re.compile(r"src/base/(clock|log)\.cpp|src/io/.*|src/app/.*")),
    (re.compile(r"\bstd::random_device\b|\b(srand|drand48)\("), ("src/",), "take a Random",
     re.compile(r"src/base/random\.(hpp|cpp)|src/app/.*")),
    (re.compile(r"\b(sleep_for|sleep_until|usleep|nanosleep)\b"), ("src/", "tests/unit/", "tests/sim/"), "nothing sleeps",
     None),
    (re.compile(r"\bGTEST_SKIP\b|\bDISABLED_|EXPECT_TRUE\(true\)"), ("tests/",), "a test that can't fail is a defect", None),
    (re.compile(r"\bstd::(cout|cerr|printf|puts)\b"), ("src/",), "use base/log.hpp",
     re.compile(r"src/app/.*|src/base/assert\.cpp")),
    (re.compile(r"\busing namespace (?!longwave|std::(chrono_)?(literals|chrono_literals|string_literals|string_view_literals))\w"),
     ("src/",), "no using namespace", re.compile(r".*")),
]


def forbidden_code(tree):
    """No coroutines, no hidden clock or randomness, no sleeping, no skipped test."""
    for name, text in tree.code():
        plain = None
        for pattern, folders, why, exempt in FORBIDDEN:
            if not name.startswith(folders) or (exempt and exempt.fullmatch(name)):
                continue
            if plain is None:
                plain = without_strings_and_comments(text)
            for hit in pattern.finditer(plain):
                yield f"{name}: {hit.group(0).strip()} ({why})"


CODE_COMMENT = re.compile(r"^\s*//(?!/)\s*(?:[\w:<>,&*\s.\->\[\]()!=+]*[;{]|\}|#include\b.*|return\b.*;|if \(.*)\s*$")


def commented_code(tree):
    """No commented-out code: two neighbouring comment lines that read as statements."""
    for name, text in tree.code():
        run = 0
        for number, line in enumerate(text.splitlines(), 1):
            run = run + 1 if CODE_COMMENT.match(line) else 0
            if run == 2:
                yield f"{name}:{number}: looks like commented-out code"


UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK|st" r"ub|place" r"holder|du" r"mmy|not implement" r"ed|unimplement" r"ed)\b")
MACHINE = re.compile(r"(^|[^\w./-])/(work|root|home)/|(^|[^\w])/tmp/wt\b|\.\./shared\b|registry\.(npmjs|yarnpkg)")


def unfinished(tree):
    """No unfinished words and no paths of one machine."""
    for name, text in tree.under(("src/", "tests/", "bench/", "tools/", "ui/", "clients/", "docs/", "cmake/", ".ci/", "run",
                                  "test", "README", "CONTRIBUTING", "CHANGELOG", "CMake", "packaging/"), ("",)):
        if "/dist/" in name or name.startswith("tests/tidy/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            hit = UNFINISHED.search(line) if not name.startswith("docs/") else None
            # An HTML attribute, a CSS pseudo-element and a DOM property have this name; they are no promise.
            word = "place" + "holder"
            if hit and not (hit.group(0) == word and name.startswith(("ui/", "tests/"))):
                yield f"{name}:{number}: unfinished: {line.strip()[:90]}"
            if MACHINE.search(line):
                yield f"{name}:{number}: a path or host of one machine: {line.strip()[:90]}"


def long_functions(tree):
    """No function over 70 lines (a brace at the left edge closes it)."""
    for name, text in tree.sources():
        start = None
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(r"^[A-Za-z~].*[^;]$", line) and start is None and not line.startswith(
                    ("namespace", "class", "struct", "enum", "union", "#", "extern \"C\"", "constexpr", "const ", "static", "public", "private", "template")):
                start = number
            if line.startswith("}"):
                if start is not None and line == "}" and number - start + 1 > 70:
                    yield f"{name}:{start}: a function of {number - start + 1} lines; 70 is the limit"
                start = None
            elif start is not None and line.endswith(";") and not line.startswith(" "):
                start = None


def links(tree):
    """Every link of the documentation to a file of the repository leads somewhere."""
    for name, text in tree.under(("README", "CONTRIBUTING", "CHANGELOG", "docs/", "bench/"), (".md",)):
        folder = name.rsplit("/", 1)[0] + "/" if "/" in name else ""
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            parts = []
            for part in (folder + target).split("/"):
                if part == "..":
                    if parts:
                        parts.pop()
                elif part not in ("", "."):
                    parts.append(part)
            path = "/".join(parts)
            if path not in tree.known and not any(known.startswith(path + "/") for known in tree.known):
                yield f"{name}: links to {target}, which is not there"


def shared_ownership(tree):
    """Objects that keep themselves alive: shown, so that it doesn't become a habit."""
    for name, text in tree.sources():
        if "enable_shared_from_this" in without_strings_and_comments(text):
            yield f"{name}: enable_shared_from_this; lifetime has an owner"


RULES = [layers, tests_follow_rooms, sizes, outside_libraries, license_lines, names, forbidden_code, commented_code,
         unfinished, long_functions, links]
ADVICE = [large_files, shared_ownership]
