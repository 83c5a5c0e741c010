#include "core/node/value_conversion.h"

#include <QByteArray>
#include <QDateTime>
#include <QMetaType>
#include <QVariantList>
#include <QVariantMap>

#include <cmath>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <variant>

namespace warren::node {

QString textOf(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

std::string utf8Of(const QString& text)
{
    const QByteArray bytes = text.toUtf8();
    return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}

namespace {

struct ToVariant {
    QVariant operator()(amqp::Void) const { return {}; }
    QVariant operator()(bool value) const { return value; }
    QVariant operator()(float value) const { return double{value}; }
    QVariant operator()(double value) const { return value; }
    QVariant operator()(const amqp::Decimal& value) const
    {
        return value.value / std::pow(10.0, value.scale);
    }
    QVariant operator()(const std::string& value) const { return textOf(value); }
    QVariant operator()(const amqp::FieldArray& values) const
    {
        QVariantList list;
        for (const amqp::FieldValue& value : values)
            list.append(variantOf(value));
        return list;
    }
    QVariant operator()(amqp::Timestamp value) const
    {
        return QDateTime::fromSecsSinceEpoch(static_cast<qint64>(value.seconds));
    }
    QVariant operator()(const amqp::FieldTable& table) const { return argumentsOf(table); }
    QVariant operator()(const amqp::ByteArray& value) const
    {
        return QByteArray{value.bytes.data(), static_cast<qsizetype>(value.bytes.size())};
    }
    template <typename Integer>
    requires std::is_integral_v<Integer> QVariant operator()(Integer value) const
    {
        return static_cast<qlonglong>(value);
    }
};

}  // namespace

// The depth is bounded: by the codec on the way in, by the window on the way out.
QVariant variantOf(const amqp::FieldValue& field) { return std::visit(ToVariant{}, field.value); }

namespace {

amqp::FieldValue fieldOf(const QVariant& value)
{
    switch (value.typeId()) {
    case QMetaType::UnknownType: return amqp::Void{};
    case QMetaType::Bool: return value.toBool();
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong: return std::int64_t{value.toLongLong()};
    case QMetaType::Float:
    case QMetaType::Double: return value.toDouble();
    case QMetaType::QDateTime:
        return amqp::Timestamp{static_cast<std::uint64_t>(value.toDateTime().toSecsSinceEpoch())};
    case QMetaType::QByteArray: {
        const QByteArray bytes = value.toByteArray();
        return amqp::ByteArray{{bytes.constData(), static_cast<std::size_t>(bytes.size())}};
    }
    case QMetaType::QVariantList:
    case QMetaType::QStringList: {
        amqp::FieldArray values;
        for (const QVariant& one : value.toList())
            values.push_back(fieldOf(one));
        return values;
    }
    case QMetaType::QVariantMap: return fieldTableOf(value.toMap());
    default: return utf8Of(value.toString());
    }
}

std::optional<QString> optionalText(const std::optional<std::string>& utf8)
{
    if (!utf8) return std::nullopt;
    return textOf(std::string_view{*utf8});
}

std::optional<std::string> optionalUtf8(const std::optional<QString>& text)
{
    if (!text) return std::nullopt;
    return utf8Of(*text);
}

}  // namespace

management::Arguments argumentsOf(const amqp::FieldTable& table)
{
    management::Arguments arguments;
    for (const amqp::FieldTableEntry& entry : table) {
        arguments.insert(textOf(std::string_view{entry.key}), variantOf(entry.value));
    }
    return arguments;
}

amqp::FieldTable fieldTableOf(const management::Arguments& arguments)
{
    amqp::FieldTable table;
    for (auto it = arguments.begin(); it != arguments.end(); ++it) {
        table.append(utf8Of(it.key()), fieldOf(it.value()));
    }
    return table;
}

management::MessageProperties propertiesOf(const amqp::Properties& properties)
{
    management::MessageProperties result;
    result.contentType = optionalText(properties.contentType);
    result.contentEncoding = optionalText(properties.contentEncoding);
    if (properties.headers) result.headers = argumentsOf(*properties.headers);
    if (properties.deliveryMode) result.deliveryMode = *properties.deliveryMode;
    if (properties.priority) result.priority = *properties.priority;
    result.correlationId = optionalText(properties.correlationId);
    result.replyTo = optionalText(properties.replyTo);
    result.expiration = optionalText(properties.expiration);
    result.messageId = optionalText(properties.messageId);
    if (properties.timestamp) result.timestamp = static_cast<qint64>(properties.timestamp->seconds);
    result.type = optionalText(properties.type);
    result.userId = optionalText(properties.userId);
    result.appId = optionalText(properties.appId);
    return result;
}

amqp::Properties propertiesOf(const management::MessageProperties& properties)
{
    amqp::Properties result;
    result.contentType = optionalUtf8(properties.contentType);
    result.contentEncoding = optionalUtf8(properties.contentEncoding);
    if (properties.headers) result.headers = fieldTableOf(*properties.headers);
    if (properties.deliveryMode) {
        result.deliveryMode = static_cast<std::uint8_t>(*properties.deliveryMode);
    }
    if (properties.priority) result.priority = static_cast<std::uint8_t>(*properties.priority);
    result.correlationId = optionalUtf8(properties.correlationId);
    result.replyTo = optionalUtf8(properties.replyTo);
    result.expiration = optionalUtf8(properties.expiration);
    result.messageId = optionalUtf8(properties.messageId);
    if (properties.timestamp) {
        result.timestamp = amqp::Timestamp{static_cast<std::uint64_t>(*properties.timestamp)};
    }
    result.type = optionalUtf8(properties.type);
    result.userId = optionalUtf8(properties.userId);
    result.appId = optionalUtf8(properties.appId);
    return result;
}

}  // namespace warren::node
