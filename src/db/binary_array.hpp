// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace steward::db {

/// Appends a number as PostgreSQL's binary format has it: big-endian.
template <typename Integer>
void AppendBigEndian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof(Integer) - 1) * 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> shift) & 0xFFU));
  }
}

/// Writes a one-dimensional array in PostgreSQL's binary format, for Connection::QueryBinary.
class BinaryArray {
 public:
  /// `element` is the oid of the element's type.
  explicit BinaryArray(unsigned element) : element_(element) {}

  /// An element in the binary form of its type.
  void Add(std::string_view bytes) {
    AppendBigEndian(items_, static_cast<std::int32_t>(bytes.size()));
    items_ += bytes;
    ++count_;
  }
  void AddNull() {
    AppendBigEndian(items_, std::int32_t{-1});
    has_null_ = true;
    ++count_;
  }
  template <typename Integer>
  void AddInteger(Integer value) {
    AppendBigEndian(items_, static_cast<std::int32_t>(sizeof(Integer)));
    AppendBigEndian(items_, value);
    ++count_;
  }
  int Count() const { return count_; }

  std::string Bytes() const {
    std::string out;
    out.reserve(items_.size() + 20);
    AppendBigEndian(out, std::int32_t{count_ == 0 ? 0 : 1});  // dimensions
    AppendBigEndian(out, std::int32_t{has_null_ ? 1 : 0});
    AppendBigEndian(out, static_cast<std::int32_t>(element_));
    if (count_ == 0) return out;
    AppendBigEndian(out, static_cast<std::int32_t>(count_));
    AppendBigEndian(out, std::int32_t{1});  // the first index
    return out + items_;
  }

  /// Where the array stands, to go back to when a later column of the row is no good.
  struct Mark {
    std::size_t size;
    int count;
  };
  Mark Now() const { return {items_.size(), count_}; }
  void BackTo(Mark mark) {
    items_.resize(mark.size);
    count_ = mark.count;
  }

 private:
  unsigned element_;
  std::string items_;
  int count_ = 0;
  bool has_null_ = false;
};

}  // namespace steward::db
