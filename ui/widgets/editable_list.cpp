#include "ui/widgets/editable_list.h"

#include "ui/icons.h"
#include "ui/models/row_filter.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/list_panel.h"
#include "ui/widgets/resource_table.h"

#include <QAbstractButton>
#include <QAction>
#include <QItemSelectionModel>
#include <QVBoxLayout>

namespace warren::ui {

EditableList::EditableList(const EditableWords& words, RowModel& rows, QWidget* parent)
    : QWidget(parent),
      m_list(new ListPanel(words.title, rows, this)),
      m_add(new QAction(icon(Icon::Add), words.add, this)),
      m_edit(new QAction(icon(Icon::Edit), tr("Edit…"), this)),
      m_remove(new QAction(icon(Icon::Delete), tr("Delete…"), this)),
      m_addActions{m_add},
      m_rowActions{m_edit},
      m_words(words)
{
    buildUi(words);
    ResourceTable* table = m_list->table();
    connect(m_add, &QAction::triggered, this, &EditableList::addRequested);
    connect(m_list->emptyState(), &EmptyState::buttonClicked, m_add, &QAction::trigger);
    connect(m_edit, &QAction::triggered, this, [this] {
        if (const auto row = singleRow()) emit editRequested(*row);
    });
    connect(table, &ResourceTable::rowActivated, this, [this](int row) {
        if (m_edit->isEnabled()) emit editRequested(row);
    });
    connect(m_remove, &QAction::triggered, this, [this] {
        const QList<int> chosen = m_list->table()->selectedSourceRows();
        if (!chosen.isEmpty()) emit removeRequested(chosen);
    });
    connect(table, &ResourceTable::deleteRequested, m_remove, &QAction::trigger);
    connect(table, &ResourceTable::selectedRowsChanged, this, &EditableList::showSelection);
    showSelection();
}

void EditableList::buildUi(const EditableWords& words)
{
    m_add->setObjectName(QStringLiteral("add"));
    m_add->setToolTip(words.addToolTip);
    m_edit->setObjectName(QStringLiteral("edit"));
    m_remove->setObjectName(QStringLiteral("remove"));
    for (QAction* action : {m_add, m_edit, m_remove}) {
        m_list->addAction(action);
    }
    m_list->setEmptyState(tr("Waiting for the broker…"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_list);
}

void EditableList::insertAddAction(QAction* action)
{
    m_addActions.append(action);
    m_list->insertAction(m_edit, action);
    showSelection();
}

void EditableList::insertRowAction(QAction* action)
{
    m_rowActions.append(action);
    m_list->insertAction(m_remove, action);
    showSelection();
}

void EditableList::setRefusal(const QString& refusal)
{
    m_refusal = refusal;
    showSelection();
}

std::optional<int> EditableList::singleRow() const
{
    const QList<int> rows = m_list->table()->selectedSourceRows();
    return rows.size() == 1 ? std::optional(rows.first()) : std::nullopt;
}

void EditableList::selectRow(int sourceRow)
{
    const RowFilter* filter = m_list->filter();
    const QModelIndex shown = filter->mapFromSource(filter->rows().index(sourceRow, 0));
    if (!shown.isValid()) return;
    m_list->table()->selectRow(shown.row());
    m_list->table()->scrollTo(m_list->table()->currentIndex());
}

void EditableList::setFilling(bool isFilling)
{
    m_isFilling = isFilling;
    if (!isFilling) showSelection();
}

void EditableList::showSelection()
{
    if (m_isFilling) return;
    const bool mayChange = m_refusal.isEmpty();
    const bool hasOne = singleRow().has_value();
    for (QAction* action : m_addActions) {
        action->setEnabled(mayChange);
    }
    m_list->emptyState()->setButtonEnabled(mayChange);
    for (QAction* action : m_rowActions) {
        action->setEnabled(mayChange && hasOne);
    }
    m_remove->setEnabled(mayChange && m_list->table()->selectionModel()->hasSelection());
    m_add->setToolTip(mayChange ? m_words.addToolTip : m_refusal);
    m_edit->setToolTip(mayChange ? m_words.editToolTip : m_refusal);
    m_remove->setToolTip(mayChange ? m_words.removeToolTip : m_refusal);
    emit selectionChanged();
}

}  // namespace warren::ui
