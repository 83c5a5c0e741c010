#pragma once

#include <QList>
#include <QStringList>
#include <QWidget>

class QLabel;

namespace warren::ui {

class ElidedLabel;

/// Short facts below each other: a caption, and its value beside it. Thread: GUI.
class FactList final : public QWidget {
    Q_OBJECT

public:
    explicit FactList(const QStringList& captions, QWidget* parent = nullptr);

    /// @param values  in the order of the captions; an empty one shows "–"
    void setValues(const QStringList& values);

    /// Explains a fact, at its caption and its value; empty: no more. A value that is cut
    /// stands above it, whole.
    void setToolTip(int index, const QString& toolTip);

    const QString& value(int index) const;

private:
    QList<QLabel*> m_captions;
    QList<ElidedLabel*> m_values;
};

}  // namespace warren::ui
