#pragma once

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

/// Reads fields from the front. Once something doesn't fit, everything else comes back empty, so
/// that only the end has to be asked.
class FieldReader {
public:
    explicit FieldReader(ByteView bytes) : m_rest(bytes) {}

    std::uint8_t u8()
    {
        const ByteView bytes = take(1);
        return bytes.empty() ? std::uint8_t{0} : loadU8(bytes, 0);
    }
    std::uint32_t u32()
    {
        const ByteView bytes = take(4);
        return bytes.empty() ? 0 : loadU32(bytes, 0);
    }
    std::uint64_t u64()
    {
        const ByteView bytes = take(8);
        return bytes.empty() ? 0 : loadU64(bytes, 0);
    }
    /// A number of things to follow; more than `countMax` don't fit.
    std::size_t count(std::size_t countMax)
    {
        const std::size_t count = u32();
        if (count > countMax) m_isGood = false;
        return m_isGood ? count : 0;
    }
    /// A byte of at most `last`.
    template <typename Enum>
    Enum oneOf(Enum last)
    {
        const std::uint8_t value = u8();
        if (value > static_cast<std::uint8_t>(last)) m_isGood = false;
        return m_isGood ? static_cast<Enum>(value) : Enum{};
    }
    ByteView bytes()
    {
        const std::size_t length = u32();
        return take(length);
    }
    std::string text() { return std::string{warren::textOf(bytes())}; }
    NodeName node()
    {
        const std::string_view text = warren::textOf(bytes());
        if (text.empty()) return {};
        auto name = NodeName::parse(text);
        if (name) return std::move(*name);
        m_isGood = false;
        return {};
    }
    std::vector<NodeName> nodes(std::size_t countMax)
    {
        std::vector<NodeName> names;
        for (std::size_t left = count(countMax); left > 0 && m_isGood; --left) {
            names.push_back(node());
            if (!names.back()) m_isGood = false;
        }
        return names;
    }

    /// What was read makes no sense to the caller.
    void refuse() { m_isGood = false; }
    bool isGood() const { return m_isGood; }
    /// Everything fitted, and nothing is left.
    bool isComplete() const { return m_isGood && m_rest.empty(); }

private:
    ByteView take(std::size_t count)
    {
        if (m_rest.size() < count) m_isGood = false;
        if (!m_isGood) return {};
        const ByteView taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }

    ByteView m_rest;
    bool m_isGood = true;
};

}  // namespace warren::cluster
