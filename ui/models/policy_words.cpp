#include "ui/models/policy_words.h"

#include "ui/format.h"
#include "ui/models/argument_values.h"

#include <QCoreApplication>
#include <QStringList>

#include <chrono>

namespace warren::ui {

using management::Arguments;
using management::PolicyTarget;
using management::SettingSource;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("PolicyWords", text); }

QString joined(const Arguments& definition, const QString& between, const QString& separator)
{
    QStringList parts;
    parts.reserve(definition.size());
    for (auto it = definition.cbegin(); it != definition.cend(); ++it) {
        parts.append(it.key() + between + settingValueText(it.key(), it.value()));
    }
    return parts.join(separator);
}

}  // namespace

QString settingValueText(const QString& key, const QVariant& value)
{
    const QString text = argumentText(value);
    if (argumentTypeOf(value) != ArgumentType::Number) return text;
    const qlonglong number = value.toLongLong();
    if (key == QLatin1String("message-ttl") || key == QLatin1String("expires")) {
        constexpr qlonglong kSecond = 1000;
        if (number < kSecond) return tr("%1 ms").arg(text);
        return tr("%1 ms (%2)")
            .arg(text, format::duration(std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::milliseconds(number))));
    }
    if (key.endsWith(QLatin1String("-bytes"))) {
        constexpr qlonglong kKibi = 1024;
        if (number < kKibi) return text;
        return QStringLiteral("%1 (%2)").arg(text,
                                             format::bytes(static_cast<std::uint64_t>(number)));
    }
    return text;
}

QString definitionText(const Arguments& definition)
{
    return joined(definition, QStringLiteral(" = "), QStringLiteral(", "));
}

QString definitionLines(const Arguments& definition)
{
    return joined(definition, QStringLiteral(": "), QStringLiteral("\n"));
}

QString policyTargetName(PolicyTarget target)
{
    switch (target) {
    case PolicyTarget::All: return QStringLiteral("all");
    case PolicyTarget::Queues: return QStringLiteral("queues");
    case PolicyTarget::Exchanges: return QStringLiteral("exchanges");
    case PolicyTarget::ClassicQueues: return QStringLiteral("classic_queues");
    case PolicyTarget::QuorumQueues: return QStringLiteral("quorum_queues");
    }
    return {};
}

QString policyTargetText(PolicyTarget target)
{
    switch (target) {
    case PolicyTarget::All: return tr("Queues and exchanges");
    case PolicyTarget::Queues: return tr("Queues");
    case PolicyTarget::Exchanges: return tr("Exchanges");
    case PolicyTarget::ClassicQueues: return tr("Classic queues");
    case PolicyTarget::QuorumQueues: return tr("Quorum queues");
    }
    return {};
}

QString settingSourceText(SettingSource source, const management::QueueRow& queue)
{
    switch (source) {
    case SettingSource::Default: return tr("default");
    case SettingSource::Argument: return tr("argument of the queue");
    case SettingSource::Policy: return tr("policy “%1”").arg(queue.policy);
    case SettingSource::OperatorPolicy: return tr("operator policy “%1”").arg(queue.operatorPolicy);
    }
    return {};
}

}  // namespace warren::ui
