#pragma once

#include "core/base/byte_reader.h"
#include "core/base/bytes.h"
#include "core/cluster/node_name.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The fields that commands and snapshots of a cluster are made of. Integers are big-endian.
///
///   text  = length:u32, that many bytes
///   node  = its name as a text; empty: none
///   nodes = count:u32, that many nodes, none of them none
namespace warren::cluster {

/// Appends fields to what it was given.
class FieldWriter {
public:
    void u8(std::uint8_t value) { m_bytes.push_back(static_cast<char>(value)); }
    void u32(std::uint32_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void text(std::string_view text)
    {
        u32(static_cast<std::uint32_t>(text.size()));
        m_bytes.append(text);
    }
    void node(const NodeName& name) { text(name.text()); }
    void nodes(const std::vector<NodeName>& names)
    {
        u32(static_cast<std::uint32_t>(names.size()));
        for (const NodeName& name : names) {
            node(name);
        }
    }
    std::string take() { return std::move(m_bytes); }

private:
    template <typename Unsigned>
    void number(Unsigned value)
    {
        std::byte bytes[sizeof value];
        storeBigEndian(bytes, value);
        m_bytes.append(warren::textOf(bytes));
    }

    std::string m_bytes;
};

/// Reads fields from the front, likewise.
class FieldReader : public ByteReader {
public:
    using ByteReader::ByteReader;

    /// A number of things to follow; more than `countMax` don't fit.
    std::size_t count(std::size_t countMax)
    {
        const std::size_t count = u32();
        if (count > countMax) refuse();
        return isGood() ? count : 0;
    }
    NodeName node()
    {
        const std::string_view text = warren::textOf(bytes());
        if (text.empty()) return {};
        auto name = NodeName::parse(text);
        if (name) return std::move(*name);
        refuse();
        return {};
    }
    std::vector<NodeName> nodes(std::size_t countMax)
    {
        std::vector<NodeName> names;
        for (std::size_t left = count(countMax); left > 0 && isGood(); --left) {
            names.push_back(node());
            if (!names.back()) refuse();
        }
        return names;
    }
};

}  // namespace warren::cluster
