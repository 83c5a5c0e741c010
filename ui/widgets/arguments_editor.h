#pragma once

#include "core/management/snapshot.h"

#include <QWidget>

class QLabel;
class QScrollArea;

namespace warren::ui {

class ArgumentGroup;
struct KnownArgument;

/// Edits typed arguments: text, number, decimal, boolean, and lists and tables of these.
///
/// Thread: GUI. Made for tens of arguments: every row has its own widgets.
class ArgumentsEditor final : public QWidget {
    Q_OBJECT

public:
    /// What the arguments are for: it decides which known ones are offered as buttons.
    enum class Purpose { Queue, Exchange, Policy, OperatorPolicy, Binding, Headers };

    explicit ArgumentsEditor(Purpose purpose, QWidget* parent = nullptr);

    void setArguments(const management::Arguments& arguments);

    /// What is typed. @pre problem() is empty, or some of it is lost
    management::Arguments arguments() const;

    /// Adds an argument, or moves the cursor to it when there is one of that name.
    void addArgument(const QString& name, const QVariant& value);

    /// Offers a known argument as a button, or not (any more).
    void setOffered(const QString& name, bool isOffered);

    /// Why the arguments cannot be sent, in one sentence; empty when they can.
    QString problem() const;

    /// Moves the cursor to what `problem` is about.
    void focusProblem();

signals:
    void changed();

private:
    void buildUi(Purpose purpose);
    QWidget* makeKnownButtons(Purpose purpose);
    QWidget* makeKnownButton(const KnownArgument& known, QWidget* parent);
    void showStructure();
    void reveal(QWidget* widget);

    ArgumentGroup* m_arguments = nullptr;
    QScrollArea* m_scroll = nullptr;
    QLabel* m_emptyHint = nullptr;
};

}  // namespace warren::ui
