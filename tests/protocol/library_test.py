# SPDX-License-Identifier: Apache-2.0
"""The library as somebody else gets it: installed, found by CMake and pkg-config, and the tutorial typed as it stands."""
import os
import pathlib
import re
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\S+)[ ]?(\S*)\n(.*?)^```$", re.M | re.S)


def surroundings(**more):
    """The compiler's cache stays where it is, whatever HOME is."""
    found = {**os.environ, "CCACHE_BASEDIR": str(TOP), "CCACHE_NOHASHDIR": "1"}
    if shutil.which("ccache"):
        found["CMAKE_CXX_COMPILER_LAUNCHER"] = "ccache"
        found["CCACHE_DIR"] = subprocess.run(["ccache", "-k", "cache_dir"], capture_output=True, text=True, check=True).stdout.strip()
    return {**found, **more}


def run(command, cwd, **more):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=500, env=surroundings(**more))
    assert done.returncode == 0, f"{command}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


def installed(binary):
    """The build's own library, installed into a folder beside it."""
    build = pathlib.Path(binary).resolve().parent
    prefix = build / "prefix"
    shutil.rmtree(prefix, ignore_errors=True)
    run(["cmake", "--install", str(build), "--prefix", str(prefix), "--component", "library"], TOP)
    return build, prefix


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def test_a_project_outside_finds_builds_and_runs(binary):
    """a project outside this repository finds the installed package, builds and runs; pkg-config knows it too"""
    build, prefix = installed(binary)
    work = fresh(build / "outside")
    run(["cmake", "-S", str(TOP / "tests/install"), "-B", str(work), "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}"], TOP)
    run(["cmake", "--build", str(work)], TOP)
    assert run([str(work / "outside")], TOP) == '1"evol radar"\n'

    # pkg-config knows as much.
    flags = run(["pkg-config", "--cflags", "--libs", "--static", "longwave-rpc"], TOP,
                PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig")).split()
    libraries = [flag for flag in flags if flag.startswith("-l")]
    assert "-llongwave_rpc" in libraries and any(pathlib.Path(flag[2:]).resolve() == prefix / "include" for flag in flags), flags
    headers = {str(path.relative_to(prefix / "include")) for path in (prefix / "include").rglob("*.hpp")}
    assert "longwave/rpc.hpp" in headers and "longwave/rpc/service.hpp" in headers
    assert all(name.startswith("longwave/") for name in headers), "nothing else is put beside other people's headers"

    # What isn't there is refused when it is asked for.
    (work / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.22)\nproject(x LANGUAGES CXX)\n"
                                         "find_package(Longwave REQUIRED COMPONENTS music)\n")
    done = subprocess.run(["cmake", "-S", str(work), "-B", str(work / "wrong"), f"-DCMAKE_PREFIX_PATH={prefix}"],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "music" in done.stderr, done.stderr


def test_the_tutorial_works_as_it_is_typed(binary):
    """the tutorial's boxes, typed as they stand: install, build, run"""
    build = pathlib.Path(binary).resolve().parent
    work = fresh(build / "tutorial")
    said = ""
    for kind, name, text in BLOCK.findall((TOP / "docs/library-rpc.md").read_text()):
        if kind in ("cpp", "cmake") and name:
            (work / name).write_text(text)
    for kind, name, text in BLOCK.findall((TOP / "docs/library-rpc.md").read_text()):
        if kind == "sh":
            said += run(["sh", "-eu", "-c", text], TOP if name == "sources" else work, HOME=str(work))
    assert '"hi, Ada" 1' in said, said
    expected = ['2.5E-1 nothing can be divided by 0', '["somebody came"]', '"/jobs/ada from 127.0.0.1, call 4"',
                '"why? No idea."', '{"done":3,"total":3}', "news: supper is ready"]
    for line in expected:
        assert line in said, (line, said)


def test_the_reference_is_without_warnings(binary):
    """doxygen makes the reference of the public headers without a warning"""
    run([str(TOP / "tools/docs")], TOP)
    service = (TOP / "build/docs/html/classlongwave_1_1rpc_1_1Service.html").read_text()
    assert "on_close" in service and "_onclose" in service
