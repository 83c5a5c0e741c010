#include "ui/models/policy_model.h"

#include "ui/format.h"
#include "ui/models/policy_words.h"

#include <QCoreApplication>

namespace warren::ui {

using management::PolicyRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("PolicyModel", text); }

/// In the order of PolicyColumn.
std::vector<TableColumn<PolicyRow>> policyColumns()
{
    auto name = textColumn<PolicyRow>(tr("Name"), &PolicyRow::name);
    name.toolTip = &PolicyRow::name;
    auto kind = textColumn<PolicyRow>(
        tr("Kind"), [](const PolicyRow& row) { return policyKindBadge(row.isOperator).text; });
    kind.extra = [](const PolicyRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(Badges{policyKindBadge(row.isOperator)})
                                   : QVariant();
    };
    auto pattern = textColumn<PolicyRow>(tr("Pattern"), &PolicyRow::pattern);
    pattern.headerToolTip = tr("The regular expression that names are matched with");
    pattern.toolTip = &PolicyRow::pattern;
    auto definition = textColumn<PolicyRow>(
        tr("Definition"), [](const PolicyRow& row) { return definitionText(row.definition); });
    definition.toolTip = [](const PolicyRow& row) { return definitionLines(row.definition); };
    auto priority = numberColumn<PolicyRow>(tr("Priority"), &PolicyRow::priority,
                                            [](qint64 value) { return QString::number(value); });
    priority.headerToolTip =
        tr("Of several policies that match, the highest priority holds; among equals the first "
           "name");
    auto matches = numberColumn<PolicyRow>(tr("Holds for"), &PolicyRow::matchCount, &format::count);
    matches.headerToolTip = tr("How many queues and exchanges the policy holds for now");
    return {textColumn<PolicyRow>(tr("Virtual host"), &PolicyRow::vhost),
            name,
            kind,
            pattern,
            textColumn<PolicyRow>(
                tr("Apply to"), [](const PolicyRow& row) { return policyTargetText(row.applyTo); }),
            definition,
            priority,
            matches};
}

}  // namespace

PolicyKey policyKey(const PolicyRow& policy)
{
    return {policy.vhost, policy.isOperator, policy.name};
}

Badge policyKindBadge(bool isOperator)
{
    if (isOperator) {
        return {tr("operator"),
                tr("An operator policy: limits that the owners of queues cannot exceed."),
                Tone::Caution};
    }
    return {tr("policy"), tr("A policy: settings for all queues and exchanges that match."),
            Tone::Neutral};
}

PolicyModel::PolicyModel(QObject* parent) : SnapshotTableModel(policyColumns(), parent) {}

}  // namespace warren::ui
