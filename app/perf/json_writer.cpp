#include "app/perf/json_writer.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace warren::perf {

void JsonWriter::begin(std::string_view key)
{
    if (m_needsComma) m_document += ", ";
    m_needsComma = true;
    if (key.empty()) return;
    append(key);
    m_document += ": ";
}

void JsonWriter::append(std::string_view text)
{
    m_document += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            m_document += '\\';
            m_document += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escaped{};
            std::snprintf(escaped.data(), escaped.size(), "\\u%04x", static_cast<unsigned>(c));
            m_document += escaped.data();
        } else {
            m_document += c;
        }
    }
    m_document += '"';
}

JsonWriter& JsonWriter::beginObject(std::string_view key)
{
    begin(key);
    m_document += '{';
    m_needsComma = false;
    return *this;
}

JsonWriter& JsonWriter::endObject()
{
    m_document += '}';
    m_needsComma = true;
    return *this;
}

JsonWriter& JsonWriter::beginArray(std::string_view key)
{
    begin(key);
    m_document += '[';
    m_needsComma = false;
    return *this;
}

JsonWriter& JsonWriter::endArray()
{
    m_document += ']';
    m_needsComma = true;
    return *this;
}

JsonWriter& JsonWriter::text(std::string_view key, std::string_view value)
{
    begin(key);
    append(value);
    return *this;
}

JsonWriter& JsonWriter::whole(std::string_view key, std::uint64_t value)
{
    begin(key);
    m_document += std::to_string(value);
    return *this;
}

JsonWriter& JsonWriter::real(std::string_view key, double value, int decimals)
{
    begin(key);
    std::array<char, 400> number{};
    std::snprintf(number.data(), number.size(), "%.*f", decimals, std::isfinite(value) ? value : 0);
    m_document += number.data();
    return *this;
}

JsonWriter& JsonWriter::boolean(std::string_view key, bool value)
{
    begin(key);
    m_document += value ? "true" : "false";
    return *this;
}

JsonWriter& JsonWriter::null(std::string_view key)
{
    begin(key);
    m_document += "null";
    return *this;
}

}  // namespace warren::perf
