#pragma once

#include "core/base/bytes.h"
#include "core/broker/definition.h"
#include "core/cluster/membership.h"
#include "core/cluster/placement.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What the nodes of a cluster agree on, one by one. Integers are big-endian; text and node as in
/// field_codec.h.
///
///   command    = version:u8 (1) origin:u64 number:u64 area:u8 kind:u8 fields
///   area       = 0 definitions, 1 members, 2 placements
///
///   area 0     kind and fields
///   put        0     row-kind:u8 key:text value:text, as in core/storage/definition_codec.h
///   remove     8     vhost: name:text
///              9     exchange: vhost:text name:text
///              10    queue: id:u64 vhost:text name:text
///              11    binding: key:text, of its row
///              12    user: name:text
///              13    permission: vhost:text user:text
///              14    topic permission: vhost:text user:text exchange:text
///              15    policy: vhost:text name:text is-operator:u8
///
///   area 1     kind and fields
///              0     join: name:node id:u64 type:u8 (0 disk, 1 RAM) address:text
///              1     start: name:node id:u64 address:text
///              2     stop: name:node
///              3     leave: name:node
///              4     forget: name:node
///              5     change type: name:node type:u8
///              6     rename the cluster: name:text
///
///   area 2     kind and fields
///              0     place: queue:u64 master:node mirrors:nodes
///              1..6  add mirror, remove mirror, mark in-sync, leave in-sync, promote, promote
///                    unsynced: queue:u64 epoch:u64 node:node; mark in-sync: id:u64 as well
namespace warren::cluster {

inline constexpr std::size_t kCommandBytesMax = 256 * 1024;

struct MetadataCommand {
    using Body = std::variant<broker::CatalogueChange, MembershipCommand, PlacementCommand>;

    MemberId origin;           ///< who asked for it
    std::uint64_t number = 0;  ///< the origin's own: by it, it knows its command again
    Body body;
};

/// @pre texts in it are below 4 GiB. What is longer than kCommandBytesMax is refused by everybody.
std::string encode(const MetadataCommand& command);

/// Nothing if it is too long or not by the grammar. Whether it fits the state is another question.
std::optional<MetadataCommand> decodeMetadataCommand(ByteView bytes);

}  // namespace warren::cluster
