#!/usr/bin/env python3
"""Checks the shape of the code: what compilers don't see and reviewers get tired of.

    structure.py ROOT CHECK     runs one check over the sources below ROOT
    structure.py ROOT           runs all of them
    structure.py --list         names the checks

Prints one line per finding, `file:line: what`, and ends with 1 if there is any.
"""

import pathlib
import re
import sys

# The dependency rules: which modules (folders) a module may include; a set names the only headers
# of a module that it may see. Its own headers are always allowed.
INCLUDES = {
    "core/base": {},
    "core/amqp": {"core/base": all},
    "core/broker": {
        "core/base": all,
        "core/amqp": {"field_table.h", "properties.h", "constants.h", "text.h"},
    },
    "core/session": {
        "core/base": all,
        "core/amqp": all,
        "core/broker": {"command.h", "outbox.h", "message.h"},
    },
    "core/storage": {
        "core/base": all,
        "core/amqp": {"field_table.h", "properties.h"},
        "core/broker": {
            "body_request.h",
            "queue_operation.h",
            "predeclared_exchanges.h",
            "queue_settings.h",
            "message.h",
            "definition.h",
            "command.h",
        },
        # What a member of a cluster keeps on its disk.
        "core/raft": {"raft_environment.h", "raft_types.h", "message_codec.h", "validity.h"},
    },
    "core/cluster": {
        "core/base": all,
        "core/amqp": {"field_table.h"},
        "core/broker": {
            "queue_operation.h",
            "predeclared_exchanges.h",
            "queue.h",
            "command.h",
            "definition.h",
            "catalogue.h",
        },
        # Only how definitions are written down, which is pure.
        "core/storage": {"definition_codec.h"},
    },
    "core/raft": {"core/base": all, "core/cluster": {"consensus.h"}},
    "core/mirroring": {
        "core/base": all,
        "core/broker": all,
        "core/cluster": {"field_codec.h", "placement.h"},
        "core/storage": {"record_format.h"},
    },
    "core/member": {
        "core/base": all,
        "core/amqp": {"field_table.h"},
        "core/broker": all,
        "core/cluster": all,
        "core/mirroring": all,
        "core/raft": all,
        "core/storage": {"record_format.h"},
    },
    "core/peer": {
        "core/base": all,
        "core/cluster": {"node_name.h"},
        "core/net": {"endpoint.h", "file_descriptor.h", "tls_context.h", "tls_session.h"},
    },
    "core/management": {},
    "core/net": {"core/base": all, "core/session": all},
    "core/http": {"core/management": all},
    "core/node": {
        "core/member": all,
        "core/mirroring": all,
        "core/peer": all,
        "core/base": all,
        "core/amqp": all,
        "core/broker": all,
        "core/session": all,
        "core/storage": all,
        "core/management": all,
        "core/net": all,
        "core/http": all,
        "core/cluster": all,
        "core/raft": all,
    },
    "ui": {"core/management": all},
    "app/desktop": {"ui": all, "core/node": all, "core/management": all},
    "app/node": {"core/node": all, "core/management": all},
    "app/ctl": {"core/management": all},
    "app/perf": {"core/base": all, "core/amqp": all},
    "app/sim": {
        "core/base": all,
        "core/amqp": all,
        "core/broker": all,
        "core/cluster": all,
        "core/member": all,
        "core/raft": all,
        "core/session": all,
        "core/storage": {"memory_store.h"},
    },
}

PURE = ("core/base", "core/amqp", "core/broker", "core/session", "core/cluster", "core/raft",
        "core/mirroring", "core/member")
# Parts of the world that have few doors: the beginnings of the paths that may use them.
ONLY_IN = {
    r"<qcustomplot\.h>": ("ui/widgets/rate_plot.cpp",),
    r"<pcre2\.h>": ("core/broker/pattern.cpp",),
    r"<raft(\.h|/.*)>": ("core/raft/raft_library.h",),
    r"<(QSql\w*|sqlite3\.h)>": ("core/storage/sqlite_", "tests/unit/storage/fault_disk.cpp"),
    r"<(sys/socket|sys/epoll|netdb|arpa/inet)\.h>":
        ("core/net/", "app/perf/socket.cpp", "app/perf/poller.cpp"),
}

NOT_IN_PURE_CODE = re.compile(
    r"\bQ[A-Z]\w+|\b(system_clock|steady_clock|high_resolution_clock|random_device|getenv|setlocale"
    r"|localtime|gmtime|this_thread|usleep|nanosleep|sleep_for|fopen|ifstream|ofstream|socket)\b"
    r"|\b(rand|srand|sleep|time|clock|clock_gettime)\s*\(|std::(cout|cerr|clog|mt19937\w*)\b"
)
BLOCKS_A_THREAD = re.compile(
    r"\b(processEvents|BlockingQueuedConnection|waitFor(Started|Finished|ReadyRead|BytesWritten"
    r"|Connected|Disconnected|Encrypted|NewConnection|Done|Notifications))\b"
)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
# Folders of one machine: whatever names them works there only.
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(work|root|Users|mnt)/\w")
MUTEX = re.compile(r"std::(mutex|shared_mutex|recursive_mutex|atomic\w*|condition_variable)\b"
                   r"|\bQ(Mutex|ReadWriteLock|Atomic\w+|Thread)\b")
# Threads meet in the mailbox and in the classes that are a thread. All of them write the log, and
# messages are counted by who holds them: the broker and the store.
MAY_LOCK = re.compile(
    r"core/base/mailbox\.h|_thread\.(h|cpp)$|core/node/log\.(h|cpp)|core/broker/message\.(h|cpp)"
)

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


class Source:
    """A C++ file: its path from the root, its text, and its lines without comments and strings."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.text = path.read_text(encoding="utf-8")
        self.lines = self.text.splitlines()
        self.code = without_comments(self.text).splitlines()

    @property
    def module(self):
        parts = self.path.split("/")
        return parts[0] if parts[0] == "ui" else "/".join(parts[:2])

    def includes(self):
        """(line number, quote, path) of each include."""
        for number, line in enumerate(self.lines, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)

    def find(self, pattern):
        """(line number, matched text) of each match in the code."""
        for number, line in enumerate(self.code, 1):
            for match in pattern.finditer(line):
                yield number, match.group(0)


def without_comments(text):
    """`text` with comments and the contents of literals blanked out; the lines stay in place."""
    token = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'',
        re.DOTALL,
    )

    def blank(match):
        return "".join("\n" if c == "\n" else " " for c in match.group(0))

    return token.sub(blank, text)


def sources(root, *folders):
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".h", ".cpp") and path.is_file():
                yield Source(root, path)


def text_files(root):
    """Every file of the project that people read, without what git ignores."""
    skipped = {".git", "build", "node_modules", "__pycache__", ".cache"}
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if not path.is_file() or skipped & set(relative.parts):
            continue
        if path.suffix in (".png", ".ico", ".ttf", ".qm", ".pyc") or "corpus" in relative.parts:
            continue
        yield relative.as_posix(), path.read_text(encoding="utf-8", errors="replace")


def check_includes(root):
    """A module includes only what the table allows."""
    for source in sources(root, "core", "ui", "app"):
        allowed = INCLUDES.get(source.module)
        if allowed is None:
            yield f"{source.path}:1: module {source.module} has no line in the table of includes"
            continue
        for number, quote, path in source.includes():
            if quote == "<":
                continue
            if path.startswith(source.module + "/"):
                continue
            module, _, header = path.rpartition("/")
            if path.startswith("ui/"):
                module, header = "ui", path[len("ui/"):]
            headers = allowed.get(module)
            if headers is None:
                yield f"{source.path}:{number}: {source.module} must not include {path}"
            elif headers is not all and header not in headers:
                yield f"{source.path}:{number}: {source.module} must not see {header} of {module}"
            elif not (root / path).is_file():
                yield f"{source.path}:{number}: {path} is not written from the root of the project"


def check_doors(root):
    """A part of the world that has one door is used through it."""
    for source in sources(root, "core", "ui", "app"):
        for number, quote, path in source.includes():
            for pattern, doors in ONLY_IN.items():
                wanted = "<" + path + ">" if quote == "<" else '"' + path + '"'
                if re.fullmatch(pattern, wanted) and not source.path.startswith(doors):
                    yield f"{source.path}:{number}: {wanted} is included only by {doors[0]}…"


def check_pure_code(root):
    """Pure folders know no Qt, clock, randomness, input or output."""
    for source in sources(root, *PURE):
        for number, word in source.find(NOT_IN_PURE_CODE):
            yield f"{source.path}:{number}: '{word.strip()}' does not belong into pure code"
        for number, quote, path in source.includes():
            if quote == "<" and re.match(r"sys/|unistd|fstream|iostream|random|thread", path):
                yield f"{source.path}:{number}: <{path}> does not belong into pure code"


def check_blocking(root):
    """Nothing waits for another thread or runs an event loop inside another."""
    for source in sources(root, "core", "ui", "app"):
        for number, word in source.find(BLOCKS_A_THREAD):
            yield f"{source.path}:{number}: {word} blocks a thread"


def check_locks(root):
    """Threads meet in few places."""
    for source in sources(root, "core", "ui"):
        if MAY_LOCK.search(source.path):
            continue
        for number, word in source.find(MUTEX):
            yield f"{source.path}:{number}: {word} outside base/mailbox.h and *_thread.*"


def check_readmes(root):
    """Every folder of core says what it is for."""
    for folder in sorted((root / "core").iterdir()):
        if folder.is_dir() and not (folder / "README.md").is_file():
            yield f"core/{folder.name}: has no README.md"


def check_build_lists(root):
    """Every source is built: each stands in the CMakeLists.txt of its folder or of one above."""
    for source in sources(root, "core", "ui", "app", "tests"):
        if source.path.startswith("tests/") and source.path.endswith(".h"):
            continue
        folder = (root / source.path).parent
        while True:
            lists = folder / "CMakeLists.txt"
            name = (root / source.path).relative_to(folder).as_posix()
            if lists.is_file() and re.search(rf"(?<![\w-]){re.escape(name)}\b", lists.read_text()):
                break
            if folder == root:
                yield f"{source.path}:1: is in no CMakeLists.txt"
                break
            folder = folder.parent


def check_headers(root):
    """Headers guard themselves, and a source begins with its own header: that proves that the
    header compiles alone. (Headers without a source are compiled alone by tests/tidy.)"""
    for source in sources(root, "core", "ui", "app", "tests"):
        if source.path.endswith(".h") and "#pragma once" not in source.lines[:1]:
            yield f"{source.path}:1: does not begin with #pragma once"
        own = source.path[:-4] + ".h"
        if source.path.endswith(".cpp") and (root / own).is_file():
            first = next((path for _, _, path in source.includes()), None)
            if first != own:
                yield f"{source.path}:1: does not include {own} first"


def check_unfinished(root):
    """Nothing is left for later."""
    for name, text in text_files(root):
        if name == "tests/tidy/structure.py":
            continue
        for number, line in enumerate(text.splitlines(), 1):
            match = UNFINISHED.search(line)
            if match:
                yield f"{name}:{number}: {match.group(0)}: do it, or name it as missing in a README"


def check_paths(root):
    """Nothing names a folder of one machine."""
    for name, text in text_files(root):
        for number, line in enumerate(text.splitlines(), 1):
            match = MACHINE_PATH.search(line)
            if match and name != "LICENSE":
                yield f"{name}:{number}: names {match.group(0)}…"


def check_scripts(root):
    """Scripts can be started."""
    for folder in ("installer", ".ci"):
        for path in sorted((root / folder).iterdir()):
            is_script = path.is_file() and path.read_bytes().startswith(b"#!")
            if is_script and not path.stat().st_mode & 0o100:
                yield f"{folder}/{path.name}:1: is not executable"


CHECKS = {
    name[len("check_"):].replace("_", "-"): function
    for name, function in sorted(globals().items())
    if name.startswith("check_")
}


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(CHECKS))
        return 0
    if len(arguments) not in (1, 2) or (len(arguments) == 2 and arguments[1] not in CHECKS):
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[0]).resolve()
    findings = [
        finding
        for name, check in CHECKS.items()
        if len(arguments) == 1 or arguments[1] == name
        for finding in check(root)
    ]
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
