#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace warren::node {

/// Bytes out of an amount with a unit, as RabbitMQ writes them for memory and disk: "50MB".
///
/// `kB MB GB TB` are powers of 1000; `KiB MiB GiB TiB` and the bare `k M G T` are powers of 1024;
/// upper or lower case. No unit: bytes. Only whole numbers. Spec: rabbitmq.com/memory, "Absolute";
/// checked against RabbitMQ 3.10 (which has no TB).
/// @returns nullopt for anything else, or if it doesn't fit in 64 bits
std::optional<std::uint64_t> parseInformationUnit(std::string_view text);

/// Bytes out of a size as RabbitMQ's schema has it for frame_max: "128kb" is 131072 here, since
/// `kb mb gb` are powers of 1024 in this one datatype (cuttlefish: bytesize).
std::optional<std::uint64_t> parseByteSize(std::string_view text);

}  // namespace warren::node
