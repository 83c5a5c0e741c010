#include "core/node/rabbitmq_conf.h"

#include <QFile>

#include <algorithm>
#include <optional>
#include <utility>

namespace warren::node {

namespace {

constexpr std::string_view kSpaces = " \t";

bool isKeyCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

std::string_view trimmed(std::string_view text)
{
    const std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

/// `a.b\.c` is the key of the parts "a" and "b.c"; the escape is dropped, since no key that has a
/// meaning here could be mistaken for another one without it.
std::optional<std::string> parseKey(std::string_view text)
{
    std::string key;
    bool isPartEmpty = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '.') {
            key += '.';
            i += 1;
            isPartEmpty = false;
        } else if (text[i] == '.') {
            if (isPartEmpty) return std::nullopt;
            key += '.';
            isPartEmpty = true;
        } else if (isKeyCharacter(text[i])) {
            key += text[i];
            isPartEmpty = false;
        } else {
            return std::nullopt;
        }
    }
    if (isPartEmpty) return std::nullopt;
    return key;
}

/// The part of `rest` (what follows the "=") that is the value; empty if there is none.
std::string_view parseValue(std::string_view rest)
{
    const std::string_view text = trimmed(rest);
    if (text.starts_with('\'')) {
        const std::size_t end = text.find('\'', 1);
        if (end != std::string_view::npos) {
            const std::string_view behind = trimmed(text.substr(end + 1));
            if (behind.empty() || behind.starts_with('#')) return text.substr(1, end - 1);
        }
    }
    return trimmed(text.substr(0, text.find('#')));
}

}  // namespace

Result<std::vector<ConfSetting>, ConfError> parseConf(std::string_view text)
{
    std::vector<ConfSetting> settings;
    std::size_t lineNumber = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view line = text.substr(begin, end - begin);
        begin = end + 1;
        lineNumber += 1;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) continue;

        const std::size_t equals = line.find('=');
        if (equals == std::string_view::npos) return ConfError{lineNumber, "expected key = value"};
        const auto key = parseKey(trimmed(line.substr(0, equals)));
        if (!key) return ConfError{lineNumber, "expected a key in front of the ="};
        const std::string_view value = parseValue(line.substr(equals + 1));
        if (value.empty()) return ConfError{lineNumber, "expected a value for '" + *key + "'"};
        settings.push_back({*key, std::string(value), lineNumber});
    }
    return settings;
}

Result<std::vector<IgnoredSetting>, std::string> loadConfFile(const QString& path,
                                                              NodeConfig& config)
{
    const std::string name = path.toStdString();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return "cannot read the configuration file " + name + ": " +
               file.errorString().toStdString();
    }
    const QByteArray bytes = file.read(kConfBytesMax + 1);
    if (bytes.size() > kConfBytesMax) {
        return "the configuration file " + name + " is larger than 1 MiB";
    }
    const auto describe = [&name](const ConfError& error) {
        const std::string place = error.line == 0 ? name : name + ':' + std::to_string(error.line);
        return place + ": " + error.text;
    };
    const auto settings = parseConf({bytes.constData(), static_cast<std::size_t>(bytes.size())});
    if (!settings) return describe(settings.error());
    auto ignored = applyConf(*settings, config);
    if (!ignored) return describe(ignored.error());
    return std::move(*ignored);
}

}  // namespace warren::node
