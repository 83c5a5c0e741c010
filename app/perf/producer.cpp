#include "app/perf/producer.h"

#include "app/perf/clock.h"
#include "core/amqp/frame_writer.h"
#include "core/amqp/properties.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace warren::perf {
namespace {

/// How much is written before the socket and other connections get their turn.
constexpr std::size_t kBatchBytes = 128 * 1024;
/// How many messages share a reading of the clock: it costs as much as writing a small message.
constexpr std::uint64_t kMessagesPerClockReading = 16;

/// The body frames of a body of `bytes` bytes.
std::string bodyFrames(ChannelNumber channel, std::size_t bytes, std::uint32_t frameBytesMax)
{
    std::string frames;
    const std::size_t partBytesMax = frameBytesMax - amqp::kFrameOverheadBytes;
    for (std::size_t done = 0; done < bytes;) {
        const std::size_t part = std::min(bytes - done, partBytesMax);
        char head[amqp::kFrameHeaderBytes];
        amqp::WireCursor cursor{reinterpret_cast<std::byte*>(head)};
        amqp::writeFrameHeader(cursor, amqp::FrameType::Body, channel, part);
        frames.append(head, sizeof head);
        frames.append(part, 'w');
        frames += static_cast<char>(amqp::kFrameEndOctet);
        done += part;
    }
    return frames;
}

/// The frames in front of a body.
std::string headFrames(ChannelNumber channel, const amqp::BasicPublish& publish,
                       const amqp::Properties& properties, std::size_t bodyBytes)
{
    Buffer list;
    amqp::appendProperties(list, properties);
    Buffer frames;
    amqp::appendMethod(frames, channel, publish);
    amqp::WireCursor cursor{
        frames.extend(amqp::kFrameOverheadBytes + amqp::kContentHeaderBytes + list.size())};
    amqp::writeFrameHeader(cursor, amqp::FrameType::Header, channel,
                           amqp::kContentHeaderBytes + list.size());
    cursor.put(amqp::kBasicClass);
    cursor.put(std::uint16_t{0});
    cursor.put(std::uint64_t{bodyBytes});
    cursor.putBytes(list.view());
    amqp::writeFrameEnd(cursor);
    return std::string(textOf(frames.view()));
}

}  // namespace

Producer::Producer(const Options& options, const Topology& topology, std::uint32_t number,
                   std::uint8_t run, Connection& connection, ChannelNumber channel,
                   IntervalStats& stats)
    : m_options(options),
      m_topology(topology),
      m_number(number),
      m_run(run),
      m_connection(connection),
      m_channel(channel),
      m_stats(stats),
      m_slots(topology.slotCount())
{
    if (options.sizeSteps.empty()) {
        m_sizes = options.sizes;
    } else {
        for (const SizeStep& step : options.sizeSteps)
            m_sizes.push_back(step.bytes);
    }
    // Twice the window: an early tag that is confirmed late does not hold up the others.
    if (options.confirmWindow > 0)
        m_pending.resize(std::bit_ceil(std::size_t{options.confirmWindow} * 2));
}

Status<Failure> Producer::prepare()
{
    prepareMessages();
    if (m_options.confirmWindow > 0) {
        auto done = m_connection.call<amqp::ConfirmSelectOk>(m_channel, amqp::ConfirmSelect{});
        if (!done) return done.error();
    }
    if (m_options.producerTxMessages > 0) {
        auto done = m_connection.call<amqp::TxSelectOk>(m_channel, amqp::TxSelect{});
        if (!done) return done.error();
    }
    m_connection.setHandler(m_channel, this);
    return {};
}

void Producer::prepareMessages()
{
    for (const std::size_t size : m_sizes)
        m_bodies.push_back(bodyFrames(m_channel, size, m_connection.frameBytesMax()));
    for (Route& route : m_topology.routesOf(m_number)) {
        amqp::Properties properties = m_options.properties;
        if (m_options.isPersistent) properties.deliveryMode = amqp::kDeliveryModePersistent;
        if (!route.headers.isEmpty()) {
            if (!properties.headers) properties.headers.emplace();
            for (const auto& entry : route.headers)
                properties.headers->set(entry.key, entry.value);
        }
        const amqp::BasicPublish publish{.exchange = m_options.exchange,
                                         .routingKey = route.routingKey,
                                         .mandatory = m_options.isMandatory};
        PreparedRoute prepared{.slot = route.slot};
        for (const std::size_t size : m_sizes)
            prepared.heads.push_back(headFrames(m_channel, publish, properties, size));
        m_routes.push_back(std::move(prepared));
        m_slotOfKey.emplace(std::move(route.routingKey), route.slot);
    }
}

void Producer::start(const Timing& timing)
{
    m_timing = &timing;
    m_lastProgressAt = timing.start;
    if (!m_options.hasFixedRate()) return;
    // Producers take their turns evenly instead of all at once.
    const double share = static_cast<double>(m_number) / m_options.producerChannelCount();
    const auto first = std::find_if(m_options.rates.begin(), m_options.rates.end(),
                                    [](const RateStep& step) { return step.perSecond > 0; });
    m_pacer.emplace(timing.start + durationOf(share / first->perSecond), m_options.rates);
}

bool Producer::hasStopped(Instant now) const
{
    if (m_isStopped) return true;
    // At a fixed rate the messages that were due in time belong to the run, however late it is.
    if ((m_pacer ? m_pacer->due() : now) >= m_timing->measureEnd) return true;
    return m_options.producerMessages > 0 && m_sent >= m_options.producerMessages;
}

bool Producer::isFinished(Instant now) const
{
    return hasStopped(now) && m_outstanding == 0 && m_uncommitted == 0 && !m_awaitsCommit &&
           !m_connection.hasOutput();
}

bool Producer::hasRoom() const
{
    if (m_awaitsCommit) return false;
    if (m_pending.empty()) return true;
    return m_outstanding < m_options.confirmWindow && m_nextTag - m_lowestTag < m_pending.size();
}

Result<Instant, Failure> Producer::work(Instant now)
{
    if (auto done = checkProgress(now); !done) return done.error();
    if (hasStopped(now)) {
        if (m_uncommitted > 0 && !m_awaitsCommit) commit(now);
        return Instant::never();
    }
    if (!m_connection.mayPublish()) return Instant::never();
    const std::uint64_t limit =
        m_options.producerMessages == 0 ? UINT64_MAX : m_options.producerMessages;
    std::uint64_t sinceReading = 0;
    while (m_sent < limit && hasRoom()) {
        if (m_connection.output().size() >= kBatchBytes) return now;
        if (m_pacer) {
            if (m_pacer->due() >= m_timing->measureEnd) break;
            if (!m_pacer->isDue(now)) return m_pacer->due();
            publish(m_pacer->due(), now);
            m_pacer->advance();
            continue;
        }
        if (++sinceReading == kMessagesPerClockReading) {
            now = monotonicNow();
            if (hasStopped(now)) break;
            sinceReading = 0;
        }
        publish(now, now);
    }
    return Instant::never();
}

std::size_t Producer::sizeIndex(Instant now, std::uint64_t sequence) const
{
    if (m_options.sizeSteps.empty()) return sequence % m_sizes.size();
    Duration cycle{};
    for (const SizeStep& step : m_options.sizeSteps)
        cycle += step.lasts;
    Duration into = (now - m_timing->start) % cycle;
    std::size_t index = 0;
    while (into >= m_options.sizeSteps[index].lasts)
        into -= m_options.sizeSteps[index++].lasts;
    return index;
}

void Producer::publish(Instant stamp, Instant now)
{
    const PreparedRoute& route = m_routes[m_nextRoute];
    if (++m_nextRoute == m_routes.size()) m_nextRoute = 0;
    const std::uint64_t sequence = m_slots[route.slot].sent++;
    const std::size_t size = sizeIndex(now, sequence);
    const std::string& head = route.heads[size];
    const std::string& body = m_bodies[size];
    std::byte* to = m_connection.output().extend(head.size() + body.size());
    std::memcpy(to, head.data(), head.size());
    std::memcpy(to + head.size(), body.data(), body.size());
    const MessageId id{.run = m_run,
                       .producer = static_cast<std::uint16_t>(m_number),
                       .sequence = sequence,
                       .stamp = stamp};
    id.write(to + head.size() + amqp::kFrameHeaderBytes);
    if (!m_pending.empty()) {
        m_pending[m_nextTag & (m_pending.size() - 1)] = {
            .stamp = stamp, .sequence = sequence, .slot = route.slot};
        m_nextTag += 1;
        if (m_outstanding++ == 0) m_lastProgressAt = now;
    }
    m_sent += 1;
    m_lastSentAt = now;
    m_stats.sent += 1;
    if (m_options.producerTxMessages > 0 && ++m_uncommitted == m_options.producerTxMessages) {
        commit(now);
    }
}

void Producer::commit(Instant now)
{
    m_connection.send(m_channel, amqp::TxCommit{});
    m_awaitsCommit = true;
    m_commitSentAt = m_lastProgressAt = now;
}

Status<Failure> Producer::onMethod(amqp::MethodId id, ByteView arguments)
{
    if (id == amqp::BasicAck::kId) {
        const auto ack = amqp::decodeArguments<amqp::BasicAck>(arguments);
        if (ack) return settle(ack->deliveryTag, ack->multiple, true);
    } else if (id == amqp::BasicNack::kId) {
        const auto nack = amqp::decodeArguments<amqp::BasicNack>(arguments);
        if (nack) return settle(nack->deliveryTag, nack->multiple, false);
    } else if (id == amqp::BasicReturn::kId) {
        const auto returned = amqp::decodeArguments<amqp::BasicReturn>(arguments);
        if (returned) {
            const auto found = m_slotOfKey.find(returned->routingKey.view());
            m_returnSlot = found == m_slotOfKey.end() ? 0 : found->second;
            m_returnHead.clear();
            return {};
        }
    } else if (id == amqp::TxCommitOk::kId) {
        if (m_timing->counts(m_commitSentAt, m_connection.receivedAt())) {
            const Duration latency = m_connection.receivedAt() - m_commitSentAt;
            m_stats.confirmLatency.record(static_cast<std::uint64_t>(latency.count()));
        }
        m_stats.confirmed += m_uncommitted;
        m_lastConfirmedAt = m_connection.receivedAt();
        m_uncommitted = 0;
        m_awaitsCommit = false;
        return {};
    } else {
        return {};
    }
    return Failure{FailureKind::Protocol, m_connection.uri().address() + ": cannot read " +
                                              std::string(amqp::methodName(id))};
}

Status<Failure> Producer::settle(DeliveryTag tag, bool isMultiple, bool isAck)
{
    if (m_pending.empty()) {
        return Failure{FailureKind::Protocol,
                       m_connection.uri().address() + ": a confirm, though none was asked for"};
    }
    if (tag == 0) tag = m_nextTag - 1;  // "all so far"
    if (tag >= m_nextTag) {
        return Failure{FailureKind::Protocol, m_connection.uri().address() +
                                                  ": a confirm for message " + std::to_string(tag) +
                                                  ", which was not sent"};
    }
    const std::size_t mask = m_pending.size() - 1;
    for (DeliveryTag t = isMultiple ? m_lowestTag : std::max(tag, m_lowestTag); t <= tag; ++t)
        settleOne(m_pending[t & mask], isAck);
    while (m_lowestTag < m_nextTag && m_pending[m_lowestTag & mask].stamp == Instant{})
        m_lowestTag += 1;
    m_lastConfirmedAt = m_lastProgressAt = m_connection.receivedAt();
    return {};
}

void Producer::settleOne(Pending& pending, bool isAck)
{
    if (pending.stamp == Instant{}) return;
    Slot& slot = m_slots[pending.slot];
    if (isAck) {
        m_stats.confirmed += 1;
        if (m_options.checks) (void)slot.confirmed.insert(pending.sequence);
        const Instant arrival = m_connection.receivedAt();
        if (m_timing->counts(pending.stamp, arrival)) {
            const Duration latency = std::max(arrival - pending.stamp, Duration{0});
            m_stats.confirmLatency.record(static_cast<std::uint64_t>(latency.count()));
        }
    } else {
        m_stats.nacked += 1;
        (void)slot.refused.insert(pending.sequence);
    }
    pending.stamp = {};
    m_outstanding -= 1;
}

Status<Failure> Producer::onContentHeader(std::uint64_t bodyBytes)
{
    if (!m_returnSlot) {
        return Failure{FailureKind::Protocol,
                       m_connection.uri().address() + ": content without a method"};
    }
    if (bodyBytes > 0) return {};
    m_returnSlot.reset();
    return {};
}

Status<Failure> Producer::onBody(ByteView part)
{
    if (!m_returnSlot) return {};  // the rest of a body whose head was seen
    const std::size_t missing = MessageId::kBytes - m_returnHead.size();
    m_returnHead += textOf(part.first(std::min(part.size(), missing)));
    if (m_returnHead.size() < MessageId::kBytes) return {};
    const MessageId id = MessageId::read(bytesOf(m_returnHead).data());
    (void)m_slots[*m_returnSlot].refused.insert(id.sequence);
    m_stats.returned += 1;
    m_returnSlot.reset();
    return {};
}

Status<Failure> Producer::checkProgress(Instant now)
{
    const bool waits = m_outstanding > 0 || m_awaitsCommit;
    if (!waits || !m_connection.mayPublish()) {
        m_lastProgressAt = std::max(m_lastProgressAt, now);
        return {};
    }
    if (now - m_lastProgressAt <= m_options.confirmTimeout) return {};
    const auto waited = std::chrono::floor<std::chrono::milliseconds>(m_options.confirmTimeout);
    return Failure{FailureKind::Unreachable,
                   m_connection.uri().address() + ": nothing was confirmed for " +
                       std::to_string(waited.count()) + " ms; " + std::to_string(m_outstanding) +
                       " messages of producer " + std::to_string(m_number) + " wait for it"};
}

}  // namespace warren::perf
