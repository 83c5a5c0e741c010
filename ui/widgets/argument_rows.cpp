#include "ui/widgets/argument_rows.h"

#include "ui/icons.h"
#include "ui/models/known_arguments.h"

#include <QComboBox>
#include <QCompleter>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QRegularExpressionValidator>
#include <QToolButton>
#include <QVBoxLayout>

namespace warren::ui {

namespace {

const QRegularExpression& wholeNumberPattern()
{
    static const QRegularExpression pattern(QStringLiteral("-?[0-9]{0,19}"));
    return pattern;
}

const QRegularExpression& decimalPattern()
{
    static const QRegularExpression pattern(
        QStringLiteral("-?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]{0,3})?"));
    return pattern;
}

/// What a value becomes when its type changes: its text, read as the new type where it can be.
QVariant converted(const QVariant& value, ArgumentType to)
{
    const ArgumentType from = argumentTypeOf(value);
    const bool isScalar = from != ArgumentType::List && from != ArgumentType::Table;
    switch (to) {
    case ArgumentType::String: return isScalar ? argumentText(value) : QString{};
    case ArgumentType::Number: return isScalar ? value.toLongLong() : 0LL;
    case ArgumentType::Decimal: return isScalar ? value.toDouble() : 0.0;
    case ArgumentType::Boolean: return isScalar && value.toBool();
    case ArgumentType::List: return QVariantList{};
    case ArgumentType::Table: return QVariantMap{};
    }
    return {};
}

}  // namespace

ArgumentRow::ArgumentRow(bool isNamed, int depth, QWidget* parent) : QWidget(parent), m_depth(depth)
{
    buildUi(isNamed);
    setArgument({}, QString{});
}

void ArgumentRow::buildUi(bool isNamed)
{
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(0, 0, 0, 0);
    auto* line = new QHBoxLayout;
    m_layout->addLayout(line);

    if (isNamed) {
        m_name = new QLineEdit(this);
        m_name->setObjectName(QStringLiteral("argumentName"));
        m_name->setPlaceholderText(tr("Name"));
        m_name->setAccessibleName(tr("Argument name"));
        connect(m_name, &QLineEdit::textChanged, this, &ArgumentRow::changed);
        connect(m_name, &QLineEdit::textChanged, this, &ArgumentRow::offerChoices);
        m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        line->addWidget(m_name, 3);
    } else {
        m_number = new QLabel(this);
        m_number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        line->addWidget(m_number);
    }

    m_type = new QComboBox(this);
    m_type->setObjectName(QStringLiteral("argumentType"));
    m_type->setAccessibleName(tr("Argument type"));
    for (const ArgumentType each : kArgumentTypes) {
        const bool nests = each == ArgumentType::List || each == ArgumentType::Table;
        if (nests && m_depth + 1 >= ArgumentGroup::kDepthMax) continue;
        m_type->addItem(argumentTypeName(each), static_cast<int>(each));
    }
    line->addWidget(m_type);

    m_text = new QLineEdit(this);
    m_text->setObjectName(QStringLiteral("argumentValue"));
    m_text->setPlaceholderText(tr("Value"));
    m_text->setAccessibleName(tr("Argument value"));
    connect(m_text, &QLineEdit::textChanged, this, &ArgumentRow::changed);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    line->addWidget(m_text, 4);

    m_boolean = new QComboBox(this);
    m_boolean->setObjectName(QStringLiteral("argumentBoolean"));
    m_boolean->setAccessibleName(tr("Argument value"));
    m_boolean->addItem(QStringLiteral("true"), true);
    m_boolean->addItem(QStringLiteral("false"), false);
    connect(m_boolean, &QComboBox::currentIndexChanged, this, &ArgumentRow::changed);
    m_boolean->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    line->addWidget(m_boolean, 4);

    // As wide as the other kinds of value, so that the columns of all rows line up.
    m_entriesLine = new QWidget(this);
    m_entriesLine->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* entriesLayout = new QHBoxLayout(m_entriesLine);
    entriesLayout->setContentsMargins(0, 0, 0, 0);
    line->addWidget(m_entriesLine, 4);
    m_entryCount = new QLabel(m_entriesLine);
    entriesLayout->addWidget(m_entryCount, 1);
    m_addEntry = new QToolButton(m_entriesLine);
    m_addEntry->setObjectName(QStringLiteral("argumentAddEntry"));
    m_addEntry->setText(tr("Add entry"));
    connect(m_addEntry, &QToolButton::clicked, this, [this] {
        ArgumentRow* row = m_entries->append({}, QString{});
        row->focusFirstOpen();
    });
    entriesLayout->addWidget(m_addEntry);

    m_remove = new QToolButton(this);
    m_remove->setObjectName(QStringLiteral("argumentRemove"));
    m_remove->setAutoRaise(true);
    m_remove->setIcon(icon(Icon::Close));
    m_remove->setToolTip(tr("Remove"));
    m_remove->setAccessibleName(tr("Remove argument"));
    connect(m_remove, &QToolButton::clicked, this, &ArgumentRow::removeRequested);
    line->addWidget(m_remove);

    connect(m_type, &QComboBox::currentIndexChanged, this, [this, shown = value()]() mutable {
        // Nothing typed so far may be lost by looking through the types.
        if (m_text->isVisibleTo(this)) shown = m_text->text();
        const QString keptName = name();
        setArgument(keptName, converted(shown, type()));
        emit structureChanged();
        emit changed();
    });
}

void ArgumentRow::setArgument(const QString& name, const QVariant& value)
{
    if (m_name) m_name->setText(name);
    const ArgumentType shownType = argumentTypeOf(value);
    {
        const QSignalBlocker blocker(m_type);
        m_type->setCurrentIndex(m_type->findData(static_cast<int>(shownType)));
    }
    showType(shownType);

    switch (shownType) {
    case ArgumentType::String:
    case ArgumentType::Number:
    case ArgumentType::Decimal: m_text->setText(argumentText(value)); break;
    case ArgumentType::Boolean: m_boolean->setCurrentIndex(value.toBool() ? 0 : 1); break;
    case ArgumentType::List:
        for (const QVariantList entries = value.toList(); const QVariant& entry : entries) {
            m_entries->append({}, entry);
        }
        break;
    case ArgumentType::Table: {
        const QVariantMap entries = value.toMap();
        for (auto it = entries.cbegin(); it != entries.cend(); ++it) {
            m_entries->append(it.key(), it.value());
        }
        break;
    }
    }
}

/// Arguments that take one of a few words offer them while one types.
void ArgumentRow::offerChoices()
{
    const QStringList choices = choicesOf(name());
    m_text->setCompleter(nullptr);
    m_text->setToolTip({});
    if (choices.isEmpty()) return;
    auto* completer = new QCompleter(choices, m_text);
    completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_text->setCompleter(completer);
    m_text->setToolTip(tr("One of: %1").arg(choices.join(QStringLiteral(", "))));
}

void ArgumentRow::setNumber(int number)
{
    if (m_number) m_number->setText(QStringLiteral("%1.").arg(number));
}

QString ArgumentRow::name() const { return m_name ? m_name->text() : QString{}; }

ArgumentType ArgumentRow::type() const
{
    return static_cast<ArgumentType>(m_type->currentData().toInt());
}

bool ArgumentRow::isNested() const
{
    return type() == ArgumentType::List || type() == ArgumentType::Table;
}

void ArgumentRow::showType(ArgumentType shownType)
{
    const bool isText = shownType == ArgumentType::String || shownType == ArgumentType::Number ||
                        shownType == ArgumentType::Decimal;
    m_text->setVisible(isText);
    m_boolean->setVisible(shownType == ArgumentType::Boolean);
    m_entriesLine->setVisible(isNested());

    m_text->setValidator(nullptr);
    if (shownType == ArgumentType::Number) {
        m_text->setValidator(new QRegularExpressionValidator(wholeNumberPattern(), m_text));
    } else if (shownType == ArgumentType::Decimal) {
        m_text->setValidator(new QRegularExpressionValidator(decimalPattern(), m_text));
    }

    // A queued deletion would leave the old group in sight for one more paint.
    delete m_entries;
    m_entries = nullptr;
    if (!isNested()) return;
    m_entries = new ArgumentGroup(
        shownType == ArgumentType::List ? ArgumentGroup::Kind::List : ArgumentGroup::Kind::Table,
        m_depth + 1, this);
    m_entries->setContentsMargins(fontMetrics().averageCharWidth() * 4, 0, 0, 0);
    connect(m_entries, &ArgumentGroup::changed, this, &ArgumentRow::changed);
    connect(m_entries, &ArgumentGroup::structureChanged, this, [this] {
        showEntryCount();
        emit structureChanged();
    });
    m_layout->addWidget(m_entries);
    showEntryCount();
}

void ArgumentRow::showEntryCount()
{
    const int entryCount = m_entries->count();
    m_entryCount->setText(entryCount == 0   ? tr("no entries")
                          : entryCount == 1 ? tr("1 entry")
                                            : tr("%1 entries").arg(entryCount));
}

QVariant ArgumentRow::value() const
{
    switch (type()) {
    case ArgumentType::String: return m_text->text();
    case ArgumentType::Number: return m_text->text().toLongLong();
    case ArgumentType::Decimal: return m_text->text().toDouble();
    case ArgumentType::Boolean: return m_boolean->currentData().toBool();
    case ArgumentType::List: return m_entries->list();
    case ArgumentType::Table: return m_entries->table();
    }
    return {};
}

std::optional<ArgumentProblem> ArgumentRow::problem() const
{
    if (m_name && m_name->text().isEmpty()) {
        return ArgumentProblem{tr("An argument has no name."), m_name};
    }
    if (m_name && m_name->text().toUtf8().size() > kArgumentNameBytesMax) {
        return ArgumentProblem{
            tr("An argument's name is longer than %1 bytes.").arg(kArgumentNameBytesMax), m_name};
    }
    const QString what = m_name ? m_name->text() : tr("Entry %1").arg(m_number->text());
    bool isValid = true;
    switch (type()) {
    case ArgumentType::Number:
        m_text->text().toLongLong(&isValid);
        if (!isValid) return ArgumentProblem{tr("%1 needs a whole number.").arg(what), m_text};
        return std::nullopt;
    case ArgumentType::Decimal:
        m_text->text().toDouble(&isValid);
        if (!isValid) return ArgumentProblem{tr("%1 needs a number.").arg(what), m_text};
        return std::nullopt;
    case ArgumentType::List:
    case ArgumentType::Table: return m_entries->problem();
    case ArgumentType::String:
    case ArgumentType::Boolean: return std::nullopt;
    }
    return std::nullopt;
}

void ArgumentRow::focusFirstOpen()
{
    if (m_name && m_name->text().isEmpty()) {
        m_name->setFocus();
        return;
    }
    switch (type()) {
    case ArgumentType::String:
    case ArgumentType::Number:
    case ArgumentType::Decimal:
        m_text->setFocus();
        m_text->selectAll();
        break;
    case ArgumentType::Boolean: m_boolean->setFocus(); break;
    case ArgumentType::List:
    case ArgumentType::Table: m_addEntry->setFocus(); break;
    }
}

void ArgumentRow::appendTabOrder(QList<QWidget*>& order) const
{
    if (m_name) order.append(m_name);
    order.append({m_type, m_text, m_boolean, m_addEntry, m_remove});
    if (m_entries) m_entries->appendTabOrder(order);
}

ArgumentGroup::ArgumentGroup(Kind kind, int depth, QWidget* parent)
    : QWidget(parent), m_kind(kind), m_depth(depth), m_layout(new QVBoxLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
}

ArgumentRow* ArgumentGroup::append(const QString& name, const QVariant& value)
{
    ArgumentRow* row = makeRow();
    row->setArgument(name, value);
    m_rows.append(row);
    m_layout->addWidget(row);
    renumber();
    emit structureChanged();
    emit changed();
    return row;
}

ArgumentRow* ArgumentGroup::makeRow()
{
    auto* row = new ArgumentRow(m_kind == Kind::Table, m_depth, this);
    connect(row, &ArgumentRow::changed, this, &ArgumentGroup::changed);
    connect(row, &ArgumentRow::structureChanged, this, &ArgumentGroup::structureChanged);
    connect(row, &ArgumentRow::removeRequested, this, [this, row] { remove(row); });
    return row;
}

void ArgumentGroup::remove(ArgumentRow* row)
{
    m_rows.removeOne(row);
    row->hide();
    // The row is the sender of the signal that led here.
    row->deleteLater();
    renumber();
    emit structureChanged();
    emit changed();
}

void ArgumentGroup::clear()
{
    for (ArgumentRow* row : std::as_const(m_rows)) {
        row->hide();
        row->deleteLater();
    }
    m_rows.clear();
    emit structureChanged();
    emit changed();
}

void ArgumentGroup::renumber()
{
    for (int index = 0; index < count(); ++index) {
        m_rows.at(index)->setNumber(index + 1);
    }
}

QVariantMap ArgumentGroup::table() const
{
    QVariantMap values;
    for (const ArgumentRow* row : m_rows) {
        values.insert(row->name(), row->value());
    }
    return values;
}

QVariantList ArgumentGroup::list() const
{
    QVariantList values;
    values.reserve(m_rows.size());
    for (const ArgumentRow* row : m_rows) {
        values.append(row->value());
    }
    return values;
}

std::optional<ArgumentProblem> ArgumentGroup::problem() const
{
    QStringList names;
    for (ArgumentRow* row : m_rows) {
        if (auto found = row->problem()) return found;
        if (m_kind == Kind::Table && names.contains(row->name())) {
            return ArgumentProblem{tr("There are two arguments named %1.").arg(row->name()), row};
        }
        names.append(row->name());
    }
    return std::nullopt;
}

void ArgumentGroup::appendTabOrder(QList<QWidget*>& order) const
{
    for (const ArgumentRow* row : m_rows) {
        row->appendTabOrder(order);
    }
}

}  // namespace warren::ui
