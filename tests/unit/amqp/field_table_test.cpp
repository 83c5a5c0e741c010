#include "core/amqp/field_table.h"

#include "tests/support/random_amqp.h"
#include "tests/support/wire.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace warren::amqp {
namespace {

using test::fromHex;
using test::stringOf;

std::string encodedTable(const FieldTable& table)
{
    Buffer bytes;
    appendFieldTable(bytes, table);
    return stringOf(bytes);
}

constexpr std::size_t kLengthBytes = 4;

Result<FieldTable, AmqpError> decode(const std::string& content)
{
    return decodeFieldTable(bytesOf(content));
}

std::string errorOf(const std::string& content)
{
    const auto table = decode(content);
    const auto status = validateFieldTable(bytesOf(content));
    EXPECT_EQ(table.isOk(), status.isOk());
    if (table) return "";
    EXPECT_EQ(table.error(), status.error());
    return replyText(table.error());
}

/// The content of a table with `depth` levels, itself the first.
std::string nested(std::size_t depth, char type)
{
    std::string content;
    for (std::size_t level = 1; level < depth; ++level) {
        Buffer outer;
        const bool isOutermost = level + 1 == depth;
        if (type == 'F' || isOutermost) outer.append("\x01k");
        outer.append(std::string_view(&type, 1));
        outer.appendBigEndian(static_cast<std::uint32_t>(content.size()));
        outer.append(content);
        content = stringOf(outer);
    }
    return content;
}

TEST(FieldTable, EncodesEveryTypeWithItsLetter)
{
    const std::vector<std::pair<FieldValue, const char*>> cases = {
        {Void{}, "56"},
        {true, "74 01"},
        {std::int8_t{-2}, "62 fe"},
        {std::uint8_t{254}, "42 fe"},
        {std::int16_t{-2}, "73 fffe"},
        {std::uint16_t{65534}, "75 fffe"},
        {std::int32_t{-2}, "49 fffffffe"},
        {std::uint32_t{4294967294}, "69 fffffffe"},
        {std::int64_t{-2}, "6c fffffffffffffffe"},
        {1.5f, "66 3fc00000"},
        {1.5, "64 3ff8000000000000"},
        {Decimal{2, 314}, "44 02 0000013a"},
        {"abc", "53 00000003 616263"},
        {FieldArray{std::int32_t{1}, "x"}, "41 0000000b 49 00000001 53 00000001 78"},
        {Timestamp{0x0102030405060708}, "54 0102030405060708"},
        {FieldTable{{"a", Void{}}}, "46 00000003 01 61 56"},
        {ByteArray{"\xFF"}, "78 00000001 ff"},
    };
    for (const auto& [value, hex] : cases) {
        const std::string content = fromHex("01 6b") + fromHex(hex);
        const FieldTable table{{"k", value}};
        EXPECT_EQ(encodedTable(table).substr(kLengthBytes), content);
        const auto decoded = decode(content);
        ASSERT_TRUE(decoded) << hex;
        EXPECT_EQ(*decoded, table) << hex;
        EXPECT_EQ(errorOf(content), "");
        for (std::size_t cut = 1; cut < content.size(); ++cut) {
            EXPECT_EQ(errorOf(content.substr(0, cut)), "SYNTAX_ERROR - field table is cut off")
                << hex << " cut at " << cut;
        }
    }
}

TEST(FieldTable, ReadsBothLettersOfSixtyFourBits)
{
    const auto table = decode(fromHex("01 6b 4c fffffffffffffffe"));
    ASSERT_TRUE(table);
    EXPECT_EQ(*table, (FieldTable{{"k", std::int64_t{-2}}}));
}

TEST(FieldTable, TakesAnyOctetButZeroForTrue)
{
    const auto table = decode(fromHex("01 61 74 02 01 62 74 00"));
    ASSERT_TRUE(table);
    EXPECT_EQ(*table, (FieldTable{{"a", true}, {"b", false}}));
}

TEST(FieldTable, DecodesToWhatWasEncoded)
{
    constexpr std::uint64_t kSeed = 31337;
    SCOPED_TRACE("seed " + std::to_string(kSeed));
    test::RandomAmqp random(kSeed);
    for (int round = 0; round < 2000; ++round) {
        const FieldTable table = random.table();
        const std::string bytes = encodedTable(table);
        EXPECT_EQ(bytes.size(), fieldTableBytes(table));
        const auto decoded = decode(bytes.substr(kLengthBytes));
        ASSERT_TRUE(decoded) << decoded.error().text;
        EXPECT_EQ(*decoded, table);
    }
}

TEST(FieldTable, KeepsOrderAndDuplicatesAndFindsTheFirst)
{
    FieldTable table{{"b", 1}, {"a", 2}, {"b", 3}};
    EXPECT_EQ(table, *decode(encodedTable(table).substr(kLengthBytes)));
    ASSERT_NE(table.find("b"), nullptr);
    EXPECT_EQ(*table.find("b"), FieldValue(1));
    EXPECT_EQ(table.find("c"), nullptr);
    EXPECT_NE(table, (FieldTable{{"a", 2}, {"b", 1}, {"b", 3}}));

    table.set("b", "new");
    table.set("c", 4);
    EXPECT_EQ(table, (FieldTable{{"b", "new"}, {"a", 2}, {"b", 3}, {"c", 4}}));
    EXPECT_TRUE(table.remove("b"));
    EXPECT_FALSE(table.remove("b"));
    EXPECT_EQ(table, (FieldTable{{"a", 2}, {"c", 4}}));
}

TEST(FieldTable, MayNestDownToTheLimit)
{
    for (const char type : {'F', 'A'}) {
        EXPECT_EQ(errorOf(nested(kFieldTableDepthMax, type)), "") << type;
        EXPECT_EQ(errorOf(nested(kFieldTableDepthMax + 1, type)),
                  "SYNTAX_ERROR - field table nested too deep")
            << type;
    }
}

TEST(FieldTable, RefusesWhatItCannotHold)
{
    EXPECT_EQ(errorOf(fromHex("01 61 5a")), "SYNTAX_ERROR - unknown type in field table");
    EXPECT_EQ(errorOf(fromHex("01 61 66 7f800000")),
              "SYNTAX_ERROR - field table holds a number that is not finite");
    EXPECT_EQ(errorOf(fromHex("01 61 64 7ff8000000000000")),
              "SYNTAX_ERROR - field table holds a number that is not finite");
    EXPECT_EQ(errorOf(fromHex("01 61 53 ffffffff 00")), "SYNTAX_ERROR - field table is cut off");
}

TEST(FieldTable, RefusesToEncodeAKeyThatIsTooLong)
{
    const FieldTable table{{std::string(256, 'k'), 1}};
    EXPECT_DEATH(encodedTable(table), "text.size");
}

// As RabbitMQ 3.10.8 compares and prints arguments (reply text of an inequivalent queue.declare).
TEST(Arguments, AreEquivalentWhenTheirValuesAre)
{
    EXPECT_TRUE(isEquivalent(std::int8_t{5}, std::int64_t{5}));
    EXPECT_TRUE(isEquivalent(std::uint32_t{5}, Timestamp{5}));
    EXPECT_TRUE(isEquivalent(1.5f, 1.5));
    EXPECT_TRUE(isEquivalent("abc", ByteArray{"abc"}));
    EXPECT_TRUE(isEquivalent(FieldArray{1, "x"}, FieldArray{1, "x"}));
    EXPECT_TRUE(isEquivalent(Timestamp{~std::uint64_t{0}}, Timestamp{~std::uint64_t{0}}));

    EXPECT_FALSE(isEquivalent(5, 6));
    EXPECT_FALSE(isEquivalent(5, 5.0));
    EXPECT_FALSE(isEquivalent(5, "5"));
    EXPECT_FALSE(isEquivalent(1, true));
    EXPECT_FALSE(isEquivalent(Void{}, false));
    EXPECT_FALSE(isEquivalent(std::int64_t{-1}, Timestamp{~std::uint64_t{0}}));
    EXPECT_FALSE(isEquivalent(Timestamp{~std::uint64_t{0}}, "x"));
    EXPECT_FALSE(isEquivalent(Timestamp{~std::uint64_t{0}}, Timestamp{~std::uint64_t{0} - 1}));
    EXPECT_FALSE(isEquivalent(FieldArray{1}, FieldArray{std::int64_t{1}}));
}

TEST(Arguments, GiveTheirIntegerWhateverItsWidth)
{
    EXPECT_EQ(integerOf(std::int8_t{-5}), -5);
    EXPECT_EQ(integerOf(std::uint32_t{4294967295}), 4294967295);
    EXPECT_EQ(integerOf(std::int64_t{7}), 7);
    EXPECT_EQ(integerOf(true), std::nullopt);
    EXPECT_EQ(integerOf(Timestamp{7}), std::nullopt);
    EXPECT_EQ(integerOf("7"), std::nullopt);
    EXPECT_EQ(integerOf(7.0), std::nullopt);
}

TEST(Arguments, AreDescribedAsInRabbitMqsReplyTexts)
{
    const auto described = [](const FieldValue& value) { return describeArgument(&value); };
    EXPECT_EQ(describeArgument(nullptr), "none");
    EXPECT_EQ(described(5), "the value '5' of type 'signedint'");
    EXPECT_EQ(described("classic"), "the value 'classic' of type 'longstr'");
    EXPECT_EQ(described(true), "the value 'true' of type 'bool'");
    EXPECT_EQ(described(std::int64_t{5}), "the value '5' of type 'long'");
    EXPECT_EQ(described(std::int8_t{-5}), "the value '-5' of type 'byte'");
    EXPECT_EQ(described(std::uint8_t{5}), "the value '5' of type 'unsignedbyte'");
    EXPECT_EQ(described(std::int16_t{5}), "the value '5' of type 'short'");
    EXPECT_EQ(described(std::uint16_t{5}), "the value '5' of type 'unsignedshort'");
    EXPECT_EQ(described(std::uint32_t{5}), "the value '5' of type 'unsignedint'");
    EXPECT_EQ(described(1.5f), "the value '1.5' of type 'float'");
    EXPECT_EQ(described(1000.0), "the value '1.0e3' of type 'double'");
    EXPECT_EQ(described(Decimal{2, 314}), "the value '{2,314}' of type 'decimal'");
    EXPECT_EQ(described(Timestamp{5}), "the value '5' of type 'timestamp'");
    EXPECT_EQ(described(Void{}), "the value 'undefined' of type 'void'");
    EXPECT_EQ(described(ByteArray{"raw"}), "the value 'raw' of type 'binary'");
    EXPECT_EQ(described(FieldArray{1, "x", FieldArray{}}),
              "the value '[{signedint,1},{longstr,<<\"x\">>},{array,[]}]' of type 'array'");
    EXPECT_EQ(described(FieldTable{{"k", false}, {"e", Void{}}}),
              "the value '[{<<\"k\">>,bool,false},{<<\"e\">>,void,undefined}]' of type 'table'");
}

}  // namespace
}  // namespace warren::amqp
