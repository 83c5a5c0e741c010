#include "tests/support/broker_harness.h"

#include "core/amqp/properties.h"
#include "core/base/check.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace warren::test {

using namespace broker;

namespace {

/// guest with the password guest, as a fresh node has it.
class GuestOnly final : public session::Authenticator {
public:
    bool accepts(std::string_view user, std::string_view password, bool) const override
    {
        return user == "guest" && password == "guest";
    }
};

std::string textOf(PlainReply reply)
{
    switch (reply) {
    case PlainReply::ConnectionOpenOk: return "connection.open-ok";
    case PlainReply::ConnectionCloseOk: return "connection.close-ok";
    case PlainReply::ChannelOpenOk: return "channel.open-ok";
    case PlainReply::ChannelCloseOk: return "channel.close-ok";
    case PlainReply::AccessRequestOk: return "access.request-ok";
    case PlainReply::FlowOkActive: return "channel.flow-ok active";
    case PlainReply::FlowOkPaused: return "channel.flow-ok paused";
    case PlainReply::ExchangeDeclareOk: return "exchange.declare-ok";
    case PlainReply::ExchangeDeleteOk: return "exchange.delete-ok";
    case PlainReply::ExchangeBindOk: return "exchange.bind-ok";
    case PlainReply::ExchangeUnbindOk: return "exchange.unbind-ok";
    case PlainReply::QueueBindOk: return "queue.bind-ok";
    case PlainReply::QueueUnbindOk: return "queue.unbind-ok";
    case PlainReply::QosOk: return "qos-ok";
    case PlainReply::RecoverOk: return "recover-ok";
    case PlainReply::ConfirmSelectOk: return "confirm.select-ok";
    case PlainReply::TxSelectOk: return "tx.select-ok";
    case PlainReply::TxCommitOk: return "tx.commit-ok";
    case PlainReply::TxRollbackOk: return "tx.rollback-ok";
    }
    return {};
}

std::string textOf(const amqp::AmqpError& error)
{
    return std::to_string(static_cast<int>(error.code)) + " " + error.text;
}

std::string bodyOf(const MessagePtr& message, bool isRedelivered)
{
    return std::string{warren::textOf(message->body())} + (isRedelivered ? "!" : "");
}

/// One overload per kind of event.
struct Describer {
    std::string_view consumerTag;

    std::string operator()(const Delivery& event) const
    {
        return "deliver " + std::string{consumerTag} + " " + std::to_string(event.tag) + " " +
               bodyOf(event.message, event.isRedelivered);
    }
    std::string operator()(const Confirm& event) const
    {
        return (event.isRefused ? "nack " : "ack ") + std::to_string(event.tag) +
               (event.isMultiple ? "+" : "");
    }
    std::string operator()(const GetOk& event) const
    {
        return "get-ok " + std::to_string(event.tag) + " " +
               bodyOf(event.message, event.isRedelivered) + " " +
               std::to_string(event.messageCount) + " left";
    }
    std::string operator()(const GetEmpty&) const { return "get-empty"; }
    std::string operator()(const Returned& event) const
    {
        return "return " + std::to_string(static_cast<int>(event.code)) + " " +
               bodyOf(event.message, false);
    }
    std::string operator()(const ConsumeOk& event) const
    {
        return (event.isSilent ? "consume-ok (silent) " : "consume-ok ") + event.tag;
    }
    std::string operator()(const CancelOk& event) const { return "cancel-ok " + event.tag; }
    std::string operator()(const CancelNotice& event) const { return "cancel " + event.tag; }
    std::string operator()(const DeclareQueueOk& event) const
    {
        return "queue.declare-ok " + event.name + " " + std::to_string(event.messageCount) + " " +
               std::to_string(event.consumerCount);
    }
    std::string operator()(const PurgeOk& event) const
    {
        return "purge-ok " + std::to_string(event.messageCount);
    }
    std::string operator()(const DeleteQueueOk& event) const
    {
        return "queue.delete-ok " + std::to_string(event.messageCount);
    }
    std::string operator()(PlainReply reply) const { return textOf(reply); }
    std::string operator()(const ChannelFailed& event) const
    {
        return "channel.close " + textOf(event.error);
    }
    std::string operator()(const ConnectionFailed& event) const
    {
        return "connection.close " + textOf(event.error);
    }
    std::string operator()(const Blocked& event) const { return "blocked " + event.reason; }
    std::string operator()(const Unblocked&) const { return "unblocked"; }
};

}  // namespace

std::string describe(const Event& event, std::string_view consumerTag)
{
    return std::to_string(event.channel) + " " + std::visit(Describer{consumerTag}, event.body);
}

MessagePtr messageOf(std::string_view exchange, std::string_view routingKey, std::string_view body,
                     bool isPersistent)
{
    constexpr std::string_view kPersistent = "\x10\x00\x02";
    const ByteView properties =
        isPersistent ? bytesOf(std::string_view{kPersistent.data(), 3}) : amqp::emptyProperties();
    return makeMessage(exchange, routingKey, properties, isPersistent, bytesOf(body));
}

// --------------------------------------------------------------------------------------- clients

void HarnessClient::lose()
{
    m_isLost = true;
    m_harness.m_byId.erase(m_id);
    m_harness.broker().apply(m_id, {0, LoseConnection{}});
    m_harness.settle();
}

void CommandClient::apply(ChannelNumber channel, CommandBody body)
{
    m_harness.broker().apply(id(), {channel, std::move(body)});
}

void CommandClient::send(ChannelNumber channel, CommandBody body)
{
    apply(channel, std::move(body));
    m_harness.settle();
}

void CommandClient::declareQueue(ChannelNumber channel, std::string_view name, bool isDurable)
{
    send(channel, DeclareQueue{.name = name,
                               .isPassive = false,
                               .isDurable = isDurable,
                               .isExclusive = false,
                               .isAutoDelete = false,
                               .noWait = false,
                               .arguments = {}});
}

void CommandClient::publish(ChannelNumber channel, std::string_view queue, std::string_view body,
                            bool isPersistent)
{
    send(channel, Publish{messageOf("", queue, body, isPersistent), false});
}

void CommandClient::publishTo(ChannelNumber channel, std::string_view exchange,
                              std::string_view routingKey, std::string_view body, bool isMandatory)
{
    send(channel, Publish{messageOf(exchange, routingKey, body), isMandatory});
}

void CommandClient::consume(ChannelNumber channel, std::string_view queue, std::string_view tag,
                            bool noAck)
{
    send(channel, Consume{.queue = queue,
                          .tag = tag,
                          .noAck = noAck,
                          .isExclusive = false,
                          .noWait = false,
                          .arguments = {}});
}

void CommandClient::get(ChannelNumber channel, std::string_view queue, bool noAck)
{
    send(channel, Get{queue, noAck});
}

void CommandClient::ack(ChannelNumber channel, DeliveryTag tag, bool isMultiple)
{
    send(channel, Ack{tag, isMultiple});
}

void CommandClient::nack(ChannelNumber channel, DeliveryTag tag, bool requeues, bool isMultiple)
{
    send(channel, Reject{tag, isMultiple, requeues, {amqp::kBasicClass, 120}});
}

void CommandClient::setPrefetch(ChannelNumber channel, std::uint16_t count, bool isGlobal)
{
    send(channel, SetPrefetch{count, isGlobal});
}

void CommandClient::receive(std::span<Event> events)
{
    for (Event& event : events) {
        std::string tag;
        if (const auto* ok = std::get_if<ConsumeOk>(&event.body)) {
            m_consumerTags[{event.channel, ok->consumer}] = ok->tag;
        } else if (const auto* delivery = std::get_if<Delivery>(&event.body)) {
            tag = m_consumerTags.at({event.channel, delivery->consumer});
        }
        m_texts.push_back(describe(event, tag));
        m_events.push_back(std::move(event));
    }
}

std::vector<std::string> CommandClient::take()
{
    m_events.clear();
    return std::exchange(m_texts, {});
}

std::vector<Event> CommandClient::takeEvents()
{
    m_texts.clear();
    return std::exchange(m_events, {});
}

SessionClient::SessionClient(BrokerHarness& harness, ConnectionId connection)
    : HarnessClient(harness, connection),
      m_session(harness.sessionConfig(), harness.authenticator(), true, harness.now())
{
}

void SessionClient::send(ByteView bytes)
{
    if (isLost()) return;
    m_input.append(bytes);
    std::size_t consumed = 0;
    do {
        m_commands.clear();
        consumed += m_session.receive(m_input.view().subspan(consumed), m_harness.now(), m_commands,
                                      m_output);
        for (Command& command : m_commands)
            m_harness.broker().apply(id(), std::move(command));
    } while (m_commands.size() >= session::Session::kCommandsMax);
    m_input.consume(consumed);
    m_harness.settle();
}

void SessionClient::receive(std::span<Event> events)
{
    m_session.encode(events, m_harness.now(), m_output);
}

void SessionClient::tick() { m_session.tick(m_harness.now(), m_output); }

// --------------------------------------------------------------------------------------- harness

BrokerHarness::BrokerHarness(Commits commits, std::uint64_t seed)
    : m_commits(commits), m_seed(seed), m_authenticator(std::make_unique<GuestOnly>())
{
    m_sessionConfig.serverProperties = session::serverProperties("0.0.0", "warren@test");
    start();
}

void BrokerHarness::start()
{
    m_broker = std::make_unique<Broker>(m_seed);
    m_broker->setNow(m_now, wallNow());
    m_store.setCallbacks({.committed = [this](LogPosition upTo) { m_broker->commit(upTo); },
                          .failed = {},
                          .loaded =
                              [this](std::vector<LoadedBody>&& bodies) {
                                  m_broker->provideBodies(std::move(bodies));
                              }});
    if (m_paging) m_paging(m_broker->bodyMemory());
    storage::RecoveredState recovered = m_store.recover();
    for (const CatalogueChange& change : recovered.definitions)
        m_broker->restore(change);
    for (storage::RecoveredMessage& message : recovered.messages) {
        (void)m_broker->restore(message.queue,
                                {.sequence = message.sequence,
                                 .position = message.position,
                                 .message = m_paging ? MessagePtr{} : message.message,
                                 .bodyBytes = message.bodyBytes,
                                 .priority = message.priority,
                                 .wasDelivered = message.wasDelivered,
                                 .expiresAt = message.expiresAt,
                                 .deliveryCount = message.deliveryCount});
    }
    m_broker->finishRestore(recovered.lastPosition, recovered.lastQueueId);
    m_broker->ensureVhost("/");
    addGuest();
    settle();
    if (m_commits == Commits::OnDemand) commit();  // tests begin with a store that is up to date
}

void BrokerHarness::addGuest()
{
    if (m_broker->state().catalogue.findUser("guest") != nullptr) return;
    const bool isAdded =
        m_broker->administration().putUser({.name = "guest"}).isOk() &&
        m_broker->administration().putPermission({"/", "guest", ".*", ".*", ".*"}).isOk();
    WARREN_CHECK(isAdded);
}

template <typename Client>
Client& BrokerHarness::add()
{
    m_lastConnectionId.value += 1;
    m_broker->addConnection(m_lastConnectionId);
    auto client = std::make_unique<Client>(*this, m_lastConnectionId);
    Client& added = *client;
    m_byId.emplace(m_lastConnectionId, &added);
    m_clients.push_back(std::move(client));
    return added;
}

CommandClient& BrokerHarness::connect(ChannelNumber channelCount)
{
    return connect({.vhost = "/",
                    .user = "guest",
                    .wantsConsumerCancelNotify = true,
                    .wantsBlockedNotify = true},
                   channelCount);
}

CommandClient& BrokerHarness::connect(const OpenConnection& open, ChannelNumber channelCount)
{
    CommandClient& client = add<CommandClient>();
    client.send(0, open);
    for (ChannelNumber channel = 1; channel <= channelCount; ++channel)
        client.openChannel(channel);
    client.drop();
    return client;
}

SessionClient& BrokerHarness::connectSession() { return add<SessionClient>(); }

void BrokerHarness::settle()
{
    bool hasMoved = true;
    while (hasMoved) {
        hasMoved = m_broker->hasWork();
        m_broker->flush();
        std::vector<BodyRequest> requests = m_broker->takeBodyRequests();
        hasMoved |= !requests.empty();
        m_store.load(std::move(requests));
        std::vector<StoredOperation> operations = m_broker->takeOperations();
        if (!operations.empty()) m_store.append(std::move(operations));
        if (m_commits == Commits::AtOnce && m_store.pendingGroupCount() > 0) {
            m_store.sync();
            hasMoved = true;
        }
        m_broker->drainEvents([&](ConnectionId id, std::span<Event> events) {
            hasMoved = true;
            const auto at = m_byId.find(id);
            if (at != m_byId.end()) at->second->receive(events);
        });
        for (const auto& [id, client] : m_byId) {
            if (client->reads()) m_broker->setSendCredit(id, Connection::kSendCreditBytes);
        }
        hasMoved |= m_broker->hasWork();
    }
}

void BrokerHarness::commit(std::size_t groupCountMax)
{
    m_store.sync(groupCountMax);
    settle();
}

void BrokerHarness::setPaging(std::function<void(BodyMemory&)> limits)
{
    m_paging = std::move(limits);
    m_paging(m_broker->bodyMemory());
}

void BrokerHarness::pageEverything()
{
    setPaging([](BodyMemory& memory) {
        memory.keptBytes = 0;
        memory.headBytes = 0;
        memory.unackedBytes = 0;
    });
}

void BrokerHarness::answerLoads(std::size_t countMax)
{
    m_store.answerLoads(countMax);
    settle();
}

void BrokerHarness::advance(Duration by)
{
    m_now = m_now + by;
    m_broker->setNow(m_now, wallNow());
    for (const auto& [id, client] : m_byId)
        client->tick();
    settle();
}

void BrokerHarness::crash(std::size_t survivingGroupCount, std::size_t survivingOperationCount)
{
    for (const auto& [id, client] : m_byId)
        client->m_isLost = true;
    m_byId.clear();
    m_store.crash(survivingGroupCount, survivingOperationCount);
    start();
}

void BrokerHarness::restart()
{
    // All at once, or messages of one would go out to the next.
    for (const auto& [id, client] : m_byId)
        m_broker->apply(id, {0, LoseConnection{}});
    m_broker->logExactMarks();
    settle();
    commit();
    crash();
}

const Queue* BrokerHarness::findQueue(std::string_view name) const
{
    const Vhost* vhost = m_broker->findVhost("/");
    return vhost == nullptr ? nullptr : vhost->findQueue(name);
}

std::vector<std::string> BrokerHarness::ready(std::string_view queue) const
{
    std::vector<std::string> bodies;
    findQueue(queue)->forEachReady([&](const QueueEntry& entry) {
        bodies.push_back(bodyOf(entry.message, entry.isRedelivered));
        return true;
    });
    return bodies;
}

}  // namespace warren::test
