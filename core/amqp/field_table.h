#pragma once

#include "core/amqp/constants.h"
#include "core/base/bytes.h"
#include "core/base/result.h"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace warren::amqp {

struct FieldValue;
struct FieldTableEntry;
struct WireCursor;

/// How deep tables and arrays may nest, the outermost counted; deeper input is a syntax error.
inline constexpr std::size_t kFieldTableDepthMax = 64;

/// An ordered list of named values: arguments, client properties, message headers.
///
/// Keeps the order and the duplicates of the wire, so encoding gives back what was decoded; find
/// takes the first of two equal keys, as RabbitMQ does. Owns its strings: tables are rare on the
/// hot path, where they stay encoded (properties.h).
/// Spec: AMQP 0-9-1 §4.2.5.5, with the value types that RabbitMQ and its clients use.
class FieldTable {
public:
    FieldTable();
    FieldTable(const FieldTable& other);
    FieldTable(FieldTable&& other) noexcept;
    FieldTable& operator=(const FieldTable& other);
    FieldTable& operator=(FieldTable&& other) noexcept;
    ~FieldTable();
    FieldTable(std::initializer_list<FieldTableEntry> entries);

    bool isEmpty() const;
    std::size_t size() const;
    const FieldTableEntry* begin() const;
    const FieldTableEntry* end() const;

    /// The value of the first entry with this key, or nullptr. Cost: O(entries).
    const FieldValue* find(std::string_view key) const;

    /// Adds an entry at the end. Does not look for another with the same key.
    void append(std::string key, FieldValue value);
    /// Replaces the value of the first entry with this key, or adds one at the end.
    void set(std::string_view key, FieldValue value);
    /// Removes every entry with this key. @returns whether there was one
    bool remove(std::string_view key);

    bool operator==(const FieldTable& other) const;

private:
    std::vector<FieldTableEntry> m_entries;
};

/// A fixed-point number: `value` divided by 10 to the power of `scale`.
struct Decimal {
    std::uint8_t scale = 0;
    std::uint32_t value = 0;
    bool operator==(const Decimal&) const = default;
};

/// Seconds since 1970 (POSIX time).
struct Timestamp {
    std::uint64_t seconds = 0;
    bool operator==(const Timestamp&) const = default;
};

/// Bytes that are no text (wire type 'x').
struct ByteArray {
    std::string bytes{};
    bool operator==(const ByteArray&) const = default;
};

/// The value of type 'V': there, but nothing.
using Void = std::monostate;
using FieldArray = std::vector<FieldValue>;

/// One value of a table or an array. The C++ type says the wire type:
/// void V, bool t, int8 b, uint8 B, int16 s, uint16 u, int32 I, uint32 i, int64 l (L is read as l),
/// float f, double d, Decimal D, std::string S, FieldArray A, Timestamp T, FieldTable F, ByteArray
/// x.
struct FieldValue {
    using Variant = std::variant<Void, bool, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                 std::int32_t, std::uint32_t, std::int64_t, float, double, Decimal,
                                 std::string, FieldArray, Timestamp, FieldTable, ByteArray>;
    Variant value;

    FieldValue() = default;
    /// Implicit, so that a table reads like its content: {{"x-max-length", 5}, {"x-queue-type",
    /// "classic"}}. The type is taken as it is: no conversion between the alternatives.
    template <typename T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, FieldValue> &&
             !std::is_convertible_v<T, std::string_view>) FieldValue(T&& exact)
        : value(std::in_place_type<std::remove_cvref_t<T>>, std::forward<T>(exact))
    {
    }
    FieldValue(std::string text) : value(std::move(text)) {}
    FieldValue(std::string_view text) : value(std::in_place_type<std::string>, text) {}
    FieldValue(const char* text) : value(std::in_place_type<std::string>, text) {}

    template <typename T>
    const T* as() const
    {
        return std::get_if<T>(&value);
    }

    /// Same wire type and same value.
    bool operator==(const FieldValue& other) const = default;
};

struct FieldTableEntry {
    std::string key{};
    FieldValue value{};
    bool operator==(const FieldTableEntry&) const = default;
};

// Down here, since they need to know what an entry is.
inline FieldTable::FieldTable() = default;
inline FieldTable::FieldTable(const FieldTable& other) = default;
inline FieldTable::FieldTable(FieldTable&& other) noexcept = default;
inline FieldTable& FieldTable::operator=(const FieldTable& other) = default;
inline FieldTable& FieldTable::operator=(FieldTable&& other) noexcept = default;
inline FieldTable::~FieldTable() = default;
inline bool FieldTable::isEmpty() const { return m_entries.empty(); }
inline std::size_t FieldTable::size() const { return m_entries.size(); }
inline const FieldTableEntry* FieldTable::begin() const { return m_entries.data(); }
inline const FieldTableEntry* FieldTable::end() const
{
    return m_entries.data() + m_entries.size();
}

/// Decodes the content of a table, without its four length bytes.
/// @error SyntaxError  unknown type, cut off, or nested deeper than kFieldTableDepthMax
Result<FieldTable, AmqpError> decodeFieldTable(ByteView content);

/// The same check without building anything: no allocation.
Status<AmqpError> validateFieldTable(ByteView content);

/// Appends the table with its four length bytes. @pre every key fits a short string
void appendFieldTable(Buffer& to, const FieldTable& table);

/// Size of the encoded table, its four length bytes included.
std::size_t fieldTableBytes(const FieldTable& table);
/// Writes fieldTableBytes(table) bytes. @pre every key fits a short string
void writeFieldTable(WireCursor& to, const FieldTable& table);

/// Whether two arguments say the same to RabbitMQ, which compares values, not wire types: 5 as int8
/// and 5 as int64, 1.5 as float and as double. Inside tables and arrays types must be equal too.
bool isEquivalent(const FieldValue& a, const FieldValue& b);

/// The number in a value of any integer type; nothing for other types. Every wire integer fits.
std::optional<std::int64_t> integerOf(const FieldValue& value);

/// RabbitMQ's word for the type: "longstr", "signedint", "bool", "long", …
std::string_view fieldTypeName(const FieldValue& value);

/// The value as RabbitMQ prints it in a reply text, without type or quotes: 5, true, abc, and
/// compound values in Erlang's notation.
std::string fieldValueText(const FieldValue& value);

/// "the value '5' of type 'signedint'", or "none" for nullptr: what RabbitMQ writes where one side
/// has no such argument. Where both have one, it writes only '5'.
std::string describeArgument(const FieldValue* value);

}  // namespace warren::amqp
