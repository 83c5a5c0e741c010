#pragma once

#include <QWidget>

class QLabel;
class QLineEdit;

namespace warren::ui {

/// Tries a regular expression on a name that one types. Thread: GUI.
class PatternTester final : public QWidget {
    Q_OBJECT

public:
    explicit PatternTester(QWidget* parent = nullptr);

    void setPattern(const QString& pattern);

protected:
    /// Enter tries the name; it must not press the dialog's button.
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showResult();

    QString m_pattern;
    QLineEdit* m_name;
    QLabel* m_icon;
    QLabel* m_result;
};

}  // namespace warren::ui
