#include "core/amqp/field_table.h"

#include "core/amqp/text.h"
#include "core/amqp/wire_cursor.h"
#include "core/amqp/wire_reader.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <type_traits>

namespace warren::amqp {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

// Wire types. Spec: RabbitMQ's table of field types ("AMQP 0-9-1 errata", section 3); where it
// differs from §4.2.1 of the specification, peers follow RabbitMQ.
char wireType(const FieldValue& value)
{
    return std::visit(
        Overloaded{
            [](const Void&) { return 'V'; }, [](const bool&) { return 't'; },
            [](const std::int8_t&) { return 'b'; }, [](const std::uint8_t&) { return 'B'; },
            [](const std::int16_t&) { return 's'; }, [](const std::uint16_t&) { return 'u'; },
            [](const std::int32_t&) { return 'I'; }, [](const std::uint32_t&) { return 'i'; },
            [](const std::int64_t&) { return 'l'; }, [](const float&) { return 'f'; },
            [](const double&) { return 'd'; }, [](const Decimal&) { return 'D'; },
            [](const std::string&) { return 'S'; }, [](const FieldArray&) { return 'A'; },
            [](const Timestamp&) { return 'T'; }, [](const FieldTable&) { return 'F'; },
            [](const ByteArray&) { return 'x'; }},
        value.value);
}

/// Decodes tables and arrays into values, or only checks them where there is no value to fill.
///
/// Recurses once per level of nesting, at most kFieldTableDepthMax deep.
class TableReader {
public:
    /// What is wrong. @pre a read returned false
    AmqpError error() const
    {
        return {.code = ReplyCode::SyntaxError, .text = std::string(m_reason)};
    }

    bool readTable(ByteView content, std::size_t depth, FieldTable* table)
    {
        if (depth > kFieldTableDepthMax) return refuse("field table nested too deep");
        WireReader input(content);
        while (!input.isAtEnd()) {
            ShortString key;
            if (!input.read(key)) return refuse(kCutOff);
            FieldValue value;
            if (!readValue(input, depth, table != nullptr ? &value : nullptr)) return false;
            if (table != nullptr) table->append(std::string(key), std::move(value));
        }
        return true;
    }

private:
    static constexpr std::string_view kCutOff = "field table is cut off";

    bool refuse(std::string_view reason)
    {
        m_reason = reason;
        return false;
    }

    bool readArray(ByteView content, std::size_t depth, FieldArray* array)
    {
        if (depth > kFieldTableDepthMax) return refuse("field table nested too deep");
        WireReader input(content);
        while (!input.isAtEnd()) {
            FieldValue value;
            if (!readValue(input, depth, array != nullptr ? &value : nullptr)) return false;
            if (array != nullptr) array->push_back(std::move(value));
        }
        return true;
    }

    bool readValue(WireReader& input, std::size_t depth, FieldValue* value)
    {
        std::uint8_t type = 0;
        if (!input.read(type)) return refuse(kCutOff);
        switch (type) {
        case 'V':
            if (value != nullptr) *value = Void{};
            return true;
        case 't': return readBool(input, value);
        case 'b': return readInteger<std::int8_t>(input, value);
        case 'B': return readInteger<std::uint8_t>(input, value);
        case 's': return readInteger<std::int16_t>(input, value);
        case 'u': return readInteger<std::uint16_t>(input, value);
        case 'I': return readInteger<std::int32_t>(input, value);
        case 'i': return readInteger<std::uint32_t>(input, value);
        case 'l':
        case 'L': return readInteger<std::int64_t>(input, value);
        case 'f': return readFloat<float, std::uint32_t>(input, value);
        case 'd': return readFloat<double, std::uint64_t>(input, value);
        case 'D': return readDecimal(input, value);
        case 'T': return readTimestamp(input, value);
        case 'S':
        case 'x':
        case 'A':
        case 'F': return readCounted(type, input, depth, value);
        default: return refuse("unknown type in field table");
        }
    }

    bool readBool(WireReader& input, FieldValue* value)
    {
        std::uint8_t octet = 0;
        if (!input.read(octet)) return refuse(kCutOff);
        if (value != nullptr) *value = octet != 0;
        return true;
    }

    template <typename Integer>
    bool readInteger(WireReader& input, FieldValue* value)
    {
        std::make_unsigned_t<Integer> wire = 0;
        if (!input.read(wire)) return refuse(kCutOff);
        if (value != nullptr) *value = static_cast<Integer>(wire);
        return true;
    }

    template <typename Float, typename Wire>
    bool readFloat(WireReader& input, FieldValue* value)
    {
        Wire wire = 0;
        if (!input.read(wire)) return refuse(kCutOff);
        const auto number = std::bit_cast<Float>(wire);
        // RabbitMQ can't hold these either, and no comparison or JSON could.
        if (!std::isfinite(number)) return refuse("field table holds a number that is not finite");
        if (value != nullptr) *value = number;
        return true;
    }

    bool readDecimal(WireReader& input, FieldValue* value)
    {
        Decimal decimal;
        if (!input.read(decimal.scale) || !input.read(decimal.value)) return refuse(kCutOff);
        if (value != nullptr) *value = decimal;
        return true;
    }

    bool readTimestamp(WireReader& input, FieldValue* value)
    {
        Timestamp timestamp;
        if (!input.read(timestamp.seconds)) return refuse(kCutOff);
        if (value != nullptr) *value = timestamp;
        return true;
    }

    /// The types that four length bytes precede.
    bool readCounted(std::uint8_t type, WireReader& input, std::size_t depth, FieldValue* value)
    {
        LongString content;
        if (!input.read(content)) return refuse(kCutOff);
        if (type == 'F') {
            FieldTable* table = value != nullptr ? &value->value.emplace<FieldTable>() : nullptr;
            return readTable(bytesOf(content), depth + 1, table);
        }
        if (type == 'A') {
            FieldArray* array = value != nullptr ? &value->value.emplace<FieldArray>() : nullptr;
            return readArray(bytesOf(content), depth + 1, array);
        }
        if (value == nullptr) return true;
        if (type == 'S') {
            *value = content.view();
        } else {
            *value = ByteArray{std::string(content)};
        }
        return true;
    }

    std::string_view m_reason;
};

std::size_t contentBytes(const FieldTable& table);
std::size_t contentBytes(const FieldArray& array);

/// Size of the value behind its type octet.
std::size_t valueBytes(const FieldValue& value)
{
    constexpr std::size_t kLengthBytes = 4;
    return std::visit(
        Overloaded{[](const Void&) { return std::size_t{0}; },
                   [](const bool&) { return std::size_t{1}; },
                   [](const Decimal&) { return std::size_t{5}; },
                   [](const std::string& text) { return kLengthBytes + text.size(); },
                   [](const ByteArray& array) { return kLengthBytes + array.bytes.size(); },
                   [](const FieldArray& array) { return kLengthBytes + contentBytes(array); },
                   [](const FieldTable& table) { return kLengthBytes + contentBytes(table); },
                   [](const Timestamp& timestamp) { return sizeof timestamp.seconds; },
                   [](const auto& number) { return sizeof number; }},
        value.value);
}

std::size_t contentBytes(const FieldArray& array)
{
    std::size_t bytes = 0;
    for (const FieldValue& value : array)
        bytes += 1 + valueBytes(value);
    return bytes;
}

std::size_t contentBytes(const FieldTable& table)
{
    std::size_t bytes = 0;
    for (const FieldTableEntry& entry : table)
        bytes += 2 + entry.key.size() + valueBytes(entry.value);
    return bytes;
}

void writeValue(WireCursor& to, const FieldValue& value);

/// Writes four length bytes and what `writeContent` writes behind them.
template <typename WriteContent>
void writeCounted(WireCursor& to, WriteContent writeContent)
{
    std::byte* const length = to.at;
    to.at += sizeof(std::uint32_t);
    const std::byte* const content = to.at;
    writeContent();
    storeBigEndian(length, static_cast<std::uint32_t>(to.at - content));
}

template <typename Number>
void writeNumber(WireCursor& to, Number number)
{
    if constexpr (std::is_same_v<Number, float>) {
        to.put(std::bit_cast<std::uint32_t>(number));
    } else if constexpr (std::is_same_v<Number, double>) {
        to.put(std::bit_cast<std::uint64_t>(number));
    } else {
        to.put(static_cast<std::make_unsigned_t<Number>>(number));
    }
}

void writeValue(WireCursor& to, const FieldValue& value)
{
    to.put(static_cast<std::uint8_t>(wireType(value)));
    std::visit(
        Overloaded{[](const Void&) {}, [&](const bool& isTrue) { to.put(std::uint8_t{isTrue}); },
                   [&](const Decimal& decimal) {
                       to.put(decimal.scale);
                       to.put(decimal.value);
                   },
                   [&](const std::string& text) { to.put(LongString(text)); },
                   [&](const ByteArray& array) { to.put(LongString(array.bytes)); },
                   [&](const FieldArray& array) {
                       writeCounted(to, [&] {
                           for (const FieldValue& element : array)
                               writeValue(to, element);
                       });
                   },
                   [&](const FieldTable& table) { writeFieldTable(to, table); },
                   [&](const Timestamp& timestamp) { to.put(timestamp.seconds); },
                   [&](const auto& number) { writeNumber(to, number); }},
        value.value);
}

/// A value as Erlang's ~p prints the term that RabbitMQ keeps.
void appendTerm(std::string& to, const FieldValue& value)
{
    std::visit(
        Overloaded{[&](const Void&) { to += "undefined"; },
                   [&](const bool& isTrue) { to += isTrue ? "true" : "false"; },
                   [&](const float& number) { appendErlangFloat(to, number); },
                   [&](const double& number) { appendErlangFloat(to, number); },
                   [&](const Decimal& decimal) {
                       to += '{' + std::to_string(decimal.scale) + ',' +
                             std::to_string(decimal.value) + '}';
                   },
                   [&](const std::string& text) { appendErlangBinary(to, bytesOf(text)); },
                   [&](const ByteArray& array) { appendErlangBinary(to, bytesOf(array.bytes)); },
                   [&](const Timestamp& timestamp) { to += std::to_string(timestamp.seconds); },
                   [&](const FieldArray& array) {
                       to += '[';
                       for (const FieldValue& element : array) {
                           if (&element != array.data()) to += ',';
                           to += '{';
                           to += fieldTypeName(element);
                           to += ',';
                           appendTerm(to, element);
                           to += '}';
                       }
                       to += ']';
                   },
                   [&](const FieldTable& table) {
                       to += '[';
                       for (const FieldTableEntry& entry : table) {
                           if (&entry != table.begin()) to += ',';
                           to += '{';
                           appendErlangBinary(to, bytesOf(entry.key));
                           to += ',';
                           to += fieldTypeName(entry.value);
                           to += ',';
                           appendTerm(to, entry.value);
                           to += '}';
                       }
                       to += ']';
                   },
                   [&](const auto& integer) { to += std::to_string(integer); }},
        value.value);
}

/// Text and bytes are the same kind of term to RabbitMQ.
const std::string* bytesIn(const FieldValue& value)
{
    if (const auto* text = value.as<std::string>()) return text;
    if (const auto* array = value.as<ByteArray>()) return &array->bytes;
    return nullptr;
}

std::optional<double> floatIn(const FieldValue& value)
{
    if (const auto* number = value.as<float>()) return *number;
    if (const auto* number = value.as<double>()) return *number;
    return std::nullopt;
}

/// A timestamp is a plain number to RabbitMQ. One beyond 63 bits equals only itself.
std::optional<std::int64_t> numberIn(const FieldValue& value)
{
    if (const auto* timestamp = value.as<Timestamp>()) {
        const auto seconds = static_cast<std::int64_t>(timestamp->seconds);
        return seconds >= 0 ? std::optional(seconds) : std::nullopt;
    }
    return integerOf(value);
}

}  // namespace

FieldTable::FieldTable(std::initializer_list<FieldTableEntry> entries) : m_entries(entries) {}

const FieldValue* FieldTable::find(std::string_view key) const
{
    const auto* found = std::find_if(
        begin(), end(), [&](const FieldTableEntry& entry) { return entry.key == key; });
    return found != end() ? &found->value : nullptr;
}

void FieldTable::append(std::string key, FieldValue value)
{
    m_entries.push_back({std::move(key), std::move(value)});
}

void FieldTable::set(std::string_view key, FieldValue value)
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const FieldTableEntry& entry) { return entry.key == key; });
    if (found != m_entries.end()) {
        found->value = std::move(value);
    } else {
        append(std::string(key), std::move(value));
    }
}

bool FieldTable::remove(std::string_view key)
{
    return std::erase_if(m_entries,
                         [&](const FieldTableEntry& entry) { return entry.key == key; }) > 0;
}

bool FieldTable::operator==(const FieldTable& other) const { return m_entries == other.m_entries; }

Result<FieldTable, AmqpError> decodeFieldTable(ByteView content)
{
    FieldTable table;
    TableReader reader;
    if (!reader.readTable(content, 1, &table)) return reader.error();
    return table;
}

Status<AmqpError> validateFieldTable(ByteView content)
{
    TableReader reader;
    if (!reader.readTable(content, 1, nullptr)) return reader.error();
    return {};
}

void appendFieldTable(Buffer& to, const FieldTable& table)
{
    WireCursor cursor{to.extend(fieldTableBytes(table))};
    writeFieldTable(cursor, table);
}

std::size_t fieldTableBytes(const FieldTable& table)
{
    return sizeof(std::uint32_t) + contentBytes(table);
}

void writeFieldTable(WireCursor& to, const FieldTable& table)
{
    writeCounted(to, [&] {
        for (const FieldTableEntry& entry : table) {
            to.put(ShortString(entry.key));
            writeValue(to, entry.value);
        }
    });
}

bool isEquivalent(const FieldValue& a, const FieldValue& b)
{
    if (a == b) return true;
    if (const auto number = numberIn(a)) return number == numberIn(b);
    if (const auto number = floatIn(a)) return number == floatIn(b);
    if (const auto* bytes = bytesIn(a)) return bytesIn(b) != nullptr && *bytes == *bytesIn(b);
    return false;
}

std::optional<std::int64_t> integerOf(const FieldValue& value)
{
    return std::visit(
        [](const auto& held) -> std::optional<std::int64_t> {
            using Held = std::remove_cvref_t<decltype(held)>;
            if constexpr (std::is_integral_v<Held> && !std::is_same_v<Held, bool>) {
                return held;
            } else {
                return std::nullopt;
            }
        },
        value.value);
}

std::string_view fieldTypeName(const FieldValue& value)
{
    using namespace std::string_view_literals;
    return std::visit(
        Overloaded{[](const Void&) { return "void"sv; }, [](const bool&) { return "bool"sv; },
                   [](const std::int8_t&) { return "byte"sv; },
                   [](const std::uint8_t&) { return "unsignedbyte"sv; },
                   [](const std::int16_t&) { return "short"sv; },
                   [](const std::uint16_t&) { return "unsignedshort"sv; },
                   [](const std::int32_t&) { return "signedint"sv; },
                   [](const std::uint32_t&) { return "unsignedint"sv; },
                   [](const std::int64_t&) { return "long"sv; },
                   [](const float&) { return "float"sv; }, [](const double&) { return "double"sv; },
                   [](const Decimal&) { return "decimal"sv; },
                   [](const std::string&) { return "longstr"sv; },
                   [](const FieldArray&) { return "array"sv; },
                   [](const Timestamp&) { return "timestamp"sv; },
                   [](const FieldTable&) { return "table"sv; },
                   [](const ByteArray&) { return "binary"sv; }},
        value.value);
}

std::string fieldValueText(const FieldValue& value)
{
    if (const auto* bytes = bytesIn(value)) return *bytes;
    std::string text;
    appendTerm(text, value);
    return text;
}

std::string describeArgument(const FieldValue* value)
{
    if (value == nullptr) return "none";
    return "the value '" + fieldValueText(*value) + "' of type '" +
           std::string(fieldTypeName(*value)) + '\'';
}

}  // namespace warren::amqp
