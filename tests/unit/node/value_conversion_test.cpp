#include "core/node/value_conversion.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

TEST(ValueConversion, KeepsTypedArgumentsThereAndBack)
{
    const amqp::FieldTable table{
        {"b", true},
        {"l", std::int64_t{-5}},
        {"d", 2.5},
        {"s", "text"},
        {"t", amqp::FieldTable{{"inner", std::int64_t{1}}}},
    };
    const management::Arguments arguments = argumentsOf(table);
    EXPECT_EQ(arguments.value(QStringLiteral("l")).typeId(), QMetaType::LongLong);
    const amqp::FieldTable back = fieldTableOf(arguments);
    for (const amqp::FieldTableEntry& entry : table) {
        ASSERT_NE(back.find(entry.key), nullptr) << entry.key;
        EXPECT_EQ(*back.find(entry.key), entry.value) << entry.key;
    }
}

TEST(ValueConversion, ShowsEveryIntegerAsANumber)
{
    const amqp::FieldTable table{{"a", std::int8_t{-1}}, {"b", std::uint32_t{4'000'000'000u}}};
    const management::Arguments arguments = argumentsOf(table);
    EXPECT_EQ(arguments.value(QStringLiteral("a")), QVariant{qlonglong{-1}});
    EXPECT_EQ(arguments.value(QStringLiteral("b")), QVariant{qlonglong{4'000'000'000}});
}

TEST(ValueConversion, KeepsPropertiesThereAndBack)
{
    management::MessageProperties properties;
    properties.contentType = QStringLiteral("application/json");
    properties.headers = management::Arguments{{QStringLiteral("k"), QStringLiteral("v")}};
    properties.deliveryMode = 2;
    properties.priority = 9;
    properties.correlationId = QStringLiteral("ü");
    properties.timestamp = 1'700'000'000;
    EXPECT_EQ(propertiesOf(propertiesOf(properties)), properties);
    EXPECT_EQ(propertiesOf(propertiesOf(management::MessageProperties{})),
              management::MessageProperties{});
}

}  // namespace
}  // namespace warren::node
