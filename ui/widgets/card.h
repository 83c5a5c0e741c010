#pragma once

#include <QFrame>
#include <QString>

class QLabel;
class QVBoxLayout;

namespace warren::ui {

/// A rounded surface with an optional heading: what belongs together on a page lies on one card.
///
/// Thread: GUI. Put the content into `body()`.
class Card final : public QFrame {
    Q_OBJECT

public:
    explicit Card(const QString& heading, QWidget* parent = nullptr);

    QVBoxLayout* body() const { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVBoxLayout* m_body;
};

}  // namespace warren::ui
