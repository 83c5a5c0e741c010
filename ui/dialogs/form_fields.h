#pragma once

#include "core/management/snapshot.h"

#include <QStringList>

#include <optional>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QWidget;

/// What the fields of all dialogs have in common. Thread: GUI.
namespace warren::ui {

/// A form whose fields grow with the dialog, without margins.
QFormLayout* makeForm(QWidget* dialog);

/// The choice of a virtual host, shown only when there is one to make.
QComboBox* addVhostField(QFormLayout* form, const QStringList& vhosts, QWidget* dialog);

/// A check box with one sentence below it that says what it does.
void addOption(QBoxLayout* layout, QCheckBox* box, const QString& explanation);

/// The heading of a part of a dialog.
QLabel* makeSectionLabel(const QString& text, QWidget* parent);

/// A sentence of less weight, over as many lines as it needs.
QLabel* makeHint(const QString& text, QWidget* parent);

/// A name to type or to choose from names that are there.
QComboBox* makeNameField(const QString& objectName, QWidget* parent);

/// A limit to type, a whole number; empty means that there is none.
QLineEdit* makeLimitField(const QString& objectName, std::optional<qint64> limit, QWidget* parent);

/// What is typed in a limit field.
std::optional<qint64> typedLimit(const QLineEdit* field);

/// The words between commas and spaces, each once, in their order.
QStringList typedTags(const QLineEdit* field);

/// Offers other names, and keeps what was typed.
void offerNames(QComboBox* field, const QStringList& names);

/// The names of all virtual hosts of a snapshot; "/" when it knows none.
QStringList vhostNames(const management::Snapshot& snapshot);

/// The exchanges of a virtual host that have a name, in order.
QStringList exchangeNames(const management::Snapshot& snapshot, const QString& vhost);

/// The queues of a virtual host, in order.
QStringList queueNames(const management::Snapshot& snapshot, const QString& vhost);

}  // namespace warren::ui
