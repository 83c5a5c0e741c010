#pragma once

#include "core/base/bytes.h"
#include "core/broker/definition.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How definitions are stored: as rows of kind, key and value. All integers are big-endian.
///
///   text       = length:u32, that many bytes
///   name       = vhost:text name:text
///   arguments  = AMQP field table, §4.2.5.5, its length:u32 first
///   flags      = u8; bit 0 durable, bit 1 auto-delete, bit 2 internal
///
///   kind           key                                  value                       source
///   1 vhost        name:text                            (empty)                     -
///   2 exchange     name                                 type:u8 flags arguments     -
///   3 queue        name                                 id:u64 flags arguments      -
///   4 binding      vhost:text destination-kind:u8       (empty)                     name of the
///                  destination:text source:text                                     source
///                  routing-key:text arguments
///
///   type             = 0 direct, 1 fanout, 2 topic, 3 headers
///   destination-kind = 0 queue, 1 exchange
///
/// Ordered by kind and key, each row comes after those that it needs. A key begins with what a
/// removal looks for: everything of a vhost, every binding to a destination.
namespace warren::storage {

enum class DefinitionKind : std::uint8_t { Vhost = 1, Exchange = 2, Queue = 3, Binding = 4 };

struct DefinitionRow {
    DefinitionKind kind = DefinitionKind::Vhost;
    std::string key;
    std::string value;
    std::string source;  ///< empty but for bindings

    bool operator==(const DefinitionRow&) const = default;
};

DefinitionRow rowOf(const broker::VhostDefinition& vhost);
DefinitionRow rowOf(const broker::ExchangeDefinition& exchange);
/// Without its exclusive owner: connections don't survive.
DefinitionRow rowOf(const broker::QueueDefinition& queue);
DefinitionRow rowOf(const broker::BindingDefinition& binding);

/// Key of an exchange or a queue; also the `source` of a binding.
std::string nameKey(std::string_view vhost, std::string_view name);
/// What all keys of a vhost begin with, its own included.
std::string vhostPrefix(std::string_view vhost);
/// What the keys of all bindings to a destination begin with.
std::string destinationPrefix(std::string_view vhost, broker::DestinationKind kind,
                              std::string_view destination);

/// The first key behind all those that begin with `prefix`. @pre prefix has a byte below 0xFF
std::string endOfPrefix(std::string prefix);

/// The Put that makes this row; none if the row doesn't follow the grammar.
std::optional<broker::CatalogueChange> changeOf(DefinitionKind kind, ByteView key, ByteView value);

}  // namespace warren::storage
