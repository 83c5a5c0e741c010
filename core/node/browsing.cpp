#include "core/node/browsing.h"

#include <utility>

namespace warren::node {

using management::CommandResult;
using management::CommandStatus;

void Browsing::begin(const management::BrowseMessages& command, const Promise& promise)
{
    m_lastReader += 1;
    if (m_lastReader == 0) m_lastReader = 1;  // 0 is the broker
    m_pending.insert_or_assign(m_lastReader, Pending{command, promise});
    look(m_lastReader);
}

void Browsing::look(std::uint32_t reader)
{
    Pending& pending = m_pending.at(reader);
    std::vector<broker::BodyRequest> missing;
    CommandResult result = m_look(pending.command, pending.loaded, missing);
    if (missing.empty() || pending.roundsLeft == 0) {
        pending.promise->addResult(std::move(result));
        pending.promise->finish();
        m_pending.erase(reader);
        return;
    }
    pending.roundsLeft -= 1;
    pending.awaitedCount = missing.size();
    for (broker::BodyRequest& request : missing)
        request.reader = reader;
    m_load(std::move(missing));
}

void Browsing::take(broker::LoadedBody&& body)
{
    const auto at = m_pending.find(body.request.reader);
    if (at == m_pending.end()) return;
    Pending& pending = at->second;
    if (body.message) pending.loaded.insert_or_assign(body.request.position, body.message);
    pending.awaitedCount -= 1;
    if (pending.awaitedCount == 0) look(at->first);
}

void Browsing::giveUp()
{
    for (auto& [reader, pending] : std::exchange(m_pending, {})) {
        pending.promise->addResult(CommandResult{
            CommandStatus::Unreachable, QStringLiteral("the broker does not run"), {}});
        pending.promise->finish();
    }
}

}  // namespace warren::node
