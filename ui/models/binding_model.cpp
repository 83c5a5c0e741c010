#include "ui/models/binding_model.h"

#include "ui/models/argument_values.h"
#include "ui/models/exchange_model.h"

#include <QCoreApplication>

#include <algorithm>

namespace warren::ui {

using management::BindingRow;
using management::DestinationKind;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("BindingModel", text); }

QString destinationText(const BindingRow& row)
{
    return row.destinationKind == DestinationKind::Queue ? tr("queue %1").arg(row.destination)
                                                         : tr("exchange %1").arg(row.destination);
}

TableColumn<BindingRow> endColumn(BindingEnd shownEnd)
{
    if (shownEnd == BindingEnd::Destination) {
        auto column = textColumn<BindingRow>(tr("To"), destinationText);
        column.toolTip = destinationText;
        return column;
    }
    auto column = textColumn<BindingRow>(
        tr("From exchange"), [](const BindingRow& row) { return exchangeDisplayName(row.source); });
    column.toolTip = [](const BindingRow& row) {
        return isImplicitBinding(row)
                   ? tr("Every queue is bound to the default exchange by its name.")
                   : row.source;
    };
    return column;
}

std::vector<TableColumn<BindingRow>> bindingColumns(BindingEnd shownEnd)
{
    auto arguments = textColumn<BindingRow>(
        tr("Arguments"), [](const BindingRow& row) { return argumentsText(row.arguments); });
    arguments.toolTip = [](const BindingRow& row) { return argumentsLines(row.arguments); };
    return {endColumn(shownEnd), textColumn<BindingRow>(tr("Routing key"), &BindingRow::routingKey),
            arguments};
}

}  // namespace

BindingKey bindingKey(const BindingRow& binding)
{
    return {binding.source, binding.destination, static_cast<int>(binding.destinationKind),
            binding.routingKey, argumentsText(binding.arguments)};
}

BindingModel::BindingModel(BindingEnd shownEnd, QObject* parent)
    : SnapshotTableModel(bindingColumns(shownEnd), parent)
{
}

void BindingModel::showBindings(const QList<BindingRow>& bindings)
{
    // Bindings seldom change, and sorting them costs far more than comparing them.
    if (bindings == m_shown) return;
    m_shown = bindings;
    QList<BindingRow> sorted = bindings;
    std::ranges::sort(sorted, std::less{}, bindingKey);
    show(sorted);
}

bool isImplicitBinding(const BindingRow& binding) { return binding.source.isEmpty(); }

}  // namespace warren::ui
