#include "tests/unit/broker/model/model_run.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace warren::test {

using namespace broker;

namespace {

constexpr std::size_t kClientCount = 3;
constexpr std::size_t kChannelsPerClient = 3;
constexpr std::size_t kConsumersPerChannelMax = 3;
/// A queue that grows beyond it is purged, so that steps stay fast.
constexpr std::size_t kQueueLengthMax = 40;
/// Combinations of free choices that are tried before a step counts as wrong.
constexpr int kTriesMax = 3000;

template <typename T, std::size_t N>
T oneOf(const T (&values)[N], std::uint32_t die)
{
    return values[die % N];
}

bool chance(std::uint32_t die, std::uint32_t percent) { return die % 100 < percent; }

}  // namespace

ModelRun::ModelRun(const Script& script)
    : m_script(script), m_lockstep(script.commitsAtOnce, script.seed), m_lastChannels(kClientCount)
{
}

std::string ModelRun::play()
{
    connectClients();
    const ChannelKey key = model().channels().front().key;
    m_lockstep.perform(
        "exchange",
        [&] {
            apply(key,
                  DeclareExchange{
                      .name = kDeathExchange, .type = "fanout", .isDurable = true, .noWait = true});
        },
        [](SlowBroker&) {});
    m_lockstep.commitGroups(static_cast<std::size_t>(-1));
    for (const Action& action : m_script.actions) {
        m_playedCount += 1;
        declareMissing(action.dice);
        tidyChannels(action.dice);
        play(action);
        if (!m_lockstep.fault().empty()) break;
    }
    return m_lockstep.fault();
}

void ModelRun::ask(const std::string& what, ChannelKey key, const std::function<void()>& real,
                   const Lockstep::Request& request)
{
    const std::string whole = what + " on channel " + nameOf(key);
    if (m_isHasty) {
        m_lockstep.request(whole, real, request);
    } else {
        m_lockstep.perform(whole, real, request);
    }
}

void ModelRun::play(const Action& action)
{
    using Kind = Action::Kind;
    const Dice& dice = action.dice;
    const std::size_t client = dice[0] % kClientCount;
    std::vector<ChannelKey> channels;
    for (const SlowChannel& channel : model().channels()) {
        if (channel.key.client == client) channels.push_back(channel.key);
    }
    switch (action.kind) {
    case Kind::LoseClient: return loseClient(client);
    case Kind::PassTime: return passTime(dice);
    case Kind::CommitStore: return commitStore(dice);
    case Kind::Crash: return crash(dice);
    case Kind::Restart: return restart();
    default: break;
    }
    m_isHasty = chance(dice[6], 25);
    playOnChannel(action, channels[dice[1] % channels.size()]);
    m_isHasty = false;
}

void ModelRun::playOnChannel(const Action& action, ChannelKey key)
{
    using Kind = Action::Kind;
    const Dice& dice = action.dice;
    switch (action.kind) {
    case Kind::Publish: return publish(dice, key);
    case Kind::Consume: return consume(dice, key);
    case Kind::Cancel: return cancel(dice, key);
    case Kind::Get: return get(dice, key);
    case Kind::Settle: return settle(dice, key);
    case Kind::Recover: return recover(key);
    case Kind::SetLimits: return setLimits(dice, key);
    case Kind::Purge: return purge(dice, key);
    case Kind::DeleteQueue: return deleteQueue(dice, key);
    case Kind::EndTransaction: return endTransaction(dice, key);
    case Kind::CloseChannel: return closeChannel(key);
    case Kind::LoseClient:
    case Kind::PassTime:
    case Kind::CommitStore:
    case Kind::Crash:
    case Kind::Restart: return;
    }
}

// ----------------------------------------------------------------------------------- what is there

const SlowQueue* ModelRun::anyQueue(std::uint32_t die) const
{
    const auto& queues = model().queues();
    return queues.empty() ? nullptr : &queues[die % queues.size()];
}

std::vector<std::string> ModelRun::consumersOf(ChannelKey key) const
{
    std::vector<std::string> tags;
    for (const SlowQueue& queue : model().queues()) {
        for (const SlowConsumer& consumer : queue.consumers) {
            if (consumer.channel == key) tags.push_back(consumer.tag);
        }
    }
    return tags;
}

void ModelRun::connectClients()
{
    for (std::size_t i = 0; i < kClientCount; ++i) {
        m_lockstep.perform(
            "connect client " + std::to_string(i), [&] { m_lockstep.connect(i); },
            [=](SlowBroker& model) { model.connect(i); });
        for (std::size_t j = 0; j < kChannelsPerClient; ++j)
            openChannel(i, static_cast<std::uint32_t>(i + j));
    }
}

void ModelRun::openChannel(std::size_t client, std::uint32_t die)
{
    // A number is never used again: what comes late for a closed channel is recognised by it.
    m_lastChannels[client] += 1;
    const ChannelKey key{client, m_lastChannels[client]};
    const auto mode = static_cast<ChannelMode>(die % 3);
    m_lockstep.perform(
        "open channel " + nameOf(key) + " in mode " + std::to_string(die % 3),
        [&] {
            apply(key, OpenChannel{});
            if (mode == ChannelMode::Confirm) apply(key, SelectConfirms{});
            if (mode == ChannelMode::Transactional) apply(key, SelectTransactions{});
        },
        [=](SlowBroker& model) { model.openChannel(key, mode); });
}

/// Clients answer when a channel failed, and have as many as ever.
void ModelRun::tidyChannels(const Dice& dice)
{
    for (const ChannelKey key : m_lockstep.takeFailedChannels())
        apply(key, ConfirmChannelClosed{});
    for (std::size_t i = 0; i < kClientCount; ++i) {
        const auto count = std::ranges::count_if(
            model().channels(), [i](const SlowChannel& one) { return one.key.client == i; });
        for (auto j = count; std::cmp_less(j, kChannelsPerClient); ++j)
            openChannel(i, dice[5] >> (8 + j));
    }
}

/// Queues come back by themselves, so that there is something to do; and stay short.
void ModelRun::declareMissing(const Dice& dice)
{
    const ChannelKey key = model().channels().front().key;
    for (std::size_t i = 0; i < m_script.queues.size(); ++i) {
        const QueuePlan& plan = m_script.queues[i];
        if (model().findQueue(plan.name) != nullptr || (dice[5] >> i & 1) != 0) continue;
        m_lockstep.perform(
            "declare " + plan.name + " on channel " + nameOf(key),
            [&] {
                apply(key, DeclareQueue{.name = plan.name,
                                        .isDurable = plan.isDurable,
                                        .arguments = argumentsOf(plan)});
                for (const auto& [isBound, exchange] :
                     {std::pair{plan.isBoundToAll, "amq.fanout"},
                      std::pair{plan.isBoundToDeath, kDeathExchange}}) {
                    if (isBound) apply(key, BindQueue{.queue = plan.name, .exchange = exchange});
                }
            },
            [=](SlowBroker& model) { model.declare(key, plan); });
    }
    for (const QueuePlan& plan : m_script.queues) {
        const SlowQueue* queue = model().findQueue(plan.name);
        if (queue == nullptr || queue->ready.size() <= kQueueLengthMax) continue;
        m_lockstep.perform(
            "purge long " + plan.name, [&] { apply(key, PurgeQueue{.name = plan.name}); },
            [=](SlowBroker& model) { model.purge(key, plan.name); });
    }
}

// ----------------------------------------------------------------------------------------- actions

void ModelRun::publish(const Dice& dice, ChannelKey key)
{
    static constexpr const char* kExpirations[] = {"0", "5", "20", "100"};
    m_lastMessage += 1;
    Letter letter{.id = m_lastMessage,
                  .bodyBytes = 5 + dice[2] % 20,
                  .exchange = chance(dice[3], 20) ? "amq.fanout" : "",
                  .key = m_script.queues[dice[4] % m_script.queues.size()].name,
                  .isPersistent = chance(dice[3] / 100, 60)};
    if (chance(dice[3] / 10'000, 40)) {
        letter.priority = static_cast<std::uint8_t>(dice[2] / 20 % 6);
    }
    if (chance(dice[4] / 100, 25)) letter.expiration = oneOf(kExpirations, dice[4] / 10'000);
    const bool isMandatory = chance(dice[5], 20);
    const LetterPtr sealedLetter = sealed(std::move(letter));
    ask(
        "publish " + sealedLetter->text + (isMandatory ? ", mandatory" : ""), key,
        [&] {
            apply(key, Publish{messageOf(*sealedLetter), isMandatory});
        },
        [=](SlowBroker& model) { model.publish(key, sealedLetter, isMandatory); });
}

void ModelRun::consume(const Dice& dice, ChannelKey key)
{
    const SlowQueue* queue = anyQueue(dice[2]);
    if (queue == nullptr) return;
    if (consumersOf(key).size() >= kConsumersPerChannelMax) return;
    m_lastConsumer += 1;
    const std::string digits = std::to_string(100'000 + m_lastConsumer);
    const std::string tag = "c" + digits.substr(1);
    const std::string name = queue->plan.name;
    const bool noAck = chance(dice[3], 15);
    const int priority = chance(dice[4], 25) ? static_cast<int>(dice[5] % 3) - 1 : 0;
    amqp::FieldTable arguments;
    if (priority != 0) arguments.append("x-priority", std::int32_t{priority});
    ask(
        "consume " + name + " as " + tag + (noAck ? " without acknowledgement" : "") +
            " with priority " + std::to_string(priority),
        key,
        [&] {
            apply(key, Consume{.queue = name, .tag = tag, .noAck = noAck, .arguments = arguments});
        },
        [=](SlowBroker& model) { model.consume(key, name, tag, priority, noAck); });
}

void ModelRun::cancel(const Dice& dice, ChannelKey key)
{
    const std::vector<std::string> tags = consumersOf(key);
    if (tags.empty()) return;
    const std::string tag = tags[dice[2] % tags.size()];
    ask(
        "cancel " + tag, key, [&] { apply(key, Cancel{tag}); },
        [=](SlowBroker& model) { model.cancel(key, tag); });
}

void ModelRun::get(const Dice& dice, ChannelKey key)
{
    const SlowQueue* queue = anyQueue(dice[2]);
    if (queue == nullptr) return;
    const std::string name = queue->plan.name;
    const bool noAck = chance(dice[3], 30);
    ask(
        "get from " + name + (noAck ? " without acknowledgement" : ""), key,
        [&] {
            apply(key, Get{name, noAck});
        },
        [=](SlowBroker& model) { model.get(key, name, noAck); });
}

void ModelRun::settle(const Dice& dice, ChannelKey key)
{
    std::vector<DeliveryTag> tags;
    for (const SlowHeld& held : model().findChannel(key)->held) {
        if (held.isVisible && !held.isInTransaction) tags.push_back(held.tag);
    }
    if (tags.empty()) return;
    // Mostly the oldest, as clients do.
    const DeliveryTag tag = chance(dice[2], 60) ? tags.front() : tags[dice[3] % tags.size()];
    const bool isMultiple = chance(dice[4], 20);
    const std::uint32_t die = dice[5] % 100;
    const Settling how = die < 50 ? Settling::Ack : die < 80 ? Settling::Requeue : Settling::Reject;
    const std::string word = how == Settling::Ack       ? "ack "
                             : how == Settling::Requeue ? "requeue "
                                                        : "reject ";
    ask(
        word + (isMultiple ? "up to " : "") + std::to_string(tag), key,
        [&] {
            if (how == Settling::Ack) {
                apply(key, Ack{tag, isMultiple});
            } else {
                apply(key,
                      Reject{tag, isMultiple, how == Settling::Requeue, {amqp::kBasicClass, 120}});
            }
        },
        [=](SlowBroker& model) { model.settle(key, tag, isMultiple, how); });
}

void ModelRun::recover(ChannelKey key)
{
    ask(
        "recover", key,
        [&] {
            apply(key, Recover{true, {amqp::kBasicClass, 110}});
        },
        [=](SlowBroker& model) { model.recover(key); });
}

void ModelRun::setLimits(const Dice& dice, ChannelKey key)
{
    const std::uint16_t limit = static_cast<std::uint16_t>(dice[2] % 4);
    const std::uint32_t die = dice[3] % 100;
    if (die < 60) {
        const bool isGlobal = die >= 35;
        ask(
            std::string{isGlobal ? "global prefetch " : "prefetch "} + std::to_string(limit), key,
            [&] {
                apply(key, SetPrefetch{limit, isGlobal});
            },
            [=](SlowBroker& model) { model.setPrefetch(key, limit, isGlobal); });
    } else if (die < 80) {
        const bool isActive = !model().findChannel(key)->isFlowActive;
        ask(
            std::string{"flow "} + (isActive ? "on" : "off"), key,
            [&] { apply(key, SetFlow{isActive}); },
            [=](SlowBroker& model) { model.setFlow(key, isActive); });
    } else {
        setReads(key.client);
    }
}

void ModelRun::setReads(std::size_t client)
{
    const bool reads = !model().connection(client).reads;
    // Apart from other commands: the harness gives credit at the end of what it settles.
    m_lockstep.perform(
        "settle", [] {}, [](SlowBroker&) {});
    m_lockstep.perform(
        std::string{"reading "} + (reads ? "on" : "off") + " of client " + std::to_string(client),
        [&] {
            CommandClient& one = m_lockstep.client(client);
            one.setReads(reads);
            if (!reads) m_lockstep.harness().broker().setSendCredit(one.id(), 0);
        },
        [=](SlowBroker& model) { model.setReads(client, reads); });
}

void ModelRun::purge(const Dice& dice, ChannelKey key)
{
    const SlowQueue* queue = anyQueue(dice[2]);
    if (queue == nullptr) return;
    const std::string name = queue->plan.name;
    ask(
        "purge " + name, key, [&] { apply(key, PurgeQueue{.name = name}); },
        [=](SlowBroker& model) { model.purge(key, name); });
}

void ModelRun::deleteQueue(const Dice& dice, ChannelKey key)
{
    const SlowQueue* queue = anyQueue(dice[2]);
    if (queue == nullptr) return;
    const std::string name = queue->plan.name;
    m_isHasty = false;  // so that no step has two queues of one name
    ask(
        "delete " + name, key, [&] { apply(key, DeleteQueue{.name = name}); },
        [=](SlowBroker& model) { model.deleteQueue(key, name); });
}

void ModelRun::endTransaction(const Dice& dice, ChannelKey key)
{
    if (model().findChannel(key)->mode != ChannelMode::Transactional) return;
    if (chance(dice[2], 30)) {
        ask(
            "rollback", key, [&] { apply(key, RollbackTransaction{}); },
            [=](SlowBroker& model) { model.rollback(key); });
    } else {
        ask(
            "commit", key, [&] { apply(key, CommitTransaction{}); },
            [=](SlowBroker& model) { model.commit(key); });
    }
}

void ModelRun::closeChannel(ChannelKey key)
{
    ask(
        "close", key, [&] { apply(key, CloseChannel{}); },
        [=](SlowBroker& model) { model.closeChannel(key); });
}

void ModelRun::loseClient(std::size_t client)
{
    m_lockstep.perform(
        "lose client " + std::to_string(client),
        [&] {
            m_lockstep.client(client).lose();
            m_lockstep.connect(client);
        },
        [=](SlowBroker& model) {
            model.lose(client);
            model.connect(client);
        });
}

// ----------------------------------------------------------------------- time, store, process

void ModelRun::passTime(const Dice& dice)
{
    static constexpr int kMs[] = {1, 1, 5, 5, 10, 20, 50, 200};
    const int ms = oneOf(kMs, dice[2]);
    m_lockstep.perform(
        "pass " + std::to_string(ms) + " ms",
        [&] { m_lockstep.harness().advance(std::chrono::milliseconds{ms}); },
        [=](SlowBroker& model) { model.passTime(ms); });
}

void ModelRun::commitStore(const Dice& dice)
{
    const bool isAll = chance(dice[2], 60);
    const std::size_t count = isAll ? static_cast<std::size_t>(-1) : 1 + dice[3] % 3;
    m_lockstep.perform(
        "store commits " + (isAll ? "everything" : std::to_string(count) + " groups"),
        [&] { m_lockstep.commitGroups(count); }, [](SlowBroker&) {});
}

void ModelRun::crash(const Dice& dice)
{
    const std::size_t groupCount = dice[2] % (m_lockstep.pendingGroupCount() + 1);
    const std::size_t operationCount = chance(dice[3], 50) ? 0 : dice[4] % 6;
    m_lockstep.crash(groupCount, operationCount);
    if (m_lockstep.fault().empty()) connectClients();
}

void ModelRun::restart()
{
    m_lockstep.restart();
    if (m_lockstep.fault().empty()) connectClients();
}

}  // namespace warren::test
