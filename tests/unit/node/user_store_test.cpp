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
