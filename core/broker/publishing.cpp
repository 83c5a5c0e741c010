#include "core/broker/publishing.h"

#include <algorithm>
#include <utility>

namespace warren::broker {

using amqp::ReplyCode;

Result<Publishing::Target, Refusal> Publishing::route(Vhost& vhost, RouteCache* cache,
                                                      const Message& message)
{
    const std::uint64_t generation = m_state.catalogue.generation();
    if (cache != nullptr) {
        const auto* hit = cache->find(generation, message.exchange(), message.routingKey());
        if (hit != nullptr) return Target{hit->exchange, &hit->queues};
    }
    Exchange* exchange = vhost.findExchange(message.exchange());
    if (exchange == nullptr) return noExchange(vhost.definition.name, message.exchange());
    if (exchange->definition.isInternal) {
        return Refusal{ReplyCode::AccessRefused,
                       "cannot publish to internal " +
                           exchangeText(vhost.definition.name, exchange->definition.name),
                       {}};
    }
    m_routing.find(vhost, *exchange, message.routingKey(), message.properties(), m_route);
    if (cache == nullptr || !m_route.dependsOnKeyOnly) return Target{exchange, &m_route.queues};
    const auto& entry = cache->put({.generation = generation,
                                    .exchangeName = std::string{message.exchange()},
                                    .routingKey = std::string{message.routingKey()},
                                    .exchange = exchange,
                                    .queues = m_route.queues});
    return Target{exchange, &entry.queues};
}

Verdict Publishing::publish(Channel& channel, Publish&& command)
{
    const auto target = route(*channel.connection.vhost, &channel.routes, *command.message);
    if (!target) return target.error();
    const std::vector<Queue*>& queues = *target->queues;
    count(&channel, *target, command.isMandatory);

    if (channel.mode == ChannelMode::Transactional) {
        Transaction::Publish held{.message = std::move(command.message),
                                  .queues = {},
                                  .isMandatory = command.isMandatory};
        for (const Queue* queue : queues)
            held.queues.push_back(queue->id());
        channel.transaction.publishes.push_back(std::move(held));
        return {};
    }
    if (queues.empty() && command.isMandatory) giveBack(channel, command.message);
    const LogPosition position = enqueue(command.message, queues);
    if (channel.mode == ChannelMode::Confirm) {
        channel.confirms.publish(position);
        m_state.noteConfirms(channel);
    }
    return {};
}

Result<bool, Refusal> Publishing::publish(Vhost& vhost, const MessagePtr& message)
{
    const auto target = route(vhost, nullptr, *message);
    if (!target) return target.error();
    count(nullptr, *target, false);
    (void)enqueue(message, *target->queues);  // nobody waits for the disk here
    return !target->queues->empty();
}

void Publishing::count(Channel* channel, const Target& target, bool isMandatory)
{
    target.exchange->publishedIn += 1;
    target.exchange->publishedOut += target.queues->size();
    const bool isDropped = target.queues->empty() && !isMandatory;
    m_state.counters.publish += 1;
    m_state.counters.dropped += isDropped;
    if (channel == nullptr) return;
    channel->counters.publish += 1;
    channel->counters.dropped += isDropped;
}

void Publishing::giveBack(Channel& channel, const MessagePtr& message)
{
    channel.counters.returned += 1;
    m_state.counters.returned += 1;
    m_state.post(channel, Returned{ReplyCode::NoRoute, message});
}

LogPosition Publishing::enqueue(const MessagePtr& message, const std::vector<Queue*>& queues)
{
    LogPosition last = 0;
    for (Queue* queue : queues) {
        const LogPosition position = enqueue(*queue, message);
        if (position != 0) last = position;
    }
    return last;
}

LogPosition Publishing::enqueue(Queue& queue, const MessagePtr& message)
{
    const Sequence sequence = queue.nextSequence();
    LogPosition position = 0;
    if (message->isPersistent() && queue.isStored()) {
        if (!queue.consumers.isEmpty() && sequence > queue.mark.upTo()) {
            // The message may go out at once: the mark goes before it in the log.
            m_consuming.extendMark(queue, sequence + RedeliveryMark::kBlock);
        } else if (queue.mark.isOutdated()) {
            m_consuming.extendMark(queue, queue.mark.upTo());
        }
        position = m_state.nextPosition();
        m_state.log(Enqueue{queue.id(), sequence, position, message});
    }
    queue.enqueue(QueueEntry{.message = message, .sequence = sequence, .position = position});
    queue.counters.publish += 1;
    m_state.markDirty(queue);
    return position;
}

// ------------------------------------------------------------------------------------------- modes

Verdict Publishing::selectConfirms(Channel& channel, const SelectConfirms& command)
{
    if (channel.mode == ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "cannot switch from tx to confirm mode", {}};
    }
    channel.mode = ChannelMode::Confirm;
    if (!command.noWait) m_state.post(channel, PlainReply::ConfirmSelectOk);
    return {};
}

Verdict Publishing::selectTransactions(Channel& channel)
{
    if (channel.mode == ChannelMode::Confirm) {
        return Refusal{ReplyCode::PreconditionFailed, "cannot switch from confirm to tx mode", {}};
    }
    channel.mode = ChannelMode::Transactional;
    m_state.post(channel, PlainReply::TxSelectOk);
    return {};
}

Verdict Publishing::commit(Channel& channel)
{
    if (channel.mode != ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "channel is not transactional", {}};
    }
    Transaction transaction = std::exchange(channel.transaction, {});
    LogPosition position = 0;
    for (const Transaction::Publish& publish : transaction.publishes) {
        m_queues.clear();
        for (const QueueId id : publish.queues) {
            if (Queue* queue = m_state.catalogue.findQueue(id)) m_queues.push_back(queue);
        }
        if (publish.queues.empty() && publish.isMandatory) giveBack(channel, publish.message);
        position = std::max(position, enqueue(publish.message, m_queues));
    }
    for (const Transaction::Settlement& settlement : transaction.settlements) {
        m_consuming.settle(channel, settlement);
    }
    // commit-ok promises what a confirm promises. Acknowledgements may reach the disk later: losing
    // one redelivers its message, flagged, which AMQP permits.
    m_state.hold(channel, position);
    m_state.post(channel, PlainReply::TxCommitOk);
    return {};
}

Verdict Publishing::rollback(Channel& channel)
{
    if (channel.mode != ChannelMode::Transactional) {
        return Refusal{ReplyCode::PreconditionFailed, "channel is not transactional", {}};
    }
    for (const Transaction::Settlement& settlement : channel.transaction.settlements) {
        m_consuming.restore(channel, settlement);
    }
    channel.transaction = {};
    m_state.post(channel, PlainReply::TxRollbackOk);
    return {};
}

void Publishing::confirm()
{
    // A channel stays on the list while it waits for the store.
    std::erase_if(m_state.confirmChannels(), [this](Channel* channel) {
        m_confirms.clear();
        const std::size_t before = channel->confirms.unconfirmedCount();
        channel->confirms.take(m_state.committed(), m_confirms);
        const std::size_t count = before - channel->confirms.unconfirmedCount();
        channel->counters.confirm += count;
        m_state.counters.confirm += count;
        for (const Confirm& one : m_confirms)
            m_state.post(*channel, Confirm{one});
        channel->hasNewConfirms = channel->confirms.unconfirmedCount() > 0;
        return !channel->hasNewConfirms;
    });
}

}  // namespace warren::broker
