#include "core/amqp/protocol_header.h"

#include "tests/support/wire.h"

#include <gtest/gtest.h>

namespace warren::amqp {
namespace {

using test::operator""_bytes;

TEST(ProtocolHeader, IsRecognisedOnceItIsComplete)
{
    const ByteView header = "AMQP\0\0\x09\x01"_bytes;
    for (std::size_t count = 0; count < header.size(); ++count) {
        EXPECT_EQ(recogniseProtocolHeader(header.first(count)), ProtocolHeader::NeedMore) << count;
    }
    EXPECT_EQ(recogniseProtocolHeader(header), ProtocolHeader::Amqp091);
    EXPECT_EQ(recogniseProtocolHeader("AMQP\0\0\x09\x01\x01more"_bytes), ProtocolHeader::Amqp091);
}

TEST(ProtocolHeader, OfVersion09CountsAs091)
{
    EXPECT_EQ(recogniseProtocolHeader("AMQP\x01\x01\0\x09"_bytes), ProtocolHeader::Amqp091);
}

TEST(ProtocolHeader, OfOtherVersionsIsTold)
{
    EXPECT_EQ(recogniseProtocolHeader("AMQP\0\x01\0\0"_bytes), ProtocolHeader::Amqp10);
    EXPECT_EQ(recogniseProtocolHeader("AMQP\x02\x01\0\0"_bytes), ProtocolHeader::Amqp10Tls);
    EXPECT_EQ(recogniseProtocolHeader("AMQP\x03\x01\0\0"_bytes), ProtocolHeader::Amqp10Sasl);
    EXPECT_EQ(recogniseProtocolHeader("AMQP\x01\x01\x08\0"_bytes), ProtocolHeader::OtherVersion);
    EXPECT_EQ(recogniseProtocolHeader("AMQP\0\0\x09\x02"_bytes), ProtocolHeader::OtherVersion);
}

TEST(ProtocolHeader, OfAnotherProtocolIsNoticedAtItsFirstByte)
{
    EXPECT_EQ(recogniseProtocolHeader("G"_bytes), ProtocolHeader::NotAmqp);
    EXPECT_EQ(recogniseProtocolHeader("AMQp"_bytes), ProtocolHeader::NotAmqp);
    EXPECT_EQ(recogniseProtocolHeader("\x16\x03\x01"_bytes), ProtocolHeader::NotAmqp);
}

}  // namespace
}  // namespace warren::amqp
