#pragma once

#include "core/management/broker_client.h"

#include <QTimer>
#include <QWidget>

#include <chrono>
#include <cstdint>

class QLabel;
class QSlider;
class QSpinBox;

namespace warren::ui {

class ElidedLabel;

/// Moves the memory watermark while the broker runs, and says at once what that does.
///
/// Thread: GUI. The broker is asked when the slider has rested; until it has answered, and a
/// snapshot has come, the slider stands where the person put it.
class WatermarkEditor final : public QWidget {
    Q_OBJECT

public:
    /// How long the slider rests before the broker is asked.
    static constexpr std::chrono::milliseconds kRest{250};

    /// @param client  borrowed; outlives the editor
    explicit WatermarkEditor(management::BrokerClient& client, QWidget* parent = nullptr);

    void setUse(const management::MemoryUse& memory);
    void setActionsEnabled(bool enabled);

    /// The watermark that the slider stands for, as long as it differs from the broker's.
    std::uint64_t shownBytes() const;

signals:
    /// The slider was moved by hand.
    void moved();
    /// The broker did not take it, with its words.
    void refused(const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void buildUi();
    void move(int percent);
    void movePaging();
    void touch();
    void send();
    void takeAnswer(std::uint64_t number, const management::CommandResult& result);
    void showUse();
    void showWords();

    /// Where the change that was made by hand is.
    enum class Change { None, Resting, Asked, Taken };

    management::BrokerClient& m_client;
    management::MemoryUse m_memory;
    QTimer m_rest;
    Change m_change = Change::None;
    bool m_isWatermarkMoved = false;
    bool m_isPagingMoved = false;
    std::uint64_t m_asked = 0;  ///< number of the last question
    QSlider* m_slider = nullptr;
    QSpinBox* m_percent = nullptr;
    QSpinBox* m_paging = nullptr;
    QLabel* m_amount = nullptr;
    ElidedLabel* m_pagingAmount = nullptr;
    QLabel* m_effect = nullptr;
};

}  // namespace warren::ui
