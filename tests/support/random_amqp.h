#pragma once

#include "core/amqp/field_table.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"
#include "core/amqp/properties.h"
#include "core/amqp/wire_string.h"
#include "core/base/prng.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace warren::test {

/// Random values of the AMQP types, for round trips. Keeps the strings that it hands out as views:
/// methods live no longer than their generator.
class RandomAmqp {
public:
    explicit RandomAmqp(std::uint64_t seed) : m_random(seed) {}

    template <typename M>
    M method()
    {
        M made;
        std::apply([&](auto... field) { (fill(made.*field), ...); }, M::kFields);
        return made;
    }

    /// Text in UTF-8 of at most `bytesMax` bytes; short ones are as likely as the longest.
    std::string text(std::size_t bytesMax)
    {
        const std::size_t wanted = m_random.below(3) == 0 ? bytesMax : m_random.below(12);
        std::string made;
        while (made.size() < wanted) {
            const std::size_t room = wanted - made.size();
            if (room >= 3 && m_random.below(8) == 0) {
                made += "\xE2\x82\xAC";
            } else {
                made += static_cast<char>(m_random.below(0x80));
            }
        }
        return made;
    }

    amqp::FieldTable table(int depthMax = 4)
    {
        amqp::FieldTable made;
        const std::size_t count = m_random.below(5);
        for (std::size_t i = 0; i < count; ++i)
            made.append(text(255), value(depthMax - 1));
        return made;
    }

    amqp::FieldValue value(int depthMax)
    {
        switch (m_random.below(depthMax > 0 ? 17 : 15)) {
        case 0: return amqp::Void{};
        case 1: return m_random.below(2) == 1;
        case 2: return integer<std::int8_t>();
        case 3: return integer<std::uint8_t>();
        case 4: return integer<std::int16_t>();
        case 5: return integer<std::uint16_t>();
        case 6: return integer<std::int32_t>();
        case 7: return integer<std::uint32_t>();
        case 8: return integer<std::int64_t>();
        case 9: return static_cast<float>(integer<std::int16_t>()) / 8;
        case 10: return static_cast<double>(integer<std::int32_t>()) / 1024;
        case 11: return amqp::Decimal{integer<std::uint8_t>(), integer<std::uint32_t>()};
        case 12: return text(300);
        case 13: return amqp::Timestamp{m_random.next()};
        case 14: return amqp::ByteArray{text(20) + "\xFF"};
        case 15: return table(depthMax);
        default: return array(depthMax);
        }
    }

    amqp::Properties properties()
    {
        amqp::Properties made;
        for (auto* field : {&made.contentType, &made.contentEncoding, &made.correlationId,
                            &made.replyTo, &made.expiration, &made.messageId, &made.type,
                            &made.userId, &made.appId, &made.clusterId}) {
            if (isChosen()) *field = text(255);
        }
        if (isChosen()) made.headers = table();
        if (isChosen()) made.deliveryMode = integer<std::uint8_t>();
        if (isChosen()) made.priority = integer<std::uint8_t>();
        if (isChosen()) made.timestamp = amqp::Timestamp{m_random.next()};
        return made;
    }

private:
    bool isChosen() { return m_random.below(2) == 1; }

    template <typename Integer>
    Integer integer()
    {
        return static_cast<Integer>(m_random.next());
    }

    amqp::FieldArray array(int depthMax)
    {
        amqp::FieldArray made;
        const std::size_t count = m_random.below(4);
        for (std::size_t i = 0; i < count; ++i)
            made.push_back(value(depthMax - 1));
        return made;
    }

    const std::string& kept(std::string text) { return m_kept.emplace_back(std::move(text)); }

    void fill(bool& field) { field = isChosen(); }
    void fill(amqp::ShortString& field) { field = kept(text(255)); }
    void fill(amqp::LongString& field) { field = kept(text(2000)); }
    void fill(amqp::FieldTable& field) { field = table(); }
    template <typename Integer>
    requires std::is_unsigned_v<Integer>
    void fill(Integer& field) { field = integer<Integer>(); }

    Prng m_random;
    std::deque<std::string> m_kept;
};

}  // namespace warren::test
