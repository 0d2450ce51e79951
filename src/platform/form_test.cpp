// SPDX-License-Identifier: Apache-2.0
#include "platform/form.hpp"

#include <gtest/gtest.h>

namespace steward::platform {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

TEST(ParseForm, UrlEncoded) {
  const Fields wanted = {{"grant_type", "password"}, {"username", "ACME\\joe"}, {"password", "a b&c"}};
  EXPECT_EQ(ParseForm("application/x-www-form-urlencoded", "grant_type=password&username=ACME\\joe&password=a+b%26c"),
            wanted);
  EXPECT_EQ(ParseForm("", "grant_type=password&username=ACME%5Cjoe&password=a%20b%26c"), wanted);
}

TEST(ParseForm, Multipart) {
  const std::string body =
      "--x1\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\npassword\r\n"
      "--x1\r\nContent-Type: text/plain\r\ncontent-disposition: form-data; name=note\r\n\r\ntwo\r\nlines\r\n"
      "--x1\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n"
      "--x1\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--x1--\r\n";
  const Fields wanted = {{"grant_type", "password"}, {"note", "two\r\nlines"}, {"empty", ""}};
  EXPECT_EQ(ParseForm("multipart/form-data; boundary=x1", body), wanted);
  EXPECT_EQ(ParseForm("Multipart/Form-Data;charset=utf-8; Boundary=\"x1\"", body), wanted);
}

TEST(ParseForm, BrokenMultipart_GivesWhatCameBefore) {
  const std::string whole =
      "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; "
      "name=\"c\"\r\n\r\n2\r\n--b--";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Fields fields = ParseForm("multipart/form-data; boundary=b", whole.substr(0, size));
    EXPECT_LE(fields.size(), 2U);
    if (!fields.empty()) {
      EXPECT_EQ(fields.front(), (Fields::value_type{"a", "1"}));
    }
  }
  EXPECT_TRUE(ParseForm("multipart/form-data", whole).empty());
  EXPECT_TRUE(ParseForm("multipart/form-data; boundary=other", whole).empty());
}

}  // namespace
}  // namespace steward::platform
