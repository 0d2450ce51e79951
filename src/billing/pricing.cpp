// SPDX-License-Identifier: Apache-2.0
#include "billing/pricing.hpp"

#include <algorithm>
#include <numeric>

#include "fmt/format.h"

namespace steward::billing {
namespace {

using boost::multiprecision::cpp_int;

constexpr int kMostDigits = 30;

cpp_int PowerOfTen(int exponent) {
  return boost::multiprecision::pow(cpp_int(10), static_cast<unsigned>(exponent));
}

/// Half away from zero.
cpp_int Nearest(const Exact& number) {
  const cpp_int numerator = boost::multiprecision::numerator(number);
  const cpp_int denominator = boost::multiprecision::denominator(number);
  const cpp_int twice = 2 * abs(numerator) + denominator;
  const cpp_int size = twice / (2 * denominator);
  return numerator < 0 ? cpp_int(-size) : size;
}

cpp_int Ceiling(const Exact& number) {
  const cpp_int numerator = boost::multiprecision::numerator(number);
  const cpp_int denominator = boost::multiprecision::denominator(number);
  return (numerator + denominator - 1) / denominator;  // of numbers that are not negative
}

bool AreDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The part after the E of a number; -1000 when it is none.
int ExponentOf(std::string_view text) {
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 2 || !AreDigits(text)) return -1000;
  int out = 0;
  for (const char c : text) out = out * 10 + (c - '0');
  return negative ? -out : out;
}

}  // namespace

Result<Exact> ExactOf(std::string_view decimal) {
  const auto wrong = [&] { return Fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no decimal number.", decimal)); };
  std::string_view text = decimal;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  int exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != std::string_view::npos) {
    exponent = ExponentOf(text.substr(e + 1));
    text = text.substr(0, e);
  }
  const auto point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return wrong();
  if (!AreDigits(whole) || !AreDigits(fraction) || whole.size() + fraction.size() > kMostDigits) return wrong();
  exponent -= static_cast<int>(fraction.size());
  if (exponent < -2 * kMostDigits || exponent > kMostDigits) return wrong();
  std::string digits = fmt::format("{}{}", whole, fraction);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));  // a leading zero would mean octal
  const cpp_int number(digits);
  const Exact value = exponent < 0 ? Exact(number, PowerOfTen(-exponent)) : Exact(number * PowerOfTen(exponent));
  return negative ? Exact(-value) : value;
}

Exact Rounded(const Exact& number, int digits) {
  return Exact(Nearest(number * PowerOfTen(digits)), PowerOfTen(digits));
}

std::string DecimalText(const Exact& number, int digits) {
  const cpp_int scaled = Nearest(number * PowerOfTen(digits));
  std::string text = cpp_int(abs(scaled)).str();
  if (digits > 0) {
    const auto places = static_cast<std::size_t>(digits);
    if (text.size() <= places) text.insert(0, places + 1 - text.size(), '0');
    text.insert(text.size() - places, ".");
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return scaled < 0 ? "-" + text : text;
}

Exact Charged(const Exact& used, const Rate& rate) {
  const Exact left = used > rate.free ? Exact(used - rate.free) : Exact(0);
  if (rate.round_up) return Exact(Ceiling(left / rate.chunk) * rate.chunk);
  return Rounded(left, kQuantityDigits);
}

Result<std::int64_t> Cost(const Exact& charged, const Rate& rate, int currency_digits) {
  const cpp_int minor = Nearest(charged / rate.chunk * rate.price * PowerOfTen(currency_digits));
  if (minor > kLargestAmount) {
    return Fail(ErrorCode::kInvalid,
                fmt::format("{} times {} is more than an invoice can hold. Check the price and its unit.",
                            DecimalText(charged, kQuantityDigits), DecimalText(rate.price, kMostDigits)));
  }
  return static_cast<std::int64_t>(minor);
}

std::vector<std::int64_t> Shares(std::int64_t total, const std::vector<std::int64_t>& weights) {
  const cpp_int sum = std::accumulate(weights.begin(), weights.end(), cpp_int(0));
  std::vector<std::int64_t> out(weights.size(), 0);
  if (sum == 0) return out;
  std::vector<cpp_int> remainders;
  std::int64_t left = total;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const cpp_int product = cpp_int(total) * weights[i];
    out[i] = static_cast<std::int64_t>(product / sum);
    remainders.push_back(product % sum);
    left -= out[i];
  }
  std::vector<std::size_t> order(weights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
  for (std::size_t i = 0; left > 0; ++i, --left) ++out[order[i]];
  return out;
}

Bill Settle(const std::vector<std::int64_t>& nets, const Terms& terms) {
  Bill bill;
  const std::int64_t net = std::accumulate(nets.begin(), nets.end(), std::int64_t{0});
  const auto percent_of = [](std::int64_t amount, const Exact& percent) {
    return static_cast<std::int64_t>(Nearest(Exact(amount) * percent / 100));
  };
  const std::int64_t discount = percent_of(net, terms.discount_percent);
  const auto discounts = Shares(discount, nets);
  std::vector<std::int64_t> taxed;
  for (std::size_t i = 0; i < nets.size(); ++i) taxed.push_back(nets[i] - discounts[i]);
  const std::int64_t tax = percent_of(net - discount, terms.tax_percent);
  const auto taxes = Shares(tax, taxed);
  for (std::size_t i = 0; i < nets.size(); ++i) {
    bill.lines.push_back({.net = nets[i], .discount = discounts[i], .tax = taxes[i], .gross = taxed[i] + taxes[i]});
  }
  bill.total = {.net = net, .discount = discount, .tax = tax, .gross = net - discount + tax};
  return bill;
}

}  // namespace steward::billing
