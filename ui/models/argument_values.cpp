#include "ui/models/argument_values.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringList>

namespace warren::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ArgumentValues", text); }

QString quoted(const QVariant& value)
{
    const QString text = argumentText(value);
    if (argumentTypeOf(value) != ArgumentType::String) return text;
    return QLatin1Char('"') + text + QLatin1Char('"');
}

QString listText(const QVariantList& values)
{
    QStringList parts;
    parts.reserve(values.size());
    for (const QVariant& value : values) {
        parts.append(quoted(value));
    }
    return QLatin1Char('[') + parts.join(QStringLiteral(", ")) + QLatin1Char(']');
}

QString tableText(const QVariantMap& values)
{
    QStringList parts;
    parts.reserve(values.size());
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        parts.append(it.key() + QStringLiteral(": ") + quoted(it.value()));
    }
    return QLatin1Char('{') + parts.join(QStringLiteral(", ")) + QLatin1Char('}');
}

QString joined(const management::Arguments& arguments, const QString& between,
               const QString& separator)
{
    QStringList parts;
    parts.reserve(arguments.size());
    for (auto it = arguments.cbegin(); it != arguments.cend(); ++it) {
        parts.append(it.key() + between + argumentText(it.value()));
    }
    return parts.join(separator);
}

}  // namespace

ArgumentType argumentTypeOf(const QVariant& value)
{
    switch (value.typeId()) {
    case QMetaType::Bool: return ArgumentType::Boolean;
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::Long:
    case QMetaType::ULong:
    case QMetaType::LongLong:
    case QMetaType::ULongLong: return ArgumentType::Number;
    case QMetaType::Float:
    case QMetaType::Double: return ArgumentType::Decimal;
    case QMetaType::QStringList:
    case QMetaType::QVariantList: return ArgumentType::List;
    case QMetaType::QVariantMap: return ArgumentType::Table;
    default: return ArgumentType::String;
    }
}

QString argumentTypeName(ArgumentType type)
{
    switch (type) {
    case ArgumentType::String: return tr("Text");
    case ArgumentType::Number: return tr("Number");
    case ArgumentType::Decimal: return tr("Decimal");
    case ArgumentType::Boolean: return tr("Boolean");
    case ArgumentType::List: return tr("List");
    case ArgumentType::Table: return tr("Table");
    }
    return {};
}

QString argumentText(const QVariant& value)
{
    switch (argumentTypeOf(value)) {
    case ArgumentType::String:
    case ArgumentType::Number: return value.toString();
    case ArgumentType::Decimal:
        return QLocale::c().toString(value.toDouble(), 'g', QLocale::FloatingPointShortest);
    case ArgumentType::Boolean:
        return value.toBool() ? QStringLiteral("true") : QStringLiteral("false");
    case ArgumentType::List: return listText(value.toList());
    case ArgumentType::Table: return tableText(value.toMap());
    }
    return {};
}

QString argumentsText(const management::Arguments& arguments)
{
    return joined(arguments, QStringLiteral(" = "), QStringLiteral(", "));
}

QString argumentsLines(const management::Arguments& arguments)
{
    return joined(arguments, QStringLiteral(": "), QStringLiteral("\n"));
}

}  // namespace warren::ui
