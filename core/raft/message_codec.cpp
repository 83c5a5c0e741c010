#include "core/raft/message_codec.h"

#include "core/base/check.h"
#include "core/raft/members_codec.h"
#include "core/raft/validity.h"

#include <limits>
#include <memory>
#include <string_view>
#include <utility>

namespace warren::raft {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kEntryBytesMin = 8 + 1 + 4;

enum Flag : std::uint8_t { Granted = 1, PreVote = 2, DisruptsLeader = 4, HasSnapshot = 8 };
constexpr std::uint8_t kAllFlags = Granted | PreVote | DisruptsLeader | HasSnapshot;

void appendData(std::string_view data, Buffer& out)
{
    WARREN_CHECK(data.size() <= std::numeric_limits<std::uint32_t>::max());
    out.appendBigEndian(static_cast<std::uint32_t>(data.size()));
    out.append(data);
}

void appendSnapshot(const Snapshot& snapshot, Buffer& out)
{
    out.appendBigEndian(snapshot.index);
    out.appendBigEndian(snapshot.term);
    out.appendBigEndian(snapshot.membersIndex);
    appendData(encodeMembers(snapshot.members), out);
    appendData(snapshot.data, out);
}

/// Reads from borrowed bytes, never past their end; a read that doesn't fit fails.
class Reader {
public:
    explicit Reader(ByteView bytes) : m_rest(bytes) {}

    std::size_t restBytes() const { return m_rest.size(); }

    template <typename Unsigned>
    [[nodiscard]] bool read(Unsigned& value)
    {
        if (m_rest.size() < sizeof value) return false;
        value = loadBigEndian<Unsigned>(m_rest.data());
        m_rest = m_rest.subspan(sizeof value);
        return true;
    }
    [[nodiscard]] bool read(MemberId& id) { return read(id.value); }
    [[nodiscard]] bool readData(ByteView& data)
    {
        std::uint32_t length = 0;
        if (!read(length) || m_rest.size() < length) return false;
        data = m_rest.first(length);
        m_rest = m_rest.subspan(length);
        return true;
    }

private:
    ByteView m_rest;
};

bool read(Reader& from, Snapshot& snapshot)
{
    ByteView members;
    ByteView data;
    if (!from.read(snapshot.index) || !from.read(snapshot.term) ||
        !from.read(snapshot.membersIndex) || !from.readData(members) || !from.readData(data)) {
        return false;
    }
    auto decoded = decodeMembers(members);
    if (!decoded) return false;
    snapshot.members = std::move(*decoded);
    snapshot.data = textOf(data);
    return true;
}

bool read(Reader& from, Entry& entry)
{
    std::uint8_t type = 0;
    ByteView data;
    if (!from.read(entry.term) || !from.read(type) || !from.readData(data)) return false;
    if (type < static_cast<std::uint8_t>(EntryType::Command) ||
        type > static_cast<std::uint8_t>(EntryType::Change)) {
        return false;
    }
    entry.type = static_cast<EntryType>(type);
    entry.data = textOf(data);
    return true;
}

bool readHead(Reader& from, Message& message, std::uint8_t& flags)
{
    std::uint8_t format = 0;
    std::uint8_t type = 0;
    if (!from.read(format) || format != kFormat || !from.read(type) ||
        !from.read(message.version) || !from.read(flags) || !from.read(message.features) ||
        !from.read(message.capacity) || !from.read(message.from) || !from.read(message.to) ||
        !from.read(message.term) || !from.read(message.lastIndex) || !from.read(message.lastTerm) ||
        !from.read(message.commit) || !from.read(message.rejected)) {
        return false;
    }
    if (type < static_cast<std::uint8_t>(Message::Type::AppendEntries) ||
        type > static_cast<std::uint8_t>(Message::Type::TimeoutNow) || (flags & ~kAllFlags) != 0) {
        return false;
    }
    message.type = static_cast<Message::Type>(type);
    message.isGranted = (flags & Granted) != 0;
    message.isPreVote = (flags & PreVote) != 0;
    message.disruptsLeader = (flags & DisruptsLeader) != 0;
    return true;
}

std::uint8_t flagsOf(const Message& message)
{
    return static_cast<std::uint8_t>((message.isGranted ? Granted : 0) |
                                     (message.isPreVote ? PreVote : 0) |
                                     (message.disruptsLeader ? DisruptsLeader : 0) |
                                     (message.snapshot != nullptr ? HasSnapshot : 0));
}

}  // namespace

void appendMessage(const Message& message, Buffer& out)
{
    out.appendBigEndian(kFormat);
    out.appendBigEndian(static_cast<std::uint8_t>(message.type));
    out.appendBigEndian(message.version);
    out.appendBigEndian(flagsOf(message));
    out.appendBigEndian(message.features);
    out.appendBigEndian(message.capacity);
    for (const std::uint64_t number :
         {message.from.value, message.to.value, message.term, message.lastIndex, message.lastTerm,
          message.commit, message.rejected}) {
        out.appendBigEndian(number);
    }
    out.appendBigEndian(static_cast<std::uint32_t>(message.entries.size()));
    for (const Entry& entry : message.entries) {
        out.appendBigEndian(entry.term);
        out.appendBigEndian(static_cast<std::uint8_t>(entry.type));
        appendData(entry.data, out);
    }
    if (message.snapshot != nullptr) appendSnapshot(*message.snapshot, out);
}

std::optional<Message> decodeMessage(ByteView bytes)
{
    if (bytes.size() > kMessageBytesMax) return std::nullopt;
    Reader from(bytes);
    Message message;
    std::uint8_t flags = 0;
    std::uint32_t count = 0;
    if (!readHead(from, message, flags) || !from.read(count)) return std::nullopt;
    // Judged before room is made: a few bytes must not ask for much of it.
    if (count > from.restBytes() / kEntryBytesMin) return std::nullopt;
    message.entries.resize(count);
    for (Entry& entry : message.entries) {
        if (!read(from, entry)) return std::nullopt;
    }
    if ((flags & HasSnapshot) != 0) {
        auto snapshot = std::make_shared<Snapshot>();
        if (!read(from, *snapshot)) return std::nullopt;
        message.snapshot = std::move(snapshot);
    }
    const bool carriesEntries = message.type == Message::Type::AppendEntries;
    const bool carriesSnapshot = message.type == Message::Type::InstallSnapshot;
    if (from.restBytes() != 0 || (!carriesEntries && !message.entries.empty()) ||
        carriesSnapshot != (message.snapshot != nullptr) || whyInvalid(message)) {
        return std::nullopt;
    }
    return message;
}

std::string encodeSnapshot(const Snapshot& snapshot)
{
    Buffer out;
    appendSnapshot(snapshot, out);
    return std::string(textOf(out.view()));
}

std::optional<Snapshot> decodeSnapshot(ByteView bytes)
{
    Reader from(bytes);
    Snapshot snapshot;
    if (!read(from, snapshot) || from.restBytes() != 0) return std::nullopt;
    return snapshot;
}

}  // namespace warren::raft
