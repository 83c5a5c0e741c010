#include <QApplication>

#include <gtest/gtest.h>

/// Palettes and fonts need an application, though no display.
int main(int argc, char** argv)
{
    // Also while ctest only asks for the names of the tests, without their environment.
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM")) qputenv("QT_QPA_PLATFORM", "offscreen");
    testing::InitGoogleTest(&argc, argv);
    QApplication application(argc, argv);
    return RUN_ALL_TESTS();
}
