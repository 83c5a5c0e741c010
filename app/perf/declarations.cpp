#include "app/perf/declarations.h"

#include <numeric>
#include <utility>

namespace warren::perf {
namespace {

constexpr ChannelNumber kChannel = 1;
/// Bindings and deletions under way at a time; the last of them is awaited.
constexpr std::size_t kPipelined = 100;

}  // namespace

/// Asks passively. @returns false if the broker says 404, which costs the channel
template <typename Reply, typename M>
Result<bool, Failure> Declarations::probe(const M& method)
{
    auto found = m_connection.call<Reply>(kChannel, method);
    if (found) return true;
    constexpr auto kNotFound = static_cast<std::uint16_t>(amqp::ReplyCode::NotFound);
    if (found.error().kind != FailureKind::Closed || found.error().replyCode != kNotFound) {
        return std::move(found.error());
    }
    if (auto opened = m_connection.openChannel(kChannel); !opened) return opened.error();
    return false;
}

std::uint64_t Declarations::readyCount() const
{
    return std::accumulate(m_ready.begin(), m_ready.end(), std::uint64_t{0});
}

Status<Failure> Declarations::declare()
{
    if (!m_options.usesDefaultExchange()) {
        if (auto done = declareExchange(); !done) return done;
    }
    for (const std::string& queue : m_topology.queues()) {
        if (auto done = declareQueue(queue); !done) return done;
    }
    return bindQueues();
}

Status<Failure> Declarations::declareExchange()
{
    auto found = probe<amqp::ExchangeDeclareOk>(
        amqp::ExchangeDeclare{.exchange = m_options.exchange, .passive = true});
    if (!found) return std::move(found.error());
    if (*found && m_options.isPredeclared) return {};
    if (m_options.exchange.starts_with("amq.")) return {};
    auto declared = m_connection.call<amqp::ExchangeDeclareOk>(
        kChannel, amqp::ExchangeDeclare{.exchange = m_options.exchange,
                                        .type = m_options.exchangeType,
                                        .durable = m_options.isDurable});
    if (!declared) return std::move(declared.error());
    m_hasDeclaredExchange = !*found;
    return {};
}

Status<Failure> Declarations::declareQueue(const std::string& name)
{
    auto found = probe<amqp::QueueDeclareOk>(amqp::QueueDeclare{.queue = name, .passive = true});
    if (!found) return std::move(found.error());
    if (*found) m_foundQueues += 1;
    const bool isPassive = *found && m_options.isPredeclared;
    auto declared = m_connection.call<amqp::QueueDeclareOk>(
        kChannel, amqp::QueueDeclare{.queue = name,
                                     .passive = isPassive,
                                     .durable = m_options.isDurable,
                                     .exclusive = m_options.isExclusive,
                                     .autoDelete = m_options.isAutoDelete,
                                     .arguments = m_options.queueArguments});
    if (!declared) return std::move(declared.error());
    const bool isOurs = !*found || (m_options.keepsQueues == false && !m_options.isPredeclared);
    if (isOurs) m_declaredQueues.push_back(name);
    const auto reply = amqp::decodeArguments<amqp::QueueDeclareOk>(bytesOf(*declared));
    if (!reply) {
        return Failure{FailureKind::Protocol,
                       m_connection.uri().address() + ": cannot read queue.declare-ok"};
    }
    m_ready.push_back(m_options.purges ? 0 : reply->messageCount);
    if (!m_options.purges) return {};
    auto purged = m_connection.call<amqp::QueuePurgeOk>(kChannel, amqp::QueuePurge{.queue = name});
    if (!purged) return std::move(purged.error());
    return {};
}

Status<Failure> Declarations::bindQueues()
{
    const auto& bindings = m_topology.bindings();
    for (std::size_t i = 0; i < bindings.size(); ++i) {
        const bool isAwaited = (i + 1) % kPipelined == 0 || i + 1 == bindings.size();
        const amqp::QueueBind bind{.queue = m_topology.queues()[bindings[i].queue],
                                   .exchange = m_options.exchange,
                                   .routingKey = bindings[i].key,
                                   .noWait = !isAwaited,
                                   .arguments = bindings[i].arguments};
        if (!isAwaited) {
            m_connection.send(kChannel, bind);
            continue;
        }
        auto bound = m_connection.call<amqp::QueueBindOk>(kChannel, bind);
        if (!bound) return std::move(bound.error());
    }
    return {};
}

Status<Failure> Declarations::remove()
{
    for (std::size_t i = 0; i < m_declaredQueues.size(); ++i) {
        const bool isAwaited = (i + 1) % kPipelined == 0 || i + 1 == m_declaredQueues.size();
        const amqp::QueueDelete removal{.queue = m_declaredQueues[i], .noWait = !isAwaited};
        if (!isAwaited) {
            m_connection.send(kChannel, removal);
            continue;
        }
        auto removed = m_connection.call<amqp::QueueDeleteOk>(kChannel, removal);
        if (!removed) return std::move(removed.error());
    }
    if (!m_hasDeclaredExchange) return {};
    auto removed = m_connection.call<amqp::ExchangeDeleteOk>(
        kChannel, amqp::ExchangeDelete{.exchange = m_options.exchange});
    if (!removed) return std::move(removed.error());
    return {};
}

}  // namespace warren::perf
