#include "ui/widgets/list_panel.h"

#include "ui/format.h"
#include "ui/icons.h"
#include "ui/models/row_filter.h"
#include "ui/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/resource_table.h"

#include <QAction>
#include <QEvent>
#include <QFontMetrics>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QStackedLayout>
#include <QToolButton>

namespace warren::ui {

ListPanel::ListPanel(const QString& title, RowModel& rows, QWidget* parent)
    : QWidget(parent),
      m_filter(new RowFilter(rows, this)),
      m_count(new QLabel(this)),
      m_filterEdit(new QLineEdit(this)),
      m_table(new ResourceTable(this)),
      m_empty(new EmptyState(this)),
      m_noMatch(new EmptyState(this)),
      m_actions(new QHBoxLayout),
      m_stack(new QStackedLayout)
{
    m_table->setRows(m_filter);
    buildUi(title);
    connect(m_filterEdit, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_filter->setText(text);
        showCount();
    });
    connect(m_noMatch, &EmptyState::buttonClicked, m_filterEdit, &QLineEdit::clear);
    for (const auto changed :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(m_filter, changed, this, &ListPanel::showCount);
    }
    connect(m_filter, &QAbstractItemModel::modelReset, this, &ListPanel::showCount);
    connect(m_filter, &QAbstractItemModel::layoutChanged, this, &ListPanel::showCount);
    // Rows that the filter hides are counted too.
    for (const auto changed :
         {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved}) {
        connect(&rows, changed, this, &ListPanel::showCount);
    }
    showCount();
}

void ListPanel::buildUi(const QString& title)
{
    auto* heading = new QLabel(title, this);
    heading->setFont(theme::titleFont(font()));
    m_count->setObjectName(QStringLiteral("count"));
    m_count->setForegroundRole(QPalette::PlaceholderText);
    m_table->setObjectName(QStringLiteral("table"));
    m_table->setAccessibleName(title);
    m_filterEdit->setObjectName(QStringLiteral("filter"));
    m_filterEdit->setPlaceholderText(tr("Filter (Ctrl+F)"));
    m_filterEdit->setToolTip(tr("Shows the rows that hold every word"));
    m_filterEdit->setAccessibleName(tr("Filter"));
    m_filterEdit->setClearButtonEnabled(true);
    m_filterEdit->addAction(icon(Icon::Filter), QLineEdit::LeadingPosition);
    // Beside many actions the filter gives way first.
    constexpr int kFilterCharacters = 28;
    constexpr int kFilterCharactersMin = 14;
    const int character = QFontMetrics(font()).averageCharWidth();
    m_filterEdit->setMinimumWidth(character * kFilterCharactersMin);
    m_filterEdit->setMaximumWidth(character * kFilterCharacters);
    m_filterEdit->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);

    auto* line = new QHBoxLayout;
    line->setSpacing(theme::gap(this, Gap::Small));
    line->addWidget(heading, 0, Qt::AlignBaseline);
    line->addWidget(m_count, 0, Qt::AlignBaseline);
    line->addStretch();
    line->addWidget(m_filterEdit);
    m_actions->setSpacing(theme::gap(this, Gap::Small));
    line->addLayout(m_actions);

    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_noMatch);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Medium));
    layout->addLayout(line);
    layout->addLayout(m_stack, 1);
}

QAbstractButton* ListPanel::makeButton(QAction* action)
{
    auto* button = new QToolButton(this);
    button->setDefaultAction(action);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

QAbstractButton* ListPanel::addAction(QAction* action)
{
    QAbstractButton* button = makeButton(action);
    addTool(button);
    return button;
}

void ListPanel::insertAction(QAction* before, QAction* action)
{
    int place = 0;
    while (place < m_actions->count()) {
        const auto* button = qobject_cast<QToolButton*>(m_actions->itemAt(place)->widget());
        if (button && button->defaultAction() == before) break;
        place += 1;
    }
    m_actions->insertWidget(place, makeButton(action));
    chainTools();
}

void ListPanel::addTool(QWidget* tool)
{
    m_actions->addWidget(tool);
    chainTools();
}

/// Tab follows the eye: the filter, the tools from the left, the table.
void ListPanel::chainTools()
{
    QWidget* before = m_filterEdit;
    for (int place = 0; place < m_actions->count(); ++place) {
        QWidget* tool = m_actions->itemAt(place)->widget();
        setTabOrder(before, tool);
        before = tool;
    }
    setTabOrder(before, m_table);
}

void ListPanel::setEmptyState(const QString& sentence, const QString& buttonText)
{
    m_empty->setContent(sentence, buttonText);
}

void ListPanel::focusFilter()
{
    m_filterEdit->setFocus(Qt::ShortcutFocusReason);
    m_filterEdit->selectAll();
}

void ListPanel::showCount()
{
    const auto total = static_cast<std::uint64_t>(m_filter->totalCount());
    const auto shown = static_cast<std::uint64_t>(m_filter->rowCount());
    const bool isFiltered = !m_filterEdit->text().trimmed().isEmpty();
    m_count->setText(isFiltered ? tr("%1 of %2").arg(format::count(shown), format::count(total))
                                : format::count(total));
    if (total == 0) {
        m_stack->setCurrentWidget(m_empty);
    } else if (shown == 0) {
        m_noMatch->setContent(tr("No row holds “%1”.").arg(m_filterEdit->text().trimmed()),
                              tr("Clear the filter"));
        m_stack->setCurrentWidget(m_noMatch);
    } else {
        m_stack->setCurrentWidget(m_table);
    }
}

}  // namespace warren::ui
