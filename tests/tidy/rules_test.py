# SPDX-License-Identifier: Apache-2.0
"""Each rule must find what it is there for: a small invented tree that breaks it, and one that keeps it."""
import rules
from tree import Tree

LAYERS = "app: web base\nweb: base\nbase:\n"
KEPT = {
    "tools/layers.txt": LAYERS,
    "src/base/text.hpp": "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n",
    "src/web/request.cpp": '// SPDX-License-Identifier: Apache-2.0\n#include "base/text.hpp"\n',
    "src/web/request.hpp": "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n",
    "src/app/main.cpp": '// SPDX-License-Identifier: Apache-2.0\n#include "base/text.hpp"\n#include "web/request.hpp"\n',
}
SPDX = "// SPDX-License-Identifier: Apache-2.0\n"

BROKEN = [  # rule, files that break it, a word of the finding
    (rules.layers, {"src/base/text.hpp": SPDX + '#include "web/request.hpp"\n'}, "no arrow base -> web"),
    (rules.layers, {"src/web/request.cpp": SPDX}, "no file includes along it"),
    (rules.layers, {"tools/layers.txt": "app: web base\nweb: base\nbase: web\n"}, "goes up"),
    (rules.layers, {"tools/layers.txt": "app: web base\nweb: base\nbase:\nhub: base\n"}, "goes up"),
    (rules.layers, {"src/attic/box.cpp": SPDX}, "no line"),
    (rules.layers, {"src/dialects/mpd/box.cpp": SPDX}, "src/dialects/mpd: the room has no line"),
    (rules.layers, {"tools/layers.txt": "app: web base\ndialects/mpd:\nweb: base\nbase:\n",
                    "src/dialects/mpd/box.cpp": SPDX + '#include "web/request.hpp"\n'}, "no arrow dialects/mpd -> web"),
    (rules.layers, {"src/web/request.cpp": SPDX + '#include "base/text.hpp"\n#include "request.hpp"\n'}, "room/file.hpp"),
    (rules.tests_follow_rooms, {"tests/unit/base/text_test.cpp": SPDX + '#include "web/request.hpp"\n'}, "may not use"),
    (rules.sizes, {"src/web/long.cpp": SPDX + "int x;\n" * 600}, "600"),
    (rules.outside_libraries, {"src/web/request.cpp": SPDX + "#include <boost/asio/post.hpp>\n"}, "Asio"),
    (rules.outside_libraries, {"src/app/main.cpp": SPDX + "#include <spdlog/spdlog.h>\n"}, "spdlog"),
    (rules.outside_libraries, {"src/web/a.cpp": "#include <boost/beast/http.hpp>\n", "src/web/b.cpp": "#include <boost/beast/http.hpp>\n"},
     "one file"),
    (rules.license_lines, {"src/web/request.cpp": "int x;\n"}, "SPDX"),
    (rules.names, {"src/web/http_utils.cpp": SPDX}, "says nothing"),
    (rules.names, {"src/web/HttpServer.cpp": SPDX}, "snake_case"),
    (rules.forbidden_code, {"src/web/a.cpp": SPDX + "Task f() { co_return; }\n"}, "no coroutines"),
    (rules.forbidden_code, {"src/web/a.cpp": SPDX + "auto t = std::chrono::steady_clock::now();\n"}, "take a Clock"),
    (rules.forbidden_code, {"tests/unit/web/a_test.cpp": SPDX + "std::this_thread::sleep_for(1ms);\n"}, "sleeps"),
    (rules.forbidden_code, {"tests/unit/web/a_test.cpp": SPDX + "TEST(A, B) { GTEST_SKIP(); }\n"}, "can't fail"),
    (rules.commented_code, {"src/web/a.cpp": SPDX + "// int x = 1;\n// return x;\n"}, "commented-out"),
    (rules.unfinished, {"src/web/a.cpp": SPDX + "// TO" "DO: later\n"}, "unfinished"),
    (rules.unfinished, {"docs/a.md": "see /" "work/main\n"}, "one machine"),
    (rules.long_functions, {"src/web/a.cpp": SPDX + "void f() {\n" + "  g();\n" * 70 + "}\n"}, "72 lines"),
    (rules.links, {"docs/a.md": "[there](nowhere.md)\n"}, "nowhere.md"),
]


def tree_of(files):
    tree = Tree({**KEPT, **files})
    tree.known = set(tree.files)
    return tree


def run():
    passed = failed = 0
    for rule, files, word in BROKEN:
        found = list(rule(tree_of(files)))
        if any(word in line for line in found):
            passed += 1
        else:
            failed += 1
            print(f"FAILED  {rule.__name__} did not notice '{word}' in {sorted(files)}: {found}")
    for rule in rules.RULES:
        found = list(rule(tree_of({})))
        if found:
            failed += 1
            print(f"FAILED  {rule.__name__} complains about a tree without fault: {found}")
        else:
            passed += 1
    return passed, failed
