#include "ui/models/argument_values.h"

#include <gtest/gtest.h>

namespace warren::ui {
namespace {

TEST(ArgumentValues, KnowTheTypeOfEachValue)
{
    EXPECT_EQ(argumentTypeOf(QStringLiteral("5")), ArgumentType::String);
    EXPECT_EQ(argumentTypeOf(5LL), ArgumentType::Number);
    EXPECT_EQ(argumentTypeOf(5), ArgumentType::Number);
    EXPECT_EQ(argumentTypeOf(5.0), ArgumentType::Decimal);
    EXPECT_EQ(argumentTypeOf(true), ArgumentType::Boolean);
    EXPECT_EQ(argumentTypeOf(QVariantList{1LL}), ArgumentType::List);
    EXPECT_EQ(argumentTypeOf(QVariantMap{}), ArgumentType::Table);
    EXPECT_EQ(argumentTypeOf(QVariant()), ArgumentType::String);
}

TEST(ArgumentValues, AreWrittenOnOneLineSoThatTypesCanBeToldApartInside)
{
    const QVariantMap table{{QStringLiteral("a"), QStringLiteral("5")},
                            {QStringLiteral("b"), 5LL},
                            {QStringLiteral("c"), QVariantList{true, 0.5}}};

    EXPECT_EQ(argumentText(table), QStringLiteral("{a: \"5\", b: 5, c: [true, 0.5]}"));
    EXPECT_EQ(argumentText(QStringLiteral("drop-head")), QStringLiteral("drop-head"));
    EXPECT_EQ(argumentText(std::numeric_limits<qlonglong>::max()),
              QStringLiteral("9223372036854775807"));
}

TEST(ArgumentValues, AreListedByName)
{
    const management::Arguments arguments{
        {QStringLiteral("x-overflow"), QStringLiteral("drop-head")},
        {QStringLiteral("x-max-length"), 5LL}};

    EXPECT_EQ(argumentsText(arguments), QStringLiteral("x-max-length = 5, x-overflow = drop-head"));
    EXPECT_EQ(argumentsLines(arguments), QStringLiteral("x-max-length: 5\nx-overflow: drop-head"));
    EXPECT_EQ(argumentsText({}), QString());
}

}  // namespace
}  // namespace warren::ui
