#!/usr/bin/env python3
"""Shows that structure.py sees what it should: each case breaks one rule in a small tree."""

import pathlib
import tempfile
import unittest

import structure


class StructureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("core", "ui", "app", "tests", "installer", ".ci"):
            (self.root / name).mkdir()

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def findings(self, check):
        return list(structure.CHECKS[check](self.root))

    def expect(self, check, *places):
        self.assertEqual([finding.rsplit(": ", 1)[0] for finding in self.findings(check)],
                         list(places), self.findings(check))

    def test_includes_that_the_table_allows(self):
        self.write("core/base/bytes.h", "#pragma once\n#include <span>\n")
        self.write("core/amqp/field_table.h", '#pragma once\n#include "core/base/bytes.h"\n')
        self.write("core/broker/queue.h", '#pragma once\n#include "core/amqp/field_table.h"\n')
        self.expect("includes")

    def test_includes_that_the_table_forbids(self):
        self.write("core/broker/message.h", "#pragma once\n")
        self.write("core/amqp/methods.h", "#pragma once\n")
        self.write("core/base/bytes.h", '#pragma once\n#include "core/broker/message.h"\n')
        self.write("core/broker/queue.h", '#pragma once\n\n#include "core/amqp/methods.h"\n')
        self.write("ui/page.h", '#include "core/broker/message.h"\n')
        self.write("core/new/thing.h", "#pragma once\n")
        self.write("core/net/listener.h", '#include "core/base/missing.h"\n')
        self.expect("includes", "core/base/bytes.h:2",
                    "core/broker/queue.h:3", "core/net/listener.h:1", "core/new/thing.h:1",
                    "ui/page.h:1")

    def test_doors(self):
        self.write("ui/widgets/rate_plot.cpp", "#include <qcustomplot.h>\n")
        self.write("ui/pages/overview.cpp", "#include <qcustomplot.h>\n")
        self.write("core/storage/sqlite_store.cpp", "#include <QSqlQuery>\n")
        self.write("core/storage/recovery.cpp", "#include <QSqlQuery>\n")
        self.write("core/node/node.cpp", "#include <sys/socket.h>\n")
        self.write("core/raft/raft_library.h", "#include <raft.h>\n")
        self.write("core/raft/raft_node.h", "#include <raft.h>\n")
        self.expect("doors", "core/node/node.cpp:1", "core/raft/raft_node.h:1",
                    "core/storage/recovery.cpp:1",
                    "ui/pages/overview.cpp:1")

    def test_pure_code(self):
        self.write("core/base/a.h", "#include <QString>\n")
        self.write("core/amqp/b.cpp", "auto t = std::chrono::steady_clock::now();\n")
        self.write("core/broker/c.cpp", "int r = rand();\nQTimer* t;\n")
        self.write("core/session/d.cpp", "// a QString, rand() and sleep(1) in words\n"
                                         'auto s = "steady_clock";\nauto n = Instant::never();\n')
        self.write("core/net/e.cpp", "#include <QTimer>\nQTimer t;\n")
        self.expect("pure-code", "core/base/a.h:1", "core/amqp/b.cpp:1", "core/broker/c.cpp:1",
                    "core/broker/c.cpp:2")

    def test_blocking(self):
        self.write("ui/a.cpp", "QCoreApplication::processEvents();\nfuture.waitForFinished();\n")
        self.write("core/storage/store_thread.cpp", "waitForOutcomes();\n// processEvents\n")
        self.write("tests/b.cpp", "QCoreApplication::processEvents();\n")
        self.expect("blocking", "ui/a.cpp:1", "ui/a.cpp:2")

    def test_locks(self):
        self.write("core/base/mailbox.h", "std::mutex m_mutex;\n")
        self.write("core/storage/store_thread.h", "QThread m_thread;\n")
        self.write("core/node/node.h", "std::mutex m_mutex;\nstd::atomic<int> m_count;\n")
        self.expect("locks", "core/node/node.h:1", "core/node/node.h:2")

    def test_readmes(self):
        self.write("core/base/README.md", "# base\n")
        self.write("core/net/listener.h", "#pragma once\n")
        self.expect("readmes", "core/net")

    def test_build_lists(self):
        self.write("ui/CMakeLists.txt", "add_library(ui page.cpp models/queue_model.cpp)\n")
        self.write("ui/page.cpp", "")
        self.write("ui/homepage.cpp", "")
        self.write("ui/models/queue_model.cpp", "")
        self.write("ui/models/model.cpp", "")
        self.expect("build-lists", "ui/homepage.cpp:1", "ui/models/model.cpp:1")

    def test_headers(self):
        self.write("ui/a.h", "#pragma once\n")
        self.write("ui/a.cpp", '#include "ui/a.h"\n')
        self.write("ui/b.h", "\n#pragma once\n")
        self.write("ui/b.cpp", '#include "ui/a.h"\n#include "ui/b.h"\n')
        self.write("ui/main.cpp", "int main() {}\n")
        self.expect("headers", "ui/b.cpp:1", "ui/b.h:1")

    def test_unfinished(self):
        self.write("README.md", "Done.\n")
        self.write("core/a.cpp", "\n// TO" + "DO: later\n")
        self.assertEqual(len(self.findings("unfinished")), 1)

    def test_paths(self):
        self.write("installer/a", "cd /wo" + "rk/project\n")
        self.write("installer/b", 'cd "$root/work/x"; ls /usr/lib network/root\n')
        self.expect("paths", "installer/a:1")

    def test_scripts(self):
        self.write("installer/launch", "#!/usr/bin/env bash\n").chmod(0o755)
        self.write("installer/test", "#!/usr/bin/env bash\n").chmod(0o644)
        self.write("installer/lib.sh", "# sourced\n").chmod(0o644)
        self.expect("scripts", "installer/test:1")

    def test_literals_and_comments_keep_their_lines(self):
        code = structure.without_comments('a /* x\ny */ b // c\n"d\\"e" R"(f\n")" 1\'000 \'g\'\n')
        self.assertEqual(len(code.splitlines()), 4)
        self.assertIn("1'000", code)
        for gone in "xycdefg":
            self.assertNotIn(gone, code)


if __name__ == "__main__":
    unittest.main()
