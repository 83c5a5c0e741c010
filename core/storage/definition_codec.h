#pragma once

#include "core/base/bytes.h"
#include "core/broker/definition.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// How definitions are stored: as rows of kind, key and value. All integers are big-endian.
///
///   text       = length:u32, that many bytes
///   name       = vhost:text name:text
///   arguments  = AMQP field table, §4.2.5.5, its length:u32 first
///   flags      = u8; bit 0 durable, bit 1 auto-delete, bit 2 internal, bit 3 exclusive
///   tags       = count:u32, that many texts
///   limit      = u8 0: none / u8 1, i64
///
///   kind           key                        value                                  source
///   1 vhost        name:text                  description:text tags                  -
///                                             default-queue-type:text
///                                             max-connections:limit max-queues:limit
///                                             vhost-flags
///   2 exchange     name                       type:u8 flags arguments                -
///   3 queue        name                       id:u64 flags arguments                 -
///                                             owner:u64, if exclusive
///   4 binding      vhost:text                 (empty)                                name of the
///                  destination-kind:u8                                               source
///                  destination:text
///                  source:text
///                  routing-key:text
///                  arguments
///   5 user         name:text                  password-hash:text hashing:u8          -
///                                             slow-hash:text tags
///                                             max-connections:limit
///                                             max-channels:limit
///   6 permission   vhost:text user:text       configure:text write:text read:text    user:text
///   7 topic        vhost:text user:text       write:text read:text                   user:text
///     permission   exchange:text
///   8 policy       vhost:text is-operator:u8  pattern:text apply-to:u8 priority:i64  -
///                  name:text                  definition:arguments
///
///   type             = 0 direct, 1 fanout, 2 topic, 3 headers, 4 consistent hash, 5 random,
///                      6 recent history
///   destination-kind = 0 queue, 1 exchange
///   vhost-flags      = u8; bit 0 protected, bit 1 tracing
///   hashing          = 0 SHA-256, 1 SHA-512, 2 MD5
///   is-operator      = 0 or 1
///   apply-to         = 0 all, 1 queues, 2 exchanges, 3 classic queues, 4 quorum queues
///
/// Ordered by kind and key, each row comes after those that it needs. A key begins with what a
/// removal looks for: everything of a vhost, every binding to a destination. `source` is the other
/// thing that takes a row along when it is removed.
namespace warren::storage {

enum class DefinitionKind : std::uint8_t {
    Vhost = 1,
    Exchange = 2,
    Queue = 3,
    Binding = 4,
    User = 5,
    Permission = 6,
    TopicPermission = 7,
    Policy = 8,
};

struct DefinitionRow {
    DefinitionKind kind = DefinitionKind::Vhost;
    std::string key;
    std::string value;
    std::string source;  ///< empty if the kind has none

    bool operator==(const DefinitionRow&) const = default;
};

DefinitionRow rowOf(const broker::VhostDefinition& vhost);
DefinitionRow rowOf(const broker::ExchangeDefinition& exchange);
/// One with an exclusive owner is for the cluster only: connections don't survive a restart.
DefinitionRow rowOf(const broker::QueueDefinition& queue);
DefinitionRow rowOf(const broker::BindingDefinition& binding);
DefinitionRow rowOf(const broker::UserDefinition& user);
DefinitionRow rowOf(const broker::PermissionDefinition& permission);
DefinitionRow rowOf(const broker::TopicPermissionDefinition& permission);
DefinitionRow rowOf(const broker::PolicyDefinition& policy);

/// Some rows of a kind, for removal.
struct DefinitionSelection {
    enum class By : std::uint8_t { Key, KeyPrefix, Source };
    DefinitionKind kind = DefinitionKind::Vhost;
    By by = By::Key;
    std::string text;

    bool operator==(const DefinitionSelection&) const = default;
};

/// What a change does to the rows: one is put, or all those that are selected go.
using DefinitionEdit = std::variant<DefinitionRow, std::vector<DefinitionSelection>>;
DefinitionEdit editOf(const broker::CatalogueChange& change);

/// What all keys of what is in a vhost begin with; the vhost's own key.
std::string vhostPrefix(std::string_view vhost);

/// The first key behind all those that begin with `prefix`. @pre prefix has a byte below 0xFF
std::string endOfPrefix(std::string prefix);

/// The Put that makes this row; none if the row doesn't follow the grammar.
std::optional<broker::CatalogueChange> changeOf(DefinitionKind kind, ByteView key, ByteView value);

}  // namespace warren::storage
