#pragma once

#include <QLabel>

namespace warren::ui {

/// A sentence of less weight, over as many lines as it needs, that follows a change of the palette.
/// Thread: GUI.
class HintLabel final : public QLabel {
    Q_OBJECT

public:
    explicit HintLabel(const QString& text, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyColour();
};

}  // namespace warren::ui
