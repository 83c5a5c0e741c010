#include "ui/pages/closes_panel.h"

#include "ui/format.h"
#include "ui/models/closed_channel_model.h"
#include "ui/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_list.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QLabel>
#include <QSplitter>
#include <QVBoxLayout>

namespace warren::ui {

ClosesPanel::ClosesPanel(QWidget* parent)
    : QWidget(parent),
      m_model(new ClosedChannelModel(this)),
      m_list(new ListPanel(tr("Closed for a fault"), *m_model, this))
{
    buildUi();
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this,
            &ClosesPanel::showSelection);
    showSelection();
}

void ClosesPanel::buildUi()
{
    m_list->setObjectName(QStringLiteral("closes"));
    m_list->setEmptyState(tr("Waiting for the broker…"));
    ResourceTable* table = m_list->table();
    table->setSamples({QStringLiteral("12:34:56.789"),
                       QStringLiteral("127.0.0.1:40000 -> 127.0.0.1:5672"), QStringLiteral("2047"),
                       QStringLiteral("production"), QStringLiteral("guest"), QStringLiteral("404"),
                       QStringLiteral("NOT_FOUND - no queue 'orders'")});
    table->setFlexibleColumn(static_cast<int>(ClosedChannelColumn::Text));
    table->sortByColumn(static_cast<int>(ClosedChannelColumn::Time), Qt::DescendingOrder);

    m_details = new Card(tr("What it means"), this);
    m_details->setObjectName(QStringLiteral("closeDetails"));
    m_explanation = new QLabel(m_details);
    m_explanation->setObjectName(QStringLiteral("closeExplanation"));
    m_text = new QLabel(m_details);
    m_text->setObjectName(QStringLiteral("closeText"));
    m_text->setFont(theme::monospaceFont(font()));
    for (QLabel* label : {m_explanation, m_text}) {
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_facts = new FactList({tr("When"), tr("Connection"), tr("Channel"), tr("User")}, m_details);
    m_facts->setObjectName(QStringLiteral("closeFacts"));
    m_details->body()->addWidget(m_text);
    m_details->body()->addWidget(m_explanation);
    m_details->body()->addWidget(m_facts);
    m_details->body()->addStretch();

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_list);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 1);
    splitter->setChildrenCollapsible(false);
    splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
}

void ClosesPanel::showCloses(const QList<management::ClosedChannelRow>& closes)
{
    m_list->setEmptyState(
        tr("No client has been at fault since the start: no channel had to be closed."));
    m_model->show(closes);
    showSelection();
}

void ClosesPanel::showSelection()
{
    const auto row = m_list->table()->currentSourceRow();
    m_details->setVisible(row.has_value());
    if (!row) return;
    const management::ClosedChannelRow& close = m_model->rowAt(*row);
    m_text->setText(QStringLiteral("%1 %2").arg(close.code).arg(close.text));
    m_explanation->setText(closeExplanation(close.code, close.text));
    m_facts->setValues({format::dateTime(close.at), close.connection,
                        close.channel == 0 ? tr("all of the connection") : closedChannelText(close),
                        tr("%1 in %2").arg(close.user, close.vhost)});
}

}  // namespace warren::ui
