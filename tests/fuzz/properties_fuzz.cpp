#include "core/amqp/properties.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz_input.h"

namespace {

using namespace warren;

/// The reader in place and the decoder must tell the same.
void checkAgreement(const amqp::PropertiesView& view, const amqp::Properties& properties)
{
    WARREN_CHECK(view.contentType() == properties.contentType);
    WARREN_CHECK(view.contentEncoding() == properties.contentEncoding);
    WARREN_CHECK(view.hasHeaders() == properties.headers.has_value());
    WARREN_CHECK(view.deliveryMode() == properties.deliveryMode);
    WARREN_CHECK(view.isPersistent() == (properties.deliveryMode == amqp::kDeliveryModePersistent));
    WARREN_CHECK(view.priority() == properties.priority);
    WARREN_CHECK(view.correlationId() == properties.correlationId);
    WARREN_CHECK(view.replyTo() == properties.replyTo);
    WARREN_CHECK(view.expiration() == properties.expiration);
    WARREN_CHECK(view.messageId() == properties.messageId);
    WARREN_CHECK(view.timestamp() == properties.timestamp);
    WARREN_CHECK(view.type() == properties.type);
    WARREN_CHECK(view.userId() == properties.userId);
    WARREN_CHECK(view.appId() == properties.appId);
    WARREN_CHECK(view.clusterId() == properties.clusterId);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const ByteView input = fuzz::inputOf(data, size);
    const auto view = amqp::PropertiesView::parse(input);
    const auto properties = amqp::decodeProperties(input);
    WARREN_CHECK(amqp::validateProperties(input).isOk() == properties.isOk());
    WARREN_CHECK(view.isOk() || !properties.isOk());
    if (!properties) {
        WARREN_CHECK(properties.error().code == amqp::ReplyCode::SyntaxError);
        return 0;
    }

    checkAgreement(*view, *properties);
    Buffer written;
    amqp::appendProperties(written, *properties);
    WARREN_CHECK(written.size() == size);
    const auto again = amqp::decodeProperties(written.view());
    WARREN_CHECK(again.isOk() && *again == *properties);
    return 0;
}
