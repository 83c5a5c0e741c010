#pragma once

#include "tests/support/fake_broker_client.h"
#include "tests/ui/ui_support.h"
#include "ui/dialogs/command_dialog.h"
#include "ui/page.h"

#include <gtest/gtest.h>

#include <string>

namespace warren::test {

/// Pictures of pages and dialogs, light (false) and dark (true): not blank, nothing cut off,
/// everything reachable by Tab.
class ScreenshotCase : public testing::TestWithParam<bool> {
protected:
    void shoot(QWidget& widget, const QString& name)
    {
        const QImage picture = takeScreenshot(
            widget, name + (GetParam() ? QStringLiteral("-dark") : QStringLiteral("-light")));
        EXPECT_TRUE(hasContent(picture)) << qPrintable(name);
        EXPECT_EQ(joined(clippedTexts(widget)), "") << qPrintable(name);
        EXPECT_EQ(joined(unreachableByTab(widget)), "") << qPrintable(name);
    }

    void showPage(ui::Page& page, const management::Snapshot& snapshot)
    {
        const int em = page.fontMetrics().height();
        page.resize(em * 70, em * 48);
        page.show();
        m_client.setSnapshot(snapshot);
        page.showSnapshot(m_client.snapshot());
        settle();
    }

    void showDialog(ui::CommandDialog& dialog)
    {
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        settle();
    }

    ThemeScope m_theme{GetParam()};
    FakeBrokerClient m_client;

private:
    static std::string joined(const QStringList& texts) { return texts.join(u'\n').toStdString(); }
};

inline std::string themeName(const testing::TestParamInfo<bool>& info)
{
    return info.param ? "Dark" : "Light";
}

}  // namespace warren::test
