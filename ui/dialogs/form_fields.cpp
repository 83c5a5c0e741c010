#include "ui/dialogs/form_fields.h"

#include "ui/theme.h"
#include "ui/widgets/hint_label.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QCoreApplication>
#include <QFontMetrics>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QRegularExpressionValidator>
#include <QStringListModel>
#include <QStyle>
#include <QVBoxLayout>

namespace warren::ui {

namespace {

constexpr int kNameCharacters = 24;

/// The names of `rows` in `vhost`.
template <typename Row>
QStringList namesIn(const QList<Row>& rows, const QString& vhost)
{
    QStringList names;
    for (const Row& row : rows) {
        if (row.key.vhost == vhost && !row.key.name.isEmpty()) names.append(row.key.name);
    }
    return names;
}

}  // namespace

QFormLayout* makeForm(QWidget* dialog)
{
    auto* form = new QFormLayout;
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setHorizontalSpacing(theme::gap(dialog, Gap::Medium));
    form->setVerticalSpacing(theme::gap(dialog, Gap::Small));
    return form;
}

QComboBox* addVhostField(QFormLayout* form, const QStringList& vhosts, QWidget* dialog)
{
    auto* field = new QComboBox(dialog);
    field->setObjectName(QStringLiteral("vhost"));
    field->addItems(vhosts);
    form->addRow(QCoreApplication::translate("FormFields", "&Virtual host"), field);
    form->setRowVisible(field, vhosts.size() > 1);
    return field;
}

void addOption(QBoxLayout* layout, QCheckBox* box, const QString& explanation)
{
    box->setAccessibleDescription(explanation);
    QLabel* hint = makeHint(explanation, box->parentWidget());
    // Below the word of the box, not below its square.
    const int indent = box->style()->pixelMetric(QStyle::PM_IndicatorWidth) +
                       box->style()->pixelMetric(QStyle::PM_CheckBoxLabelSpacing);
    hint->setContentsMargins(indent, 0, 0, 0);
    auto* option = new QVBoxLayout;
    option->setSpacing(theme::gap(box, Gap::Hair));
    option->addWidget(box);
    option->addWidget(hint);
    layout->addLayout(option);
}

QLabel* makeSectionLabel(const QString& text, QWidget* parent)
{
    auto* label = new QLabel(text, parent);
    label->setFont(theme::headingFont(parent->font()));
    return label;
}

QLabel* makeHint(const QString& text, QWidget* parent) { return new HintLabel(text, parent); }

QComboBox* makeNameField(const QString& objectName, QWidget* parent)
{
    auto* field = new QComboBox(parent);
    field->setObjectName(objectName);
    field->setEditable(true);
    field->setInsertPolicy(QComboBox::NoInsert);
    field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    // Measuring 10,000 names to find the width of the box would take longer than typing one.
    field->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    field->setMinimumContentsLength(kNameCharacters);
    field->setModel(new QStringListModel(field));
    if (auto* list = qobject_cast<QListView*>(field->view())) list->setUniformItemSizes(true);
    field->completer()->setCompletionMode(QCompleter::PopupCompletion);
    field->completer()->setFilterMode(Qt::MatchContains);
    field->setCurrentIndex(-1);
    return field;
}

QLineEdit* makeLimitField(const QString& objectName, std::optional<qint64> limit, QWidget* parent)
{
    auto* field = new QLineEdit(limit ? QString::number(*limit) : QString{}, parent);
    field->setObjectName(objectName);
    field->setPlaceholderText(QCoreApplication::translate("FormFields", "unlimited"));
    // More digits than any limit needs, and fewer than would overflow.
    static const QRegularExpression wholeNumber(QStringLiteral("[0-9]{0,12}"));
    field->setValidator(new QRegularExpressionValidator(wholeNumber, field));
    return field;
}

std::optional<qint64> typedLimit(const QLineEdit* field)
{
    return field->text().isEmpty() ? std::nullopt : std::optional(field->text().toLongLong());
}

QStringList typedTags(const QLineEdit* field)
{
    static const QRegularExpression separators(QStringLiteral("[,\\s]+"));
    QStringList tags = field->text().split(separators, Qt::SkipEmptyParts);
    tags.removeDuplicates();
    return tags;
}

void offerNames(QComboBox* field, const QStringList& names)
{
    auto* model = qobject_cast<QStringListModel*>(field->model());
    if (model->stringList() == names) return;
    const QString typed = field->currentText();
    model->setStringList(names);
    field->setCurrentIndex(-1);
    field->setEditText(typed);
}

QStringList vhostNames(const management::Snapshot& snapshot)
{
    QStringList names;
    for (const management::VhostRow& vhost : snapshot.vhosts) {
        names.append(vhost.name);
    }
    return names.isEmpty() ? QStringList{QStringLiteral("/")} : names;
}

QStringList exchangeNames(const management::Snapshot& snapshot, const QString& vhost)
{
    return namesIn(snapshot.exchanges, vhost);
}

QStringList queueNames(const management::Snapshot& snapshot, const QString& vhost)
{
    return namesIn(snapshot.queues, vhost);
}

}  // namespace warren::ui
