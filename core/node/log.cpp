#include "core/node/log.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <unistd.h>
#include <utility>

namespace warren::node {

namespace {

constexpr std::array<std::string_view, 6> kSecretKeys{"password", "pass",          "secret",
                                                      "token",    "authorization", "response"};

bool isControl(char c)
{
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f;
}

void appendEscaped(std::string& line, char c)
{
    constexpr std::string_view kHexDigits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    line += "\\x";
    line += kHexDigits[code >> 4];
    line += kHexDigits[code & 0xf];
}

void appendText(std::string& line, std::string_view text)
{
    for (const char c : text) {
        if (isControl(c)) {
            appendEscaped(line, c);
        } else {
            line += c;
        }
    }
}

bool needsQuotes(std::string_view value)
{
    return value.empty() || std::ranges::any_of(value, [](char c) {
               return c == ' ' || c == '"' || c == '=' || c == '\\' || isControl(c);
           });
}

void appendValue(std::string& line, std::string_view value)
{
    if (!needsQuotes(value)) {
        line += value;
        return;
    }
    line += '"';
    for (const char c : value) {
        if (isControl(c)) {
            appendEscaped(line, c);
            continue;
        }
        if (c == '"' || c == '\\') line += '\\';
        line += c;
    }
    line += '"';
}

bool isSecret(std::string_view key)
{
    return std::ranges::find(kSecretKeys, key) != kSecretKeys.end();
}

std::string composeText(std::string_view sentence, std::initializer_list<LogField> fields)
{
    std::string text;
    appendText(text, sentence);
    for (const LogField& field : fields) {
        text += ' ';
        text += field.key;
        text += '=';
        appendValue(text, isSecret(field.key) ? std::string_view{"***"} : field.value);
    }
    if (text.size() > Logger::kLineBytesMax) {
        std::size_t end = Logger::kLineBytesMax;
        // Never cut inside a character of UTF-8.
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
            end -= 1;
        }
        text.resize(end);
        text += " …";
    }
    return text;
}

void writeAll(int descriptor, std::string_view line)
{
    while (!line.empty()) {
        const ssize_t written = ::write(descriptor, line.data(), line.size());
        if (written <= 0) return;  // a log that nobody can read must not stop the broker
        line.remove_prefix(static_cast<std::size_t>(written));
    }
}

}  // namespace

LogField::LogField(std::string_view fieldKey, std::string_view fieldValue)
    : key(fieldKey), value(fieldValue)
{
}

LogField::LogField(std::string_view fieldKey, const char* fieldValue)
    : key(fieldKey), value(fieldValue)
{
}

LogField::LogField(std::string_view fieldKey, const QString& fieldValue)
    : key(fieldKey), value(fieldValue.toStdString())
{
}

LogField::LogField(std::string_view fieldKey, bool fieldValue)
    : key(fieldKey), value(fieldValue ? "true" : "false")
{
}

std::string_view textOf(management::LogLevel level)
{
    switch (level) {
    case management::LogLevel::Debug: return "debug";
    case management::LogLevel::Info: return "info";
    case management::LogLevel::Warning: return "warning";
    case management::LogLevel::Error: return "error";
    }
    return {};
}

Logger::Logger(Level threshold, int descriptor) : m_threshold(threshold), m_descriptor(descriptor)
{
}

void Logger::debug(std::string_view sentence, std::initializer_list<LogField> fields)
{
    write(Level::Debug, sentence, fields);
}

void Logger::info(std::string_view sentence, std::initializer_list<LogField> fields)
{
    write(Level::Info, sentence, fields);
}

void Logger::warning(std::string_view sentence, std::initializer_list<LogField> fields)
{
    write(Level::Warning, sentence, fields);
}

void Logger::error(std::string_view sentence, std::initializer_list<LogField> fields)
{
    write(Level::Error, sentence, fields);
}

std::vector<management::LogRow> Logger::linesAfter(std::uint64_t sequence) const
{
    const std::lock_guard lock(m_mutex);
    const auto first =
        std::ranges::upper_bound(m_lines, sequence, {}, &management::LogRow::sequence);
    return {first, m_lines.end()};
}

std::uint64_t Logger::lastSequence() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastSequence;
}

void Logger::setListener(std::function<void(const management::LogRow&)> listener)
{
    const std::lock_guard lock(m_mutex);
    m_listener = std::move(listener);
}

void Logger::write(Level level, std::string_view sentence, std::initializer_list<LogField> fields)
{
    if (level < m_threshold) return;
    const std::string text = composeText(sentence, fields);

    const std::lock_guard lock(m_mutex);
    const QDateTime now = QDateTime::currentDateTime();
    m_lastSequence += 1;
    m_lines.push_back({m_lastSequence, now, level, QString::fromStdString(text)});
    if (m_lines.size() > kKeptLinesMax) m_lines.pop_front();
    if (m_descriptor >= 0) {
        // With the offset, so that logs of two machines can be laid side by side.
        std::string line =
            now.toOffsetFromUtc(now.offsetFromUtc()).toString(Qt::ISODateWithMs).toStdString();
        line += ' ';
        line += textOf(level);
        line += ' ';
        line += text;
        line += '\n';
        writeAll(m_descriptor, line);
    }
    if (m_listener) m_listener(m_lines.back());
}

}  // namespace warren::node
