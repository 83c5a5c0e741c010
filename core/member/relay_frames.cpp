#include "core/cluster/field_codec.h"
#include "core/member/frames.h"
#include "core/storage/record_format.h"

#include <utility>
#include <variant>

// The frames that carry what clients do. Grammar:
//
//   relay        = count:u32 request*
//   request      = connection:u64 channel:u16 kind:u8 fields
//     0 open       name:text vhost:text user:text
//     1 lose
//     2 open channel     opening:u32
//     3 close channel
//     4 confirm closed
//     5 settle     tag:u64 how:u8
//     6 credit     bytes:u64
//     7 command    kind:u8 first:text second:text routing-key:text flags:u8 number:u16
//                  arguments:text, a field table §4.2.5.5 without its length
//   relay-events = after:u64 count:u32 event*
//   event        = connection:u64 channel:u16 opening:u32 kind:u8 fields
namespace warren::member {

namespace {

using broker::OwnedCommand;
using broker::RelayEvent;
using broker::RelayRequest;
using cluster::FieldReader;
using cluster::FieldWriter;

void appendU16(FieldWriter& to, std::uint16_t value)
{
    to.u8(static_cast<std::uint8_t>(value >> 8));
    to.u8(static_cast<std::uint8_t>(value & 0xFF));
}

std::uint16_t readU16(FieldReader& from)
{
    const unsigned high = from.u8();
    return static_cast<std::uint16_t>(high << 8 | from.u8());
}

void appendMessage(FieldWriter& to, const broker::MessagePtr& message)
{
    std::string record(storage::recordBytes(*message), '\0');
    storage::storeRecord(reinterpret_cast<std::byte*>(record.data()), *message);
    to.text(record);
}

broker::MessagePtr readMessage(FieldReader& from)
{
    broker::MessagePtr message = storage::loadRecord(from.bytes());
    if (!message) from.refuse();
    return message;
}

void appendTable(FieldWriter& to, const amqp::FieldTable& table)
{
    Buffer encoded;
    amqp::appendFieldTable(encoded, table);
    to.text(textOf(encoded.view().subspan(4)));
}

amqp::FieldTable readTable(FieldReader& from)
{
    auto table = amqp::decodeFieldTable(from.bytes());
    if (table) return std::move(*table);
    from.refuse();
    return {};
}

// ---- requests

struct RequestWriter {
    FieldWriter& to;
    void operator()(const RelayRequest::Open& open) const
    {
        to.text(open.name);
        to.text(open.vhost);
        to.text(open.user);
    }
    void operator()(const RelayRequest::Lose&) const {}
    void operator()(const RelayRequest::OpenChannel& open) const { to.u32(open.opening); }
    void operator()(const RelayRequest::CloseChannel&) const {}
    void operator()(const RelayRequest::ConfirmClosed&) const {}
    void operator()(const RelayRequest::Settle& settle) const
    {
        to.u64(settle.tag);
        to.u8(static_cast<std::uint8_t>(settle.how));
    }
    void operator()(const RelayRequest::Credit& credit) const { to.u64(credit.bytes); }
    void operator()(const OwnedCommand& command) const
    {
        to.u8(static_cast<std::uint8_t>(command.kind));
        to.text(command.first);
        to.text(command.second);
        to.text(command.routingKey);
        to.u8(command.flags);
        appendU16(to, command.number);
        appendTable(to, command.arguments);
    }
};

RelayRequest::Body readRequest(FieldReader& from)
{
    switch (from.u8()) {
    case 0: {
        RelayRequest::Open open;
        open.name = from.text();
        open.vhost = from.text();
        open.user = from.text();
        return open;
    }
    case 1: return RelayRequest::Lose{};
    case 2: return RelayRequest::OpenChannel{from.u32()};
    case 3: return RelayRequest::CloseChannel{};
    case 4: return RelayRequest::ConfirmClosed{};
    case 5: {
        const DeliveryTag tag = from.u64();
        return RelayRequest::Settle{tag, from.oneOf(RelayRequest::Settle::How::Requeue)};
    }
    case 6: return RelayRequest::Credit{from.u64()};
    case 7: {
        OwnedCommand command;
        command.kind = from.oneOf(OwnedCommand::kLastKind);
        command.first = from.text();
        command.second = from.text();
        command.routingKey = from.text();
        command.flags = from.u8();
        command.number = readU16(from);
        command.arguments = readTable(from);
        return command;
    }
    }
    from.refuse();
    return RelayRequest::Lose{};
}

// ---- events

void appendError(FieldWriter& to, const amqp::AmqpError& error)
{
    appendU16(to, static_cast<std::uint16_t>(error.code));
    to.text(error.text);
    appendU16(to, error.method.classId);
    appendU16(to, error.method.methodId);
}

amqp::AmqpError readError(FieldReader& from)
{
    amqp::AmqpError error;
    error.code = static_cast<amqp::ReplyCode>(readU16(from));
    error.text = from.text();
    error.method.classId = readU16(from);
    error.method.methodId = readU16(from);
    return error;
}

struct EventWriter {
    FieldWriter& to;
    void operator()(const broker::Delivery& delivery) const
    {
        to.u8(0);
        to.u32(delivery.consumer);
        to.u8(delivery.isRedelivered ? 1 : 0);
        to.u64(delivery.tag);
        appendMessage(to, delivery.message);
    }
    void operator()(const broker::GetOk& got) const
    {
        to.u8(1);
        to.u8(got.isRedelivered ? 1 : 0);
        to.u64(got.tag);
        to.u32(got.messageCount);
        appendMessage(to, got.message);
    }
    void operator()(const broker::GetEmpty&) const { to.u8(2); }
    void operator()(const broker::ConsumeOk& ok) const
    {
        to.u8(3);
        to.u32(ok.consumer);
        to.text(ok.tag);
    }
    void operator()(const broker::CancelOk& ok) const
    {
        to.u8(4);
        to.text(ok.tag);
    }
    void operator()(const broker::CancelNotice& notice) const
    {
        to.u8(5);
        to.text(notice.tag);
    }
    void operator()(const broker::DeclareQueueOk& ok) const
    {
        to.u8(6);
        to.text(ok.name);
        to.u32(ok.messageCount);
        to.u32(ok.consumerCount);
    }
    void operator()(const broker::PurgeOk& ok) const
    {
        to.u8(7);
        to.u32(ok.messageCount);
    }
    void operator()(const broker::DeleteQueueOk& ok) const
    {
        to.u8(8);
        to.u32(ok.messageCount);
    }
    void operator()(const broker::PlainReply& reply) const
    {
        to.u8(9);
        to.u8(static_cast<std::uint8_t>(reply));
    }
    void operator()(const broker::ChannelFailed& failed) const
    {
        to.u8(10);
        appendError(to, failed.error);
    }
    void operator()(const broker::ConnectionFailed& failed) const
    {
        to.u8(11);
        appendError(to, failed.error);
    }
    /// Counterparts publish nothing, and alarms are told by each node to its own clients.
    void operator()(const broker::Confirm&) const { to.u8(12); }
    void operator()(const broker::Returned&) const { to.u8(12); }
    void operator()(const broker::Blocked&) const { to.u8(12); }
    void operator()(const broker::Unblocked&) const { to.u8(12); }
};

broker::EventBody readEvent(FieldReader& from)
{
    switch (from.u8()) {
    case 0: {
        broker::Delivery delivery;
        delivery.consumer = from.u32();
        delivery.isRedelivered = from.upTo(1) != 0;
        delivery.tag = from.u64();
        delivery.message = readMessage(from);
        return delivery;
    }
    case 1: {
        broker::GetOk got;
        got.isRedelivered = from.upTo(1) != 0;
        got.tag = from.u64();
        got.messageCount = from.u32();
        got.message = readMessage(from);
        return got;
    }
    case 2: return broker::GetEmpty{};
    case 3: {
        const broker::ConsumerSlot slot = from.u32();
        return broker::ConsumeOk{slot, from.text()};
    }
    case 4: return broker::CancelOk{from.text()};
    case 5: return broker::CancelNotice{from.text()};
    case 6: {
        broker::DeclareQueueOk ok;
        ok.name = from.text();
        ok.messageCount = from.u32();
        ok.consumerCount = from.u32();
        return ok;
    }
    case 7: return broker::PurgeOk{from.u32()};
    case 8: return broker::DeleteQueueOk{from.u32()};
    case 9: return from.oneOf(broker::PlainReply::TxRollbackOk);
    case 10: return broker::ChannelFailed{readError(from)};
    case 11: return broker::ConnectionFailed{readError(from)};
    case 12: return broker::Unblocked{};
    }
    from.refuse();
    return broker::GetEmpty{};
}

}  // namespace

std::string encode(const std::vector<RelayRequest>& requests)
{
    FieldWriter to;
    to.u8(static_cast<std::uint8_t>(FrameKind::Relay));
    to.u32(static_cast<std::uint32_t>(requests.size()));
    for (const RelayRequest& request : requests) {
        to.u64(request.connection.value);
        appendU16(to, request.channel);
        to.u8(static_cast<std::uint8_t>(request.body.index()));
        std::visit(RequestWriter{to}, request.body);
    }
    return to.take();
}

std::optional<std::vector<RelayRequest>> decodeRelay(ByteView contents)
{
    FieldReader from(contents);
    std::vector<RelayRequest> requests;
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left) {
        RelayRequest request{.connection = {}, .body = RelayRequest::Lose{}};
        request.connection = {from.u64()};
        request.channel = readU16(from);
        request.body = readRequest(from);
        requests.push_back(std::move(request));
    }
    if (!from.isComplete()) return std::nullopt;
    return requests;
}

std::string encode(cluster::LogIndex after, const std::vector<RelayEvent>& events)
{
    FieldWriter to;
    to.u8(static_cast<std::uint8_t>(FrameKind::RelayEvents));
    to.u64(after);
    to.u32(static_cast<std::uint32_t>(events.size()));
    for (const RelayEvent& event : events) {
        to.u64(event.connection.value);
        appendU16(to, event.channel);
        to.u32(event.opening);
        std::visit(EventWriter{to}, event.body);
    }
    return to.take();
}

std::optional<RelayEvents> decodeRelayEvents(ByteView contents)
{
    FieldReader from(contents);
    RelayEvents frame;
    frame.after = from.u64();
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left) {
        RelayEvent event;
        event.connection = {from.u64()};
        event.channel = readU16(from);
        event.opening = from.u32();
        event.body = readEvent(from);
        frame.events.push_back(std::move(event));
    }
    if (!from.isComplete()) return std::nullopt;
    return frame;
}

std::string encode(const Publish& frame)
{
    FieldWriter to;
    to.u8(static_cast<std::uint8_t>(FrameKind::Publish));
    to.u32(static_cast<std::uint32_t>(frame.messages.size()));
    broker::MessagePtr last;
    for (const Publish::One& one : frame.messages) {
        to.u64(one.position);
        to.u64(one.queue.value);
        if (one.message == last) {
            to.text({});
        } else {
            appendMessage(to, one.message);
            last = one.message;
        }
    }
    return to.take();
}

std::optional<Publish> decodePublish(ByteView contents)
{
    FieldReader from(contents);
    Publish frame;
    broker::MessagePtr last;
    for (std::size_t left = from.count(kFrameItemsMax); left > 0 && from.isGood(); --left) {
        Publish::One one;
        one.position = from.u64();
        one.queue = {from.u64()};
        const ByteView record = from.bytes();
        if (!record.empty()) last = storage::loadRecord(record);
        if (!last) return std::nullopt;
        one.message = last;
        frame.messages.push_back(std::move(one));
    }
    if (!from.isComplete()) return std::nullopt;
    return frame;
}

}  // namespace warren::member
