#include "ui/pages/client_panel.h"

#include "ui/icons.h"
#include "ui/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QItemSelectionModel>
#include <QSplitter>
#include <QVBoxLayout>

namespace warren::ui {

ClientPanel::ClientPanel(const QString& title, RowModel& rows, const QString& closeToolTip,
                         QWidget* parent)
    : QWidget(parent),
      m_list(new ListPanel(title, rows, this)),
      m_close(new QAction(icon(Icon::Close), tr("Close…"), this)),
      m_splitter(new QSplitter(Qt::Vertical, this))
{
    m_close->setObjectName(QStringLiteral("close"));
    m_close->setToolTip(closeToolTip);
    m_list->addAction(m_close);
    m_splitter->addWidget(m_list);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setHandleWidth(theme::gap(this, Gap::Medium));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);

    connect(m_close, &QAction::triggered, this, [this] {
        const QList<int> chosen = m_list->table()->selectedSourceRows();
        if (!chosen.isEmpty()) emit closeRequested(chosen);
    });
    connect(m_list->table(), &ResourceTable::deleteRequested, m_close, &QAction::trigger);
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this,
            &ClientPanel::showSelection);
    showSelection();
}

void ClientPanel::setDetails(Card* details)
{
    m_details = details;
    m_details->setObjectName(QStringLiteral("details"));
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 1);
    showSelection();
}

void ClientPanel::setActionsEnabled(bool enabled)
{
    m_isReachable = enabled;
    showSelection();
}

void ClientPanel::showSelection()
{
    const auto row = m_list->table()->currentSourceRow();
    m_close->setEnabled(m_isReachable && m_list->table()->selectionModel()->hasSelection());
    if (!m_details) return;
    m_details->setVisible(row.has_value());
    if (row) emit detailsWanted(*row);
}

}  // namespace warren::ui
