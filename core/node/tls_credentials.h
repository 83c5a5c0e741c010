#pragma once

#include "core/base/result.h"
#include "core/net/tls_context.h"
#include "core/net/tls_options.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace warren::node {

class Logger;

/// The certificates of the node's TLS listeners, or of its links to other nodes, kept up to date
/// with their files: new connections use what the files hold now, and what can't be used leaves the
/// last that could.
///
/// Thread: the broker's.
class TlsCredentials {
public:
    /// Who uses a certificate that ends sooner is warned.
    static constexpr std::int64_t kExpiryWarningSeconds = 30 * 24 * 3600;

    /// @param logger  outlives this  @param use  what they are for, in the log
    TlsCredentials(net::TlsOptions options, Logger& logger, std::string use = "TLS");

    /// Before anything else. @error  one sentence
    Status<std::string> load();
    /// Looks whether the files have changed. Cost: three calls of the system; call it now and then.
    void reloadIfChanged();

    /// @pre load has succeeded
    const std::shared_ptr<const net::TlsContext>& context() const { return m_context; }

private:
    /// What tells two contents of a file apart without reading it.
    struct FileState {
        std::uint64_t inode = 0;
        std::int64_t bytes = -1;  // -1: it is not there
        std::int64_t changedAtNanoseconds = 0;
        bool operator==(const FileState&) const = default;
    };

    static FileState stateOf(const std::string& file);
    std::vector<FileState> fileStates() const;
    void announce() const;

    net::TlsOptions m_options;
    Logger& m_logger;
    std::string m_use;
    std::vector<FileState> m_states;  // of the last attempt, good or bad
    std::shared_ptr<const net::TlsContext> m_context;
};

}  // namespace warren::node
