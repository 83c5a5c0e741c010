#include "core/node/tls_credentials.h"

#include "core/base/check.h"
#include "core/node/log.h"

#include <QDateTime>

#include <sys/stat.h>
#include <utility>

namespace warren::node {

TlsCredentials::TlsCredentials(net::TlsOptions options, Logger& logger, std::string use)
    : m_options(std::move(options)), m_logger(logger), m_use(std::move(use))
{
}

Status<std::string> TlsCredentials::load()
{
    // Taken first: what changes while it is read is seen as changed afterwards.
    m_states = fileStates();
    auto context = net::TlsContext::load(m_options);
    if (!context) return context.error();
    m_context = std::move(*context);
    announce();
    return {};
}

void TlsCredentials::reloadIfChanged()
{
    WARREN_CHECK(m_context != nullptr);
    if (fileStates() == m_states) return;
    if (const auto status = load(); !status) {
        m_logger.error("changed files for " + m_use +
                       " cannot be used; the old certificate stays in use: " + status.error());
    }
}

TlsCredentials::FileState TlsCredentials::stateOf(const std::string& file)
{
    struct stat state {};
    if (file.empty() || ::stat(file.c_str(), &state) != 0) return {};
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    return {state.st_ino, state.st_size,
            state.st_mtim.tv_sec * kNanosecondsPerSecond + state.st_mtim.tv_nsec};
}

std::vector<TlsCredentials::FileState> TlsCredentials::fileStates() const
{
    return {stateOf(m_options.authorityFile), stateOf(m_options.certificateFile),
            stateOf(m_options.keyFile)};
}

void TlsCredentials::announce() const
{
    const QDateTime expiresAt = QDateTime::fromSecsSinceEpoch(m_context->expiresAt(), Qt::UTC);
    const LogField subject{"subject", m_context->subject()};
    const LogField expires{"expires", expiresAt.toString(Qt::ISODate)};
    const qint64 leftSeconds = QDateTime::currentDateTimeUtc().secsTo(expiresAt);
    if (leftSeconds < 0) {
        m_logger.warning("the certificate for " + m_use + " has expired and will be refused",
                         {subject, expires});
    } else if (leftSeconds < kExpiryWarningSeconds) {
        m_logger.warning("the certificate for " + m_use + " expires soon", {subject, expires});
    } else {
        m_logger.info("uses this certificate for " + m_use, {subject, expires});
    }
}

}  // namespace warren::node
