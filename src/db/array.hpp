// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "db/connection.hpp"

namespace steward::db {

/// Writes a one-dimensional array as PostgreSQL reads it from text: {"a","b",NULL}.
class TextArray {
 public:
  void Add(const std::string& value) {
    Separate();
    text_.push_back('"');
    for (const char c : value) {
      if (c == '"' || c == '\\') text_.push_back('\\');
      if (c != '\0') text_.push_back(c);
    }
    text_.push_back('"');
  }
  void Add(const Param& value) {
    if (value) return Add(*value);
    Separate();
    text_ += "NULL";
  }
  std::string Text() const { return "{" + text_ + "}"; }

 private:
  void Separate() {
    if (!text_.empty()) text_.push_back(',');
  }
  std::string text_;
};

}  // namespace steward::db
