#include "ui/widgets/state_history.h"

#include "ui/format.h"
#include "ui/models/connection_model.h"
#include "ui/widgets/badges.h"

#include <QHeaderView>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace warren::ui {

using management::ConnectionStateChange;

namespace {

enum HistoryColumn { kStateColumn, kSinceColumn, kLastingColumn };

QString lastingText(const QDateTime& from, const QDateTime& until)
{
    if (!from.isValid() || !until.isValid()) return {};
    return format::duration(std::chrono::seconds(std::max<qint64>(from.secsTo(until), 0)));
}

}  // namespace

StateHistory::StateHistory(QWidget* parent) : QWidget(parent), m_rows(new QTreeWidget(this))
{
    m_rows->setObjectName(QStringLiteral("stateHistory"));
    m_rows->setAccessibleName(tr("State history"));
    m_rows->setHeaderLabels({tr("State"), tr("Since"), tr("For")});
    m_rows->setRootIsDecorated(false);
    m_rows->setUniformRowHeights(true);
    m_rows->setFrameShape(QFrame::NoFrame);
    m_rows->setItemDelegateForColumn(kStateColumn, new BadgeDelegate(m_rows));
    m_rows->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_rows->header()->setStretchLastSection(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_rows);
}

void StateHistory::setHistory(const QList<ConnectionStateChange>& changes, const QDateTime& now)
{
    if (changes != m_changes) {
        m_changes = changes;
        refill(now);
    }
    // Only the present state lasts on.
    if (m_rows->topLevelItemCount() == 0) return;
    m_rows->topLevelItem(0)->setText(kLastingColumn, lastingText(m_changes.last().since, now));
}

void StateHistory::refill(const QDateTime& now)
{
    m_rows->clear();
    QDateTime until = now;
    for (auto change = m_changes.crbegin(); change != m_changes.crend(); ++change) {
        const Badge badge = connectionStateBadge(change->state);
        auto* item = new QTreeWidgetItem(m_rows, {badge.text, format::moment(change->since, now),
                                                  lastingText(change->since, until)});
        item->setData(kStateColumn, kBadgesRole, QVariant::fromValue(Badges{badge}));
        item->setToolTip(kStateColumn, badge.toolTip);
        item->setToolTip(kSinceColumn, format::dateTime(change->since));
        until = change->since;
    }
}

}  // namespace warren::ui
