#pragma once

#include "ui/models/argument_values.h"

#include <QList>
#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QToolButton;
class QVBoxLayout;

namespace warren::ui {

class ArgumentGroup;

/// What keeps a typed argument from being sent, and the widget to put right.
struct ArgumentProblem {
    QString text;
    QWidget* widget = nullptr;
};

/// One argument under edit: its name (or its place in a list), type and value, and below them the
/// entries of a list or table. Part of ArgumentsEditor.
///
/// Thread: GUI.
class ArgumentRow final : public QWidget {
    Q_OBJECT

public:
    /// @param isNamed  false for the elements of a list
    /// @param depth    0 for the outermost arguments
    ArgumentRow(bool isNamed, int depth, QWidget* parent);

    void setArgument(const QString& name, const QVariant& value);
    /// Shows where the row stands in its list. @param number  from 1
    void setNumber(int number);

    QString name() const;
    /// The value as typed; what is not a number counts as 0, see problem().
    QVariant value() const;
    std::optional<ArgumentProblem> problem() const;

    /// Puts the cursor where the person types next: into the name, or the value when it has a name.
    void focusFirstOpen();
    /// Appends the row's widgets in the order that Tab goes through them.
    void appendTabOrder(QList<QWidget*>& order) const;

signals:
    void changed();
    void structureChanged();
    void removeRequested();

private:
    void buildUi(bool isNamed);
    ArgumentType type() const;
    void showType(ArgumentType type);
    bool isNested() const;
    void offerChoices();
    void showEntryCount();

    const int m_depth;
    QLineEdit* m_name = nullptr;
    QLabel* m_number = nullptr;
    QComboBox* m_type = nullptr;
    QLineEdit* m_text = nullptr;
    QComboBox* m_boolean = nullptr;
    QWidget* m_entriesLine = nullptr;
    QLabel* m_entryCount = nullptr;
    QToolButton* m_addEntry = nullptr;
    QToolButton* m_remove = nullptr;
    QVBoxLayout* m_layout = nullptr;
    ArgumentGroup* m_entries = nullptr;
};

/// The rows of one table or list. Part of ArgumentsEditor.
///
/// Thread: GUI.
class ArgumentGroup final : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Table, List };

    /// Lists and tables nest this deep; the broker refuses what is far deeper.
    static constexpr int kDepthMax = 8;

    ArgumentGroup(Kind kind, int depth, QWidget* parent);

    Kind kind() const { return m_kind; }
    int count() const { return static_cast<int>(m_rows.size()); }
    ArgumentRow* row(int index) const { return m_rows.at(index); }
    ArgumentRow* append(const QString& name, const QVariant& value);
    void clear();

    QVariantMap table() const;
    QVariantList list() const;
    std::optional<ArgumentProblem> problem() const;
    void appendTabOrder(QList<QWidget*>& order) const;

signals:
    void changed();
    void structureChanged();

private:
    void remove(ArgumentRow* row);
    void renumber();
    ArgumentRow* makeRow();

    const Kind m_kind;
    const int m_depth;
    QVBoxLayout* m_layout;
    QList<ArgumentRow*> m_rows;
};

}  // namespace warren::ui
