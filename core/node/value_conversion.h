#pragma once

#include "core/amqp/field_table.h"
#include "core/amqp/properties.h"
#include "core/management/management_command.h"
#include "core/management/snapshot.h"

#include <QString>
#include <QVariant>

#include <string>
#include <string_view>

/// Between the broker's values (std, UTF-8, wire types) and those of the management side (Qt). The
/// one place where both meet.
namespace warren::node {

QString textOf(std::string_view utf8);
std::string utf8Of(const QString& text);

/// Wire types that Qt has no word for become the nearest: every integer a qlonglong, a decimal a
/// double, a timestamp a QDateTime, a byte array a QByteArray.
management::Arguments argumentsOf(const amqp::FieldTable& table);
/// bool, integers (as signed 64 bit, like RabbitMQ's management), double, text, lists and maps.
/// Other types become their text.
amqp::FieldTable fieldTableOf(const management::Arguments& arguments);

QVariant variantOf(const amqp::FieldValue& field);

management::MessageProperties propertiesOf(const amqp::Properties& properties);
amqp::Properties propertiesOf(const management::MessageProperties& properties);

}  // namespace warren::node
