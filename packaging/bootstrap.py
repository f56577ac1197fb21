"""From a checkout and a bare Python to a running tray, or to tested code, with one command.

    python3 packaging/bootstrap.py run [-- ARGS...]          the tray, or any other command of llm-ampel
    python3 packaging/bootstrap.py test [-- PYTEST ARGS...]  linters, types, import rules and all tests

Each step looks first whether it is needed, says what it does, and can be repeated. Python packages go into
`.venv` of the checkout, exactly those of the lock files beside this script, checked by their hashes. System
packages are installed where this user may (root or sudo); otherwise the command to type is printed.
Standard library only.
"""

import argparse
import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
LOCKS = {"run": TOP / "packaging" / "requirements.txt", "test": TOP / "packaging" / "requirements-dev.txt"}
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.13", "python3.12", "python3.11")

# Most tests wait for a clock or an answer: `tests.support.lanes` keeps two processors busy with three workers. More at
# once would wait for the processor, and some take that for an outage.
TEST_WORKERS = 3

# What Qt's xcb and wayland plugins load, and the Debian package that holds it.
QT_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}

# The real desktop that the tests drive: command, and the Debian package that holds it.
TEST_PROGRAMS = {
    "Xvfb": "xvfb",
    "dbus-daemon": "dbus",
    "ip": "iproute2",
    "openbox": "openbox",
    "lxqt-panel": "lxqt-panel",
    "trayer": "trayer",
    "dunst": "dunst",
    "gnome-keyring-daemon": "gnome-keyring",
    "xdotool": "xdotool",
    "import": "imagemagick",
    "xprop": "x11-utils",
    "xsetroot": "x11-xserver-utils",
    "msgfmt": "gettext",
}
TEST_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
TEST_FONT_PACKAGE = "fonts-dejavu-core"


class Stop(Exception):
    """Something a person has to do first; the text says what."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=("run", "test"))
    parser.add_argument("rest", nargs="*", metavar="ARGS", help="passed on; put -- before them")
    given = list(sys.argv[1:] if arguments is None else arguments)
    ours, rest = (given[: given.index("--")], given[given.index("--") + 1 :]) if "--" in given else (given, [])
    chosen = parser.parse_args(ours)
    rest = [*chosen.rest, *rest]
    try:
        return run(rest) if chosen.command == "run" else test(rest)
    except Stop as stop:
        say(str(stop))
        return 1


def run(arguments: list[str]) -> int:
    """Start the tray, or what `arguments` ask for; without a display and without arguments, `watch`."""
    python = python_packages("run")
    if not arguments and not has_display():
        say("No display here, so no tray. Watching in this terminal instead; Ctrl+C ends it.")
        arguments = ["watch"]
    if needs_qt(arguments):
        qt_libraries(python)
    say(f"Starting llm-ampel {' '.join(arguments)}".rstrip())
    command = [str(python.with_name("llm-ampel")), *arguments]
    if os.name == "posix":
        # The program takes this one's place, so that signals and the terminal are its own.
        os.execv(command[0], command)
    return subprocess.call(command)


def test(arguments: list[str]) -> int:
    """Run every check; the tests come last, so that their closing line is the last one of a good run."""
    python = python_packages("test")
    qt_libraries(python)
    test_programs()
    tools = python.parent
    checks: dict[str, list[str | Path]] = {
        "ruff check": [tools / "ruff", "check", "."],
        "ruff format": [tools / "ruff", "format", "--check", "."],
        "mypy": [tools / "mypy"],
        "lint-imports": [tools / "lint-imports"],
        "pytest": [python, "-m", "pytest", "--numprocesses", str(TEST_WORKERS), "--dist", "loadfile", *arguments],
    }
    failed = []
    with private_display() as environment:
        for name, command in checks.items():
            say(f"{name} ...")
            if subprocess.call([str(part) for part in command], cwd=TOP, env=environment) != 0:
                failed.append(name)
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def say(text: str) -> None:
    print(f"[bootstrap] {text}", file=sys.stderr, flush=True)


def has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def needs_qt(arguments: list[str]) -> bool:
    """Only the tray and the demo draw; every other command runs in a terminal."""
    return not arguments or arguments[0] == "demo"


# -- Python packages ---------------------------------------------------------------------------------------


def python_packages(purpose: str) -> Path:
    """Bring `.venv` to what the lock file says; the interpreter in it."""
    python = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not works(python):
        make_venv(python)
    wanted = {name: fingerprint(python, lock) for name, lock in LOCKS.items()}
    # The tests' packages include those to run.
    if any(stamp(name).is_file() and stamp(name).read_text() == wanted[name] for name in {purpose, "test"}):
        return python
    say(f"Installing the Python packages of {LOCKS[purpose].relative_to(TOP)} into .venv (hashes checked)")
    install = installer(python)
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    call([*install, *quiet, "--require-hashes", "-r", str(LOCKS[purpose])])
    call([*install, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(TOP)])
    stamp(purpose).write_text(wanted[purpose])
    return python


def works(python: Path) -> bool:
    check = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON!r})"
    try:
        return subprocess.call([str(python), "-c", check], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def stamp(purpose: str) -> Path:
    return VENV / f"{purpose}.stamp"


def fingerprint(python: Path, lock: Path) -> str:
    """Changes when the lock file, the project file or the interpreter does."""
    version = subprocess.run([str(python), "-VV"], check=True, capture_output=True).stdout
    return hashlib.sha256(b"\0".join([version, lock.read_bytes(), (TOP / "pyproject.toml").read_bytes()])).hexdigest()


def make_venv(python: Path) -> None:
    uv = shutil.which("uv")
    interpreter = suitable_python()
    if uv:
        say("Making .venv with uv")
        call([uv, "venv", "--quiet", "--clear", "--python", interpreter or f">={dotted(OLDEST_PYTHON)}", str(VENV)])
    elif interpreter is None:
        raise Stop(f"LLM Ampel needs Python {dotted(OLDEST_PYTHON)} or newer, or uv, which brings its own.")
    else:
        ensure_ensurepip(interpreter)
        say("Making .venv")
        call([interpreter, "-m", "venv", "--clear", str(VENV)])
    if not works(python):
        raise Stop(f"{python} does not run. Remove {VENV} and try again.")


def suitable_python() -> str | None:
    if sys.version_info >= OLDEST_PYTHON:
        return sys.executable
    return next(filter(None, map(shutil.which, NEWER_PYTHONS)), None)


def dotted(version: tuple[int, int]) -> str:
    return ".".join(map(str, version))


def ensure_ensurepip(interpreter: str) -> None:
    """Debian's python3 comes without `ensurepip`; its package python3-venv brings it."""
    if subprocess.call([interpreter, "-c", "import ensurepip"], stderr=subprocess.DEVNULL) == 0:
        return
    name = Path(interpreter).name
    system_packages({"apt-get": ["python3-venv" if name == "python3" else f"{name}-venv"]}, "Python's own venv module")


def installer(python: Path) -> list[str]:
    """The start of an install command for the interpreter of `.venv`."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--python", str(python)]
    pip = [str(python), "-m", "pip"]
    if subprocess.call([*pip, "--version"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) != 0:
        say("Adding pip to .venv")
        call([str(python), "-m", "ensurepip", "--upgrade"], stdout=subprocess.DEVNULL)
    return [*pip, "install", "--disable-pip-version-check", "--no-input"]


# -- system packages ---------------------------------------------------------------------------------------


def qt_libraries(python: Path) -> None:
    """Make sure that Qt finds the libraries that its wheel does not bring."""
    if not sys.platform.startswith("linux"):
        return
    # Asked of the interpreter that will load Qt, which need not be of this one's architecture.
    script = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""
    loading = subprocess.run([str(python), "-c", script, *QT_LIBRARIES], check=True, capture_output=True, text=True)
    missing = loading.stdout.split()
    if not missing:
        return
    say(f"Qt's system libraries are missing: {', '.join(missing)}")
    by_soname = [f"{name}()(64bit)" for name in missing]
    system_packages(
        {"apt-get": [QT_LIBRARIES[name] for name in missing], "dnf": by_soname, "zypper": by_soname},
        "Qt's system libraries",
    )


def test_programs() -> None:
    """Make sure that the desktop which the tests drive is there."""
    missing = {name: package for name, package in TEST_PROGRAMS.items() if shutil.which(name, path=wide_path()) is None}
    packages = list(missing.values())
    if not TEST_FONT.exists():
        packages.append(TEST_FONT_PACKAGE)
    if packages:
        what = ", ".join(missing) or TEST_FONT.name
        say(f"The tests drive a real desktop; missing: {what}")
        system_packages({"apt-get": packages}, f"what the tests drive ({what})")


def wide_path() -> str:
    """PATH with the folders of servers, which a plain user's PATH leaves out on Debian."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def system_packages(by_manager: dict[str, list[str]], what: str) -> None:
    """Install packages with this system's package manager, or raise `Stop` with the command to type."""
    manager = next((name for name in by_manager if shutil.which(name)), None)
    if manager is None:
        raise Stop(f"Please install {what} with your system's package manager, then try again.")
    packages = sorted(set(by_manager[manager]))
    options = {"apt-get": ["-y", "--no-install-recommends"], "dnf": ["-y"], "zypper": ["--non-interactive"]}
    command = [manager, "install", *options.get(manager, []), *packages]
    rights = rights_prefix()
    if rights is None:
        raise Stop(f"Please install {what}, then try again:\n    sudo {' '.join(command)}")
    say(f"Installing system packages: {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    quiet = ["-qq"] if manager == "apt-get" else []
    if manager == "apt-get":
        call([*rights, "apt-get", "update", *quiet], env=environment)
    call([*rights, *command, *quiet], env=environment, stdout=subprocess.DEVNULL)


def rights_prefix() -> list[str] | None:
    """What to put before a command that needs root; None when this user may not."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    if sys.stdin.isatty() or subprocess.call([sudo, "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return [sudo]
    return None


# -- display -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def private_display() -> Iterator[dict[str, str]]:
    """A screen of the tests' own; yields the environment to run them in, cut off from the user's desktop."""
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise Stop("Xvfb does not start.")
        environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "PATH": wide_path()}
        for desktop in ("WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"):
            environment.pop(desktop, None)
        # The tests start hundreds of programs, and each would compile everything anew.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        yield environment
    finally:
        server.terminate()
        server.wait()


def call(command: Sequence[str], env: dict[str, str] | None = None, stdout: int | None = None) -> None:
    """Run a step that must succeed."""
    code = subprocess.call(command, env=env, stdout=stdout)
    if code != 0:
        raise Stop(f"This failed with exit code {code}:\n    {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
