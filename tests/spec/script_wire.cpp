#include "tests/spec/script_wire.h"

#include "core/amqp/frame_writer.h"
#include "core/amqp/method_codec.h"
#include "core/amqp/methods.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <limits>
#include <type_traits>

namespace warren::spec {

namespace {

/// Every method with the names of its arguments. The words of the specification, shortened where
/// it says code-of-what twice.
const std::map<std::string_view, std::vector<std::string_view>>& methodTable()
{
    static const std::map<std::string_view, std::vector<std::string_view>> table{
        {"connection.start",
         {"version-major", "version-minor", "server-properties", "mechanisms", "locales"}},
        {"connection.start-ok", {"client-properties", "mechanism", "response", "locale"}},
        {"connection.secure", {"challenge"}},
        {"connection.secure-ok", {"response"}},
        {"connection.tune", {"channel-max", "frame-max", "heartbeat"}},
        {"connection.tune-ok", {"channel-max", "frame-max", "heartbeat"}},
        {"connection.open", {"virtual-host", "reserved-1", "reserved-2"}},
        {"connection.open-ok", {"reserved-1"}},
        {"connection.close", {"code", "text", "class", "method"}},
        {"connection.close-ok", {}},
        {"connection.blocked", {"reason"}},
        {"connection.unblocked", {}},
        {"connection.update-secret", {"new-secret", "reason"}},
        {"connection.update-secret-ok", {}},
        {"channel.open", {"reserved-1"}},
        {"channel.open-ok", {"reserved-1"}},
        {"channel.flow", {"active"}},
        {"channel.flow-ok", {"active"}},
        {"channel.close", {"code", "text", "class", "method"}},
        {"channel.close-ok", {}},
        {"access.request", {"realm", "exclusive", "passive", "active", "write", "read"}},
        {"access.request-ok", {"ticket"}},
        {"exchange.declare",
         {"ticket", "exchange", "type", "passive", "durable", "auto-delete", "internal", "no-wait",
          "arguments"}},
        {"exchange.declare-ok", {}},
        {"exchange.delete", {"ticket", "exchange", "if-unused", "no-wait"}},
        {"exchange.delete-ok", {}},
        {"exchange.bind",
         {"ticket", "destination", "source", "routing-key", "no-wait", "arguments"}},
        {"exchange.bind-ok", {}},
        {"exchange.unbind",
         {"ticket", "destination", "source", "routing-key", "no-wait", "arguments"}},
        {"exchange.unbind-ok", {}},
        {"queue.declare",
         {"ticket", "queue", "passive", "durable", "exclusive", "auto-delete", "no-wait",
          "arguments"}},
        {"queue.declare-ok", {"queue", "message-count", "consumer-count"}},
        {"queue.bind", {"ticket", "queue", "exchange", "routing-key", "no-wait", "arguments"}},
        {"queue.bind-ok", {}},
        {"queue.purge", {"ticket", "queue", "no-wait"}},
        {"queue.purge-ok", {"message-count"}},
        {"queue.delete", {"ticket", "queue", "if-unused", "if-empty", "no-wait"}},
        {"queue.delete-ok", {"message-count"}},
        {"queue.unbind", {"ticket", "queue", "exchange", "routing-key", "arguments"}},
        {"queue.unbind-ok", {}},
        {"basic.qos", {"prefetch-size", "prefetch-count", "global"}},
        {"basic.qos-ok", {}},
        {"basic.consume",
         {"ticket", "queue", "consumer-tag", "no-local", "no-ack", "exclusive", "no-wait",
          "arguments"}},
        {"basic.consume-ok", {"consumer-tag"}},
        {"basic.cancel", {"consumer-tag", "no-wait"}},
        {"basic.cancel-ok", {"consumer-tag"}},
        {"basic.publish", {"ticket", "exchange", "routing-key", "mandatory", "immediate"}},
        {"basic.return", {"code", "text", "exchange", "routing-key"}},
        {"basic.deliver",
         {"consumer-tag", "delivery-tag", "redelivered", "exchange", "routing-key"}},
        {"basic.get", {"ticket", "queue", "no-ack"}},
        {"basic.get-ok",
         {"delivery-tag", "redelivered", "exchange", "routing-key", "message-count"}},
        {"basic.get-empty", {"reserved-1"}},
        {"basic.ack", {"delivery-tag", "multiple"}},
        {"basic.reject", {"delivery-tag", "requeue"}},
        {"basic.recover-async", {"requeue"}},
        {"basic.recover", {"requeue"}},
        {"basic.recover-ok", {}},
        {"basic.nack", {"delivery-tag", "multiple", "requeue"}},
        {"tx.select", {}},
        {"tx.select-ok", {}},
        {"tx.commit", {}},
        {"tx.commit-ok", {}},
        {"tx.rollback", {}},
        {"tx.rollback-ok", {}},
        {"confirm.select", {"no-wait"}},
        {"confirm.select-ok", {}},
    };
    return table;
}

constexpr std::string_view kPropertyPrefix = "prop.";
/// Fields of a line that are no arguments of the method.
constexpr std::string_view kContentFields[] = {"body", "body-bytes", "no-content"};

bool isContentField(std::string_view name)
{
    return name.starts_with(kPropertyPrefix) ||
           std::find(std::begin(kContentFields), std::end(kContentFields), name) !=
               std::end(kContentFields);
}

/// Calls `use(method)` with a default-constructed struct of the method with this name.
template <std::size_t index = 0, typename Use>
bool withMethod(std::string_view name, Use use)
{
    if constexpr (index == std::variant_size_v<amqp::Method>) {
        return false;
    } else {
        using M = std::variant_alternative_t<index, amqp::Method>;
        if (M::kName != name) return withMethod<index + 1>(name, use);
        use(M{});
        return true;
    }
}

template <typename Number>
std::optional<Number> parseNumber(std::string_view text)
{
    Number number{};
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<bool> parseBool(std::string_view text)
{
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

const Field* findField(const std::vector<Field>& fields, std::string_view name)
{
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field& field) { return field.name == name; });
    return found == fields.end() ? nullptr : &*found;
}

constexpr std::string_view kLetters = "letters:";

Result<std::string, Mismatch> letters(std::string_view count)
{
    const auto bytes = parseNumber<std::size_t>(count);
    if (!bytes) return Mismatch{.text = "a number expected after ${letters:"};
    return generatedText(*bytes);
}

Mismatch badValue(std::string_view what, const Value& value)
{
    return {.text = "'" + value.text + "' is no " + std::string(what)};
}

template <typename Number>
Result<amqp::FieldValue, Mismatch> numberValue(const Value& value, const std::string& text)
{
    const auto number = parseNumber<Number>(text);
    if (!number) return badValue("number of this type", value);
    return amqp::FieldValue(*number);
}

Result<amqp::FieldValue, Mismatch> fieldValueOf(const ValueEntry& entry, const Variables& variables)
{
    const Value& value = entry.value;
    auto expanded = expand(value.text, variables);
    if (!expanded) return expanded.error();
    const std::string& text = *expanded;
    switch (entry.type) {
    case 'V': return amqp::FieldValue(amqp::Void{});
    case 't': {
        const auto flag = parseBool(text);
        if (!flag) return badValue("truth value", value);
        return amqp::FieldValue(*flag);
    }
    case 'b': return numberValue<std::int8_t>(value, text);
    case 'B': return numberValue<std::uint8_t>(value, text);
    case 's': return numberValue<std::int16_t>(value, text);
    case 'u': return numberValue<std::uint16_t>(value, text);
    case 'I': return numberValue<std::int32_t>(value, text);
    case 'i': return numberValue<std::uint32_t>(value, text);
    case 'l': return numberValue<std::int64_t>(value, text);
    case 'f': return numberValue<float>(value, text);
    case 'd': return numberValue<double>(value, text);
    case 'S': return amqp::FieldValue(text);
    case 'x': return amqp::FieldValue(amqp::ByteArray{text});
    case 'T': {
        const auto seconds = parseNumber<std::uint64_t>(text);
        if (!seconds) return badValue("timestamp", value);
        return amqp::FieldValue(amqp::Timestamp{*seconds});
    }
    case 'D': {
        const std::size_t slash = text.find('/');
        const auto number = parseNumber<std::uint32_t>(std::string_view(text).substr(0, slash));
        const auto scale =
            slash == std::string::npos
                ? std::optional<std::uint8_t>(0)
                : parseNumber<std::uint8_t>(std::string_view(text).substr(slash + 1));
        if (!number || !scale) return badValue("decimal (VALUE/SCALE)", value);
        return amqp::FieldValue(amqp::Decimal{.scale = *scale, .value = *number});
    }
    case 'F': {
        auto table = tableOf(value, variables);
        if (!table) return table.error();
        return amqp::FieldValue(std::move(*table));
    }
    case 'A': {
        amqp::FieldArray array;
        for (const ValueEntry& item : value.entries) {
            auto element = fieldValueOf(item, variables);
            if (!element) return element.error();
            array.push_back(std::move(*element));
        }
        return amqp::FieldValue(std::move(array));
    }
    default: return Mismatch{.text = std::string("'") + entry.type + "' is no wire type"};
    }
}

/// Assigns what a script says to an argument. Strings go to `strings`, since methods borrow them.
template <typename Argument>
Status<Mismatch> assign(Argument& argument, const Value& value, const Variables& variables,
                        std::deque<std::string>& strings)
{
    if constexpr (std::is_same_v<Argument, amqp::FieldTable>) {
        auto table = tableOf(value, variables);
        if (!table) return table.error();
        argument = std::move(*table);
    } else {
        if (value.kind != Value::Kind::Text) return Mismatch{.text = "a plain value expected"};
        auto text = expand(value.text, variables);
        if (!text) return text.error();
        if constexpr (std::is_same_v<Argument, bool>) {
            const auto flag = parseBool(*text);
            if (!flag) return badValue("truth value", value);
            argument = *flag;
        } else if constexpr (std::is_unsigned_v<Argument>) {
            const auto number = parseNumber<Argument>(*text);
            if (!number) return badValue("number of this type", value);
            argument = *number;
        } else {
            strings.push_back(std::move(*text));
            if (Argument::kLengthBytes == 1 && strings.back().size() > 255) {
                return Mismatch{.text = "longer than a short string"};
            }
            argument = strings.back();
        }
    }
    return {};
}

template <typename M, std::size_t index>
Status<Mismatch> assignArgument(M& method, const std::vector<Field>& fields,
                                const Variables& variables, std::deque<std::string>& strings)
{
    auto& argument = method.*std::get<index>(M::kFields);
    argument = {};
    const std::string_view name = (*argumentNames(M::kName))[index];
    const Field* field = findField(fields, name);
    if (field == nullptr) return {};
    auto status = assign(argument, field->value, variables, strings);
    if (status) return {};
    return Mismatch{.text = std::string(name) + ": " + status.error().text};
}

template <typename Argument>
WireValue wireValue(const Argument& argument)
{
    if constexpr (std::is_same_v<Argument, bool> || std::is_same_v<Argument, amqp::FieldTable>) {
        return argument;
    } else if constexpr (std::is_unsigned_v<Argument>) {
        return std::uint64_t{argument};
    } else {
        return std::string(argument);
    }
}

/// Calls `visit(name, member)` for every property.
template <typename PropertiesType, typename Visit>
void forEachProperty(PropertiesType& properties, Visit visit)
{
    visit("prop.content-type", properties.contentType);
    visit("prop.content-encoding", properties.contentEncoding);
    visit("prop.headers", properties.headers);
    visit("prop.delivery-mode", properties.deliveryMode);
    visit("prop.priority", properties.priority);
    visit("prop.correlation-id", properties.correlationId);
    visit("prop.reply-to", properties.replyTo);
    visit("prop.expiration", properties.expiration);
    visit("prop.message-id", properties.messageId);
    visit("prop.timestamp", properties.timestamp);
    visit("prop.type", properties.type);
    visit("prop.user-id", properties.userId);
    visit("prop.app-id", properties.appId);
    visit("prop.cluster-id", properties.clusterId);
}

Status<Mismatch> assignProperty(std::optional<std::string>& to, const Value& value,
                                const Variables& variables)
{
    auto text = expand(value.text, variables);
    if (!text) return text.error();
    to = std::move(*text);
    return {};
}
Status<Mismatch> assignProperty(std::optional<std::uint8_t>& to, const Value& value,
                                const Variables&)
{
    to = parseNumber<std::uint8_t>(value.text);
    if (!to) return badValue("octet", value);
    return {};
}
Status<Mismatch> assignProperty(std::optional<amqp::Timestamp>& to, const Value& value,
                                const Variables&)
{
    const auto seconds = parseNumber<std::uint64_t>(value.text);
    if (!seconds) return badValue("timestamp", value);
    to = amqp::Timestamp{*seconds};
    return {};
}
Status<Mismatch> assignProperty(std::optional<amqp::FieldTable>& to, const Value& value,
                                const Variables& variables)
{
    auto table = tableOf(value, variables);
    if (!table) return table.error();
    to = std::move(*table);
    return {};
}

WireValue propertyValue(const std::string& text) { return text; }
WireValue propertyValue(std::uint8_t number) { return std::uint64_t{number}; }
WireValue propertyValue(amqp::Timestamp timestamp) { return timestamp.seconds; }
WireValue propertyValue(const amqp::FieldTable& table) { return table; }

bool matchesGlob(std::string_view glob, std::string_view text)
{
    const std::size_t star = glob.find('*');
    if (star == std::string_view::npos) return glob == text;
    if (!text.starts_with(glob.substr(0, star))) return false;
    text.remove_prefix(star);
    const std::string_view rest = glob.substr(star + 1);
    for (std::size_t skip = 0; skip <= text.size(); ++skip) {
        if (matchesGlob(rest, text.substr(skip))) return true;
    }
    return false;
}

bool matchesText(const Value& wanted, std::string_view got, Variables& variables)
{
    const bool isVariable =
        wanted.text.size() > 1 && wanted.text[0] == '$' && wanted.text[1] != '{';
    if (isVariable && !variables.contains(wanted.text.substr(1))) {
        variables.emplace(wanted.text.substr(1), got);
        return true;
    }
    const auto text = expand(wanted.text, variables);
    if (!text) return false;
    return wanted.kind == Value::Kind::Glob ? matchesGlob(*text, got) : *text == got;
}

char typeLetter(const amqp::FieldValue& value)
{
    constexpr std::string_view kTypeLetters = "VtbBsuIilfdDSATFx";
    static_assert(kTypeLetters.size() == std::variant_size_v<amqp::FieldValue::Variant>);
    return kTypeLetters[value.value.index()];
}

template <typename Number>
std::string formatNumber(Number number)
{
    char digits[64];
    const auto [end, failure] = std::to_chars(digits, digits + sizeof digits, number);
    return {digits, end};
}

std::string formatString(std::string_view text, const Variables& variables);
std::string formatTable(const amqp::FieldTable& table, const Variables& variables);

std::string formatElement(const amqp::FieldValue& value, const Variables& variables)
{
    const std::string text = std::visit(
        [&](const auto& exact) -> std::string {
            using T = std::remove_cvref_t<decltype(exact)>;
            if constexpr (std::is_same_v<T, amqp::Void>) {
                return {};
            } else if constexpr (std::is_same_v<T, bool>) {
                return exact ? " true" : " false";
            } else if constexpr (std::is_arithmetic_v<T>) {
                return ' ' + formatNumber(exact);
            } else if constexpr (std::is_same_v<T, amqp::Decimal>) {
                return ' ' + formatNumber(exact.value) + '/' + formatNumber(exact.scale);
            } else if constexpr (std::is_same_v<T, amqp::Timestamp>) {
                return ' ' + formatNumber(exact.seconds);
            } else if constexpr (std::is_same_v<T, amqp::ByteArray>) {
                return ' ' + formatString(exact.bytes, variables);
            } else if constexpr (std::is_same_v<T, std::string>) {
                return ' ' + formatString(exact, variables);
            } else if constexpr (std::is_same_v<T, amqp::FieldTable>) {
                return ' ' + formatTable(exact, variables);
            } else {
                std::string array;
                for (const amqp::FieldValue& element : exact) {
                    if (!array.empty()) array += ", ";
                    array += formatElement(element, variables);
                }
                return " [" + array + "]";
            }
        },
        value.value);
    return typeLetter(value) + text;
}

std::string formatTable(const amqp::FieldTable& table, const Variables& variables)
{
    std::string text;
    for (const amqp::FieldTableEntry& entry : table) {
        if (!text.empty()) text += ", ";
        text += formatText(entry.key) + ": " + formatElement(entry.value, variables);
    }
    return "{" + text + "}";
}

std::string formatString(std::string_view text, const Variables& variables)
{
    std::string withNames(text);
    for (const auto& [name, value] : variables) {
        if (value.size() < 4) continue;  // counters and the like: they would match by accident
        if (value == text) return "$" + name;
        for (std::size_t at; (at = withNames.find(value)) != std::string::npos;) {
            withNames.replace(at, value.size(), "${" + name + "}");
        }
    }
    return formatText(withNames);
}

bool matchesTable(const Value& wanted, const amqp::FieldTable& got, Variables& variables);

bool matchesElement(const ValueEntry& wanted, const amqp::FieldValue& got, Variables& variables)
{
    if (wanted.type != '*' && wanted.type != typeLetter(got)) return false;
    if (wanted.value.kind == Value::Kind::Any || wanted.type == 'V') return true;
    if (const auto* table = got.as<amqp::FieldTable>()) {
        return matchesTable(wanted.value, *table, variables);
    }
    if (const auto* array = got.as<amqp::FieldArray>()) {
        return wanted.value.kind == Value::Kind::Array &&
               std::equal(wanted.value.entries.begin(), wanted.value.entries.end(), array->begin(),
                          array->end(), [&](const ValueEntry& a, const amqp::FieldValue& b) {
                              return matchesElement(a, b, variables);
                          });
    }
    if (const auto* text = got.as<std::string>()) {
        return matchesText(wanted.value, *text, variables);
    }
    const auto value = fieldValueOf(wanted, variables);
    return value && *value == got;
}

bool matchesTable(const Value& wanted, const amqp::FieldTable& got, Variables& variables)
{
    if (wanted.kind != Value::Kind::Table) return false;
    if (!wanted.isOpen) {
        return std::equal(wanted.entries.begin(), wanted.entries.end(), got.begin(), got.end(),
                          [&](const ValueEntry& a, const amqp::FieldTableEntry& b) {
                              return a.key == b.key && matchesElement(a, b.value, variables);
                          });
    }
    return std::all_of(wanted.entries.begin(), wanted.entries.end(), [&](const ValueEntry& entry) {
        const amqp::FieldValue* value = got.find(entry.key);
        return value != nullptr && matchesElement(entry, *value, variables);
    });
}

}  // namespace

const std::vector<std::string_view>* argumentNames(std::string_view method)
{
    const auto found = methodTable().find(method);
    return found == methodTable().end() ? nullptr : &found->second;
}

bool hasContent(std::string_view method)
{
    bool has = false;
    (void)withMethod(method, [&]<typename M>(const M&) { has = amqp::kHasContent<M>; });
    return has;  // false for what is no method
}

Status<Mismatch> appendMethodFrame(Buffer& to, ChannelNumber channel, std::string_view method,
                                   const std::vector<Field>& fields, const Variables& variables)
{
    const auto* names = argumentNames(method);
    if (names == nullptr) return Mismatch{.text = "unknown method '" + std::string(method) + "'"};
    for (const Field& field : fields) {
        const bool isKnown = std::find(names->begin(), names->end(), field.name) != names->end();
        if (isKnown || (hasContent(method) && isContentField(field.name))) continue;
        return Mismatch{.text = std::string(method) + " has no '" + field.name + "'"};
    }

    Status<Mismatch> status;
    (void)withMethod(method, [&]<typename M>(M exact) {  // it is there: it has names
        std::deque<std::string> strings;
        const auto assignOne = [&]<std::size_t index>(std::integral_constant<std::size_t, index>) {
            if (status) status = assignArgument<M, index>(exact, fields, variables, strings);
        };
        [&]<std::size_t... index>(std::index_sequence<index...>)
        {
            (assignOne(std::integral_constant<std::size_t, index>{}), ...);
        }
        (std::make_index_sequence<amqp::kFieldCount<M>>{});
        if (status) amqp::appendMethod(to, channel, exact);
    });
    return status;
}

Result<amqp::FieldTable, Mismatch> tableOf(const Value& value, const Variables& variables)
{
    if (value.kind != Value::Kind::Table || value.isOpen) return badValue("table", value);
    amqp::FieldTable table;
    for (const ValueEntry& entry : value.entries) {
        auto element = fieldValueOf(entry, variables);
        if (!element) return element.error();
        table.append(entry.key, std::move(*element));
    }
    return table;
}

Result<WireMethod, Mismatch> readMethod(ByteView payload)
{
    const auto decoded = amqp::decodeMethod(payload);
    if (!decoded) return Mismatch{.text = "not a method: " + amqp::replyText(decoded.error())};
    return std::visit(
        []<typename M>(const M& exact) {
            WireMethod method{.name = M::kName, .fields = {}};
            const auto& names = *argumentNames(M::kName);
            [&]<std::size_t... index>(std::index_sequence<index...>)
            {
                (method.fields.push_back(
                     {names[index], wireValue(exact.*std::get<index>(M::kFields))}),
                 ...);
            }
            (std::make_index_sequence<amqp::kFieldCount<M>>{});
            return method;
        },
        *decoded);
}

Result<amqp::Properties, Mismatch> propertiesOf(const std::vector<Field>& fields,
                                                const Variables& variables)
{
    amqp::Properties properties;
    for (const Field& field : fields) {
        if (!field.name.starts_with(kPropertyPrefix)) continue;
        Status<Mismatch> status = Mismatch{.text = "no property '" + field.name + "'"};
        forEachProperty(properties, [&](std::string_view name, auto& member) {
            if (name == field.name) status = assignProperty(member, field.value, variables);
        });
        if (!status) return status.error();
    }
    return properties;
}

std::vector<WireField> fieldsOf(const amqp::Properties& properties)
{
    std::vector<WireField> fields;
    forEachProperty(properties, [&](std::string_view name, const auto& member) {
        if (member) fields.push_back({name, propertyValue(*member)});
    });
    return fields;
}

bool matches(const Value& wanted, const WireValue& got, Variables& variables)
{
    if (wanted.kind == Value::Kind::Any) return true;
    if (const auto* table = std::get_if<amqp::FieldTable>(&got)) {
        return matchesTable(wanted, *table, variables);
    }
    if (const auto* number = std::get_if<std::uint64_t>(&got)) {
        return matchesText(wanted, formatNumber(*number), variables);
    }
    if (const auto* flag = std::get_if<bool>(&got)) {
        return matchesText(wanted, *flag ? "true" : "false", variables);
    }
    return matchesText(wanted, std::get<std::string>(got), variables);
}

bool isZero(const WireValue& value)
{
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number == 0;
    if (const auto* flag = std::get_if<bool>(&value)) return !*flag;
    if (const auto* text = std::get_if<std::string>(&value)) return text->empty();
    return std::get<amqp::FieldTable>(value).isEmpty();
}

std::string format(const WireValue& value, const Variables& variables)
{
    if (const auto* number = std::get_if<std::uint64_t>(&value)) return formatNumber(*number);
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value)) return formatString(*text, variables);
    return formatTable(std::get<amqp::FieldTable>(value), variables);
}

Result<std::string, Mismatch> expand(std::string_view text, const Variables& variables)
{
    const auto valueOf = [&](std::string_view name) -> Result<std::string, Mismatch> {
        if (name.starts_with(kLetters)) return letters(name.substr(kLetters.size()));
        const auto found = variables.find(name);
        if (found == variables.end()) {
            return Mismatch{.text = "$" + std::string(name) + " is not set"};
        }
        return found->second;
    };
    if (text.size() > 1 && text[0] == '$' && text[1] != '{') return valueOf(text.substr(1));

    std::string expanded;
    for (;;) {
        const std::size_t at = text.find("${");
        expanded += text.substr(0, at);
        if (at == std::string_view::npos) return expanded;
        text.remove_prefix(at + 2);
        const std::size_t end = text.find('}');
        if (end == std::string_view::npos) return Mismatch{.text = "'}' expected after '${'"};
        auto value = valueOf(text.substr(0, end));
        if (!value) return value;
        expanded += *value;
        text.remove_prefix(end + 1);
    }
}

std::string generatedText(std::size_t bytes)
{
    constexpr std::size_t kPeriod = 23;  // does not divide any frame size
    std::string text(bytes, '\0');
    for (std::size_t i = 0; i < bytes; ++i) {
        text[i] = static_cast<char>('a' + i % kPeriod);
    }
    return text;
}

}  // namespace warren::spec
