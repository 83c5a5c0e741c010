#pragma once

#include "core/management/snapshot.h"

#include <QString>
#include <QVariant>

/// Policies and settings as the window words them. Pure; thread: any one.
namespace warren::ui {

/// A value as a person reads it: "60000 (1 min)" for milliseconds, "104857600 (100 MiB)" for bytes.
QString settingValueText(const QString& key, const QVariant& value);

/// All of a definition on one line: "message-ttl = 60000 (1 min), max-length = 5".
QString definitionText(const management::Arguments& definition);

/// As definitionText, one key a line.
QString definitionLines(const management::Arguments& definition);

/// What a policy holds for, in the words of RabbitMQ's API: "queues".
QString policyTargetName(management::PolicyTarget target);

/// The same for people: "Queues".
QString policyTargetText(management::PolicyTarget target);

inline constexpr management::PolicyTarget kPolicyTargets[] = {
    management::PolicyTarget::All, management::PolicyTarget::Queues,
    management::PolicyTarget::Exchanges, management::PolicyTarget::ClassicQueues,
    management::PolicyTarget::QuorumQueues};

/// Who gave a setting of `queue` its value: "policy “keep-a-week”".
QString settingSourceText(management::SettingSource source, const management::QueueRow& queue);

}  // namespace warren::ui
