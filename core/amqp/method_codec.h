#pragma once

#include "core/amqp/constants.h"
#include "core/amqp/field_table.h"
#include "core/amqp/methods.h"
#include "core/amqp/text.h"
#include "core/amqp/wire_cursor.h"
#include "core/amqp/wire_reader.h"
#include "core/amqp/wire_string.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

// One codec for all methods, driven by their field lists (kFields). Arguments are what follows
// class and method id in a method frame. No allocation but for field tables and errors.

namespace warren::amqp {

/// The ids in front of a method's arguments.
inline constexpr std::size_t kMethodIdBytes = 4;

/// Whether a content header and a body follow the method.
template <typename M>
inline constexpr bool kHasContent = requires
{
    M::kHasContent;
};

template <typename M>
inline constexpr std::size_t kFieldCount = std::tuple_size_v<decltype(M::kFields)>;

template <typename M, std::size_t index>
using FieldType =
    std::remove_reference_t<decltype(std::declval<M&>().*std::get<index>(M::kFields))>;

/// How many bits stand before field `index` in its octet: bits that follow each other share one,
/// from the lowest up. No method has more than eight in a row. Spec: AMQP 0-9-1 §4.2.5.2.
template <typename M, std::size_t index>
constexpr int bitOffset()
{
    if constexpr (index == 0) {
        return 0;
    } else if constexpr (std::is_same_v<FieldType<M, index - 1>, bool>) {
        return bitOffset<M, index - 1>() + 1;
    } else {
        return 0;
    }
}

/// Reads the fields of a method; after the first one that fails it says why.
class ArgumentReader {
public:
    enum class Failure { Malformed, NotUtf8, BadTable };

    explicit ArgumentReader(ByteView arguments) : m_input(arguments) {}

    bool isAtEnd() const { return m_input.isAtEnd(); }
    Failure failure() const { return m_failure; }
    /// What is wrong with the table. @pre failure() is BadTable
    const std::string& tableError() const { return m_tableError; }

    template <typename Field>
    bool read(Field& field)
    {
        return m_input.read(field);
    }
    bool readText(ShortString& text)
    {
        if (!m_input.read(text)) return false;
        if (isUtf8(text)) return true;
        m_failure = Failure::NotUtf8;
        return false;
    }
    bool readTable(FieldTable& table)
    {
        LongString content;
        if (!m_input.read(content)) return false;
        auto decoded = decodeFieldTable(bytesOf(content));
        if (decoded) {
            table = std::move(*decoded);
            return true;
        }
        m_failure = Failure::BadTable;
        m_tableError = std::move(decoded.error().text);
        return false;
    }
    /// Offset 0 reads the next octet; the others are bits of that one.
    bool readBit(bool& value, int offset)
    {
        if (offset == 0 && !m_input.read(m_bits)) return false;
        value = (m_bits >> offset & 1) != 0;
        return true;
    }

private:
    WireReader m_input;
    std::uint8_t m_bits = 0;
    Failure m_failure = Failure::Malformed;
    std::string m_tableError;
};

/// The error for arguments of `method` that `reader` could not read, in RabbitMQ's words.
AmqpError argumentError(MethodId method, ByteView arguments, const ArgumentReader& reader);

template <typename M, std::size_t index>
bool readField(ArgumentReader& reader, M& method)
{
    auto& field = method.*std::get<index>(M::kFields);
    using Field = FieldType<M, index>;
    if constexpr (std::is_same_v<Field, bool>) {
        return reader.readBit(field, bitOffset<M, index>());
    } else if constexpr (std::is_same_v<Field, ShortString> && !kHasContent<M>) {
        return reader.readText(field);
    } else if constexpr (std::is_same_v<Field, FieldTable>) {
        return reader.readTable(field);
    } else {
        return reader.read(field);  // RabbitMQ leaves the names of content methods unchecked
    }
}

/// Decodes the arguments of one method; its strings borrow from `arguments`.
/// @error FrameError  too short, too long, or a short string that is not UTF-8
/// @error SyntaxError  a field table that cannot be decoded
template <typename M>
Result<M, AmqpError> decodeArguments(ByteView arguments)
{
    M method;
    ArgumentReader reader(arguments);
    const bool isRead = [&]<std::size_t... index>(std::index_sequence<index...>)
    {
        return (readField<M, index>(reader, method) && ...);
    }
    (std::make_index_sequence<kFieldCount<M>>{});
    if (isRead && reader.isAtEnd()) return method;
    return argumentError(M::kId, arguments, reader);
}

template <typename Field>
std::size_t fieldBytes(const Field& field)
{
    if constexpr (std::is_same_v<Field, FieldTable>) {
        return fieldTableBytes(field);
    } else if constexpr (std::is_unsigned_v<Field>) {
        return sizeof field;
    } else {
        return Field::kLengthBytes + field.size();
    }
}

/// Size of the encoded arguments.
template <typename M>
std::size_t argumentBytes(const M& method)
{
    const auto bytesOfField = [&]<std::size_t index>(std::integral_constant<std::size_t, index>) {
        if constexpr (std::is_same_v<FieldType<M, index>, bool>) {
            return std::size_t{bitOffset<M, index>() == 0};
        } else {
            return fieldBytes(method.*std::get<index>(M::kFields));
        }
    };
    return [&]<std::size_t... index>(std::index_sequence<index...>)
    {
        return (bytesOfField(std::integral_constant<std::size_t, index>{}) + ... + std::size_t{0});
    }
    (std::make_index_sequence<kFieldCount<M>>{});
}

template <typename M, std::size_t index>
void writeField(WireCursor& to, const M& method)
{
    const auto& field = method.*std::get<index>(M::kFields);
    using Field = std::remove_const_t<FieldType<M, index>>;
    if constexpr (std::is_same_v<Field, bool>) {
        constexpr int offset = bitOffset<M, index>();
        static_assert(offset < 8, "the bits of one run share an octet");
        if constexpr (offset == 0) to.put(std::uint8_t{0});
        to.at[-1] |= std::byte{field} << offset;
    } else if constexpr (std::is_same_v<Field, FieldTable>) {
        writeFieldTable(to, field);
    } else {
        to.put(field);
    }
}

/// Writes argumentBytes(method) bytes. @pre every string fits its length field
template <typename M>
void writeArguments(WireCursor& to, const M& method)
{
    [&]<std::size_t... index>(std::index_sequence<index...>)
    {
        (writeField<M, index>(to, method), ...);
    }
    (std::make_index_sequence<kFieldCount<M>>{});
}

/// Appends the encoded arguments. @pre every string fits its length field
template <typename M>
void appendArguments(Buffer& to, const M& method)
{
    WireCursor cursor{to.extend(argumentBytes(method))};
    writeArguments(cursor, method);
}

/// Class and method of a method frame's payload, to choose a decoder; nothing if it is too short.
std::optional<MethodId> peekMethodId(ByteView payload);

/// The arguments behind the ids. @pre peekMethodId(payload) has a value
inline ByteView argumentsOf(ByteView payload) { return payload.subspan(kMethodIdBytes); }

/// Decodes the payload of a method frame: any method, from either side.
///
/// Deviation: RabbitMQ resets the socket without a word after an unknown method or a broken table.
/// @error NotImplemented  unknown class or method
/// @error FrameError, SyntaxError  as decodeArguments
Result<Method, AmqpError> decodeMethod(ByteView payload);

/// "queue.declare"; empty for an unknown id.
std::string_view methodName(MethodId id);

}  // namespace warren::amqp
