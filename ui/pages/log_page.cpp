#include "ui/pages/log_page.h"

#include "ui/icons.h"
#include "ui/models/log_model.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/badges.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QScrollBar>
#include <QVBoxLayout>

namespace warren::ui {

using management::LogLevel;
using management::SnapshotPtr;
using management::TopicLog;

LogPage::LogPage(QWidget* parent)
    : Page(parent),
      m_model(new LogModel(this)),
      m_list(new ListPanel(tr("Log"), *m_model, this)),
      m_level(new QComboBox(this)),
      m_followAction(new QAction(icon(Icon::Log), tr("Follow"), this)),
      m_copyAction(new QAction(icon(Icon::Copy), tr("Copy"), this))
{
    buildUi();
    connect(m_level, &QComboBox::currentIndexChanged, this, &LogPage::applyLevel);
    connect(m_followAction, &QAction::toggled, this, &LogPage::followTail);
    connect(m_copyAction, &QAction::triggered, this, &LogPage::copySelected);
    connect(m_list->table()->verticalScrollBar(), &QScrollBar::valueChanged, this,
            &LogPage::noteScroll);
    const auto showCopy = [this] {
        m_copyAction->setEnabled(m_list->table()->selectionModel()->hasSelection());
    };
    connect(m_list->table(), &ResourceTable::selectedRowsChanged, this, showCopy);
    showCopy();
}

void LogPage::buildUi()
{
    m_level->setObjectName(QStringLiteral("level"));
    m_level->setAccessibleName(tr("Level"));
    m_level->addItem(tr("All levels"), static_cast<int>(LogLevel::Debug));
    m_level->addItem(tr("Info and above"), static_cast<int>(LogLevel::Info));
    m_level->addItem(tr("Warnings and errors"), static_cast<int>(LogLevel::Warning));
    m_level->addItem(tr("Errors"), static_cast<int>(LogLevel::Error));
    m_followAction->setObjectName(QStringLiteral("follow"));
    m_followAction->setCheckable(true);
    m_followAction->setChecked(true);
    m_followAction->setToolTip(tr("Keeps the newest line in sight; scrolling up lets go of it"));
    m_copyAction->setObjectName(QStringLiteral("copy"));
    m_copyAction->setToolTip(tr("Copies the selected lines (Ctrl+C)"));
    m_copyAction->setShortcut(QKeySequence::Copy);
    m_copyAction->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    m_list->table()->addAction(m_copyAction);

    m_list->addTool(m_level);
    m_list->addAction(m_followAction);
    m_list->addAction(m_copyAction);
    m_list->setEmptyState(tr("Nothing has been logged yet."));

    ResourceTable* table = m_list->table();
    // The log is in the order in which things happened, and in no other.
    table->horizontalHeader()->setSortIndicatorShown(false);
    table->horizontalHeader()->setSectionsClickable(false);
    table->setAlternatingRowColors(false);
    table->setFont(theme::monospaceFont(font()));
    table->setItemDelegateForColumn(static_cast<int>(LogColumn::Level), new BadgeDelegate(table));
    table->setSamples({QStringLiteral("12:34:56.789"), QStringLiteral(" warning ")});

    auto* layout = new QVBoxLayout(this);
    const int margin = theme::gap(this, Gap::Large);
    layout->setContentsMargins(margin, margin, margin, margin);
    layout->addWidget(m_list);
}

management::WatchScope LogPage::wanted() const
{
    return {.topics = TopicLog, .queue = {}, .exchange = {}};
}

void LogPage::showSnapshot(const SnapshotPtr& snapshot)
{
    if ((snapshot->topics & TopicLog) == 0) return;
    // Lines that leave at the top move the scroll bar too: that is not the user's doing.
    m_isScrolling = true;
    m_model->show(snapshot->log);
    m_isScrolling = false;
    followTail();
}

bool LogPage::focusFilter()
{
    m_list->focusFilter();
    return true;
}

void LogPage::showEvent(QShowEvent* event)
{
    Page::showEvent(event);
    followTail();
}

void LogPage::applyLevel()
{
    const auto least = static_cast<LogLevel>(m_level->currentData().toInt());
    if (least == LogLevel::Debug) {
        m_list->filter()->setPredicate({});
    } else {
        m_list->filter()->setPredicate(
            [this, least](int row) { return m_model->rowAt(row).level >= least; });
    }
    followTail();
}

void LogPage::followTail()
{
    if (!m_followAction->isChecked()) return;
    m_isScrolling = true;
    m_list->table()->scrollToBottom();
    m_isScrolling = false;
}

void LogPage::noteScroll()
{
    if (m_isScrolling) return;
    const QScrollBar* bar = m_list->table()->verticalScrollBar();
    m_followAction->setChecked(bar->value() == bar->maximum());
}

void LogPage::copySelected()
{
    QStringList lines;
    for (const int row : m_list->table()->selectedSourceRows()) {
        lines.append(logLineText(m_model->rowAt(row)));
    }
    QGuiApplication::clipboard()->setText(lines.join(u'\n'));
}

}  // namespace warren::ui
