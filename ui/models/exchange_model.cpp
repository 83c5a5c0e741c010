#include "ui/models/exchange_model.h"

#include "ui/format.h"
#include "ui/models/badge.h"

#include <QCoreApplication>

namespace warren::ui {

using management::ExchangeRow;

namespace {

QString tr(const char* text) { return QCoreApplication::translate("ExchangeModel", text); }

TableColumn<ExchangeRow> nameColumn()
{
    auto column = textColumn<ExchangeRow>(
        tr("Name"), [](const ExchangeRow& row) { return exchangeDisplayName(row.key.name); });
    column.toolTip = [](const ExchangeRow& row) {
        return row.key.name.isEmpty()
                   ? tr("The exchange with the empty name: the routing key is the queue's name.")
                   : row.key.name;
    };
    return column;
}

TableColumn<ExchangeRow> featuresColumn()
{
    auto column = textColumn<ExchangeRow>(
        tr("Features"), [](const ExchangeRow& row) { return badgesText(exchangeFeatures(row)); });
    column.headerToolTip = tr(
        "How the exchange was declared; ⚠ in a broken frame marks what is stored but not acted on");
    column.extra = [](const ExchangeRow& row, int role) {
        return role == kBadgesRole ? QVariant::fromValue(exchangeFeatures(row)) : QVariant();
    };
    return column;
}

/// In the order of ExchangeColumn.
std::vector<TableColumn<ExchangeRow>> exchangeColumns()
{
    auto rateIn = numberColumn<ExchangeRow>(tr("In/s"), &ExchangeRow::publishInRate, format::rate);
    rateIn.headerToolTip = tr("Messages published to the exchange, per second");
    auto rateOut =
        numberColumn<ExchangeRow>(tr("Out/s"), &ExchangeRow::publishOutRate, format::rate);
    rateOut.headerToolTip = tr("Messages that the exchange routed into queues, per second");
    return {
        textColumn<ExchangeRow>(tr("Virtual host"),
                                [](const ExchangeRow& row) { return row.key.vhost; }),
        nameColumn(),
        textColumn<ExchangeRow>(tr("Type"), &ExchangeRow::type),
        featuresColumn(),
        rateIn,
        rateOut,
    };
}

}  // namespace

QString exchangeDisplayName(const QString& name)
{
    return name.isEmpty() ? tr("(default exchange)") : name;
}

bool isReservedExchange(const QString& name)
{
    return name.isEmpty() || name.startsWith(QLatin1String("amq."));
}

ExchangeModel::ExchangeModel(QObject* parent) : SnapshotTableModel(exchangeColumns(), parent) {}

}  // namespace warren::ui
