#include "app/sim/client_end.h"

#include "core/session/session_config.h"

namespace warren::sim {

namespace {

/// Passwords are the real node's affair.
class Admitting final : public session::Authenticator {
public:
    bool accepts(std::string_view, std::string_view, bool) const override { return true; }
};

const session::Authenticator& admitting()
{
    static const Admitting authenticator;
    return authenticator;
}

const session::SessionConfig& config()
{
    static const session::SessionConfig config{.serverProperties =
                                                   session::serverProperties("0", "sim")};
    return config;
}

}  // namespace

ClientEnd::ClientEnd(TakeBytes take, Instant now)
    : m_takeBytes(std::move(take)),
      m_session(std::make_unique<session::Session>(config(), admitting(), true, now))
{
}

void ClientEnd::take(std::span<broker::Event> events, Instant now)
{
    if (m_session == nullptr) return m_takeEvents(events);
    m_session->encode(events, now, m_output);
}

void ClientEnd::tick(Instant now)
{
    if (m_session != nullptr) m_session->tick(now, m_output);
}

void ClientEnd::flush()
{
    if (m_session == nullptr) return;
    const bool isClosed = m_session->isClosed();
    if (m_output.isEmpty() && !isClosed) return;
    const Buffer output = std::exchange(m_output, {});
    m_takeBytes(output.view(), isClosed);
}

}  // namespace warren::sim
