// SPDX-License-Identifier: Apache-2.0
#include "billing/pricing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "billing/measure.hpp"

namespace steward::billing {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr int kRuns = 3000;

Exact E(std::string_view text) {
  return ExactOf(text).value();
}

std::int64_t SumOf(const Bill& bill, std::int64_t Amounts::*field) {
  return std::accumulate(bill.lines.begin(), bill.lines.end(), std::int64_t{0},
                         [field](std::int64_t sum, const Amounts& line) { return sum + line.*field; });
}

/// Random invoices: few or many lines, small and large amounts, odd percentages.
struct Invoices {
  std::mt19937_64 random{20261130};

  std::int64_t Number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  }
  std::vector<std::int64_t> Nets() {
    std::vector<std::int64_t> out(static_cast<std::size_t>(Number(0, 12)));
    const std::int64_t most = Number(0, 3) == 0 ? 1'000'000'000'000 : 1000;
    for (auto& net : out) net = Number(0, 4) == 0 ? 0 : Number(0, most);
    return out;
  }
  Terms Percents() { return {Exact(Number(0, 10000), 100), Exact(Number(0, 3000), 100)}; }
};

TEST(Exact, ReadsDecimalsWithoutLoss) {
  EXPECT_EQ(E("0.1") + E("0.2"), E("0.3"));
  EXPECT_EQ(E("1.5e-3"), Exact(3, 2000));
  EXPECT_EQ(E("12e2"), Exact(1200));
  EXPECT_EQ(E("-0.25"), Exact(-1, 4));
  EXPECT_EQ(E("007"), Exact(7));
  EXPECT_EQ(E("0"), Exact(0));
  for (const char* wrong : {"", "-", ".5", "5.", "1,5", "0x1", "1e", "1e999", "1e-99", "NaN", "1 ", "1.2.3"})
    EXPECT_FALSE(ExactOf(wrong)) << wrong;
}

TEST(Exact, WritesRoundedHalfAwayFromZero) {
  EXPECT_EQ(DecimalText(E("2.0005"), 3), "2.001");
  EXPECT_EQ(DecimalText(E("2.0004999"), 3), "2");
  EXPECT_EQ(DecimalText(E("-2.5"), 0), "-3");
  EXPECT_EQ(DecimalText(Exact(1, 3), 3), "0.333");
  EXPECT_EQ(DecimalText(E("0.0004"), 3), "0");
  EXPECT_EQ(DecimalText(E("1200"), 2), "1200");
}

TEST(Pricing, FreeUnitsChunksAndRoundingUp) {
  EXPECT_EQ(Charged(12, {.price = 1, .free = 5}), Exact(7));
  EXPECT_EQ(Charged(5, {.price = 1, .free = 5}), Exact(0));
  EXPECT_EQ(Charged(3, {.price = 1, .free = 5}), Exact(0));
  EXPECT_EQ(Charged(E("1234.5678"), {.price = 1, .free = 0, .chunk = 100}), E("1234.568"));
  EXPECT_EQ(Charged(E("1200.0001"), {.price = 1, .free = 0, .chunk = 100, .round_up = true}), Exact(1300));
  EXPECT_EQ(Charged(E("1200"), {.price = 1, .free = 0, .chunk = 100, .round_up = true}), Exact(1200));
  EXPECT_EQ(Charged(E("0"), {.price = 1, .free = 0, .chunk = 100, .round_up = true}), Exact(0));
  // 1,234.568 GB at 2.50 per 100 GB.
  EXPECT_EQ(Cost(E("1234.568"), {.price = E("2.5"), .free = 0, .chunk = 100}, 2), 3086);
  EXPECT_EQ(Cost(3, {.price = E("0.335")}, 2), 101);   // 1.005, half up
  EXPECT_EQ(Cost(3, {.price = E("0.335")}, 0), 1);     // yen
  EXPECT_EQ(Cost(3, {.price = E("0.335")}, 3), 1005);  // dinar
  EXPECT_FALSE(Cost(E("1e12"), {.price = E("1e9")}, 2));
}

TEST(Pricing, AnInvoiceByHand) {
  // 10 VMs at 4.99 and 3 servers at 12.50: 49.90 + 37.50 = 87.40; 7.5 % off: 6.555 -> 6.56; 19 % of 80.84: 15.3596
  // -> 15.36.
  const Bill bill = Settle({4990, 3750}, {E("7.5"), 19});
  EXPECT_EQ(bill.total.net, 8740);
  EXPECT_EQ(bill.total.discount, 656);
  EXPECT_EQ(bill.total.tax, 1536);
  EXPECT_EQ(bill.total.gross, 9620);
  EXPECT_EQ(bill.lines[0].discount, 375);  // 374.54...: the larger remainder
  EXPECT_EQ(bill.lines[1].discount, 281);
}

TEST(PricingProperty, LinesAddUpToTheTotals) {
  Invoices make;
  for (int run = 0; run < kRuns; ++run) {
    const auto nets = make.Nets();
    const Bill bill = Settle(nets, make.Percents());
    for (auto field : {&Amounts::net, &Amounts::discount, &Amounts::tax, &Amounts::gross})
      ASSERT_EQ(SumOf(bill, field), bill.total.*field);
    for (const auto& line : bill.lines) ASSERT_EQ(line.gross, line.net - line.discount + line.tax);
  }
}

TEST(PricingProperty, TotalsAreWithinHalfAUnitOfTheExactOnes) {
  Invoices make;
  for (int run = 0; run < kRuns; ++run) {
    const auto nets = make.Nets();
    const Terms terms = make.Percents();
    const Bill bill = Settle(nets, terms);
    const Exact discount = Exact(bill.total.net) * terms.discount_percent / 100;
    ASSERT_LE(abs(Exact(bill.total.discount) - discount), Exact(1, 2));
    const Exact tax = Exact(bill.total.net - bill.total.discount) * terms.tax_percent / 100;
    ASSERT_LE(abs(Exact(bill.total.tax) - tax), Exact(1, 2));
  }
}

TEST(PricingProperty, NoLineIsAUnitFromItsExactShareAndNoneIsNegative) {
  Invoices make;
  for (int run = 0; run < kRuns; ++run) {
    const auto nets = make.Nets();
    const Bill bill = Settle(nets, make.Percents());
    if (bill.total.net == 0) continue;
    for (const auto& line : bill.lines) {
      const Exact share = Exact(bill.total.discount) * line.net / bill.total.net;
      ASSERT_LT(abs(Exact(line.discount) - share), Exact(1));
      ASSERT_GE(line.discount, 0);
      ASSERT_LE(line.discount, line.net);
      ASSERT_GE(line.tax, 0);
      ASSERT_TRUE(line.net != 0 || line.gross == 0);
    }
  }
}

TEST(PricingProperty, OrderOfTheLinesChangesNoTotal) {
  Invoices make;
  for (int run = 0; run < kRuns; ++run) {
    auto nets = make.Nets();
    const Terms terms = make.Percents();
    const Bill before = Settle(nets, terms);
    std::shuffle(nets.begin(), nets.end(), make.random);
    const Bill after = Settle(nets, terms);
    ASSERT_EQ(before.total.gross, after.total.gross);
    ASSERT_EQ(before.total.tax, after.total.tax);
  }
}

TEST(PricingProperty, MoreUseNeverCostsLessAndWhatIsFreeNeverCostsMore) {
  Invoices make;
  for (int run = 0; run < kRuns; ++run) {
    const Rate rate{.price = Exact(make.Number(0, 100000), 1000),
                    .free = Exact(make.Number(0, 50)),
                    .chunk = make.Number(1, 128),
                    .round_up = make.Number(0, 1) == 1};
    Rate generous = rate;
    generous.free += make.Number(0, 20);
    const Exact used(make.Number(0, 1'000'000'000), 1000);
    const Exact more = used + Exact(make.Number(0, 1'000'000), 1000);
    const auto cost = [](const Exact& amount, const Rate& by) { return Cost(Charged(amount, by), by, 2).value(); };
    ASSERT_LE(cost(used, rate), cost(more, rate));
    ASSERT_GE(cost(used, rate), cost(used, generous));
    // The quantity on the invoice times the price on the invoice is the amount on the invoice.
    const Exact shown = ExactOf(DecimalText(Charged(used, rate), kQuantityDigits)).value();
    ASSERT_EQ(Cost(shown, rate, 2).value(), cost(used, rate));
  }
}

TEST(Measure, PeakAverageAndLastDay) {
  const Day first = sys_days{std::chrono::year{2026} / 10 / 17};
  const Day last = first + days(30);  // 16 November
  const std::vector<DayAmount> rows = {{first - days(1), "A", 900}, {first, "A", 4},           {first, "B", 3},
                                       {first + days(2), "A", 7},   {first + days(2), "B", 0}, {last, "A", 2},
                                       {last + days(1), "A", 800}};
  const Measured peak = UsageOf(rows, Measure::kPeak, first, last);
  EXPECT_EQ(peak.used, 7);
  EXPECT_EQ(peak.day, first + days(2));  // of equal days the last
  EXPECT_EQ(peak.parts.size(), 1U);
  const Measured average = UsageOf(rows, Measure::kAverage, first, last);
  EXPECT_EQ(average.used, Exact(16, 31));
  EXPECT_EQ(average.parts.at("A"), Exact(13, 31));
  EXPECT_EQ(average.day, std::nullopt);
  const Measured snapshot = UsageOf(rows, Measure::kSnapshot, first, last);
  EXPECT_EQ(snapshot.used, 2);
  EXPECT_EQ(snapshot.day, last);
  EXPECT_EQ(UsageOf({}, Measure::kPeak, first, last).used, 0);
}

TEST(MeasureProperty, SnapshotAndAverageAreNeverAboveThePeak) {
  Invoices make;
  const Day first = sys_days{std::chrono::year{2026} / 1 / 1};
  for (int run = 0; run < 300; ++run) {
    const Day last = first + days(make.Number(0, 40));
    std::vector<DayAmount> rows;
    for (int i = 0; i < 60; ++i)
      rows.push_back({first + days(make.Number(-3, 45)), make.Number(0, 1) == 0 ? "A" : "B", make.Number(0, 1000)});
    const Exact peak = UsageOf(rows, Measure::kPeak, first, last).used;
    for (const Measure measure : {Measure::kAverage, Measure::kSnapshot}) {
      const Measured other = UsageOf(rows, measure, first, last);
      ASSERT_LE(other.used, peak);
      Exact sum;
      for (const auto& part : other.parts) sum += part.second;
      ASSERT_EQ(sum, other.used);
    }
  }
}

}  // namespace
}  // namespace steward::billing
