#include "ui/widgets/arguments_editor.h"

#include "ui/models/known_arguments.h"
#include "ui/theme.h"
#include "ui/widgets/argument_rows.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <array>

namespace warren::ui {

namespace {

constexpr int kKnownColumns = 4;
/// Beside the title of the group.
constexpr int kGroupedColumns = 3;
constexpr int kRowsVisible = 4;

std::span<const KnownArgumentGroup> knownArguments(ArgumentsEditor::Purpose purpose)
{
    static const std::array queue{KnownArgumentGroup{"", knownQueueArguments()}};
    static const std::array exchange{KnownArgumentGroup{"", knownExchangeArguments()}};
    switch (purpose) {
    case ArgumentsEditor::Purpose::Queue: return queue;
    case ArgumentsEditor::Purpose::Exchange: return exchange;
    case ArgumentsEditor::Purpose::Policy: return policyKeyGroups();
    case ArgumentsEditor::Purpose::OperatorPolicy: return operatorPolicyKeyGroups();
    case ArgumentsEditor::Purpose::Binding:
    case ArgumentsEditor::Purpose::Headers: return {};
    }
    return {};
}

/// The words for what is edited.
struct Words {
    QString none;
    QString add;
};

Words wordsFor(ArgumentsEditor::Purpose purpose)
{
    switch (purpose) {
    case ArgumentsEditor::Purpose::Queue:
    case ArgumentsEditor::Purpose::Exchange:
    case ArgumentsEditor::Purpose::Binding:
        return {ArgumentsEditor::tr("No arguments."), ArgumentsEditor::tr("Add argument")};
    case ArgumentsEditor::Purpose::Policy:
    case ArgumentsEditor::Purpose::OperatorPolicy:
        return {ArgumentsEditor::tr("Nothing is defined yet: choose a key below."),
                ArgumentsEditor::tr("Add key")};
    case ArgumentsEditor::Purpose::Headers:
        return {ArgumentsEditor::tr("No headers."), ArgumentsEditor::tr("Add header")};
    }
    return {};
}

}  // namespace

ArgumentsEditor::ArgumentsEditor(Purpose purpose, QWidget* parent) : QWidget(parent)
{
    buildUi(purpose);
    showStructure();
}

void ArgumentsEditor::buildUi(Purpose purpose)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(theme::gap(this, Gap::Small));

    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName(QStringLiteral("argumentRows"));
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setFocusPolicy(Qt::NoFocus);
    auto* content = new QWidget(m_scroll);
    auto* contentLayout = new QVBoxLayout(content);
    const int margin = theme::gap(this, Gap::Small);
    contentLayout->setContentsMargins(margin, margin, margin, margin);
    const Words words = wordsFor(purpose);
    m_emptyHint = new QLabel(words.none, content);
    m_emptyHint->setEnabled(false);
    contentLayout->addWidget(m_emptyHint);
    m_arguments = new ArgumentGroup(ArgumentGroup::Kind::Table, 0, content);
    contentLayout->addWidget(m_arguments);
    contentLayout->addStretch();
    m_scroll->setWidget(content);
    const int rowHeight = fontMetrics().height() * 2;
    m_scroll->setMinimumHeight(rowHeight * kRowsVisible);
    layout->addWidget(m_scroll, 1);

    auto* bottom = new QHBoxLayout;
    auto* add = new QPushButton(words.add, this);
    add->setObjectName(QStringLiteral("addArgument"));
    add->setAutoDefault(false);
    connect(add, &QPushButton::clicked, this, [this] { addArgument({}, QString{}); });
    bottom->addWidget(add);
    bottom->addStretch();
    layout->addLayout(bottom);
    if (!knownArguments(purpose).empty()) layout->addWidget(makeKnownButtons(purpose));

    connect(m_arguments, &ArgumentGroup::changed, this, &ArgumentsEditor::changed);
    connect(m_arguments, &ArgumentGroup::structureChanged, this, &ArgumentsEditor::showStructure);
}

QWidget* ArgumentsEditor::makeKnownButtons(Purpose purpose)
{
    auto* buttons = new QWidget(this);
    auto* grid = new QGridLayout(buttons);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(theme::gap(this, Gap::Small));
    // A single button is no wider than one of many.
    for (int column = 1; column < kKnownColumns; ++column) {
        grid->setColumnStretch(column, 1);
    }
    int row = 0;
    for (const KnownArgumentGroup& group : knownArguments(purpose)) {
        const QString title = knownArgumentGroupTitle(group);
        if (!title.isEmpty()) {
            auto* label = new QLabel(title, buttons);
            label->setForegroundRole(QPalette::PlaceholderText);
            grid->addWidget(label, row, 0);
        }
        const int firstColumn = title.isEmpty() ? 0 : 1;
        const int columns = title.isEmpty() ? kKnownColumns : kGroupedColumns;
        if (title.isEmpty()) grid->setColumnStretch(0, 1);
        int index = 0;
        for (const KnownArgument& known : group.arguments) {
            grid->addWidget(makeKnownButton(known, buttons), row + index / columns,
                            firstColumn + index % columns);
            index += 1;
        }
        row += (index + columns - 1) / columns;
    }
    return buttons;
}

QWidget* ArgumentsEditor::makeKnownButton(const KnownArgument& known, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    const QString name = QLatin1String(known.name);
    button->setObjectName(name);
    button->setText(knownArgumentLabel(known));
    button->setToolTip(name + QLatin1Char('\n') + knownArgumentExplanation(known));
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(button, &QToolButton::clicked, this,
            [this, name, &known] { addArgument(name, knownArgumentSuggestion(known)); });
    return button;
}

void ArgumentsEditor::setOffered(const QString& name, bool isOffered)
{
    if (auto* button = findChild<QToolButton*>(name)) button->setVisible(isOffered);
}

void ArgumentsEditor::setArguments(const management::Arguments& arguments)
{
    m_arguments->clear();
    for (auto it = arguments.cbegin(); it != arguments.cend(); ++it) {
        m_arguments->append(it.key(), it.value());
    }
}

management::Arguments ArgumentsEditor::arguments() const { return m_arguments->table(); }

void ArgumentsEditor::addArgument(const QString& name, const QVariant& value)
{
    ArgumentRow* row = nullptr;
    for (int index = 0; index < m_arguments->count() && !name.isEmpty(); ++index) {
        if (m_arguments->row(index)->name() == name) row = m_arguments->row(index);
    }
    if (!row) row = m_arguments->append(name, value);
    row->focusFirstOpen();
    reveal(row);
}

QString ArgumentsEditor::problem() const
{
    const auto found = m_arguments->problem();
    return found ? found->text : QString{};
}

void ArgumentsEditor::focusProblem()
{
    const auto found = m_arguments->problem();
    if (!found) return;
    found->widget->setFocus();
    reveal(found->widget);
}

void ArgumentsEditor::showStructure()
{
    m_emptyHint->setVisible(m_arguments->count() == 0);
    m_arguments->setVisible(m_arguments->count() > 0);

    // New rows come at the end of Qt's focus chain; Tab must follow the eye instead.
    QList<QWidget*> order;
    m_arguments->appendTabOrder(order);
    for (qsizetype index = 1; index < order.size(); ++index) {
        setTabOrder(order.at(index - 1), order.at(index));
    }
}

void ArgumentsEditor::reveal(QWidget* widget)
{
    // The new row has its place only after the layout has run.
    QTimer::singleShot(0, widget, [this, widget] { m_scroll->ensureWidgetVisible(widget); });
}

}  // namespace warren::ui
