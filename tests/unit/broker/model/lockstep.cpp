#include "tests/unit/broker/model/lockstep.h"

#include "tests/unit/broker/model/disk_check.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace warren::test {

using namespace broker;

namespace {

/// Combinations of free choices that are tried before a step counts as wrong.
constexpr int kTriesMax = 3000;

}  // namespace

Lockstep::Lockstep(bool commitsAtOnce, std::uint64_t seed)
    : m_commitsAtOnce(commitsAtOnce),
      m_harness(commitsAtOnce ? BrokerHarness::Commits::AtOnce : BrokerHarness::Commits::OnDemand,
                seed),
      m_view(m_harness),
      m_model(m_harness.wallNow().sinceEpoch.count())
{
}

void Lockstep::connect(std::size_t number)
{
    if (m_clients.size() <= number) m_clients.resize(number + 1);
    m_clients[number] = &m_harness.connect(0);
    std::erase_if(m_failedChannels,
                  [number](const ChannelKey& key) { return key.client == number; });
}

void Lockstep::apply(ChannelKey key, CommandBody body)
{
    client(key.client).apply(key.number, std::move(body));
}

// -------------------------------------------------------------------------------------- steps

void Lockstep::note(const std::string& what)
{
    m_log.push_back(what);
    count(what.substr(0, what.find(' ')));
}

void Lockstep::request(const std::string& what, const std::function<void()>& real,
                       const Request& request)
{
    if (!m_fault.empty()) return;
    note(what + ", and at once");
    real();
    if (!m_settledModel) m_settledModel = m_model;
    m_unsettled.push_back(request);
    request(m_model);
}

void Lockstep::perform(const std::string& what, const std::function<void()>& real,
                       const Request& request)
{
    if (!m_fault.empty()) return;
    note(what);
    real();
    m_harness.settle();
    const std::vector<Request> before = std::exchange(m_unsettled, {});
    const SlowBroker from = m_settledModel ? *std::exchange(m_settledModel, {}) : m_model;
    follow(from, [&](SlowBroker& model, Choices& choices) {
        for (const Request& one : before)
            one(model);
        request(model);
        model.settle(choices);
    });
}

void Lockstep::forgetUnsettled()
{
    m_unsettled.clear();
    if (m_settledModel) m_model = *std::exchange(m_settledModel, {});
}

void Lockstep::follow(const SlowBroker& from, const Step& step)
{
    std::vector<SeenEvent> events = m_view.takeEvents(m_clients);
    Choices choices;
    std::optional<BrokerLines> seen;
    std::string firstFault;
    for (int tries = 0; tries < kTriesMax; ++tries) {
        SlowBroker next = from;
        next.forgetTold();
        step(next, choices);
        if (tries == 0 && choices.isFree() && hasHidden(next, events)) {
            commitGroups(static_cast<std::size_t>(-1));
            std::ranges::move(m_view.takeEvents(m_clients), std::back_inserter(events));
        }
        if (!seen) seen = m_view.look(m_clients);
        const std::string fault = compare(next, *seen, events);
        if (fault.empty()) {
            if (tries > 0) count("choice");
            return accept(std::move(next), *seen, events);
        }
        if (tries == 0) firstFault = fault;
        if (!choices.advance()) break;
    }
    fail(firstFault);
}

// -------------------------------------------------------------------------- the store, crashes

void Lockstep::commitGroups(std::size_t countMax)
{
    const std::size_t count = std::min(countMax, pendingGroupCount());
    m_harness.commit(count);
    m_committedCount += count;
}

void Lockstep::crash(std::size_t groupCount, std::size_t operationCount)
{
    note("crash with " + std::to_string(groupCount) + " groups and " +
         std::to_string(operationCount) + " operations on the disk");
    forgetUnsettled();
    storage::MemoryStore store = m_harness.store();
    const std::size_t pending = store.pendingGroupCount();
    store.crash(groupCount, operationCount);
    const std::uint64_t survived = m_committedCount + groupCount;
    auto before = m_past.begin();
    while (std::next(before) != m_past.end() && std::next(before)->groupCount <= survived)
        ++before;
    const bool isTorn =
        before->groupCount < survived || (operationCount > 0 && groupCount < pending);
    const auto after = isTorn ? std::next(before) : before;
    if (isTorn) count("torn");
    DiskFinding finding =
        judgeDisk(store.recover(), before->broker, after->broker, m_seen, m_model);
    if (!finding.fault.empty()) return fail(finding.fault);
    m_harness.crash(groupCount, operationCount);
    startAgain(finding.broker, [](SlowBroker& model, Choices& choices) { model.settle(choices); });
}

void Lockstep::restart()
{
    note("restart");
    m_harness.restart();
    m_unsettled.clear();
    m_settledModel.reset();
    startAgain(m_model, [](SlowBroker& model, Choices& choices) { model.restart(choices); });
}

void Lockstep::startAgain(const SlowBroker& from, const Step& step)
{
    m_clients.clear();
    m_awaited.clear();
    m_awaitedConfirms.clear();
    m_failedChannels.clear();
    m_view.forgetClients();
    m_past.clear();
    m_committedCount = 0;
    follow(from, step);
}

// ------------------------------------------------------------------------------- comparisons

bool Lockstep::hasHidden(const SlowBroker& next, const std::vector<SeenEvent>& events) const
{
    for (const Told& told : next.told()) {
        const SlowChannel* channel = next.findChannel(told.channel);
        if (told.copy == 0 || channel == nullptr) continue;
        const bool isHeld = std::ranges::any_of(
            channel->held, [&](const SlowHeld& held) { return held.copy.id == told.copy; });
        const bool isSeen = std::ranges::any_of(events, [&](const SeenEvent& event) {
            return event.channel == told.channel && event.stream == told.stream;
        });
        if (!isHeld && !isSeen) return true;
    }
    return false;
}

std::string Lockstep::compare(const SlowBroker& next, const BrokerLines& seen,
                              const std::vector<SeenEvent>& events) const
{
    std::string fault = difference(linesOf(next).lines, seen.lines);
    if (!fault.empty()) return fault;
    fault = compareEvents(next, events);
    if (!fault.empty()) return fault;
    return compareConfirms(next, events);
}

const Told* Lockstep::awaited(const SlowBroker& next, const StreamKey& key, std::size_t n) const
{
    if (const auto at = m_awaited.find(key); at != m_awaited.end()) {
        if (n < at->second.size()) return &at->second[n];
        n -= at->second.size();
    }
    for (const Told& told : next.told()) {
        if (told.channel != key.first || told.stream != key.second) continue;
        if (n == 0) return &told;
        n -= 1;
    }
    return nullptr;
}

bool Lockstep::isListening(const SlowBroker& next, ChannelKey key) const
{
    if (next.findChannel(key) != nullptr) return true;
    // One that failed goes on until the client is told so.
    const StreamKey answers{key, {}};
    for (std::size_t i = 0; const Told* told = awaited(next, answers, i); ++i) {
        if (told->text.starts_with("channel.close ")) return true;
    }
    return false;
}

std::string Lockstep::compareEvents(const SlowBroker& next,
                                    const std::vector<SeenEvent>& events) const
{
    std::map<StreamKey, std::size_t> counts;
    for (const SeenEvent& event : events) {
        if (event.isConfirm || !isListening(next, event.channel)) continue;
        const StreamKey key{event.channel, event.stream};
        const Told* told = awaited(next, key, counts[key]++);
        if (told != nullptr && told->text == event.text) continue;
        return "  channel " + nameOf(event.channel) + " should be told " +
               (told == nullptr ? "nothing" : told->text) + "\n  and was told " + event.text + "\n";
    }
    return {};
}

std::uint64_t Lockstep::groupOf(const ToldConfirm& confirm) const
{
    // A refusal waits for nothing.
    const bool waits = confirm.isStored && !confirm.isRefused && !m_commitsAtOnce;
    return waits ? m_past.back().groupCount + 1 : 0;
}

std::string Lockstep::compareConfirms(const SlowBroker& next,
                                      const std::vector<SeenEvent>& events) const
{
    std::map<ChannelKey, std::map<DeliveryTag, Due>> due;
    for (const SeenEvent& event : events) {
        if (!event.isConfirm || next.findChannel(event.channel) == nullptr) continue;
        if (due.empty()) {
            due = m_awaitedConfirms;
            for (const ToldConfirm& told : next.toldConfirms())
                due[told.channel][told.tag] = {told.isRefused, groupOf(told)};
        }
        auto& ofChannel = due[event.channel];
        const Confirm& confirm = event.confirm;
        const std::string what = "  channel " + nameOf(event.channel) + ": " +
                                 (confirm.isRefused ? "nack of " : "ack of ") +
                                 std::to_string(confirm.tag);
        const auto last = ofChannel.find(confirm.tag);
        if (last == ofChannel.end()) return what + ", which is not to confirm\n";
        const auto first = confirm.isMultiple ? ofChannel.begin() : last;
        for (auto it = first; it != std::next(last); ++it) {
            if (it->second.isRefused != confirm.isRefused) return what + " is the wrong answer\n";
            if (it->second.groupCount > m_committedCount) return what + " is too early\n";
        }
        ofChannel.erase(first, std::next(last));
    }
    return {};
}

// -------------------------------------------------------------------------------- bookkeeping

void Lockstep::accept(SlowBroker&& next, const BrokerLines& seen,
                      const std::vector<SeenEvent>& events)
{
    for (const Told& told : next.told())
        m_awaited[{told.channel, told.stream}].push_back(told);
    for (const ToldConfirm& told : next.toldConfirms())
        m_awaitedConfirms[told.channel][told.tag] = {told.isRefused, groupOf(told)};
    for (const std::string& reason : next.deaths())
        count(reason);
    m_model = std::move(next);
    for (const auto& [key, tags] : seen.tags) {
        for (std::size_t i = 0; i < tags.size(); ++i)
            m_model.noteTag(key, i, tags[i]);
    }
    for (const SeenEvent& event : events)
        event.isConfirm ? consumeConfirm(event) : consumeEvent(event);
    forgetClosedChannels();
    noteSnapshot();
    checkNothingIsMissing();
    checkDeadline();
}

void Lockstep::consumeEvent(const SeenEvent& event)
{
    m_transcript += nameOf(event.channel) + " " + event.text + "\n";
    const auto at = m_awaited.find({event.channel, event.stream});
    if (at == m_awaited.end() || at->second.empty()) return;  // closed since
    const Told told = at->second.front();
    at->second.pop_front();
    if (at->second.empty()) m_awaited.erase(at);
    if (told.copy != 0) {
        count(told.text.find(" redelivered") == std::string::npos ? "delivery" : "redelivery");
        m_seen.insert(told.copy);
        if (m_model.findChannel(event.channel) != nullptr) {
            m_model.noteVisible(event.channel, told.copy);
        }
    }
    if (!told.text.starts_with("channel.close ")) return;
    count("failure");
    m_failedChannels.push_back(event.channel);
    forgetChannel(event.channel);
}

void Lockstep::consumeConfirm(const SeenEvent& event)
{
    const Confirm& confirm = event.confirm;
    m_transcript += nameOf(event.channel) + (confirm.isRefused ? " nack " : " ack ") +
                    std::to_string(confirm.tag) + (confirm.isMultiple ? "+\n" : "\n");
    const auto at = m_awaitedConfirms.find(event.channel);
    if (at == m_awaitedConfirms.end()) return;
    count(confirm.isRefused ? "refusal" : "confirm");
    const auto last = at->second.find(confirm.tag);
    if (last == at->second.end()) return;  // its channel was closed in this step
    at->second.erase(confirm.isMultiple ? at->second.begin() : last, std::next(last));
    if (at->second.empty()) m_awaitedConfirms.erase(at);
}

void Lockstep::forgetClosedChannels()
{
    std::set<ChannelKey> closed;
    for (const auto& [key, stream] : m_awaited) {
        if (!isListening(m_model, key.first)) closed.insert(key.first);
    }
    for (const auto& [key, confirms] : m_awaitedConfirms) {
        if (m_model.findChannel(key) == nullptr) closed.insert(key);
    }
    for (const ChannelKey key : closed)
        forgetChannel(key);
}

void Lockstep::forgetChannel(ChannelKey key)
{
    std::erase_if(m_awaited, [key](const auto& entry) { return entry.first.first == key; });
    m_awaitedConfirms.erase(key);
}

void Lockstep::noteSnapshot()
{
    m_past.push_back({m_committedCount + pendingGroupCount(), m_model});
    // Of those that are wholly durable only the last one matters.
    while (m_past.size() > 1 && m_past[1].groupCount <= m_committedCount)
        m_past.pop_front();
}

void Lockstep::checkNothingIsMissing()
{
    if (pendingGroupCount() > 0) return;
    for (const auto& [key, stream] : m_awaited) {
        fail("  channel " + nameOf(key.first) + " was not told " + stream.front().text + "\n");
    }
    for (const auto& [key, confirms] : m_awaitedConfirms) {
        fail("  channel " + nameOf(key) + " waits for the confirm of " +
             std::to_string(confirms.begin()->first) + "\n");
    }
}

/// A broker that slept until its deadline would not oversleep.
void Lockstep::checkDeadline()
{
    const auto next = m_model.nextDeadline();
    if (!next) return;
    const Instant due = m_harness.now() + std::chrono::milliseconds{*next - m_model.now()};
    if (m_harness.broker().nextDeadline() <= due) return;
    fail("  the broker would sleep beyond " + std::to_string(*next - m_model.now()) + " ms\n");
}

}  // namespace warren::test
