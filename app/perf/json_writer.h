#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warren::perf {

/// Writes one JSON document into a string, value by value; the caller keeps the order of calls
/// right. Text that is no UTF-8 is the caller's fault; control characters are escaped.
class JsonWriter {
public:
    /// @param key  left out (empty) inside an array and for the document itself
    JsonWriter& beginObject(std::string_view key = {});
    JsonWriter& endObject();
    JsonWriter& beginArray(std::string_view key = {});
    JsonWriter& endArray();

    JsonWriter& text(std::string_view key, std::string_view value);
    JsonWriter& whole(std::string_view key, std::uint64_t value);
    /// With `decimals` digits behind the point.
    JsonWriter& real(std::string_view key, double value, int decimals = 3);
    JsonWriter& boolean(std::string_view key, bool value);
    JsonWriter& null(std::string_view key);

    const std::string& document() const { return m_document; }

private:
    void begin(std::string_view key);
    void append(std::string_view text);

    std::string m_document;
    bool m_needsComma = false;
};

}  // namespace warren::perf
