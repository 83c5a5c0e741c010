#include <QCoreApplication>

#include <gtest/gtest.h>

/// main for tests of code that needs an event loop, but no window.
int main(int argc, char** argv)
{
    ::testing::InitGoogleTest(&argc, argv);
    const QCoreApplication application(argc, argv);
    return RUN_ALL_TESTS();
}
