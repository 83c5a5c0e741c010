#pragma once

#include <QString>

namespace warren::node {

/// What `warren` and `warren-node` end with. Documented in --help; the numbers never change.
enum class ExitCode {
    Ok = 0,
    Unexpected = 1,
    Usage = 2,
    DataFolderNotWritable = 3,
    DataFolderInUse = 4,
    DatabaseNewer = 5,
    DatabaseDamaged = 6,
    CannotListen = 7,
    StorageFailed = 8,
};

/// All exit codes with their meanings, one per line, for --help.
QString exitCodesHelp();

}  // namespace warren::node
