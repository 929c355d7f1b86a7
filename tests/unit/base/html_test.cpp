// SPDX-License-Identifier: Apache-2.0
#include "base/html.hpp"

#include <gtest/gtest.h>

namespace longwave::text {
namespace {

TEST(EscapeHtml, LeavesNothingThatEndsATextOrAnAttribute) {
  EXPECT_EQ(escape_html("<b a=\"1\" c='2'>Ä & Ö</b>"),
            "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;Ä &amp; Ö&lt;/b&gt;");
  EXPECT_EQ(escape_html(""), "");
}

}  // namespace
}  // namespace longwave::text
