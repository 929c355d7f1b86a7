# SPDX-License-Identifier: Apache-2.0
"""The tracked text files of the repository as a value, so that every rule can be tested on a few invented files."""
import pathlib
import subprocess

TEXT = {".cpp", ".hpp", ".py", ".sh", ".ts", ".tsx", ".js", ".mjs", ".css", ".html", ".md", ".txt", ".cmake", ".json", ".yml", ""}


class Tree:
    def __init__(self, files):
        self.files = dict(files)

    @classmethod
    def of_repository(cls, top):
        names = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=top,
                               capture_output=True, text=True, check=True).stdout.split("\0")
        files = {}
        for name in filter(None, names):
            path = pathlib.Path(top, name)
            if path.suffix in TEXT and path.is_file() and not path.is_symlink():
                try:
                    files[name] = path.read_text(encoding="utf-8")
                except UnicodeDecodeError:
                    continue
        return cls(files)

    def under(self, folders, suffixes):
        for name, text in sorted(self.files.items()):
            if name.startswith(folders) and name.endswith(suffixes):
                yield name, text

    def code(self):
        """C++ of ours, everywhere."""
        return self.under(("src/", "tests/", "bench/"), (".cpp", ".hpp"))

    def sources(self):
        """C++ that is shipped."""
        return self.under(("src/",), (".cpp", ".hpp"))
