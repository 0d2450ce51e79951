// SPDX-License-Identifier: Apache-2.0
#include "site/target.hpp"

#include <gtest/gtest.h>

#include "site/byte_range.hpp"

namespace steward::site {
namespace {

const std::string kHash(64, 'a');

TEST(ParseTarget, PathsOfTheProtocol_AreRead) {
  const auto repository = ParseTarget("/acme/gold/host/");
  ASSERT_TRUE(repository);
  EXPECT_EQ(repository->kind, Target::Kind::kRepository);
  EXPECT_EQ(repository->tenant + repository->resource + repository->repository, "acmegoldhost");
  const auto config = ParseTarget("/acme/gold/host/config");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->kind, Target::Kind::kConfig);
  const auto list = ParseTarget("/acme/gold/host/locks/");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->kind, Target::Kind::kList);
  EXPECT_EQ(list->type, "locks");
  const auto file = ParseTarget("/acme/gold/host/data/" + kHash);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->kind, Target::Kind::kFile);
  EXPECT_EQ(file->name, kHash);
}

TEST(ParseTarget, AnythingElse_IsRefused) {
  for (const std::string path :
       {"", "/", "/acme", "/acme/gold", "/acme/gold/host", "/acme/gold/host/data", "/acme/gold/host/other/",
        "/acme/gold/host/data/x/y", "/../gold/host/", "/acme/../host/", "/acme/gold/../", "/acme/gold/.host/",
        "/acme/gold/ho st/", "/acme/gold//config", "//gold/host/config", "/acme/gold/host/data/..",
        "/acme/gold/host/data/abc"}) {
    EXPECT_FALSE(ParseTarget(path)) << path;
  }
  EXPECT_FALSE(ParseTarget("/acme/gold/host/data/" + std::string(64, 'A')));
  EXPECT_FALSE(ParseTarget("/acme/gold/" + std::string(65, 'n') + "/"));
  EXPECT_FALSE(ParseTarget(std::string("/acme/gold/ho\0st/", 17)));
  EXPECT_TRUE(ParseTarget("/acme/gold/" + std::string(64, 'n') + "/"));
}

TEST(RangeOf, WhatIsAsked_IsInsideTheFile) {
  const auto is = [](std::string_view header, std::int64_t size, std::int64_t begin, std::int64_t bytes) {
    const auto range = RangeOf(header, size);
    return range && range->begin == begin && range->size == bytes;
  };
  EXPECT_TRUE(is("", 10, 0, 10));
  EXPECT_TRUE(is("bytes=0-0", 10, 0, 1));
  EXPECT_TRUE(is("bytes=3-", 10, 3, 7));
  EXPECT_TRUE(is("bytes=3-99", 10, 3, 7));
  EXPECT_TRUE(is("bytes=-4", 10, 6, 4));
  EXPECT_TRUE(is("bytes=-40", 10, 0, 10));
  EXPECT_TRUE(is("bytes=0-1,4-5", 10, 0, 10));
  EXPECT_TRUE(is("bytes=5-2", 10, 0, 10));
  EXPECT_TRUE(is("bytes=99999999999999999999-", 10, 0, 10));
  EXPECT_FALSE(RangeOf("bytes=10-", 10));
  EXPECT_FALSE(RangeOf("bytes=-0", 10));
  EXPECT_FALSE(RangeOf("bytes=0-", 0));
}

}  // namespace
}  // namespace steward::site
