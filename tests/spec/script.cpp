#include "tests/spec/script.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>
#include <utility>

namespace warren::spec {

namespace {

constexpr std::size_t kValueDepthMax = 100;

bool isBare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_./:@#$-+*").find(c) != std::string_view::npos;
}

int hexDigit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Reads one line from left to right. The first mistake is kept in `error`; after it every read
/// fails.
class LineReader {
public:
    explicit LineReader(std::string_view line) : m_rest(line) {}

    const std::string& error() const { return m_error; }
    bool isFailed() const { return !m_error.empty(); }
    void fail(std::string text)
    {
        if (m_error.empty()) m_error = std::move(text);
        m_rest = {};
    }

    bool isAtEnd()
    {
        skipSpace();
        return m_rest.empty();
    }
    bool take(std::string_view token)
    {
        skipSpace();
        if (!m_rest.starts_with(token)) return false;
        m_rest.remove_prefix(token.size());
        return true;
    }
    void need(std::string_view token)
    {
        if (!take(token)) fail("'" + std::string(token) + "' expected");
    }
    /// A run of characters up to space; empty at the end.
    std::string_view word()
    {
        skipSpace();
        const std::string_view word = m_rest.substr(0, m_rest.find(' '));
        m_rest.remove_prefix(word.size());
        return word;
    }
    /// A word that needs no quotes. @param end  a character that ends it as well
    std::string_view bareWord(char end = ' ')
    {
        skipSpace();
        std::size_t length = 0;
        while (length < m_rest.size() && isBare(m_rest[length]) && m_rest[length] != end) {
            length += 1;
        }
        const std::string_view word = m_rest.substr(0, length);
        m_rest.remove_prefix(length);
        if (word.empty()) fail("a word expected");
        return word;
    }
    std::uint64_t number()
    {
        const std::string_view digits = m_rest.substr(0, m_rest.find_first_not_of("0123456789"));
        std::uint64_t value = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value);
        if (digits.empty() || failure != std::errc{}) fail("a number expected");
        m_rest.remove_prefix(std::min(digits.size(), m_rest.size()));
        return value;
    }
    /// "FIRST..LAST"
    std::pair<std::uint64_t, std::uint64_t> range()
    {
        skipSpace();
        const std::uint64_t first = number();
        need("..");
        return {first, number()};
    }
    std::string text()
    {
        skipSpace();
        return m_rest.starts_with('"') ? quoted() : std::string(bareWord());
    }
    Value value(std::size_t depth = 0)
    {
        skipSpace();
        if (depth > kValueDepthMax) fail("nested too deep");
        if (take("{")) return table(depth);
        if (take("[")) return array(depth);
        if (m_rest.starts_with('"')) return {.text = quoted()};
        const std::string_view word = bareWord();
        if (word == "*") return {.kind = Value::Kind::Any};
        return {.text = std::string(word)};
    }
    std::vector<Field> fields()
    {
        std::vector<Field> fields;
        while (!isFailed() && !isAtEnd()) {
            std::string name(bareWord());
            if (m_rest.starts_with("~=")) {
                m_rest.remove_prefix(2);
                fields.push_back({std::move(name), {.kind = Value::Kind::Glob, .text = text()}});
            } else if (m_rest.starts_with('=')) {
                m_rest.remove_prefix(1);
                fields.push_back({std::move(name), value()});
            } else {
                fields.push_back({std::move(name), {.text = "true"}});
            }
        }
        return fields;
    }
    /// Bytes up to the end of the line: pairs of hexadecimal digits and quoted text.
    std::string bytes()
    {
        std::string bytes;
        while (!isFailed() && !isAtEnd()) {
            if (m_rest.starts_with('"')) {
                bytes += quoted();
                continue;
            }
            const int high = hexDigit(m_rest[0]);
            const int low = m_rest.size() > 1 ? hexDigit(m_rest[1]) : -1;
            if (high < 0 || low < 0) {
                fail("bytes expected: pairs of hexadecimal digits or \"text\"");
                break;
            }
            bytes += static_cast<char>(high * 16 + low);
            m_rest.remove_prefix(2);
        }
        return bytes;
    }
    /// "3" or "b:3"
    void place(Step& step)
    {
        const std::string_view word = this->word();
        const std::size_t colon = word.find(':');
        step.connection = colon == std::string_view::npos ? "a" : word.substr(0, colon);
        LineReader channel(colon == std::string_view::npos ? word : word.substr(colon + 1));
        const std::uint64_t number = channel.number();
        if (channel.isFailed() || number > 0xFFFF) fail("a channel expected: N or CONNECTION:N");
        step.channel = static_cast<std::uint16_t>(number);
    }

private:
    void skipSpace()
    {
        m_rest.remove_prefix(std::min(m_rest.find_first_not_of(' '), m_rest.size()));
    }
    std::string quoted()
    {
        std::string text;
        m_rest.remove_prefix(1);
        for (;;) {
            if (m_rest.empty()) {
                fail("closing quote expected");
                return text;
            }
            const char c = m_rest[0];
            m_rest.remove_prefix(1);
            if (c == '"') return text;
            text += c == '\\' ? escape() : c;
        }
    }
    char escape()
    {
        const char c = m_rest.empty() ? '\0' : m_rest[0];
        m_rest.remove_prefix(std::min<std::size_t>(1, m_rest.size()));
        if (c == '"' || c == '\\') return c;
        if (c == 'n') return '\n';
        const int high = m_rest.size() < 2 ? -1 : hexDigit(m_rest[0]);
        const int low = m_rest.size() < 2 ? -1 : hexDigit(m_rest[1]);
        if (c != 'x' || high < 0 || low < 0) {
            fail("unknown escape; there are \\\" \\\\ \\n \\xHH");
            return '\0';
        }
        m_rest.remove_prefix(2);
        return static_cast<char>(high * 16 + low);
    }
    ValueEntry typedValue(std::string key, std::size_t depth)
    {
        skipSpace();
        ValueEntry entry{.key = std::move(key), .value = {}};
        const std::string_view type = bareWord();
        if (type == "*") {
            entry.value = {.kind = Value::Kind::Any};
            return entry;
        }
        if (type.size() != 1) fail("the letter of a wire type expected");
        if (!type.empty()) entry.type = type[0];
        if (entry.type != 'V') entry.value = value(depth + 1);
        return entry;
    }
    Value table(std::size_t depth)
    {
        Value table{.kind = Value::Kind::Table};
        while (!isFailed() && !take("}")) {
            if (take("...")) {
                table.isOpen = true;
            } else {
                skipSpace();
                std::string key = m_rest.starts_with('"') ? quoted() : std::string(bareWord(':'));
                need(":");
                table.entries.push_back(typedValue(std::move(key), depth));
            }
            if (!take(",") && !m_rest.starts_with('}')) fail("',' or '}' expected");
        }
        return table;
    }
    Value array(std::size_t depth)
    {
        Value array{.kind = Value::Kind::Array};
        while (!isFailed() && !take("]")) {
            array.entries.push_back(typedValue({}, depth));
            if (!take(",") && !m_rest.starts_with(']')) fail("',' or ']' expected");
        }
        return array;
    }

    std::string_view m_rest;
    std::string m_error;
};

void readExpectation(LineReader& line, Step& step)
{
    const std::string_view what = line.word();
    if (what == "close") {
        step.verb = Step::Verb::ExpectClose;
        step.connection = line.isAtEnd() ? "a" : std::string(line.word());
    } else if (what == "bytes") {
        step.verb = Step::Verb::ExpectBytes;
        step.connection = "a";
        step.bytes = line.bytes();
    } else {
        line.fail("'expect close' or 'expect bytes' expected");
    }
}

/// The step that `line` is, but for `repeat`.
Step readStep(LineReader& line, std::string_view verb)
{
    Step step;
    step.connection = "a";
    if (verb == "C" || verb == "S") {
        step.verb = verb == "C" ? Step::Verb::Send : Step::Verb::Expect;
        line.place(step);
        step.method = line.word();
        step.fields = line.fields();
    } else if (verb == "H") {
        step.verb = Step::Verb::SendHeader;
        line.place(step);
        step.fields = line.fields();
    } else if (verb == "B") {
        step.verb = Step::Verb::SendBody;
        line.place(step);
        step.bytes = line.text();
    } else if (verb == "frame") {
        step.verb = Step::Verb::SendFrame;
        line.place(step);
        line.isAtEnd();  // skips the space
        step.frameType = static_cast<std::uint8_t>(line.number());
        step.bytes = line.bytes();
    } else if (verb == "bytes") {
        step.verb = Step::Verb::SendBytes;
        step.bytes = line.bytes();
    } else if (verb == "connect") {
        step.verb = Step::Verb::Connect;
        step.connection = line.word();
        step.fields = line.fields();
    } else if (verb == "socket" || verb == "disconnect") {
        step.verb = verb == "socket" ? Step::Verb::Socket : Step::Verb::Disconnect;
        step.connection = line.word();
    } else if (verb == "expect") {
        readExpectation(line, step);
    } else if (verb == "wait") {
        step.verb = Step::Verb::Wait;
        line.isAtEnd();  // skips the space
        step.first = line.number();
        line.need("ms");
    } else if (verb == "admin") {
        step.verb = Step::Verb::Admin;
        step.method = line.word();
        step.fields = line.fields();
    } else if (verb == "confirms") {
        step.verb = Step::Verb::ExpectConfirms;
        line.place(step);
        std::tie(step.first, step.last) = line.range();
    } else {
        line.fail("unknown command '" + std::string(verb) + "'");
    }
    return step;
}

/// Puts the lines of a script together, one after the other.
class ScriptReader {
public:
    /// @returns what is wrong with the line, or nothing
    std::string read(std::size_t index, std::string_view text)
    {
        LineReader line(text);
        if (line.isAtEnd() || line.take("#")) return {};

        std::string product;
        if (line.take("[")) {
            const std::string_view word = line.word();
            if (!word.ends_with(']')) return "']' expected";
            product = word.substr(0, word.size() - 1);
        }
        const std::string_view verb = line.word();
        if (verb == "test") {
            if (m_repeat) return "'end' missing";
            m_script.cases.push_back({.name = std::string(line.word()), .line = index});
        } else if (m_script.cases.empty()) {
            return "'test NAME' expected";
        } else if (verb == "raw") {
            m_script.cases.back().startsConnected = false;
        } else if (verb == "rule") {
            m_script.cases.back().rules.emplace_back(line.word());
        } else if (verb == "needs") {
            m_script.cases.back().needs.emplace_back(line.word());
        } else if (verb == "end") {
            if (!m_repeat) return "'end' without 'repeat'";
            addStep(*std::exchange(m_repeat, std::nullopt));
        } else if (verb == "repeat") {
            if (m_repeat) return "'repeat' inside 'repeat'";
            Step step;
            step.verb = Step::Verb::Repeat;
            step.line = index;
            step.variable = line.word();
            std::tie(step.first, step.last) = line.range();
            m_repeat = std::move(step);
        } else {
            Step step = readStep(line, verb);
            step.line = index;
            step.product = std::move(product);
            if (m_repeat) {
                m_repeat->steps.push_back(std::move(step));
            } else {
                addStep(std::move(step));
            }
        }
        if (!m_script.cases.empty()) m_script.cases.back().endLine = index + 1;
        if (!line.isFailed() && !line.isAtEnd()) line.fail("something is left over");
        return line.error();
    }

    bool isInRepeat() const { return m_repeat.has_value(); }
    Script& script() { return m_script; }

private:
    void addStep(Step step) { m_script.cases.back().steps.push_back(std::move(step)); }

    Script m_script;
    std::optional<Step> m_repeat;
};

}  // namespace

Result<Script, ScriptError> parseScript(std::string_view text)
{
    ScriptReader reader;
    std::vector<std::string>& lines = reader.script().lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::string error = reader.read(lines.size() - 1, lines.back());
        if (!error.empty()) return ScriptError{.line = lines.size(), .text = error};
    }
    if (reader.isInRepeat()) return ScriptError{.line = lines.size(), .text = "'end' missing"};
    return std::move(reader.script());
}

std::string formatText(std::string_view text)
{
    const bool canBeBare = !text.empty() && text != "*" && text[0] != '#' &&
                           text.find('$') == std::string_view::npos &&
                           text.find(':') == std::string_view::npos &&
                           std::all_of(text.begin(), text.end(), isBare);
    if (canBeBare) return std::string(text);

    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (c == '\n') {
            quoted += "\\n";
        } else if (code < 0x20 || code == 0x7F) {
            quoted += "\\x";
            quoted += kDigits[code >> 4];
            quoted += kDigits[code & 0xF];
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

}  // namespace warren::spec
