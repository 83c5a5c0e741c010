#include "core/cluster/metadata_command.h"

#include "core/cluster/field_codec.h"
#include "core/storage/definition_codec.h"

#include <type_traits>
#include <utility>

namespace warren::cluster {
namespace {

constexpr std::uint8_t kCommandVersion = 1;

enum class Area : std::uint8_t { Definitions, Members, Placements };

enum class ChangeKind : std::uint8_t {
    Put = 0,
    RemoveVhost = 8,
    RemoveExchange = 9,
    RemoveQueue = 10,
    RemoveBinding = 11,
    RemoveUser = 12,
    RemovePermission = 13,
    RemoveTopicPermission = 14,
    RemovePolicy = 15,
};

struct ChangeWriter {
    FieldWriter& to;

    template <typename Put>
    void operator()(const Put& put) const
    {
        begin(ChangeKind::Put);
        const storage::DefinitionEdit edit = storage::editOf(broker::CatalogueChange{put});
        const auto& row = std::get<storage::DefinitionRow>(edit);
        to.u8(static_cast<std::uint8_t>(row.kind));
        to.text(row.key);
        to.text(row.value);
    }
    void operator()(const broker::RemoveVhost& removed) const
    {
        begin(ChangeKind::RemoveVhost);
        to.text(removed.name);
    }
    void operator()(const broker::RemoveExchange& removed) const
    {
        begin(ChangeKind::RemoveExchange);
        to.text(removed.vhost);
        to.text(removed.name);
    }
    void operator()(const broker::RemoveQueue& removed) const
    {
        begin(ChangeKind::RemoveQueue);
        to.u64(removed.id.value);
        to.text(removed.vhost);
        to.text(removed.name);
    }
    void operator()(const broker::RemoveBinding& removed) const
    {
        begin(ChangeKind::RemoveBinding);
        to.text(storage::rowOf(removed.binding).key);
    }
    void operator()(const broker::RemoveUser& removed) const
    {
        begin(ChangeKind::RemoveUser);
        to.text(removed.name);
    }
    void operator()(const broker::RemovePermission& removed) const
    {
        begin(ChangeKind::RemovePermission);
        to.text(removed.vhost);
        to.text(removed.user);
    }
    void operator()(const broker::RemoveTopicPermission& removed) const
    {
        begin(ChangeKind::RemoveTopicPermission);
        to.text(removed.vhost);
        to.text(removed.user);
        to.text(removed.exchange);
    }
    void operator()(const broker::RemovePolicy& removed) const
    {
        begin(ChangeKind::RemovePolicy);
        to.text(removed.vhost);
        to.text(removed.name);
        to.u8(removed.isOperator ? 1 : 0);
    }

private:
    void begin(ChangeKind kind) const { to.u8(static_cast<std::uint8_t>(kind)); }
};

std::optional<broker::CatalogueChange> readPut(FieldReader& from)
{
    const auto kind = static_cast<storage::DefinitionKind>(from.u8());
    const ByteView key = from.bytes();
    const ByteView value = from.bytes();
    if (!from.isGood()) return std::nullopt;
    return storage::changeOf(kind, key, value);
}

std::optional<broker::CatalogueChange> readRemovedBinding(FieldReader& from)
{
    const auto put = storage::changeOf(storage::DefinitionKind::Binding, from.bytes(), {});
    if (!put) return std::nullopt;
    return broker::RemoveBinding{std::get<broker::PutBinding>(*put).binding};
}

std::optional<broker::CatalogueChange> readChange(std::uint8_t kind, FieldReader& from)
{
    switch (static_cast<ChangeKind>(kind)) {
    case ChangeKind::Put: return readPut(from);
    case ChangeKind::RemoveVhost: return broker::RemoveVhost{from.text()};
    case ChangeKind::RemoveExchange: {
        broker::RemoveExchange removed;
        removed.vhost = from.text();
        removed.name = from.text();
        return removed;
    }
    case ChangeKind::RemoveQueue: {
        broker::RemoveQueue removed;
        removed.id = {from.u64()};
        removed.vhost = from.text();
        removed.name = from.text();
        return removed;
    }
    case ChangeKind::RemoveBinding: return readRemovedBinding(from);
    case ChangeKind::RemoveUser: return broker::RemoveUser{from.text()};
    case ChangeKind::RemovePermission: {
        broker::RemovePermission removed;
        removed.vhost = from.text();
        removed.user = from.text();
        return removed;
    }
    case ChangeKind::RemoveTopicPermission: {
        broker::RemoveTopicPermission removed;
        removed.vhost = from.text();
        removed.user = from.text();
        removed.exchange = from.text();
        return removed;
    }
    case ChangeKind::RemovePolicy: {
        broker::RemovePolicy removed;
        removed.vhost = from.text();
        removed.name = from.text();
        const std::uint8_t isOperator = from.u8();
        if (isOperator > 1) from.refuse();
        removed.isOperator = isOperator == 1;
        return removed;
    }
    }
    return std::nullopt;
}

template <typename Part>
std::optional<MetadataCommand::Body> bodyOf(std::optional<Part> part)
{
    if (!part) return std::nullopt;
    return MetadataCommand::Body{std::move(*part)};
}

std::optional<MetadataCommand::Body> readBody(FieldReader& from)
{
    const auto area = from.oneOf(Area::Placements);
    const std::uint8_t kind = from.u8();
    if (!from.isGood()) return std::nullopt;
    switch (area) {
    case Area::Definitions: return bodyOf(readChange(kind, from));
    case Area::Members: return bodyOf(decodeMembershipCommand(kind, from));
    case Area::Placements: return bodyOf(decodePlacementCommand(kind, from));
    }
    return std::nullopt;
}

}  // namespace

std::string encode(const MetadataCommand& command)
{
    FieldWriter to;
    to.u8(kCommandVersion);
    to.u64(command.origin.value);
    to.u64(command.number);
    to.u8(static_cast<std::uint8_t>(command.body.index()));
    if (const auto* change = std::get_if<broker::CatalogueChange>(&command.body)) {
        std::visit(ChangeWriter{to}, *change);
    } else if (const auto* members = std::get_if<MembershipCommand>(&command.body)) {
        to.u8(static_cast<std::uint8_t>(members->index()));
        encode(to, *members);
    } else if (const auto* placement = std::get_if<PlacementCommand>(&command.body)) {
        to.u8(static_cast<std::uint8_t>(placement->index()));
        encode(to, *placement);
    }
    return to.take();
}

std::optional<MetadataCommand> decodeMetadataCommand(ByteView bytes)
{
    if (bytes.size() > kCommandBytesMax) return std::nullopt;
    FieldReader from(bytes);
    if (from.u8() != kCommandVersion) return std::nullopt;
    MetadataCommand command;
    command.origin = {from.u64()};
    command.number = from.u64();
    auto body = readBody(from);
    if (!body || !from.isComplete()) return std::nullopt;
    command.body = std::move(*body);
    return command;
}

}  // namespace warren::cluster
