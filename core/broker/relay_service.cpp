#include "core/broker/relay_service.h"

#include "core/broker/broker.h"
#include "core/broker/connection.h"

#include <utility>

namespace warren::broker {

void RelayService::apply(NodeId from, RelayRequest&& request)
{
    const ConnectionId id = request.connection;
    if (const auto* open = std::get_if<RelayRequest::Open>(&request.body)) {
        const Connection* present = m_broker.state().findConnection(id);
        if (present != nullptr && !present->isRelayed) return;  // that is a client of ours
        m_sides[id] = {.node = from};
        m_broker.addRelayed(id, *open);
        return;
    }
    const auto at = m_sides.find(id);
    if (at == m_sides.end() || at->second.node != from) return;
    Side& side = at->second;
    if (std::holds_alternative<RelayRequest::Lose>(request.body)) {
        m_sides.erase(at);
        loseConnection(id);
        return;
    }
    if (const auto* credit = std::get_if<RelayRequest::Credit>(&request.body)) {
        side.creditedBytes = credit->bytes;
        updateCredit(id, side);
        return;
    }
    const Connection* connection = m_broker.state().findConnection(id);
    if (connection == nullptr || connection->isClosed) return;
    const Channel* channel = connection->findChannel(request.channel);
    if (const auto* open = std::get_if<RelayRequest::OpenChannel>(&request.body)) {
        if (channel != nullptr) return;
        side.openings[request.channel].push_back(open->opening);
        m_broker.apply(id, {request.channel, OpenChannel{}});
        return;
    }
    if (channel == nullptr) return;
    if (std::holds_alternative<RelayRequest::CloseChannel>(request.body)) {
        const bool isFailed = channel->isClosing;
        m_broker.apply(id, {request.channel, CloseChannel{}});
        // Both have closed it: nobody will confirm.
        if (isFailed) m_broker.apply(id, {request.channel, ConfirmChannelClosed{}});
    } else if (std::holds_alternative<RelayRequest::ConfirmClosed>(request.body)) {
        if (channel->isClosing) m_broker.apply(id, {request.channel, ConfirmChannelClosed{}});
    } else if (const auto* settle = std::get_if<RelayRequest::Settle>(&request.body)) {
        m_broker.settleRelayed(id, request.channel, *settle);
    } else if (const auto* command = std::get_if<OwnedCommand>(&request.body)) {
        m_broker.apply(id, {request.channel, command->body()});
    }
}

void RelayService::loseConnection(ConnectionId id)
{
    if (m_broker.state().findConnection(id) != nullptr) m_broker.apply(id, {0, LoseConnection{}});
}

void RelayService::lose(NodeId node)
{
    std::vector<ConnectionId> lost;
    for (const auto& [id, side] : m_sides) {
        if (side.node == node) lost.push_back(id);
    }
    for (const ConnectionId id : lost) {
        m_sides.erase(id);
        loseConnection(id);
    }
    m_out.erase(node);
}

void RelayService::take(ConnectionId id, std::span<broker::Event> events)
{
    const auto at = m_sides.find(id);
    if (at == m_sides.end()) return;
    Side& side = at->second;
    std::vector<RelayEvent>& out = m_out[side.node];
    for (broker::Event& event : events) {
        const auto* reply = std::get_if<PlainReply>(&event.body);
        if (reply != nullptr && *reply == PlainReply::ChannelCloseOk) continue;
        if (reply != nullptr && *reply == PlainReply::ChannelOpenOk) {
            auto& openings = side.openings[event.channel];
            if (openings.empty()) continue;
            side.current[event.channel] = openings.front();
            openings.pop_front();
        }
        if (const MessagePtr* message = messageOf(event.body); message != nullptr && *message) {
            side.sentBytes += static_cast<std::uint64_t>(Connection::wireBytes(**message));
        }
        out.push_back({id, event.channel, side.current[event.channel], std::move(event.body)});
    }
    updateCredit(id, side);
}

void RelayService::updateCredit(ConnectionId id, const Side& side)
{
    m_broker.setSendCredit(
        id, kWindowBytes - static_cast<std::int64_t>(side.sentBytes - side.creditedBytes));
}

}  // namespace warren::broker
