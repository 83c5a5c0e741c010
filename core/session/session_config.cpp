#include "core/session/session_config.h"

#include <string>

namespace warren::session {

amqp::FieldTable serverProperties(std::string_view version, std::string_view clusterName)
{
    const amqp::FieldTable capabilities{
        {"publisher_confirms", true},
        {"exchange_exchange_bindings", true},
        {"basic.nack", true},
        {"consumer_cancel_notify", true},
        {"connection.blocked", true},
        {"consumer_priorities", true},
        {"authentication_failure_close", true},
        {"per_consumer_qos", true},
        {"direct_reply_to", true},
    };
    return {
        {"capabilities", capabilities},
        {"cluster_name", std::string{clusterName}},
        {"copyright", "Copyright (C) the Warren developers"},
        {"information", "Licensed under the GNU General Public License, version 3 or later"},
        {"platform", "C++ and Qt"},
        {"product", "Warren"},
        {"version", std::string{version}},
    };
}

}  // namespace warren::session
