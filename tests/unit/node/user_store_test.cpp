#include "core/node/user_store.h"

#include <gtest/gtest.h>

namespace warren::node {
namespace {

TEST(UserStore, AcceptsARightPasswordOnly)
{
    UserStore users({});
    users.add("ann", "secret");
    EXPECT_TRUE(users.accepts("ann", "secret", true));
    EXPECT_TRUE(users.accepts("ann", "secret", false));
    EXPECT_FALSE(users.accepts("ann", "Secret", true));
    EXPECT_FALSE(users.accepts("ann", "", true));
    EXPECT_FALSE(users.accepts("bob", "secret", true));
    EXPECT_FALSE(users.accepts("", "", true));
}

TEST(UserStore, KeepsLoopbackUsersOnThisMachine)
{
    UserStore users({"guest"});
    users.add("guest", "guest");
    EXPECT_TRUE(users.accepts("guest", "guest", true));
    EXPECT_FALSE(users.accepts("guest", "guest", false));
}

TEST(UserStore, AcceptsUsersWhomACertificateNames)
{
    UserStore users({"guest"});
    users.add("ann", "secret");
    users.add("guest", "guest");
    EXPECT_TRUE(users.acceptsCertificate("ann", false));
    EXPECT_TRUE(users.acceptsCertificate("guest", true));
    EXPECT_FALSE(users.acceptsCertificate("guest", false)) << "a loopback user";
    EXPECT_FALSE(users.acceptsCertificate("bob", true)) << "nobody of that name";
    EXPECT_FALSE(users.acceptsCertificate("", true));
}

TEST(UserStore, ReplacesAPassword)
{
    UserStore users({});
    users.add("ann", "old");
    users.add("ann", "new");
    EXPECT_FALSE(users.accepts("ann", "old", true));
    EXPECT_TRUE(users.accepts("ann", "new", true));
}

}  // namespace
}  // namespace warren::node
