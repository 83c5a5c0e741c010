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

namespace warren::ui {

namespace {

constexpr int kKnownColumns = 4;
constexpr int kRowsVisible = 4;

std::span<const KnownArgument> knownArguments(ArgumentsEditor::Purpose purpose)
{
    switch (purpose) {
    case ArgumentsEditor::Purpose::Queue: return knownQueueArguments();
    case ArgumentsEditor::Purpose::Exchange: return knownExchangeArguments();
    case ArgumentsEditor::Purpose::Binding:
    case ArgumentsEditor::Purpose::Headers: return {};
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
    m_emptyHint =
        new QLabel(purpose == Purpose::Headers ? tr("No headers.") : tr("No arguments."), content);
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
    auto* add =
        new QPushButton(purpose == Purpose::Headers ? tr("Add header") : tr("Add argument"), this);
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
    int index = 0;
    for (const KnownArgument& known : knownArguments(purpose)) {
        auto* button = new QToolButton(buttons);
        const QString name = QLatin1String(known.name);
        button->setObjectName(name);
        button->setText(knownArgumentLabel(known));
        button->setToolTip(name + QLatin1Char('\n') + knownArgumentExplanation(known));
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        connect(button, &QToolButton::clicked, this,
                [this, name, &known] { addArgument(name, knownArgumentSuggestion(known)); });
        grid->addWidget(button, index / kKnownColumns, index % kKnownColumns);
        index += 1;
    }
    return buttons;
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
